// Rows of the log as entries.
import type { Db } from '../platform/postgres/pool';
import { openBody, SEALED } from './cipher';
import type { LogEntry } from './entry';
import type { KeyCache } from './keys';

/** A row of table log, as the statements of this room select it. */
export interface LogRow {
  readonly pos: number;
  readonly change_id: number;
  readonly event_id: string;
  readonly kind: string;
  readonly entity: string;
  readonly entity_version: number;
  readonly subject: string | null;
  readonly actor: string;
  readonly source: string | null;
  readonly occurred_at: number;
  readonly recorded_at: number;
  readonly body_format: number;
  readonly body: Buffer;
}

const COLUMNS =
  'pos, change_id, event_id, kind, entity, entity_version, subject, actor, source, occurred_at, recorded_at, body_format, body';

/**
 * The next entries after a position, at most `limit`, in one statement for the rows and one for the keys not at hand.
 * Throws when the positions found do not follow on: the log has no holes, so something removed rows.
 */
export async function readEntries(db: Db, keys: KeyCache, after: number, limit: number): Promise<LogEntry[]> {
  const { rows } = await db.query<LogRow>(`/* readEntries */ SELECT ${COLUMNS} FROM log WHERE pos > $1 ORDER BY pos LIMIT $2`, [
    after,
    limit,
  ]);
  rows.forEach((row, i) => {
    if (row.pos !== after + 1 + i) throw new Error(`the log has a hole: position ${after + 1 + i} is missing before ${row.pos}`);
  });
  return decodeEntries(db, keys, rows);
}

/** Opens the bodies of rows; see `LogEntry` for what cannot be opened. */
export async function decodeEntries(db: Db, keys: KeyCache, rows: readonly LogRow[]): Promise<LogEntry[]> {
  const people = new Set<string>();
  for (const row of rows) if (row.body_format === SEALED && row.subject !== null) people.add(row.subject);
  const keyOf = await keys.keysOf(db, people);
  return rows.map((row) => {
    const key = row.subject === null ? undefined : keyOf.get(row.subject);
    return {
      pos: row.pos,
      changeId: row.change_id,
      eventId: row.event_id,
      kind: row.kind,
      entity: row.entity,
      entityVersion: row.entity_version,
      subject: row.subject,
      actor: row.actor,
      source: row.source,
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
      ...openBody({ format: row.body_format, bytes: row.body }, key, row.event_id),
    };
  });
}
