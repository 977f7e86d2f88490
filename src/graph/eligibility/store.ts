// Eligibility: what is read.
import type { VerdictSegment } from '../../core/verdict';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { known, told, valid, type View } from '../context';

/** A person and a role. */
export interface PairRow {
  readonly employeeUuid: string;
  readonly roleUuid: string;
}

export const pairKeys = (pair: PairRow): string[] => [pair.roleUuid, pair.employeeUuid];
const KEYS: readonly SortKey[] = [
  { sql: 'r.id', type: 'uuid' },
  { sql: 'e.employee_id', type: 'uuid' },
];

export interface PairFilter {
  readonly verdict?: readonly string[] | null;
  readonly department?: readonly string[] | null;
  readonly location?: readonly string[] | null;
  readonly assigned?: boolean | null;
  readonly changesBefore?: number | null;
  readonly employees?: readonly string[] | null;
}

/**
 * The pairs a filter finds, as FROM and WHERE over role `r` and person `e`. All roles and people are pairs; one without a stored verdict is
 * NOT_ELIGIBLE, so only a filter that leaves NOT_ELIGIBLE out can start from what is stored.
 */
function pairs(view: View, roles: readonly string[], filter: PairFilter, q: Params): string {
  const ids = q.add(roles);
  const verdicts = filter.verdict ?? null;
  const join = verdicts !== null && !verdicts.includes('NOT_ELIGIBLE') ? 'JOIN' : 'LEFT JOIN';
  const where = [`${valid('e', view, q)}`, told('e', view, q)];
  if (verdicts) where.push(`coalesce(g.verdict, 'NOT_ELIGIBLE') = ANY(${q.add(verdicts)})`);
  if (filter.department) where.push(`e.department = ANY(${q.add(filter.department)})`);
  if (filter.location) where.push(`e.location = ANY(${q.add(filter.location)})`);
  if (filter.assigned != null) {
    const code = `ARRAY(SELECT o.code FROM role o WHERE o.id = r.id AND ${known('o', view, q)})`;
    where.push(`(e.role_codes && ${code}) = ${q.add(filter.assigned)}`);
  }
  if (filter.employees) where.push(`e.employee_id = ANY(${q.add(filter.employees)})`);
  if (filter.changesBefore != null) where.push(changesBetween(view, filter.changesBefore, q));
  return `FROM unnest(${ids}::uuid[]) AS r(id) CROSS JOIN employee_state e
    ${join} eligibility_segment g ON g.employee_id = e.employee_id AND g.role_id = r.id AND ${valid('g', view, q)} AND ${known('g', view, q)}
    WHERE ${where.join(' AND ')}`;
}

// a bound of a stretch where the verdict really differs: not the seam between two rule versions that say the same
function changesBetween(view: View, before: number, q: Params): string {
  const at = `${q.add(new Date(view.at).toISOString())}::timestamptz`;
  const end = `${q.add(new Date(before).toISOString())}::timestamptz`;
  const bound = (column: string, other: string) => `(h.${column} > ${at} AND h.${column} < ${end} AND NOT EXISTS (
    SELECT 1 FROM eligibility_segment k WHERE k.employee_id = h.employee_id AND k.role_id = h.role_id AND k.${other} = h.${column}
    AND k.verdict = h.verdict AND ${known('k', view, q)}))`;
  return `EXISTS (SELECT 1 FROM eligibility_segment h WHERE h.employee_id = e.employee_id AND h.role_id = r.id AND ${known('h', view, q)}
    AND (${bound('valid_from', 'valid_to')} OR ${bound('valid_to', 'valid_from')}))`;
}

/** One page of pairs. */
export async function pairPage(db: Db, view: View, roles: readonly string[], filter: PairFilter, page: Page): Promise<PairRow[]> {
  const q = new Params();
  const from = pairs(view, roles, filter, q);
  const { where, order, limit } = keyset(page, KEYS, q);
  return rows<PairRow>(
    db,
    `/* pairPage */ SELECT e.employee_id AS "employeeUuid", r.id AS "roleUuid" ${from} AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many pairs a filter finds. */
export async function pairCount(db: Db, view: View, roles: readonly string[], filter: PairFilter): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* pairCount */ SELECT count(*) AS count ${pairs(view, roles, filter, q)}`,
    q.values,
  );
  return row!.count;
}

