// Completions into awards: what the award rules say a person was awarded, and the three questions each decision answers.
import { uuidv7 } from 'uuidv7';
import { decideAwards, type AwardDecision } from '../../core/award';
import { endOfDay } from '../../core/calendar';
import { foldHolding, statusAt, type Holding } from '../../core/renewal';
import type { Write } from '../../journal/write';
import { rows, rowsParam, instantText } from '../../platform/sql';
import { attemptsOf, type AttemptRow } from '../learning/store';
import {
  ensureHoldings,
  evidenceOf,
  holdingKey,
  recordFacts,
  retireFacts,
  type CredentialFact,
  type HoldingRow,
  type NewFact,
} from './facts';
import type { CredentialDefinitions, CredentialType } from './types';

/** What a completion led to. */
export type AwardOutcome = 'FIRST_ISSUE' | 'RENEWAL' | 'REISSUE' | 'NOT_COUNTED' | 'CONDITION_NOT_MET' | 'PREREQUISITE_MISSING';

interface Decided {
  readonly employeeId: string;
  readonly type: CredentialType;
  readonly decision: AwardDecision;
  readonly missing: readonly string[];
  readonly factId: string | null;
}

/** A decision as stored. */
interface DecisionRecord {
  readonly employee_id: string;
  readonly type_id: string;
  readonly completion_id: string;
  readonly at: number;
  readonly rule_version: number;
  readonly outcome: string;
  readonly is_eligible: boolean;
  readonly is_held: boolean;
  readonly is_first: boolean;
  readonly missing: readonly string[];
  readonly fact_id: string | null;
}

/** A person's holdings with the facts that stand, as this change sees them; awards are added and taken away in memory too. */
export interface Holdings {
  readonly rows: Map<string, HoldingRow>;
  readonly facts: Map<string, CredentialFact[]>;
}

interface StoredDecision extends DecisionRecord {
  readonly id: number;
}

function currentDecisions(write: Write, people: readonly string[]): Promise<StoredDecision[]> {
  return rows<StoredDecision>(
    write.db,
    `/* currentDecisions */ SELECT id, employee_id, type_id, completion_id, at, rule_version, outcome, is_eligible, is_held, is_first, missing, fact_id
     FROM award_decision WHERE employee_id = ANY($1) AND retired_in IS NULL`,
    [people],
  );
}

/** Brings the awards of people in line with their completions; only differences are written. */
export async function deriveAwards(
  write: Write,
  people: ReadonlyMap<string, Holdings>,
  definitions: CredentialDefinitions,
  zone: string,
): Promise<void> {
  const ids = [...people.keys()];
  const attempts = new Map<string, AttemptRow[]>();
  const [attempted, current] = await Promise.all([attemptsOf(write.db, ids), currentDecisions(write, ids)]);
  for (const attempt of attempted) {
    const list = attempts.get(attempt.employeeUuid);
    if (list) list.push(attempt);
    else attempts.set(attempt.employeeUuid, [attempt]);
  }
  const plan = new AwardPlan(write, definitions, zone);
  for (const [employeeId, holdings] of people) plan.decide(employeeId, holdings, attempts.get(employeeId) ?? []);
  await plan.save(people, current);
}

class AwardPlan {
  private readonly wanted: { holding: HoldingRow; fact: NewFact }[] = [];
  private readonly retired: number[] = [];
  private readonly decided: Decided[] = [];

  constructor(
    private readonly write: Write,
    private readonly definitions: CredentialDefinitions,
    private readonly zone: string,
  ) {}

  decide(employeeId: string, holdings: Holdings, attempts: readonly AttemptRow[]): void {
    const typeIds = new Set(this.definitions.awardedBy(new Set(attempts.map((attempt) => attempt.courseCode))));
    for (const facts of holdings.facts.values()) {
      for (const fact of facts) if (isDerived(fact)) typeIds.add(holdings.rows.get(fact.credentialId)!.typeId);
    }
    for (const typeId of typeIds) {
      const type = this.definitions.types.get(typeId);
      const versions = this.definitions.awardRules.get(typeId);
      if (type && versions) {
        this.decideType(
          employeeId,
          holdings,
          type,
          decideAwards(versions, this.definitions.courses, attempts, this.zone),
          attempts,
        );
      }
    }
  }

