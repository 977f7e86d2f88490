// Credentials: what is read.
import { ever } from '../../journal/known';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { everKnown, known, seen, told, valid, type View } from '../context';
import type { CredentialFact } from './facts';

/** A holding as it stands at an instant. */
export interface CredentialRow {
  readonly uuid: string;
  readonly employeeUuid: string;
  readonly typeUuid: string;
  readonly instance: string | null;
  readonly version: number;
  readonly status: string;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  readonly validFrom: number;
  readonly validTo: number;
}

const COLUMNS = `c.id AS uuid, c.employee_id AS "employeeUuid", c.type_id AS "typeUuid", nullif(c.instance, '') AS instance, c.version, s.status,
  s.issued_at AS "issuedAt", s.expires_at AS "expiresAt", s.valid_from AS "validFrom", s.valid_to AS "validTo"`;

/** Holdings by id, at the view's instant; absent where nothing is held. */
export async function credentialsById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, CredentialRow>> {
  const q = new Params();
  const found = await rows<CredentialRow>(
    db,
    `/* credentialsById */ SELECT ${COLUMNS} FROM credential c JOIN credential_segment s ON s.credential_id = c.id
     WHERE c.id = ANY(${q.add(ids)}) AND ${valid('s', view, q)} AND ${told('s', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

/** What is left of holdings whose awards were all withdrawn: the last that was known of them. */
export async function withdrawnById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, CredentialRow>> {
  const q = new Params();
  const found = await rows<CredentialRow>(
    db,
    `/* withdrawnById */ SELECT DISTINCT ON (c.id) ${COLUMNS} FROM credential c JOIN credential_segment s ON s.credential_id = c.id
     WHERE c.id = ANY(${q.add(ids)}) AND ${seen('c.employee_id', view, q)} AND ${everKnown('s', view, q)}
     ORDER BY c.id, s.retired_in DESC NULLS FIRST, s.valid_from`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, { ...row, status: 'REVOKED' }]));
}

/** The holding a person has of a type and instance, whatever its state. */
export async function findHolding(db: Db, employeeUuid: string, typeUuid: string, instance: string): Promise<string | null> {
  const [row] = await rows<{ id: string }>(
    db,
    '/* findHolding */ SELECT id FROM credential WHERE employee_id = $1 AND type_id = $2 AND instance = $3',
    [employeeUuid, typeUuid, instance],
  );
  return row?.id ?? null;
}

export interface CredentialFilter {
  readonly status?: readonly string[] | null;
  readonly typeCode?: readonly string[] | null;
  readonly kind?: readonly string[] | null;
  readonly expiresBefore?: number | null;
  readonly expiresAfter?: number | null;
  readonly department?: readonly string[] | null;
  readonly operational?: boolean | null;
}

// conditions on credential_segment `s`; types are few, so what is asked of them is asked once
function conditions(filter: CredentialFilter | null | undefined, view: View, q: Params): string {
  const all = ['true'];
  if (filter?.status) all.push(`s.status = ANY(${q.add(filter.status)})`);
  if (filter?.expiresBefore != null)
    all.push(`s.expires_at < ${q.add(new Date(filter.expiresBefore).toISOString())}::timestamptz`);
  if (filter?.expiresAfter != null) all.push(`s.expires_at > ${q.add(new Date(filter.expiresAfter).toISOString())}::timestamptz`);
  const type = ['true'];
  if (filter?.typeCode) type.push(`t.code = ANY(${q.add(filter.typeCode)})`);
  if (filter?.kind) type.push(`t.kind = ANY(${q.add(filter.kind)})`);
  if (filter?.operational != null) type.push(`t.operational = ${q.add(filter.operational)}`);
  if (type.length > 1)
    all.push(`s.type_id IN (SELECT t.id FROM credential_type t WHERE ${known('t', view, q)} AND ${type.join(' AND ')})`);
  if (filter?.department) {
    all.push(`EXISTS (SELECT 1 FROM employee_state d WHERE d.employee_id = s.employee_id AND d.department = ANY(${q.add(filter.department)})
      AND ${valid('d', view, q)} AND ${known('d', view, q)})`);
  }
  return all.join(' AND ');
}

const BY_ID: readonly SortKey[] = [{ sql: 'c.id', type: 'uuid' }];
export const credentialKeys = (row: CredentialRow): string[] => [row.uuid];

/** One page of all credentials. */
export async function credentialPage(db: Db, view: View, filter: CredentialFilter | null, page: Page): Promise<CredentialRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, BY_ID, q);
  return rows<CredentialRow>(
    db,
    `/* credentialPage */ SELECT ${COLUMNS} FROM credential_segment s JOIN credential c ON c.id = s.credential_id
     WHERE ${valid('s', view, q)} AND ${told('s', view, q)} AND ${conditions(filter, view, q)} AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many credentials the filter finds. */
export async function credentialCount(db: Db, view: View, filter: CredentialFilter | null): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* credentialCount */ SELECT count(*) AS count FROM credential_segment s
     WHERE ${valid('s', view, q)} AND ${told('s', view, q)} AND ${conditions(filter, view, q)}`,
    q.values,
  );
  return row!.count;
}

/** One page of credentials for each person, in one statement. */
export async function credentialPages(
  db: Db,
  view: View,
  people: readonly string[],
  filter: CredentialFilter | null,
  page: Page,
): Promise<CredentialRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, BY_ID, q);
  return rows<CredentialRow>(
    db,
    `/* credentialPages */ SELECT found.* FROM unnest(${q.add(people)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM credential_segment s JOIN credential c ON c.id = s.credential_id
       WHERE s.employee_id = p.id AND ${valid('s', view, q)} AND ${known('s', view, q)} AND ${conditions(filter, view, q)} AND ${where} ${order} ${limit}
     ) found`,
    q.values,
  );
}

/** How many credentials of each person the filter finds. */
export async function credentialCountsOf(
  db: Db,
  view: View,
  people: readonly string[],
  filter: CredentialFilter | null,
): Promise<Map<string, number>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* credentialCountsOf */ SELECT s.employee_id AS id, count(*) AS count FROM credential_segment s
     WHERE s.employee_id = ANY(${q.add(people)}) AND ${valid('s', view, q)} AND ${known('s', view, q)} AND ${conditions(filter, view, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

const DIMENSIONS: Record<string, string> = {
  DEPARTMENT: 'e.department',
  LOCATION: 'e.location',
  JOB_FAMILY: 'e.job_family',
  TYPE: 't.code',
  STATUS: 's.status',
};

/** Counts of credentials by dimensions; people without a value are counted under the empty key. */
export async function credentialGroups(
  db: Db,
  view: View,
  by: readonly string[],
  filter: CredentialFilter | null,
): Promise<{ keys: string[]; count: number }[]> {
  const q = new Params();
  const columns = by.map((dimension) => `coalesce(${DIMENSIONS[dimension]!}, '')`);
  return rows(
    db,
    `/* credentialGroups */ SELECT ARRAY[${columns.join(', ')}]::text[] AS keys, count(*) AS count FROM credential_segment s
     JOIN credential_type t ON t.id = s.type_id AND ${known('t', view, q)}
     LEFT JOIN employee_state e ON e.employee_id = s.employee_id AND ${valid('e', view, q)} AND ${known('e', view, q)}
     WHERE ${valid('s', view, q)} AND ${told('s', view, q)} AND ${conditions(filter, view, q)} GROUP BY 1 ORDER BY 1`,
    q.values,
  );
}

/** A fact with what its record says about the issue. */
export interface IssueRecord extends CredentialFact {
  readonly actor: string;
  /** When the log took it in: read with `knownAt` from this instant on, it is there. */
  readonly loggedAt: number;
  readonly issuedTo: string | null;
  readonly issuer: string | null;
  /** The higher credential that renewed it. */
  readonly causeUuid: string | null;
}

/** The facts behind holdings, as the view knows them. */
export async function recordsOf(db: Db, view: View, credentialIds: readonly string[]): Promise<Map<string, IssueRecord[]>> {
  const q = new Params();
  const found = await rows<IssueRecord>(
    db,
    `/* recordsOf */ SELECT f.id, f.credential_id AS "credentialId", f.employee_id AS "employeeId", f.kind, f.at, f.expires_at AS "expiresAt", f.initial,
       f.reason, f.evidence_url AS "evidenceUrl", f.rule_version AS "ruleVersion", f.completion_ids AS "completionIds",
       f.ends_cycle AS "endsCycle", f.caused_by AS "causedBy", f.date_on AS "dateOn", f.source,
       f.recorded_at AS "recordedAt", coalesce((SELECT k.recorded_at FROM change k WHERE k.id = f.recorded_in), f.recorded_at) AS "loggedAt", f.actor, f.issued_to AS "issuedTo", f.issuer,
       CASE WHEN f.caused_by IS NOT NULL THEN (SELECT k.id FROM credential k JOIN credential_fact c ON c.credential_id = k.id
         WHERE k.employee_id = f.employee_id AND c.employee_id = f.employee_id AND c.id = f.caused_by AND ${ever('c')} LIMIT 1) END AS "causeUuid"
     FROM credential_fact f WHERE f.credential_id = ANY(${q.add(credentialIds)}) AND ${known('f', view, q)} ORDER BY f.at, f.row_id`,
    q.values,
  );
  const byCredential = new Map<string, IssueRecord[]>(credentialIds.map((id) => [id, []]));
  for (const row of found) byCredential.get(row.credentialId)!.push(row);
  return byCredential;
}

/** The facts behind people's holdings of some types, as the view knows them. */
export async function factsKnown(
  db: Db,
  view: View,
  people: readonly string[],
  typeIds: readonly string[],
): Promise<Map<string, CredentialFact[]>> {
  const q = new Params();
  const found = await rows<CredentialFact>(
    db,
    `/* factsKnown */ SELECT f.id, f.credential_id AS "credentialId", f.kind, f.at, f.expires_at AS "expiresAt", f.initial, f.recorded_at AS "recordedAt"
     FROM credential_fact f JOIN credential c ON c.id = f.credential_id
     WHERE f.employee_id = ANY(${q.add(people)}) AND c.type_id = ANY(${q.add(typeIds)}) AND ${known('f', view, q)}`,
    q.values,
  );
  const byHolding = new Map<string, CredentialFact[]>();
  for (const row of found) byHolding.set(row.credentialId, [...(byHolding.get(row.credentialId) ?? []), row]);
  return byHolding;
}

/** A decision about an award, as recorded. */
export interface DecisionRow {
  readonly completionId: string;
  readonly typeUuid: string;
  readonly credentialUuid: string | null;
  readonly at: number;
  readonly ruleVersion: number;
  readonly outcome: string;
  readonly isEligible: boolean;
  readonly isHeld: boolean;
  readonly isFirst: boolean;
  readonly missing: readonly string[];
}

/** What was decided about awards because of completions. */
export async function decisionsOf(db: Db, view: View, completionIds: readonly string[]): Promise<Map<string, DecisionRow[]>> {
  const q = new Params();
  const found = await rows<DecisionRow>(
    db,
    `/* decisionsOf */ SELECT d.completion_id AS "completionId", d.type_id AS "typeUuid", d.at, d.rule_version AS "ruleVersion", d.outcome,
       d.is_eligible AS "isEligible", d.is_held AS "isHeld", d.is_first AS "isFirst", d.missing,
       CASE WHEN d.fact_id IS NOT NULL THEN (SELECT c.id FROM credential c
         WHERE c.employee_id = d.employee_id AND c.type_id = d.type_id AND c.instance = '') END AS "credentialUuid"
     FROM award_decision d WHERE d.completion_id = ANY(${q.add(completionIds)}) AND ${known('d', view, q)} ORDER BY d.at, d.id`,
    q.values,
  );
  const byCompletion = new Map<string, DecisionRow[]>(completionIds.map((id) => [id, []]));
  for (const row of found) byCompletion.get(row.completionId)!.push(row);
  return byCompletion;
}

/** What was held when the awards of these holdings were given: type codes by award. */
export async function heldAtAwards(
  db: Db,
  view: View,
  credentialIds: readonly string[],
): Promise<{ readonly credential: string; readonly fact: string; readonly codes: readonly string[] }[]> {
  const q = new Params();
  return rows(
    db,
    `/* heldAtAwards */ SELECT f.credential_id AS credential, f.id AS fact, array_agg(DISTINCT t.code) AS codes FROM credential_fact f
     JOIN credential_segment s ON s.employee_id = f.employee_id AND s.valid_from <= f.at AND s.valid_to > f.at AND s.status IN ('ACTIVE', 'GRACE')
       AND ${known('s', view, q)}
     JOIN credential_type t ON t.id = s.type_id AND ${known('t', view, q)}
     WHERE f.credential_id = ANY(${q.add(credentialIds)}) AND f.kind = 'AWARD' AND ${known('f', view, q)} GROUP BY 1, 2`,
    q.values,
  );
}
