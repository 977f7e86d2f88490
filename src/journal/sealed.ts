// Facts as the inbox stores them.
import { uuidv7 } from 'uuidv7';
import { ts } from '../platform/postgres/pool';
import { plainArray } from '../platform/sql';
import { plainBody, sealEntry, type StoredBody } from './cipher';
import type { NewEntry } from './entry';

/** The columns that `sealed` fills. */
export const SEALED_COLUMNS = 'event_id, kind, entity, entity_version, subject, occurred_at, body_format, body';

/** Selects the rows of `sealed` in their order; its parameters are bound from the placeholder `first` on, what stands before them is `before`. */
export function sealedRows(first: number, before = ''): string {
  const [eventId, kind, entity, version, subject, occurred, format, start, length, bodies] = Array.from(
    { length: 10 },
    (_, i) => `$${first + i}`,
  );
  return `SELECT ${before}e.event_id, e.kind, e.entity, e.entity_version, e.subject, e.occurred_at, e.body_format,
       substring(${bodies}::bytea FROM e.start FOR e.length)
     FROM unnest(${eventId}::uuid[], ${kind}::text[], ${entity}::uuid[], ${version}::bigint[], ${subject}::uuid[], ${occurred}::timestamptz[],
       ${format}::smallint[], ${start}::integer[], ${length}::integer[])
       WITH ORDINALITY AS e (event_id, kind, entity, entity_version, subject, occurred_at, body_format, start, length, place)
     ORDER BY e.place`;
}

/** Facts as parameters, each body sealed with its person's key. Throws when a person has no key or a fact no finite instant. */
export function sealed(entries: readonly NewEntry[], keys: ReadonlyMap<string, Buffer>): unknown[] {
  const eventIds = entries.map(() => uuidv7());
  const bodies = entries.map((entry, i) => storedBody(entry, eventIds[i]!, keys));
  const lengths = bodies.map((body) => body.bytes.length);
  let end = 1;
  const starts = lengths.map((length) => (end += length) - length);
  return [
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
  ];
}

function storedBody(entry: NewEntry, eventId: string, keys: ReadonlyMap<string, Buffer>): StoredBody {
  if (entry.subject === null) return plainBody(entry.body);
  const key = keys.get(entry.subject.toLowerCase());
  if (key === undefined)
    throw new Error(`${entry.kind}: person ${entry.subject} has no key; call PersonKeys.ensure when adding people`);
  return sealEntry(entry.body, key, eventId);
}

function occurredAt(entry: NewEntry): string {
  if (!Number.isFinite(entry.occurredAt))
    throw new Error(`${entry.kind}: a fact occurs at a finite instant, not ${entry.occurredAt}`);
  return ts(entry.occurredAt);
}