  private decideType(
    employeeId: string,
    holdings: Holdings,
    type: CredentialType,
    decisions: readonly AwardDecision[],
    attempts: readonly AttemptRow[],
  ): void {
    const known = [...holdings.rows.values()].find((row) => row.typeId === type.uuid && row.instance === '');
    const holding = known ?? { id: uuidv7(), employeeId, typeId: type.uuid, instance: '' };
    const standing = new Map((holdings.facts.get(holding.id) ?? []).filter(isDerived).map((fact) => [awardKey(fact), fact]));
    const kept = (holdings.facts.get(holding.id) ?? []).filter((fact) => !isDerived(fact));
    for (const decision of decisions) {
      const missing = decision.satisfied ? this.missingPrerequisites(type, holdings, decision.at) : [];
      if (!decision.satisfied || missing.length > 0) {
        this.decided.push({ employeeId, type, decision, missing, factId: null });
        continue;
      }
      const wanted = this.award(holding, type, decision, attempts);
      const same = standing.get(awardKey(wanted));
      if (same) standing.delete(awardKey(wanted));
      else this.wanted.push({ holding, fact: wanted });
      kept.push(same ?? inMemory(wanted, this.write));
      this.decided.push({ employeeId, type, decision, missing, factId: same?.id ?? wanted.id });
    }
    for (const fact of standing.values()) this.retired.push(fact.rowId);
    if (kept.length > 0 || known) {
      holdings.rows.set(holding.id, holding);
      holdings.facts.set(holding.id, kept);
    }
  }

  private award(holding: HoldingRow, type: CredentialType, decision: AwardDecision, attempts: readonly AttemptRow[]): NewFact {
    const last = attempts.find((attempt) => attempt.id === decision.attemptId);
    const expiresOn = last?.expiresOn ?? null;
    return {
      id: uuidv7(),
      credentialId: holding.id,
      employeeId: holding.employeeId,
      kind: 'AWARD',
      at: decision.at,
      expiresAt: expiresOn === null ? null : endOfDay(expiresOn, type.policy.zone),
      expiresOn,
      zone: type.policy.zone,
      evidenceUrl: decision.evidenceUrl,
      issuer: type.issuer,
      ruleVersion: decision.ruleVersion,
      completionIds: [...decision.usedAttemptIds].sort(),
      source: last?.source,
    };
  }

  private missingPrerequisites(type: CredentialType, holdings: Holdings, at: number): string[] {
    return type.prerequisites.filter((code) => {
      const accepted = new Set(this.definitions.equivalents(code));
      return ![...holdings.rows.values()].some((row) => {
        const held = this.definitions.types.get(row.typeId);
        if (!held || !accepted.has(held.code)) return false;
        const status = statusAt(foldHolding(held.policy, evidenceOf(holdings.facts.get(row.id) ?? [])).segments, at)?.status;
        return status === 'ACTIVE' || status === 'GRACE';
      });
    });
  }

  async save(people: ReadonlyMap<string, Holdings>, current: readonly StoredDecision[]): Promise<void> {
    await retireFacts(this.write, this.retired);
    const ids = await ensureHoldings(
      this.write,
      this.wanted.map((entry) => entry.holding).filter((row) => !isStored(row, people)),
    );
    await recordFacts(
      this.write,
      this.wanted.map(({ holding, fact }) => ({ ...fact, credentialId: ids.get(holdingKey(holding)) ?? holding.id })),
    );
    this.saveDecisions(people, current);
  }

