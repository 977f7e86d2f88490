// Puts the facts of one change into the inbox, from where the sequencer takes them after the commit.
import type { Db } from '../platform/postgres/pool';
import type { NewEntry } from './entry';
import type { PersonKeys } from './keys';
import { sealed, SEALED_COLUMNS, sealedRows } from './sealed';

/** Who made a change, and what the journal calls it. */
export interface Origin {
  readonly change: number;
  readonly actor: string;
  readonly source: string | null;
  /** The trace of the request that made it. */
  readonly trace: string;
}

/**
 * Appends all facts of a change in one statement. It must be the last thing its transaction does, after the rows of every
 * entity concerned were locked: ids are handed out here, and so the facts of two changes that share an entity never interleave.
 * Throws when a fact is about a person who has no key (see `PersonKeys.ensure`) or has no finite instant. `known` are keys at hand.
 */
export async function append(
  db: Db,
  personKeys: Pick<PersonKeys, 'load'>,
  origin: Origin,
  entries: readonly NewEntry[],
  known: ReadonlyMap<string, Buffer> = new Map(),
): Promise<void> {
  if (entries.length === 0) return;
  const keys = new Map([...known, ...(await personKeys.load(db, subjectsOf(entries, known)))]);
  await db.query(
    `/* appendEntries */ INSERT INTO inbox (change_id, actor, source, trace_id, ${SEALED_COLUMNS}) ${sealedRows(5, '$1, $2, $3, $4::uuid, ')}`,
    [origin.change, origin.actor, origin.source, origin.trace, ...sealed(entries, keys)],
  );
}

function* subjectsOf(entries: readonly NewEntry[], known: ReadonlyMap<string, Buffer>): Iterable<string> {
  for (const { subject } of entries) if (subject !== null && !known.has(subject)) yield subject;
}
