// What was known when: from an instant to a position in the log, and from a position to the rows known there.
import { ts, type Db } from '../platform/postgres/pool';

/**
 * The position of the last entry recorded at or before an instant; 0 when there was none. For an instant already past the
 * answer never changes again; within the few milliseconds in which a batch is being recorded it still may.
 */
export async function positionAt(db: Db, instant: number): Promise<number> {
  const { rows } = await db.query<{ last_pos: number }>(
    `/* positionAt */ SELECT last_pos FROM change WHERE recorded_at <= $1::timestamptz
     ORDER BY recorded_at DESC, last_pos DESC LIMIT 1`,
    [ts(instant)],
  );
  return rows[0]?.last_pos ?? 0;
}

/** The last position whose entry is not kept any more; 0 when all are. Of each that is gone the leaf is kept, 256 to a row. */
export async function lastGone(db: Db): Promise<number> {
  const { rows } = await db.query<{ last: number }>(
    '/* lastGone */ SELECT coalesce(max(index) + 1, 0) * 256 AS last FROM log_leaf',
  );
  return rows[0]!.last;
}

/** The log's last position as the database has it, in the caller's snapshot: the cursor to subscribe from without a gap. */
export async function headPosition(db: Db): Promise<number> {
  const { rows } = await db.query<{ pos: number }>('/* headPosition */ SELECT pos FROM log_head');
  return rows[0]?.pos ?? 0;
}

/**
 * The SQL condition under which a row of a bitemporal table is known: with `param` null, now (the current-state read, which
 * never touches the log); else at the position bound to that placeholder, e.g. `knownAt('c', '$3')`. A change is known all
 * at once, at its last position, so a position inside a change knows none of it.
 */
export function knownAt(alias: string, param: string | null): string {
  if (param === null) return `${alias}.retired_in IS NULL`;
  const took = (column: string): string =>
    `EXISTS (SELECT 1 FROM change told WHERE told.id = ${alias}.${column} AND told.last_pos <= ${param})`;
  return `(${ever(alias)} AND ${took('recorded_in')} AND NOT ${took('retired_in')})`;
}

/**
 * The SQL condition that is true of every row of a bitemporal table. What stands and what is retired have an index each, and PostgreSQL looks
 * into them only when a statement says that it means either; without, it reads the whole table.
 */
export function ever(alias: string): string {
  return `(${alias}.retired_in IS NULL OR ${alias}.retired_in IS NOT NULL)`;
}