/** One page of pairs for each of the given people or roles, in one statement. */
export async function pairPages(
  db: Db,
  view: View,
  parents: { readonly employees: readonly string[] } | { readonly roles: readonly string[] },
  roles: readonly string[],
  filter: PairFilter,
  page: Page,
): Promise<PairRow[]> {
  const q = new Params();
  const [ids, column] = 'employees' in parents ? [parents.employees, 'e.employee_id'] : [parents.roles, 'r.id'];
  const from = pairs(view, roles, filter, q);
  const { where, order, limit } = keyset(page, KEYS, q);
  return rows<PairRow>(
    db,
    `/* pairPages */ SELECT found.* FROM unnest(${q.add(ids)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT e.employee_id AS "employeeUuid", r.id AS "roleUuid" ${from} AND ${column} = p.id AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many pairs there are for each of the given people or roles. */
export async function pairCounts(
  db: Db,
  view: View,
  parents: { readonly employees: readonly string[] } | { readonly roles: readonly string[] },
  roles: readonly string[],
  filter: PairFilter,
): Promise<Map<string, number>> {
  const q = new Params();
  const column = 'employees' in parents ? 'e.employee_id' : 'r.id';
  const narrowed = 'employees' in parents ? { ...filter, employees: parents.employees } : filter;
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* pairCounts */ SELECT ${column} AS id, count(*) AS count ${pairs(view, roles, narrowed, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

const DIMENSIONS = {
  DEPARTMENT: 'e.department',
  LOCATION: 'e.location',
  JOB_FAMILY: 'e.job_family',
  ROLE: 'r.id',
  VERDICT: `coalesce(g.verdict, 'NOT_ELIGIBLE')`,
} as const;

/** What pairs can be counted by. */
export type PairDimension = keyof typeof DIMENSIONS;

/** Counts of pairs by dimensions; people without a value are counted under the empty key. */
export async function pairGroups(
  db: Db,
  view: View,
  by: readonly PairDimension[],
  roles: readonly string[],
  filter: PairFilter,
): Promise<{ keys: string[]; count: number }[]> {
  const q = new Params();
  const columns = by.map((dimension, i) => `${DIMENSIONS[dimension]} AS key${i}`);
  const keys = by.map((dimension, i) =>
    dimension === 'ROLE'
      ? `(SELECT o.code FROM role o WHERE o.id = key${i} AND ${known('o', view, q)})`
      : `coalesce(key${i}, '')`,
  );
  const groups = by.map((_, i) => i + 1).join();
  return rows(
    db,
    `/* pairGroups */ SELECT ARRAY[${keys.join(', ')}]::text[] AS keys, sum(count) AS count
     FROM (SELECT ${columns.join(', ')}, count(*) AS count ${pairs(view, roles, filter, q)} GROUP BY ${groups}) counted GROUP BY 1 ORDER BY 1`,
    q.values,
  );
}

/** The stored verdicts of pairs, in order of time. */
export async function segmentsOfPairs(db: Db, view: View, wanted: readonly PairRow[]): Promise<Map<string, VerdictSegment[]>> {
  const q = new Params();
  const people = q.add(wanted.map((pair) => pair.employeeUuid));
  const roles = q.add(wanted.map((pair) => pair.roleUuid));
  const found = await rows<PairRow & VerdictSegment>(
    db,
    `/* segmentsOfPairs */ SELECT g.employee_id AS "employeeUuid", g.role_id AS "roleUuid", g.valid_from AS "from", g.valid_to AS "to", g.verdict,
       g.rule_version AS "ruleVersion"
     FROM unnest(${people}::uuid[], ${roles}::uuid[]) AS p(employee_id, role_id)
     JOIN eligibility_segment g ON g.employee_id = p.employee_id AND g.role_id = p.role_id
     WHERE g.employee_id = ANY(${people}) AND ${known('g', view, q)} ORDER BY g.valid_from`,
    q.values,
  );
  const byPair = new Map<string, VerdictSegment[]>();
  for (const { employeeUuid, roleUuid, ...segment } of found) {
    const key = `${employeeUuid}|${roleUuid}`;
    byPair.set(key, [...(byPair.get(key) ?? []), segment]);
  }
  return byPair;
}

/**
 * What a view knows of people's holdings of types, over all of time, without the stretches that say nothing to a rule: those in which a holding
 * has not begun or is over, unless its type is one that can also be a trigger. `person` and `type` count from 1 in the lists.
 */
export async function holdingTimelines(
  db: Db,
  view: View,
  people: readonly string[],
  types: readonly string[],
  triggers: readonly string[],
) {
  if (types.length === 0) return [];
  const q = new Params();
  const ids = q.add(people);
  return rows<{ person: number; credentialUuid: string; type: number; from: number; to: number; status: string }>(
    db,
    `/* holdingTimelines */ SELECT p.place::integer AS person, s.credential_id AS "credentialUuid", array_position(${q.add(types)}::uuid[], s.type_id) AS type,
       s.valid_from AS "from", s.valid_to AS "to", s.status
     FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS p (id, place) JOIN credential_segment s ON s.employee_id = p.id
     WHERE s.employee_id = ANY(${ids}) AND s.type_id = ANY(${q.add(types)}) AND (s.status IN ('ACTIVE', 'GRACE', 'SUSPENDED', 'REVOKED') OR s.type_id = ANY(${q.add(triggers)}))
       AND ${known('s', view, q)}
     ORDER BY s.credential_id, s.valid_from`,
    q.values,
  );
}

/**
 * What a view knows to be asserted about people, over all of time: everything, or of these attributes. The status follows from all that is
 * asserted.
 */
export async function assertionsKnown(db: Db, view: View, people: readonly string[], names?: ReadonlySet<string>) {
  if (names?.size === 0) return [];
  const q = new Params();
  const only = names && !names.has('status') ? ` AND f.name = ANY(${q.add([...names])})` : '';
  return rows<{ id: string; employeeId: string; name: string; at: number; value: never }>(
    db,
    `/* assertionsKnown */ SELECT f.id, f.employee_id AS "employeeId", f.name, f.at, f.value FROM employee_fact f
     WHERE f.employee_id = ANY(${q.add(people)})${only} AND ${known('f', view, q)}`,
    q.values,
  );
}
