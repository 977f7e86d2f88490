// Coverage ahead: what is read. A person counts where and while `member` says so, for a role while a stored verdict says so.
import type { DayRange } from '../../core/cover';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, rows } from '../../platform/sql';
import { known, told, type View } from '../context';

/** Whom a forecast counts, how it groups them, and at which instants. */
export interface CoverageQuestion {
  readonly roles: readonly string[];
  readonly groupBy: readonly CoverageDimension[];
  readonly department: readonly string[] | null;
  readonly location: readonly string[] | null;
  readonly status: readonly string[];
  readonly instants: readonly number[];
}

export type CoverageDimension = 'DEPARTMENT' | 'LOCATION';

/** One role and one group of people; `keys` are their values of the dimensions grouped by, empty where they have none. */
export interface CoverageGroup {
  readonly roleUuid: string;
  readonly keys: readonly string[];
}

const COLUMNS: Record<CoverageDimension, string> = { DEPARTMENT: 's.department', LOCATION: 's.location' };

/** The tables `member` and `stretch` of a question, and the number of the first counted instant that is not before another instant. */
function asked(view: View, question: CoverageQuestion, q: Params) {
  const texts = question.instants.map((instant) => instantText(instant));
  const instants = `${q.add(texts)}::timestamptz[]`;
  const [first, last] = [`${q.add(texts[0])}::timestamptz`, `${q.add(texts.at(-1))}::timestamptz`];
  const within = (alias: string) => `${alias}.valid_from <= ${last} AND ${alias}.valid_to > ${first}`;
  const where = [told('s', view, q), within('s'), `s.status = ANY(${q.add(question.status)})`];
  if (question.department) where.push(`s.department = ANY(${q.add(question.department)})`);
  if (question.location) where.push(`s.location = ANY(${q.add(question.location)})`);
  const keys = question.groupBy.map((dimension) => `coalesce(${COLUMNS[dimension]}, '')`);
  return {
    tables: `member AS (
        SELECT s.employee_id, ARRAY[${keys.join(', ')}]::text[] AS keys, s.valid_from, s.valid_to FROM employee_state s WHERE ${where.join(' AND ')}
      ), stretch AS (
        SELECT g.role_id, m.employee_id, m.keys, g.verdict, greatest(m.valid_from, g.valid_from) AS valid_from, least(m.valid_to, g.valid_to) AS valid_to
        FROM eligibility_segment g JOIN member m ON m.employee_id = g.employee_id AND m.valid_from < g.valid_to AND m.valid_to > g.valid_from
        WHERE g.role_id = ANY(${q.add(question.roles)}) AND g.verdict IN ('ELIGIBLE', 'AT_RISK', 'GRACE') AND ${within('g')} AND ${known('g', view, q)}
      )`,
    dayOf: (instant: string) => `width_bucket(${instant} - interval '1 microsecond', ${instants})`,
    within,
  };
}

/** So many people more (or fewer) from a day on. */
export interface CountStep {
  /** Null: people, whatever they may do. */
  readonly roleUuid: string | null;
  readonly keys: readonly string[];
  readonly what: 'people' | 'eligible' | 'grace';
  readonly day: number;
  readonly change: number;
}

/** How the numbers of people change from day to day, each group beginning with nobody. */
export async function coverageSteps(db: Db, view: View, question: CoverageQuestion): Promise<CountStep[]> {
  const q = new Params();
  const { tables, dayOf } = asked(view, question, q);
  const counted = (role: string, what: string, table: string) =>
    `SELECT ${role} AS role_id, keys, ${what} AS what, ${dayOf('valid_from')} AS first, ${dayOf('valid_to')} AS next FROM ${table}`;
  return rows<CountStep>(
    db,
    `/* coverageSteps */ WITH ${tables}
     SELECT c.role_id AS "roleUuid", c.keys, c.what, edge.day, sum(edge.change) AS change
     FROM (${counted('role_id', `CASE verdict WHEN 'GRACE' THEN 'grace' ELSE 'eligible' END`, 'stretch')}
       UNION ALL ${counted('NULL', `'people'`, 'member')}) c
     CROSS JOIN LATERAL (VALUES (c.first, 1), (c.next, -1)) AS edge(day, change) WHERE c.first < c.next GROUP BY 1, 2, 3, 4`,
    q.values,
  );
}

/** Groups with a day each. */
export type GroupDay = CoverageGroup & { readonly day: number };

/** Somebody who counted before a day and no longer does on it. */
export interface LapseRow extends CoverageGroup {
  readonly employeeUuid: string;
  /** When they stopped. */
  readonly at: number;
}

