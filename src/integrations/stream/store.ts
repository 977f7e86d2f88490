// What the log says should be in the stream.
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';

/** Whether there is anything behind `after`, up to and including `until`, that is not about somebody who was erased. */
export async function isAnythingWithin(db: Db, after: number, until: number): Promise<boolean> {
  if (after >= until) return false;
  const found = await rows(
    db,
    `/* isAnythingWithin */ SELECT FROM log l WHERE l.pos > $1 AND l.pos <= $2
       AND NOT EXISTS (SELECT FROM erased_employee e WHERE e.id = l.subject)
     ORDER BY l.pos LIMIT 1`,
    [after, until],
  );
  return found.length > 0;
}

/** How many entries from `first` to `last` are about people whose erasure stands at or before `last`. */
export async function countErased(db: Db, first: number, last: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    `/* countErased */ SELECT count(*) AS count FROM erased_employee e JOIN change c ON c.id = e.recorded_in
     JOIN log l ON l.subject = e.id AND l.pos BETWEEN $1 AND $2 WHERE c.last_pos <= $2`,
    [first, last],
  );
  return row!.count;
}

/** The id of the change at a position; undefined when the log does not reach so far. */
export async function eventIdAt(db: Db, position: number): Promise<string | undefined> {
  const [row] = await rows<{ event_id: string }>(db, '/* eventIdAt */ SELECT event_id FROM log WHERE pos = $1', [position]);
  return row?.event_id;
}
