// People: the facts behind the states, and the states derived from them.
import { displayName, personAttributes, personStates, type Assertion, type PersonState } from '../../core/person';
import type { ReportingLine } from '../../core/reporting-lines';
import { canonicalJson, type Json } from '../../core/rule';
import { ever } from '../../journal/known';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows, rowsParam } from '../../platform/sql';

export interface AssertionRow extends Assertion {
  readonly employeeId: string;
  /** The change that recorded it; 0 before it is stored. */
  readonly recordedIn: number;
}

/** What is asserted now about people: everything, or these attributes of theirs. */
export async function assertionsOf(
  db: Db,
  ids: readonly string[],
  names?: ReadonlySet<string>,
): Promise<Map<string, AssertionRow[]>> {
  const byPerson = new Map<string, AssertionRow[]>(ids.map((id) => [id, []]));
  if (names?.size === 0) return byPerson;
  const found = await rows<AssertionRow>(
    db,
    `/* assertionsOf */ SELECT id, employee_id AS "employeeId", name, at, value, recorded_in AS "recordedIn" FROM employee_fact
     WHERE employee_id = ANY($1) AND retired_in IS NULL${names ? ' AND name = ANY($2)' : ''} ORDER BY employee_id, name, at`,
    names ? [ids, [...names]] : [ids],
  );
  for (const row of found) byPerson.get(row.employeeId)!.push(row);
  return byPerson;
}

/** The attributes this change asserted or retired, by person. */
export async function attributesChangedBy(write: Write, ids: readonly string[]): Promise<Map<string, Set<string>>> {
  // no attribute changes without a fact that says so
  if (!write.recordedKinds.has('employee.changed')) return new Map();
  const found = await rows<{ employee_id: string; name: string }>(
    write.db,
    `/* attributesChangedBy */ SELECT DISTINCT f.employee_id, f.name FROM employee_fact f
     WHERE f.employee_id = ANY($1) AND ${ever('f')} AND (f.recorded_in = $2 OR f.retired_in = $2)`,
    [ids, write.change],
  );
  const byPerson = new Map<string, Set<string>>();
  for (const row of found) byPerson.set(row.employee_id, (byPerson.get(row.employee_id) ?? new Set()).add(row.name));
  return byPerson;
}

/** What this change has retired, by person. */
export async function retiredAssertionsOf(write: Write, ids: readonly string[]): Promise<Map<string, AssertionRow[]>> {
  const found = await rows<AssertionRow>(
    write.db,
    `/* retiredAssertionsOf */ SELECT id, employee_id AS "employeeId", name, at, value, recorded_in AS "recordedIn" FROM employee_fact
     WHERE employee_id = ANY($1) AND retired_in = $2`,
    [ids, write.change],
  );
  const byPerson = new Map<string, AssertionRow[]>();
  for (const row of found) byPerson.set(row.employeeId, [...(byPerson.get(row.employeeId) ?? []), row]);
  return byPerson;
}

/** What was ever asserted of a person's managers and names somebody who was erased since. */
export async function erasedManagers(db: Db, employee: string): Promise<{ readonly name: string; readonly at: number }[]> {
  return rows(
    db,
    `/* erasedManagers */ SELECT DISTINCT f.name, f.at FROM employee_fact f
     WHERE f.employee_id = $1 AND f.name IN ('managerExternalId', 'otherManagerExternalIds') AND ${ever('f')} AND f.value::text LIKE '%"erased-%'`,
    [employee],
  );
}

/** Records assertions and retires those they replace. */
export async function recordAssertions(
  write: Write,
  source: string,
  added: readonly AssertionRow[],
  retired: readonly string[],
): Promise<void> {
  if (retired.length > 0) {
    write.run('/* retireAssertions */ UPDATE employee_fact SET retired_in = $2 WHERE id = ANY($1)', [retired, write.change]);
  }
  if (added.length === 0) return;
  const records = added.map((fact) => ({
    id: fact.id,
    employee_id: fact.employeeId,
    name: fact.name,
    at: instantText(fact.at),
    value: fact.value,
  }));
  write.run(
    `/* recordAssertions */ INSERT INTO employee_fact (id, employee_id, name, at, value, source, recorded_in)
     SELECT r.id, r.employee_id, r.name, r.at, coalesce(r.value, 'null'), $2, $3
     FROM jsonb_to_recordset($1) AS r(id uuid, employee_id uuid, name text, at timestamptz, value jsonb)`,
    [rowsParam(records), source, write.change],
  );
}

/** The reporting lines, past and to come, of these external ids and of everybody above them. Ends by itself on a circle. */
export async function reportingLines(db: Db, externalIds: readonly string[]): Promise<ReportingLine[]> {
  if (externalIds.length === 0) return [];
  const lines = `JOIN employee e ON e.external_id = up.id
       JOIN employee_fact f ON f.employee_id = e.id AND f.name = 'managerExternalId' AND f.retired_in IS NULL`;
  return rows<ReportingLine>(
    db,
    `/* reportingLines */ WITH RECURSIVE up AS (
       SELECT v.id FROM unnest($1::text[]) AS v(id)
       UNION SELECT f.value #>> '{}' FROM up ${lines} WHERE f.value #>> '{}' IS NOT NULL
     ) SELECT up.id AS employee, f.value #>> '{}' AS manager, f.at FROM up ${lines}`,
    [externalIds],
  );
}

