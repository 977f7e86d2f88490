// Two states of the graph side by side: which verdicts differ, and whether that happened or was only learned.
import type { Verdict } from '../../core/verdict';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { known, seen, valid, type View } from '../context';

/** Whose verdicts are compared: one person's, those of everybody who is in a department on either side, or those for one role. */
export type DiffScope = { readonly employee: string } | { readonly department: string } | { readonly role: string };

/** The two states. */
export interface Sides {
  readonly from: View;
  readonly to: View;
}

/** A pair that is not judged alike. One that a side does not list (nobody there, no rule in effect) is NOT_ELIGIBLE there. */
export interface DifferenceRow {
  readonly employeeUuid: string;
  readonly roleUuid: string;
  readonly before: Verdict;
  /** At the first instant, as the second side knows it. */
  readonly inHindsight: Verdict;
  readonly after: Verdict;
}

/** The first instant as the second side knows it. */
export function hindsight({ from, to }: Sides): View {
  return { at: from.at, known: to.known, sight: from.sight };
}

const KEYS: readonly SortKey[] = [
  { sql: 'd.role_id', type: 'uuid' },
  { sql: 'd.employee_id', type: 'uuid' },
];

export const differenceKeys = (row: DifferenceRow): string[] => [row.roleUuid, row.employeeUuid];

/** The differences as a common table expression `d`. */
function differences(sides: Sides, scope: DiffScope, q: Params): string {
  const belongs = (alias: string) => {
    if ('employee' in scope) return `${alias}.employee_id = ${q.add(scope.employee)}`;
    if ('role' in scope) return `${alias}.role_id = ${q.add(scope.role)}`;
    return `${alias}.employee_id = ANY(ARRAY(SELECT employee_id FROM members))`;
  };
  const members = (view: View) => `SELECT m.employee_id FROM employee_state m
    WHERE m.department = ${q.add('department' in scope ? scope.department : '')} AND ${valid('m', view, q)} AND ${known('m', view, q)}`;
  const side = (view: View) => `SELECT g.employee_id, g.role_id, g.verdict FROM eligibility_segment g
    JOIN employee_state e ON e.employee_id = g.employee_id AND ${'role' in scope ? 'true' : belongs('e')} AND ${valid('e', view, q)} AND ${known('e', view, q)}
      AND ${seen('e.employee_id', sides.from, q)} AND ${seen('e.employee_id', sides.to, q)}
    WHERE ${belongs('g')} AND ${valid('g', view, q)} AND ${known('g', view, q)}`;
  return `WITH ${'department' in scope ? `members AS (${members(sides.from)} UNION ${members(sides.to)}),` : ''}
    b AS (${side(sides.from)}), h AS (${side(hindsight(sides))}), a AS (${side(sides.to)}),
    every AS (
      SELECT employee_id, role_id, coalesce(b.verdict, 'NOT_ELIGIBLE') AS before, coalesce(h.verdict, 'NOT_ELIGIBLE') AS hindsight,
        coalesce(a.verdict, 'NOT_ELIGIBLE') AS after
      FROM b FULL JOIN h USING (employee_id, role_id) FULL JOIN a USING (employee_id, role_id)),
    d AS (SELECT * FROM every WHERE before <> hindsight OR hindsight <> after)`;
}

/** One page of differences. */
export async function differencePage(db: Db, sides: Sides, scope: DiffScope, page: Page): Promise<DifferenceRow[]> {
  const q = new Params();
  const found = differences(sides, scope, q);
  const { where, order, limit } = keyset(page, KEYS, q);
  return rows<DifferenceRow>(
    db,
    `/* differencePage */ ${found} SELECT d.employee_id AS "employeeUuid", d.role_id AS "roleUuid", d.before, d.hindsight AS "inHindsight", d.after
     FROM d WHERE ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many differences there are. */
export async function differenceCount(db: Db, sides: Sides, scope: DiffScope): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* differenceCount */ ${differences(sides, scope, q)} SELECT count(*) AS count FROM d`,
    q.values,
  );
  return row!.count;
}
