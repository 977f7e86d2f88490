// Lines of reporting: who is below whom, and who above. Primary managers pass on; an edge to another manager passes on nobody's own reports.
import type { Params } from '../platform/sql';
import { known, valid, type View } from './view';

/** What of a view a line is read at. */
export type Moment = Pick<View, 'at' | 'known'>;

/**
 * Everybody below each of the given people along primary managers, and those who have one of all these as another manager, as the common table
 * expression `below (parent, employee_id)`. UNION drops what was seen, so a cycle ends by itself.
 */
export function reportsOf(moment: Moment, managers: readonly string[], transitive: boolean, q: Params): string {
  const asked = `unnest(${q.add(managers)}::uuid[]) AS m(id)`;
  const step = (manager: string, source: string, parent: string) =>
    `SELECT ${parent} AS parent, r.employee_id FROM ${source} JOIN employee_state r ON r.manager_id = ${manager}
     AND ${valid('r', moment, q)} AND ${known('r', moment, q)}`;
  const direct = step('m.id', asked, 'm.id');
  const line = transitive ? `${direct} UNION ${step('l.employee_id', 'line l', 'l.parent')}` : direct;
  const own = (source: string, join: string, few: string) =>
    `SELECT b.parent, o.employee_id FROM ${source} ${join} WHERE o.other_manager_ids <> '{}' AND ${valid('o', moment, q)} AND ${known('o', moment, q)}
      AND (SELECT count(*) ${few} ${FEW} FROM managing)`;
  return `WITH RECURSIVE line AS (${line}),
    managing AS (SELECT m.id AS parent, m.id AS employee_id FROM ${asked}${transitive ? ' UNION ALL SELECT parent, employee_id FROM line' : ''}),
    below AS (SELECT parent, employee_id FROM line
      UNION ${own('managing b', 'JOIN employee_state o ON o.other_manager_ids @> ARRAY[b.employee_id]', '<=')}
      UNION ${own('employee_state o', 'CROSS JOIN unnest(o.other_manager_ids) AS x(id) JOIN managing b ON b.employee_id = x.id', '>')})`;
}

/** Up to so many managers are looked up one by one; for more all who have other managers are read, which takes a second for a million. */
const FEW = 1_000;
