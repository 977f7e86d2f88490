// Holdings and their facts: what changes read and write.
import { foldHolding, type Evidence, type RenewalPolicy } from '../../core/renewal';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows, rowsParam } from '../../platform/sql';

export interface HoldingRow {
  readonly id: string;
  readonly employeeId: string;
  readonly typeId: string;
  readonly instance: string;
}

/** Something that happened to a holding. `kind` AWARD is an issue or a renewal: which, the fold tells. */
export interface CredentialFact {
  readonly rowId: number;
  readonly id: string;
  readonly credentialId: string;
  readonly employeeId: string;
  readonly kind: Evidence['kind'];
  readonly at: number;
  readonly expiresAt: number | null;
  readonly initial: boolean | null;
  readonly reason: string | null;
  readonly evidenceUrl: string | null;
  readonly ruleVersion: number | null;
  readonly completionIds: readonly string[];
  /** Of awards: whether the hours of a cycle earned it. */
  readonly endsCycle: boolean | null;
  /** Of awards: the fact id of the higher credential's award that renewed this one. */
  readonly causedBy: string | null;
  /** Of dates: the date of the person that fixes the expiry. */
  readonly dateOn: string | null;
  readonly source: string | null;
  readonly eventId: string | null;
  readonly recordedAt: number;
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

const FACT = `f.row_id AS "rowId", f.id, f.credential_id AS "credentialId", f.employee_id AS "employeeId", f.kind, f.at, f.expires_at AS "expiresAt",
  f.initial, f.reason, f.evidence_url AS "evidenceUrl", f.rule_version AS "ruleVersion", f.completion_ids AS "completionIds",
  f.ends_cycle AS "endsCycle", f.caused_by AS "causedBy", f.date_on AS "dateOn", f.source,
  f.event_id AS "eventId", f.recorded_at AS "recordedAt", f.recorded_in AS "recordedIn", f.retired_in AS "retiredIn"`;

/** All holdings of people. */
export async function holdingsOf(db: Db, people: readonly string[]): Promise<HoldingRow[]> {
  return rows<HoldingRow>(
    db,
    `/* holdingsOf */ SELECT id, employee_id AS "employeeId", type_id AS "typeId", instance FROM credential WHERE employee_id = ANY($1)`,
    [people],
  );
}

/** The facts about people's holdings that stand, and those this change has retired. */
export async function factsOf(write: Write, people: readonly string[]): Promise<CredentialFact[]> {
  return rows<CredentialFact>(
    write.db,
    `/* factsOf */ SELECT ${FACT} FROM credential_fact f WHERE f.employee_id = ANY($1) AND (f.retired_in IS NULL OR f.retired_in = $2)`,
    [people, write.change],
  );
}

/** The standing facts of one holding. */
export async function factsOfHolding(db: Db, credentialId: string): Promise<CredentialFact[]> {
  return rows<CredentialFact>(
    db,
    `/* factsOfHolding */ SELECT ${FACT} FROM credential_fact f WHERE f.credential_id = $1 AND f.retired_in IS NULL`,
    [credentialId],
  );
}

/** Facts as evidence for the fold. */
export function evidenceOf(facts: readonly CredentialFact[]): Evidence[] {
  return facts.map(({ kind, id, at, expiresAt, initial, endsCycle, dateOn, recordedAt }) => {
    if (kind === 'AWARD') return { kind, id, at, expiresAt, initial, endsCycle: endsCycle ?? false, recordedAt };
    return kind === 'DATE' ? { kind, id, at, on: dateOn!, recordedAt } : { kind, id, at, recordedAt };
  });
}

/** The award behind what a holding shows: the one of its instant, and of several the one that gave the expiry. */
export function awardThatGave<F extends CredentialFact>(
  shown: { readonly issuedAt: number; readonly expiresAt: number | null },
  facts: readonly F[],
  policy: RenewalPolicy,
): F | undefined {
  const given = facts.filter((fact) => fact.kind === 'AWARD' && fact.at === shown.issuedAt);
  if (given.length < 2) return given[0];
  const { awards } = foldHolding(policy, evidenceOf(facts));
  const found = awards.find((award) => award.counted && award.at === shown.issuedAt && award.expiresAt === shown.expiresAt);
  return given.find((fact) => fact.id === found?.factId);
}

/** A fact to record. */
export interface NewFact {
  readonly id: string;
  readonly credentialId: string;
  readonly employeeId: string;
  readonly kind: Evidence['kind'];
  readonly at: number;
  readonly expiresAt?: number | null;
  readonly issuedOn?: string | null;
  readonly expiresOn?: string | null;
  readonly zone: string;
  readonly initial?: boolean | null;
  readonly reason?: string | null;
  readonly evidenceUrl?: string | null;
  readonly issuer?: string | null;
  readonly ruleVersion?: number | null;
  readonly completionIds?: readonly string[];
  readonly endsCycle?: boolean | null;
  readonly causedBy?: string | null;
  readonly dateOn?: string | null;
  readonly eventId?: string | null;
  /** The system it comes from; absent: the one this change comes from. What waited for that change comes from another. */
  readonly source?: string | null;
}

/** Makes the holdings that are not there yet, at the version their first timeline gives them; answers the id of each. */
export async function ensureHoldings(write: Write, wanted: readonly HoldingRow[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  if (wanted.length === 0) return ids;
  const records = wanted.map((row) => ({ id: row.id, employee_id: row.employeeId, type_id: row.typeId, instance: row.instance }));
  const created = await rows<HoldingRow>(
    write.db,
    `/* createHoldings */ INSERT INTO credential (id, employee_id, type_id, instance, version, recorded_in)
     SELECT DISTINCT ON (r.employee_id, r.type_id, r.instance) r.id, r.employee_id, r.type_id, r.instance, 1, $2
     FROM jsonb_to_recordset($1) AS r(id uuid, employee_id uuid, type_id uuid, instance text) ON CONFLICT DO NOTHING
     RETURNING id, employee_id AS "employeeId", type_id AS "typeId", instance`,
    [rowsParam(records), write.change],
  );
  for (const row of created) ids.set(holdingKey(row), row.id);
  if (wanted.every((row) => ids.has(holdingKey(row)))) return ids;
  const people = [...new Set(wanted.map((row) => row.employeeId))];
  for (const row of await holdingsOf(write.db, people)) ids.set(holdingKey(row), row.id);
  return ids;
}

/** Tells holdings apart before they have an id. */
export function holdingKey(row: Pick<HoldingRow, 'employeeId' | 'typeId' | 'instance'>): string {
  return JSON.stringify([row.employeeId, row.typeId, row.instance]);
}

/** Records facts; the name the credential is issued to is the person's at the instant of the fact. */
export async function recordFacts(write: Write, facts: readonly NewFact[]): Promise<void> {
  if (facts.length === 0) return;
  const records = facts.map((fact) => ({
    id: fact.id,
    credential_id: fact.credentialId,
    employee_id: fact.employeeId,
    kind: fact.kind,
    at: instantText(fact.at),
    expires_at: instantText(fact.expiresAt ?? null),
    issued_on: fact.issuedOn ?? null,
    expires_on: fact.expiresOn ?? null,
    zone: fact.zone,
    initial: fact.initial ?? null,
    reason: fact.reason ?? null,
    evidence_url: fact.evidenceUrl ?? null,
    issuer: fact.issuer ?? null,
    rule_version: fact.ruleVersion ?? null,
    completion_ids: fact.completionIds ?? [],
    ends_cycle: fact.endsCycle ?? null,
    caused_by: fact.causedBy ?? null,
    date_on: fact.dateOn ?? null,
    event_id: fact.eventId ?? null,
    source: fact.source ?? write.source,
  }));
  write.run(
    `/* recordFacts */ INSERT INTO credential_fact (id, credential_id, employee_id, kind, at, expires_at, issued_on, expires_on, zone, initial, reason,
       evidence_url, issuer, rule_version, completion_ids, ends_cycle, caused_by, date_on, event_id, issued_to, actor, source, recorded_at, recorded_in)
     SELECT r.id, r.credential_id, r.employee_id, r.kind, r.at, r.expires_at, r.issued_on, r.expires_on, r.zone, r.initial, r.reason,
       r.evidence_url, r.issuer, r.rule_version, r.completion_ids, r.ends_cycle, r.caused_by, r.date_on, r.event_id, (SELECT s.name FROM employee_state s WHERE s.employee_id = r.employee_id AND s.retired_in IS NULL
         ORDER BY (s.valid_from <= r.at) DESC, CASE WHEN s.valid_from <= r.at THEN s.valid_from END DESC, s.valid_from LIMIT 1),
       $2, r.source, $3, $4
     FROM jsonb_to_recordset($1) AS r(id uuid, credential_id uuid, employee_id uuid, kind text, at timestamptz, expires_at timestamptz, issued_on date,
       expires_on date, zone text, initial boolean, reason text, evidence_url text, issuer text, rule_version integer, completion_ids uuid[],
       ends_cycle boolean, caused_by uuid, date_on date, event_id text, source text)`,
    [rowsParam(records), write.actor.id, instantText(write.now), write.change],
  );
}

/** Retires facts by row. */
export async function retireFacts(write: Write, rowIds: readonly number[]): Promise<void> {
  if (rowIds.length === 0) return;
  write.run('/* retireFacts */ UPDATE credential_fact SET retired_in = $2 WHERE row_id = ANY($1)', [rowIds, write.change]);
}

/** Facts a sender's events made, by event id. */
export async function factsByEvent(db: Db, source: string, eventIds: readonly string[]): Promise<Map<string, string>> {
  if (eventIds.length === 0) return new Map();
  const found = await rows<{ event_id: string; credential_id: string }>(
    db,
    '/* factsByEvent */ SELECT event_id, credential_id FROM credential_fact WHERE source = $1 AND event_id = ANY($2)',
    [source, eventIds],
  );
  return new Map(found.map((row) => [row.event_id, row.credential_id]));
}