/** Who of each group has stopped counting by its day, in the order in which they did. */
export async function lapsesBefore(
  db: Db,
  view: View,
  question: CoverageQuestion,
  verdicts: readonly string[],
  days: readonly GroupDay[],
): Promise<LapseRow[]> {
  const q = new Params();
  const { tables, dayOf } = asked(view, question, q);
  return rows<LapseRow>(
    db,
    `/* lapsesBefore */ WITH ${tables}, wanted AS (
       SELECT w."roleUuid" AS role_id, ARRAY(SELECT jsonb_array_elements_text(w.keys)) AS keys, w.day
       FROM jsonb_to_recordset(${q.add(JSON.stringify(days))}) AS w("roleUuid" uuid, keys jsonb, day integer)
     ), counted AS (
       SELECT s.role_id, s.keys, s.employee_id, s.valid_to, w.day, ${dayOf('s.valid_from')} AS first, ${dayOf('s.valid_to')} AS next
       FROM stretch s JOIN wanted w ON w.role_id = s.role_id AND w.keys = s.keys WHERE s.verdict = ANY(${q.add(verdicts)})
     )
     SELECT role_id AS "roleUuid", keys, employee_id AS "employeeUuid", max(valid_to) AS at FROM counted WHERE first < next AND first <= day
     GROUP BY role_id, keys, employee_id HAVING max(next) <= min(day) ORDER BY at, employee_id`,
    q.values,
  );
}

/** Somebody with a credential that ends within the forecast, and the days on which they are in a group. */
export interface HolderRow {
  readonly employeeUuid: string;
  readonly keys: readonly string[];
  readonly present: readonly DayRange[];
}

/** Everybody of the groups with these keys who has a credential of one of the types that ends within the forecast, the earliest end first. */
export async function holdersOf(
  db: Db,
  view: View,
  question: CoverageQuestion,
  types: readonly string[],
  keys: readonly (readonly string[])[],
): Promise<HolderRow[]> {
  const q = new Params();
  const { tables, dayOf, within } = asked(view, question, q);
  const last = `${q.add(instantText(question.instants.at(-1)!))}::timestamptz`;
  return rows<HolderRow>(
    db,
    `/* holdersOf */ WITH ${tables}, ending AS (
       SELECT c.employee_id, min(c.valid_to) AS first_end FROM credential_segment c
       WHERE c.type_id = ANY(${q.add(types)}) AND c.status IN ('ACTIVE', 'GRACE') AND ${within('c')} AND c.valid_to <= ${last} AND ${known('c', view, q)}
       GROUP BY c.employee_id
     ), present AS (
       SELECT m.employee_id, m.keys, e.first_end, ${dayOf('m.valid_from')} AS first, ${dayOf('m.valid_to')} AS next
       FROM member m JOIN ending e ON e.employee_id = m.employee_id
       WHERE m.keys IN (SELECT ARRAY(SELECT jsonb_array_elements_text(w)) FROM jsonb_array_elements(${q.add(JSON.stringify(keys))}) AS w)
     )
     SELECT employee_id AS "employeeUuid", keys, jsonb_agg(jsonb_build_object('from', first, 'to', next) ORDER BY first) AS present
     FROM present WHERE first < next GROUP BY employee_id, keys ORDER BY min(first_end), employee_id`,
    q.values,
  );
}

/** Where somebody is at an instant. */
export interface Whereabouts {
  readonly status: string;
  readonly department: string | null;
  readonly location: string | null;
}

/** Where people are at an instant each, in the order asked; null: nothing is known of them then. */
export async function whereaboutsAt(
  db: Db,
  view: View,
  asked: readonly { readonly employeeUuid: string; readonly at: number }[],
): Promise<(Whereabouts | null)[]> {
  const q = new Params();
  const ids = q.add(asked.map(({ employeeUuid }) => employeeUuid));
  const instants = q.add(asked.map(({ at }) => instantText(at)));
  const found = await rows<Whereabouts & { readonly place: number }>(
    db,
    `/* whereaboutsAt */ SELECT p.place, s.status, s.department, s.location
     FROM unnest(${ids}::uuid[], ${instants}::timestamptz[]) WITH ORDINALITY AS p(employee_id, at, place)
     JOIN employee_state s ON s.employee_id = p.employee_id AND s.valid_from <= p.at AND s.valid_to > p.at AND ${known('s', view, q)}`,
    q.values,
  );
  const byPlace = new Map(found.map(({ place, ...where }) => [place, where]));
  return asked.map((_, i) => byPlace.get(i + 1) ?? null);
}
