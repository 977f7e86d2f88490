// Entries of the log and people: what is read.
import { ever, knownAt } from '../../journal/known';
import type { LogEntry } from '../../journal/entry';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';
import { TELLING } from '../sight';

/** A change is known all at once: the position of its last entry. */
export async function endsOfChanges(db: Db, changes: readonly number[]): Promise<Map<number, number>> {
  const found = await rows<{ id: number; last: number }>(
    db,
    '/* endsOfChanges */ SELECT id, last_pos AS last FROM change WHERE id = ANY($1::bigint[])',
    [changes],
  );
  return new Map(found.map(({ id, last }) => [id, last]));
}

const ASKED = `asked AS (
  SELECT a.n, a.subject, c.recorded_at AS at, c.last_pos AS known FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS a(subject, change_id, n)
  JOIN change c ON c.id = a.change_id)`;

const asked = (entries: readonly LogEntry[]): unknown[] => [
  entries.map(({ subject }) => subject),
  entries.map(({ changeId }) => changeId),
];

/**
 * Who was above each entry's person when it was recorded, as the graph knew it then: the lines of the primary managers upwards from the person's
 * managers, primary and others. The other direction of `reportsOf`.
 */
export async function peopleAbove(db: Db, entries: readonly LogEntry[]): Promise<ReadonlySet<string>[]> {
  const holds = `s.valid_from <= u.at AND s.valid_to > u.at AND ${knownAt('s', 'u.known')}`;
  const found = await rows<{ n: number; above: string[] }>(
    db,
    `/* peopleAbove */ WITH RECURSIVE ${ASKED}, up AS (
       SELECT u.n, m.id, u.at, u.known FROM asked u JOIN employee_state s ON s.employee_id = u.subject AND ${holds}
       CROSS JOIN LATERAL unnest(s.other_manager_ids || s.manager_id) AS m(id) WHERE m.id IS NOT NULL
       UNION SELECT u.n, s.manager_id, u.at, u.known FROM up u JOIN employee_state s ON s.employee_id = u.id AND ${holds} WHERE s.manager_id IS NOT NULL)
     SELECT n, array_agg(id) AS above FROM up GROUP BY n`,
    asked(entries),
  );
  const byNumber = new Map(found.map(({ n, above }) => [n, new Set(above)]));
  return entries.map((_, i) => byNumber.get(i + 1) ?? new Set<string>());
}

/** The entries about people of whom one of these sources had told something by then. */
export async function toldBySources(db: Db, entries: readonly LogEntry[], sources: readonly string[]): Promise<LogEntry[]> {
  if (entries.length === 0) return [];
  const told = Object.entries(TELLING).map(
    ([table, isRetired]) => `EXISTS (SELECT 1 FROM ${table} t JOIN change c ON c.id = t.recorded_in
       WHERE t.employee_id = a.subject AND t.source = ANY($3::text[]) AND c.last_pos <= a.known${isRetired ? ` AND ${ever('t')}` : ''})`,
  );
  const found = await rows<{ n: number }>(
    db,
    `/* toldBySources */ WITH ${ASKED} SELECT a.n FROM asked a WHERE ${told.join(' OR ')}`,
    [...asked(entries), sources],
  );
  return found.map(({ n }) => entries[n - 1]!);
}
