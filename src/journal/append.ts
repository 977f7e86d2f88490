// Puts the facts of one change into the inbox, from where the sequencer takes them after the commit.
import { uuidv7 } from 'uuidv7';
import { ts, type Db } from '../platform/postgres/pool';
import { plainArray } from '../platform/sql';
import { freshNonces, plainBody, sealBody, type StoredBody } from './cipher';
import type { NewEntry } from './entry';
import { loadKeys } from './keys';

/** Who made a change, and what the journal calls it. */
export interface Origin {
  readonly change: number;
  readonly actor: string;
  readonly source: string | null;
}

/**
 * Appends all facts of a change in one statement. It must be the last thing its transaction does, after the rows of every
 * entity concerned were locked: ids are handed out here, and so the facts of two changes that share an entity never interleave.
 * Throws when a fact is about a person who has no key (see `ensureKeys`) or has no finite instant. `known` are keys at hand.
 */
export async function append(
  db: Db,
  origin: Origin,
  entries: readonly NewEntry[],
  known: ReadonlyMap<string, Buffer> = new Map(),
): Promise<void> {
  if (entries.length === 0) return;
  const keys = new Map([...known, ...(await loadKeys(db, subjectsOf(entries, known)))]);
  const eventIds = entries.map(() => uuidv7());
  const nonces = freshNonces(entries.length);
  const bodies = entries.map((entry, i) => storedBody(entry, eventIds[i]!, keys, nonces[i]!));
  const lengths = bodies.map((body) => body.bytes.length);
  let end = 1;
  const starts = lengths.map((length) => (end += length) - length);
  await db.query(
    `/* appendEntries */ INSERT INTO inbox
       (change_id, actor, source, event_id, kind, entity, entity_version, subject, occurred_at, body_format, body)
     SELECT $1, $2, $3, e.event_id, e.kind, e.entity, e.entity_version, e.subject, e.occurred_at, e.body_format, substring($13::bytea FROM e.start FOR e.length)
     FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::uuid[], $9::timestamptz[], $10::smallint[], $11::integer[], $12::integer[])
       WITH ORDINALITY AS e (event_id, kind, entity, entity_version, subject, occurred_at, body_format, start, length, place)
     ORDER BY e.place`,
    [
      origin.change,
      origin.actor,
      origin.source,
      plainArray(eventIds),
      entries.map((entry) => entry.kind),
      plainArray(entries.map((entry) => entry.entity)),
      plainArray(entries.map((entry) => entry.entityVersion)),
      plainArray(entries.map((entry) => entry.subject)),
      plainArray(entries.map((entry) => occurredAt(entry))),
      plainArray(bodies.map((body) => body.format)),
      plainArray(starts),
      plainArray(lengths),
      // one value for all bodies: the driver sends it as it is, and an array of them as text
      Buffer.concat(bodies.map((body) => body.bytes)),
    ],
  );
}

function* subjectsOf(entries: readonly NewEntry[], known: ReadonlyMap<string, Buffer>): Iterable<string> {
  for (const { subject } of entries) if (subject !== null && !known.has(subject)) yield subject;
}

function storedBody(entry: NewEntry, eventId: string, keys: ReadonlyMap<string, Buffer>, nonce: Buffer): StoredBody {
  if (entry.subject === null) return plainBody(entry.body);
  const key = keys.get(entry.subject.toLowerCase());
  if (key === undefined) throw new Error(`${entry.kind}: person ${entry.subject} has no key; call ensureKeys when adding people`);
  return sealBody(entry.body, key, eventId, nonce);
}

function occurredAt(entry: NewEntry): string {
  if (!Number.isFinite(entry.occurredAt))
    throw new Error(`${entry.kind}: a fact occurs at a finite instant, not ${entry.occurredAt}`);
  return ts(entry.occurredAt);
}