/** The people who name one of these external ids as a manager, now or at another time. */
export async function awaitingManagers(db: Db, externalIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ employee_id: string }>(
    db,
    `/* awaitingManagers */ SELECT employee_id FROM employee_fact
     WHERE name = 'managerExternalId' AND value #>> '{}' = ANY($1) AND retired_in IS NULL
     UNION SELECT employee_id FROM employee_fact WHERE name = 'otherManagerExternalIds' AND value ?| $1 AND retired_in IS NULL`,
    [externalIds],
  );
  return found.map((row) => row.employee_id);
}

interface StateRecord {
  readonly employee_id: string;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly [column: string]: unknown;
}

/**
 * Brings employee_state in line with the facts of these people, writing only differences: rows that no longer hold are retired, new ones
 * recorded.
 */
export async function deriveStates(
  write: Write,
  people: ReadonlyMap<string, string>,
  facts: ReadonlyMap<string, readonly Assertion[]>,
  zone: string,
): Promise<void> {
  const ids = [...people.keys()];
  const managers = new Set<string>();
  for (const list of facts.values()) {
    for (const { name, value } of list) {
      if (name === 'managerExternalId' && typeof value === 'string') managers.add(value);
      if (name === 'otherManagerExternalIds') for (const other of textsOf(value)) managers.add(other);
    }
  }
  const managerIds = await idsOf(write.db, [...managers]);
  const wanted = new Map<string, StateRecord>();
  for (const id of ids) {
    for (const state of personStates(facts.get(id) ?? [], zone)) {
      const record = toRecord(id, people.get(id)!, state, managerIds);
      wanted.set(recordKey(record), record);
    }
  }
  const current = await rows<{ id: number; record: StateRecord }>(
    write.db,
    `/* currentStates */ SELECT s.id, to_jsonb(s) - 'id' - 'recorded_in' - 'retired_in' AS record
     FROM employee_state s WHERE s.employee_id = ANY($1) AND s.retired_in IS NULL`,
    [ids],
  );
  const retired: number[] = [];
  for (const row of current) {
    if (!wanted.delete(recordKey(row.record))) retired.push(row.id);
  }
  if (retired.length > 0) {
    write.run('/* retireStates */ UPDATE employee_state SET retired_in = $2 WHERE id = ANY($1)', [retired, write.change]);
  }
  if (wanted.size === 0) return;
  write.run(
    `/* recordStates */ INSERT INTO employee_state (employee_id, valid_from, valid_to, external_id, given_name, family_name, name, email, status,
       employment_type, job_title, job_family, department, location, cost_center, manager_id, role_codes, hired_on, terminated_on, attributes, other_manager_ids, recorded_in)
     SELECT employee_id, valid_from, valid_to, external_id, given_name, family_name, name, email, status,
       employment_type, job_title, job_family, department, location, cost_center, manager_id, role_codes, hired_on, terminated_on, attributes, other_manager_ids, $2
     FROM jsonb_to_recordset($1) AS r(employee_id uuid, valid_from timestamptz, valid_to timestamptz, external_id text, given_name text, family_name text,
       name text, email text, status text, employment_type text, job_title text, job_family text, department text, location text, cost_center text,
       manager_id uuid, role_codes text[], hired_on date, terminated_on date, attributes jsonb, other_manager_ids uuid[])`,
    [rowsParam([...wanted.values()]), write.change],
  );
}

/** The texts in a list; of anything else, none. */
function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

async function idsOf(db: Db, externalIds: readonly string[]): Promise<Map<string, string>> {
  if (externalIds.length === 0) return new Map();
  const found = await rows<{ external_id: string; id: string }>(
    db,
    '/* managerIds */ SELECT external_id, id FROM employee WHERE external_id = ANY($1)',
    [externalIds],
  );
  return new Map(found.map((row) => [row.external_id, row.id]));
}

// the column names are those of employee_state, so that what is wanted and what is stored compare as they are
function toRecord(id: string, externalId: string, state: PersonState, managerIds: ReadonlyMap<string, string>): StateRecord {
  const text = (name: string) => (typeof state.values[name] === 'string' ? state.values[name] : null);
  const custom: Record<string, Json> = {};
  for (const [name, value] of Object.entries(state.values)) if (!BUILT_IN.has(name)) custom[name] = value;
  const manager = text('managerExternalId');
  const managerId = manager === null ? null : (managerIds.get(manager) ?? null);
  const others = textsOf(state.values['otherManagerExternalIds']).map((other) => managerIds.get(other));
  return {
    employee_id: id,
    valid_from: instantText(state.from),
    valid_to: instantText(state.to),
    external_id: externalId,
    given_name: text('givenName'),
    family_name: text('familyName'),
    name: displayName(state.values, externalId),
    email: text('email'),
    status: state.status,
    employment_type: text('employmentType'),
    job_title: text('jobTitle'),
    job_family: text('jobFamily'),
    department: text('department'),
    location: text('location'),
    cost_center: text('costCenter'),
    manager_id: managerId,
    // whoever is the primary one, or the person, is not another manager
    other_manager_ids: [...new Set(others)].filter((other) => other !== undefined && other !== managerId && other !== id).sort(),
    role_codes: state.values['roleCodes'] ?? [],
    hired_on: text('hiredOn'),
    terminated_on: text('terminatedOn'),
    attributes: custom,
  };
}

const BUILT_IN: ReadonlySet<string> = new Set(personAttributes);

// to_jsonb writes 2026-04-10T14:05:00+00:00 where JavaScript writes 2026-04-10T14:05:00.000Z
function recordKey(record: StateRecord): string {
  const instant = (text: string) => (text.endsWith('infinity') ? text : String(Date.parse(text)));
  return canonicalJson({
    ...record,
    valid_from: instant(record.valid_from),
    valid_to: instant(record.valid_to),
  });
}
