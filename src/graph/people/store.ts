// People: what is read.
import type { Db } from '../../platform/postgres/pool';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import { columnParams, instantText, Params, rows } from '../../platform/sql';
import { confided, everKnown, known, seen, told, valid, type View } from '../context';
import { reportsOf } from '../lines';

/** A person as read at an instant; the names are those of the GraphQL type. */
export interface EmployeeRow {
  readonly uuid: string;
  readonly externalId: string;
  readonly version: number;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly status: string;
  readonly employmentType: string | null;
  readonly jobTitle: string | null;
  readonly jobFamily: string | null;
  readonly department: string | null;
  readonly location: string | null;
  readonly costCenter: string | null;
  readonly managerId: string | null;
  readonly otherManagerIds: readonly string[];
  readonly roleCodes: readonly string[];
  readonly hiredOn: string | null;
  readonly terminatedOn: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const COLUMNS = `e.id AS uuid, e.external_id AS "externalId", e.version, s.given_name AS "givenName", s.family_name AS "familyName",
  coalesce(s.name, e.external_id) AS name, s.email, coalesce(s.status, 'PRE_HIRE') AS status, s.employment_type AS "employmentType",
  s.job_title AS "jobTitle", s.job_family AS "jobFamily", s.department, s.location, s.cost_center AS "costCenter", s.manager_id AS "managerId",
  coalesce(s.role_codes, '{}') AS "roleCodes", coalesce(s.other_manager_ids, '{}') AS "otherManagerIds", s.hired_on AS "hiredOn", s.terminated_on AS "terminatedOn", coalesce(s.attributes, '{}') AS attributes`;

/** What an erased person is called wherever something still leads to them. */
export const erasedMark = (uuid: string): string => `erased-${uuid.slice(-12)}`;

/** People by id, in no order; erased ones by what they are called since. Somebody about whom nothing was asserted yet at that instant has an external id and no more. */
export async function employeesById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, EmployeeRow>> {
  const q = new Params();
  const wanted = q.add(ids);
  const found = await rows<EmployeeRow>(
    db,
    `/* employeesById */ SELECT ${COLUMNS} FROM employee e
     LEFT JOIN employee_state s ON s.employee_id = e.id AND s.employee_id = ANY(${wanted}) AND ${valid('s', view, q)} AND ${known('s', view, q)}
     WHERE e.id = ANY(${wanted}) AND ${everKnown('e', view, q)} AND ${seen('e.id', view, q)}`,
    q.values,
  );
  const people = new Map(found.map((row) => [row.uuid, row]));
  // whom somebody saw before the erasure nobody knows any more
  if (people.size < ids.length && view.sight === null) {
    const missing = ids.filter((id) => !people.has(id));
    const erased = await rows<{ id: string }>(db, '/* erasedById */ SELECT id FROM erased_employee WHERE id = ANY($1)', [
      missing,
    ]);
    for (const { id } of erased) people.set(id, nobody(id));
  }
  return people;
}

function nobody(uuid: string): EmployeeRow {
  const [name, none] = [erasedMark(uuid), null];
  return {
    ...{ uuid, externalId: name, name, version: 0, status: 'TERMINATED', roleCodes: [], attributes: {} },
    ...{
      givenName: none,
      familyName: none,
      email: none,
      employmentType: none,
      jobTitle: none,
      jobFamily: none,
      department: none,
    },
    ...{ location: none, costCenter: none, managerId: none, otherManagerIds: [], hiredOn: none, terminatedOn: none },
  };
}

/** The person an external id means: under a source its identity there, without one the organisation's own id or one that is known everywhere. */
export async function findByExternalId(db: Db, view: View, value: string, source: string | null): Promise<string | null> {
  const q = new Params();
  const [id, of] = [q.add(value), q.add(source)];
  const found = await rows<{ id: string }>(
    db,
    `/* findByExternalId */ SELECT e.id FROM employee e WHERE e.external_id = ${id} AND ${of}::text IS NULL AND ${seen('e.id', view, q)}
     UNION ALL SELECT i.employee_id FROM employee_identity i WHERE i.kind = 'EXTERNAL_ID' AND i.value = ${id} AND i.source IN (coalesce(${of}, ''), '')
       AND ${everKnown('i', view, q)} AND ${seen('i.employee_id', view, q)}`,
    q.values,
  );
  return found[0]?.id ?? null;
}

/** The people who have this e-mail address at the view's instant; when there is none, those who ever had it. */
export async function findByEmail(db: Db, view: View, email: string): Promise<string[]> {
  const q = new Params();
  const now = await rows<{ id: string }>(
    db,
    `/* findByEmail */ SELECT s.employee_id AS id FROM employee_state s
     WHERE lower(s.email) = lower(${q.add(email)}) AND ${valid('s', view, q)} AND ${told('s', view, q)} AND ${confided('s.employee_id', 'email', view, q)}`,
    q.values,
  );
  if (now.length > 0) return now.map((row) => row.id);
  const p = new Params();
  const confidants = view.sight?.confidants ?? null;
  const isConfided = confidants === null ? 'true' : `i.source = ANY(${p.add(confidants)}::text[])`;
  const ever = await rows<{ id: string }>(
    db,
    `/* findByFormerEmail */ SELECT DISTINCT i.employee_id AS id FROM employee_identity i
     WHERE i.kind = 'EMAIL' AND i.value = lower(${p.add(email)}) AND ${isConfided} AND ${everKnown('i', view, p)} AND ${seen('i.employee_id', view, p)}`,
    p.values,
  );
  return ever.map((row) => row.id);
}

export interface EmployeeFilter {
  readonly search?: string | null;
  readonly status?: readonly string[] | null;
  readonly department?: readonly string[] | null;
  readonly location?: readonly string[] | null;
  readonly jobFamily?: readonly string[] | null;
  readonly jobTitle?: readonly string[] | null;
  readonly costCenter?: readonly string[] | null;
  readonly employmentType?: readonly string[] | null;
  readonly externalId?: readonly string[] | null;
  readonly email?: readonly string[] | null;
  readonly managerExternalId?: string | null;
  readonly managerEmail?: string | null;
  readonly roleCode?: readonly string[] | null;
  readonly hiredFrom?: string | null;
  readonly hiredBefore?: string | null;
}

/** The filter as conditions on employee_state `s`. What the view may not say of a person does not let them through either. */
export function employeeConditions(filter: EmployeeFilter | null | undefined, view: View, q: Params): string {
  const conditions = ['true'];
  const own = (name: string) => confided('s.employee_id', name, view, q);
  const confidential = (name: string, condition: string) => conditions.push(condition, own(name));
  const among = (column: string, values: readonly string[] | null | undefined, inConfidence?: string) => {
    if (!values) return;
    const condition = `${column} = ANY(${q.add(values)})`;
    if (inConfidence === undefined) conditions.push(condition);
    else confidential(inConfidence, condition);
  };
  if (filter?.search) {
    const like = q.add(`%${filter.search.replace(/[\\%_]/g, '\\$&')}%`);
    conditions.push(`(s.name ILIKE ${like} OR s.email ILIKE ${like} AND ${own('email')} OR s.external_id ILIKE ${like})`);
  }
  among('s.status', filter?.status);
  among('s.department', filter?.department);
  among('s.location', filter?.location);
  among('s.job_family', filter?.jobFamily);
  among('s.job_title', filter?.jobTitle);
  among('s.external_id', filter?.externalId);
  among('s.cost_center', filter?.costCenter, 'costCenter');
  among('s.employment_type', filter?.employmentType, 'employmentType');
  const emails = filter?.email?.map((email) => email.toLowerCase());
  among('lower(s.email)', emails, 'email');
  if (filter?.roleCode) conditions.push(`s.role_codes && ${q.add(filter.roleCode)}::text[]`);
  const { hiredFrom, hiredBefore, managerExternalId, managerEmail } = filter ?? {};
  if (hiredFrom) confidential('hiredOn', `s.hired_on >= ${q.add(hiredFrom)}::date`);
  if (hiredBefore) confidential('hiredOn', `s.hired_on < ${q.add(hiredBefore)}::date`);
  const manager = (condition: string) =>
    conditions.push(`EXISTS (SELECT 1 FROM employee_state m WHERE m.employee_id = s.manager_id AND ${condition}
      AND ${valid('m', view, q)} AND ${told('m', view, q)})`);
  if (managerExternalId) manager(`m.external_id = ${q.add(managerExternalId)}`);
  if (managerEmail)
    manager(`lower(m.email) = ${q.add(managerEmail.toLowerCase())} AND ${confided('m.employee_id', 'email', view, q)}`);
  return conditions.join(' AND ');
}

const ORDERS: Record<string, readonly SortKey[]> = {
  NAME: [
    { sql: 's.name', type: 'text' },
    { sql: 's.employee_id', type: 'uuid' },
  ],
  EXTERNAL_ID: [
    { sql: 's.external_id', type: 'text' },
    { sql: 's.employee_id', type: 'uuid' },
  ],
  HIRED_ON: [
    { sql: `coalesce(s.hired_on, 'infinity')`, type: 'date' },
    { sql: 's.employee_id', type: 'uuid' },
  ],
};

/** The sort keys of a row under an order, for its cursor. */
export function employeeKeys(order: string): (row: EmployeeRow) => string[] {
  if (order === 'HIRED_ON') return (row) => [row.hiredOn ?? 'infinity', row.uuid];
  if (order === 'EXTERNAL_ID') return (row) => [row.externalId, row.uuid];
  return (row) => [row.name, row.uuid];
}

/** One page of people. */
export async function employeePage(
  db: Db,
  view: View,
  filter: EmployeeFilter | null,
  order: string,
  page: Page,
): Promise<EmployeeRow[]> {
  const q = new Params();
  const { where, order: orderBy, limit } = keyset(page, ORDERS[order]!, q);
  return rows<EmployeeRow>(
    db,
    `/* employeePage */ SELECT ${COLUMNS} FROM employee_state s JOIN employee e ON e.id = s.employee_id
     WHERE ${valid('s', view, q)} AND ${told('s', view, q)} AND ${employeeConditions(filter, view, q)} AND ${where} ${orderBy} ${limit}`,
    q.values,
  );
}

/** How many people the filter finds. */
export async function employeeCount(db: Db, view: View, filter: EmployeeFilter | null): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* employeeCount */ SELECT count(*) AS count FROM employee_state s
     WHERE ${valid('s', view, q)} AND ${told('s', view, q)} AND ${employeeConditions(filter, view, q)}`,
    q.values,
  );
  return row!.count;
}

export type ReportRow = EmployeeRow & { readonly parent: string };

/** One page of reports for each manager, in one statement. */
export async function reportPages(
  db: Db,
  view: View,
  managers: readonly string[],
  transitive: boolean,
  page: Page,
): Promise<ReportRow[]> {
  const q = new Params();
  const below = reportsOf(view, managers, transitive, q);
  const { where, order, limit } = keyset(page, ORDERS['NAME']!, q);
  return rows<ReportRow>(
    db,
    `/* reportPages */ ${below}
     SELECT m.id AS parent, found.* FROM unnest(${q.add(managers)}::uuid[]) AS m(id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM below b JOIN employee_state s ON s.employee_id = b.employee_id JOIN employee e ON e.id = s.employee_id
       WHERE b.parent = m.id AND b.employee_id <> m.id AND ${valid('s', view, q)} AND ${told('s', view, q)} AND ${where} ${order} ${limit}
     ) found`,
    q.values,
  );
}

/** How many reports each manager has. */
export async function reportCounts(
  db: Db,
  view: View,
  managers: readonly string[],
  transitive: boolean,
): Promise<Map<string, number>> {
  const q = new Params();
  const below = reportsOf(view, managers, transitive, q);
  const found = await rows<{ parent: string; count: number }>(
    db,
    `/* reportCounts */ ${below} SELECT parent, count(*) AS count FROM below WHERE employee_id <> parent
       AND ${seen('below.employee_id', view, q)} GROUP BY parent`,
    q.values,
  );
  return new Map(found.map((row) => [row.parent, row.count]));
}

/** The primary manager of each of these people at an instant of its own, as the graph has it now; null: none, or not known yet. */
export async function managersAt(
  db: Db,
  asked: readonly { readonly employeeUuid: string; readonly at: number }[],
): Promise<(string | null)[]> {
  const found = await rows<{ id: string | null }>(
    db,
    `/* managersAt */ SELECT s.manager_id AS id FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS p(id, at, n)
     LEFT JOIN employee_state s ON s.employee_id = p.id AND s.valid_from <= p.at AND s.valid_to > p.at AND s.retired_in IS NULL ORDER BY p.n`,
    columnParams(asked, [({ employeeUuid }) => employeeUuid, ({ at }) => instantText(at)]),
  );
  return found.map(({ id }) => id);
}

/** How somebody stands at an instant, or when they first do. */
export interface Standing {
  /** That instant, or the one from which the person is known. */
  readonly from: number;
  readonly managerUuid: string | null;
}

/** How people stand at instants; before anything is known of them, as it first is. */
export async function standingsFrom(
  db: Db,
  asked: readonly { readonly employeeUuid: string; readonly at: number }[],
): Promise<Standing[]> {
  return rows<Standing>(
    db,
    `/* standingsFrom */ SELECT greatest(p.at, s.valid_from) AS "from", s.manager_id AS "managerUuid"
     FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS p(id, at, n)
     LEFT JOIN LATERAL (SELECT valid_from, manager_id FROM employee_state
       WHERE employee_id = p.id AND valid_to > p.at AND retired_in IS NULL ORDER BY valid_from LIMIT 1) s ON true ORDER BY p.n`,
    columnParams(asked, [({ employeeUuid }) => employeeUuid, ({ at }) => instantText(at)]),
  );
}
