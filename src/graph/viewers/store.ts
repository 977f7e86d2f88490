// In which role people ask: what is read.
import type { AccessRole } from '../../access/policy';
import type { RoleClaims } from '../../access/roles';
import { knownAt } from '../../journal/known';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { known, valid } from '../context';
import type { Moment } from '../lines';

/** A job title or a group. */
export interface MappingKey {
  readonly kind: 'JOB_TITLE' | 'GROUP';
  readonly value: string;
}

/** What gives a role to whoever it is true of. */
export interface MappingRow extends MappingKey {
  readonly role: AccessRole;
}

/** A row that gives a role now. */
export interface GivenRole {
  readonly id: string;
  readonly role: AccessRole;
}

/** What was given to a person by hand. */
export async function assignmentOf(db: Db, person: string): Promise<GivenRole | undefined> {
  const [found] = await rows<GivenRole>(
    db,
    '/* assignmentOf */ SELECT id, role FROM access_assignment WHERE employee_id = $1 AND retired_in IS NULL',
    [person],
  );
  return found;
}

/** What a job title or a group gives. */
export async function mappingOf(db: Db, { kind, value }: MappingKey): Promise<GivenRole | undefined> {
  const [found] = await rows<GivenRole>(
    db,
    '/* mappingOf */ SELECT id, role FROM access_mapping WHERE kind = $1 AND value = $2 AND retired_in IS NULL',
    [kind, value],
  );
  return found;
}

/** Everything that is said at a moment about the role of a person who is in these groups. */
export async function claimsOf(db: Db, person: string, groups: readonly string[], moment: Moment): Promise<RoleClaims> {
  const q = new Params();
  const [id, among] = [q.add(person), q.add([...groups])];
  const [found] = await rows<{ assigned: AccessRole | null; mappings: readonly MappingRow[] }>(
    db,
    `/* claimsOf */ SELECT (SELECT a.role FROM access_assignment a WHERE a.employee_id = ${id} AND ${known('a', moment, q)}) AS assigned,
       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', m.kind, 'value', m.value, 'role', m.role)) FROM access_mapping m
         WHERE ${known('m', moment, q)} AND (m.kind = 'GROUP' AND m.value = ANY(${among}::text[]) OR m.kind = 'JOB_TITLE' AND m.value = (
           SELECT s.job_title FROM employee_state s WHERE s.employee_id = ${id} AND ${valid('s', moment, q)} AND ${known('s', moment, q)}))), '[]') AS mappings`,
    q.values,
  );
  const { assigned, mappings } = found!;
  return {
    assigned,
    groups: mappings.filter(({ kind }) => kind === 'GROUP'),
    jobTitle: mappings.find(({ kind }) => kind === 'JOB_TITLE') ?? null,
  };
}

/** What gives roles now, by kind and value. */
export function allMappings(db: Db): Promise<MappingRow[]> {
  return rows<MappingRow>(
    db,
    `/* allMappings */ SELECT m.kind, m.value, m.role FROM access_mapping m WHERE ${knownAt('m', null)} ORDER BY m.kind, m.value`,
  );
}

/** A role given by hand. */
export interface AssignmentRow {
  readonly employeeUuid: string;
  readonly role: AccessRole;
  readonly reason: string;
}

/** The roles given by hand now, by person. */
export function allAssignments(db: Db): Promise<AssignmentRow[]> {
  return rows<AssignmentRow>(
    db,
    `/* allAssignments */ SELECT a.employee_id AS "employeeUuid", a.role, a.reason FROM access_assignment a WHERE ${knownAt('a', null)}
     ORDER BY a.employee_id`,
  );
}