  private saveDecisions(people: ReadonlyMap<string, Holdings>, current: readonly StoredDecision[]): void {
    const wanted = new Map<string, DecisionRecord>();
    for (const decided of this.decided) {
      const record = toRecord(decided, people.get(decided.employeeId)!, this.definitions);
      wanted.set(decisionKey(record), record);
    }
    const retired = current.filter((row) => !wanted.delete(decisionKey(row))).map((row) => row.id);
    if (retired.length > 0) {
      this.write.run('/* retireDecisions */ UPDATE award_decision SET retired_in = $2 WHERE id = ANY($1)', [
        retired,
        this.write.change,
      ]);
    }
    if (wanted.size === 0) return;
    const records = [...wanted.values()].map((record) => ({ ...record, at: instantText(record.at) }));
    this.write.run(
      `/* recordDecisions */ INSERT INTO award_decision (employee_id, type_id, completion_id, at, rule_version, outcome, is_eligible, is_held, is_first,
         missing, fact_id, recorded_in)
       SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(employee_id uuid, type_id uuid, completion_id uuid, at timestamptz, rule_version integer,
         outcome text, is_eligible boolean, is_held boolean, is_first boolean, missing text[], fact_id uuid)`,
      [rowsParam(records), this.write.change],
    );
  }
}

/** Awards by rule name the version that decided; those by people do not. */
export function isDerived(fact: Pick<CredentialFact, 'kind' | 'ruleVersion'>): boolean {
  return fact.kind === 'AWARD' && fact.ruleVersion !== null;
}

function awardKey(fact: Pick<NewFact, 'at' | 'ruleVersion' | 'completionIds' | 'expiresAt'>): string {
  return JSON.stringify([fact.at, fact.ruleVersion, fact.completionIds, fact.expiresAt ?? null]);
}

function isStored(row: HoldingRow, people: ReadonlyMap<string, Holdings>): boolean {
  return (people.get(row.employeeId)?.facts.get(row.id) ?? []).some((fact) => fact.rowId > 0);
}

// a fact of this change, before it has a row
function inMemory(fact: NewFact, write: Write): CredentialFact {
  return {
    rowId: 0,
    id: fact.id,
    credentialId: fact.credentialId,
    employeeId: fact.employeeId,
    kind: fact.kind,
    at: fact.at,
    expiresAt: fact.expiresAt ?? null,
    initial: fact.initial ?? null,
    reason: null,
    evidenceUrl: fact.evidenceUrl ?? null,
    ruleVersion: fact.ruleVersion ?? null,
    completionIds: fact.completionIds ?? [],
    endsCycle: fact.endsCycle ?? null,
    causedBy: fact.causedBy ?? null,
    dateOn: fact.dateOn ?? null,
    source: fact.source ?? write.source,
    eventId: null,
    recordedAt: write.now,
    recordedIn: write.change,
    retiredIn: null,
  };
}

function toRecord(
  { employeeId, type, decision, missing, factId }: Decided,
  holdings: Holdings,
  definitions: CredentialDefinitions,
): DecisionRecord {
  const holding = [...holdings.rows.values()].find((row) => row.typeId === type.uuid && row.instance === '');
  const facts = holding ? (holdings.facts.get(holding.id) ?? []) : [];
  const policy = definitions.types.get(type.uuid)!.policy;
  const folded: Holding = foldHolding(policy, evidenceOf(facts));
  const before = foldHolding(policy, evidenceOf(facts.filter((fact) => fact.at < decision.at)));
  const status = statusAt(before.segments, decision.at)?.status;
  const award = folded.awards.find((entry) => entry.factId === factId);
  const outcome: AwardOutcome = !decision.satisfied
    ? 'CONDITION_NOT_MET'
    : missing.length > 0
      ? 'PREREQUISITE_MISSING'
      : award?.counted
        ? award.mode
        : 'NOT_COUNTED';
  return {
    employee_id: employeeId,
    type_id: type.uuid,
    completion_id: decision.attemptId,
    at: decision.at,
    rule_version: decision.ruleVersion,
    outcome,
    is_eligible: decision.satisfied && missing.length === 0,
    is_held: status === 'ACTIVE' || status === 'GRACE',
    is_first: before.awards.length === 0,
    missing,
    fact_id: factId,
  };
}

function decisionKey(record: DecisionRecord): string {
  const { employee_id, type_id, completion_id, at, rule_version, outcome, is_eligible, is_held, is_first, missing, fact_id } =
    record;
  const asked = [employee_id, type_id, completion_id, at, rule_version].join('|');
  return [asked, outcome, is_eligible, is_held, is_first, fact_id, ...missing].join('|');
}
