// Proofs: which entries of the log belong into one.
import { openBody } from '../../journal/cipher';
import { LOG_COLUMNS, type LogRow } from '../../journal/decode';
import type { Db } from '../../platform/postgres/pool';
import { plainArray, rows } from '../../platform/sql';
import type { ToldEntry } from './replay';

/** The kind of the entry that an export leaves: it says what was answered, and closes the list of what the log says of the person. */
export const EXPORTED = 'answer.exported';

/** What an entry says, to the holder of the person's key. */
export function toldIn({ kind, occurred_at, body_format, body, event_id }: LogRow, key: Buffer | undefined): ToldEntry {
  return { kind, occurredAt: occurred_at, body: openBody({ format: body_format, bytes: body }, key, event_id).body };
}

/** What the log says of a person up to a position, oldest first, and at most `limit` of it. */
export function entriesAbout(db: Db, employee: string, upTo: number, limit: number): Promise<LogRow[]> {
  return rows<LogRow>(
    db,
    `/* entriesAbout */ SELECT ${LOG_COLUMNS} FROM log WHERE subject = $1 AND pos <= $2 ORDER BY pos LIMIT $3`,
    [employee, upTo, limit],
  );
}

/** The publications of roles' rules up to a position, oldest first. */
export function publicationsOf(db: Db, roles: readonly string[], upTo: number): Promise<LogRow[]> {
  return rows<LogRow>(
    db,
    `/* publicationsOf */ SELECT ${LOG_COLUMNS} FROM log
     WHERE entity = ANY($1) AND subject IS NULL AND kind = 'rule.published' AND pos <= $2 ORDER BY pos`,
    [plainArray(roles), upTo],
  );
}

/** Entries by position, oldest first. */
export function entriesAt(db: Db, positions: readonly number[]): Promise<LogRow[]> {
  return rows<LogRow>(db, `/* entriesAt */ SELECT ${LOG_COLUMNS} FROM log WHERE pos = ANY($1) ORDER BY pos`, [
    plainArray(positions),
  ]);
}

/** Where the export that a change made stands in the log. */
export async function exportOf(db: Db, employee: string, change: number): Promise<number> {
  const [row] = await rows<{ pos: number }>(
    db,
    `/* exportOf */ SELECT l.pos FROM change c JOIN log l ON l.pos <= c.last_pos AND l.subject = $1 AND l.kind = $2 AND l.change_id = c.id
     WHERE c.id = $3 ORDER BY l.pos DESC LIMIT 1`,
    [employee, EXPORTED, change],
  );
  return row!.pos;
}
