// The three questions before an award, answered and kept for every completion that a rule read.
import type { AwardDecision } from '../../core/award';
import { foldHolding, statusAt } from '../../core/renewal';
import type { Write } from '../../journal/write';
import { instantText, rows, rowsParam } from '../../platform/sql';
import { evidenceOf, type CredentialFact, type HoldingRow } from './facts';
import type { CredentialType } from './types';

/** What a completion led to. */
export type AwardOutcome = 'FIRST_ISSUE' | 'RENEWAL' | 'REISSUE' | 'NOT_COUNTED' | 'CONDITION_NOT_MET' | 'PREREQUISITE_MISSING';

/** A decision, and the fact it led to. */
export interface Decided {
  readonly employeeId: string;
  readonly type: CredentialType;
  readonly decision: AwardDecision;
  readonly missing: readonly string[];
  readonly factId: string | null;
}

interface Held {
  readonly rows: ReadonlyMap<string, HoldingRow>;
  readonly facts: ReadonlyMap<string, readonly CredentialFact[]>;
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

/** A decision and its row. */
export interface StoredDecision extends DecisionRecord {
  readonly id: number;
}

/** What is kept about people's awards. */
export function currentDecisions(write: Write, people: readonly string[]): Promise<StoredDecision[]> {
  return rows<StoredDecision>(
    write.db,
    `/* currentDecisions */ SELECT id, employee_id, type_id, completion_id, at, rule_version, outcome, is_eligible, is_held, is_first, missing, fact_id
     FROM award_decision WHERE employee_id = ANY($1) AND retired_in IS NULL`,
    [people],
  );
}

/** Keeps what was decided about people's awards; only differences are written. */
export function saveDecisions(
  write: Write,
  decided: readonly Decided[],
  people: ReadonlyMap<string, Held>,
  current: readonly StoredDecision[],
): void {
  const wanted = new Map<string, DecisionRecord>();
  for (const one of decided) {
    const record = toRecord(one, people.get(one.employeeId)!);
    wanted.set(decisionKey(record), record);
  }
  const retired = current.filter((row) => !wanted.delete(decisionKey(row))).map((row) => row.id);
  if (retired.length > 0) {
    write.run('/* retireDecisions */ UPDATE award_decision SET retired_in = $2 WHERE id = ANY($1)', [retired, write.change]);
  }
  if (wanted.size === 0) return;
  const records = [...wanted.values()].map((record) => ({ ...record, at: instantText(record.at) }));
  write.run(
    `/* recordDecisions */ INSERT INTO award_decision (employee_id, type_id, completion_id, at, rule_version, outcome, is_eligible, is_held, is_first,
       missing, fact_id, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(employee_id uuid, type_id uuid, completion_id uuid, at timestamptz, rule_version integer,
       outcome text, is_eligible boolean, is_held boolean, is_first boolean, missing text[], fact_id uuid)`,
    [rowsParam(records), write.change],
  );
}

function toRecord({ employeeId, type, decision, missing, factId }: Decided, holdings: Held): DecisionRecord {
  const holding = [...holdings.rows.values()].find((row) => row.typeId === type.uuid && row.instance === '');
  const facts = holding ? (holdings.facts.get(holding.id) ?? []) : [];
  const folded = foldHolding(type.policy, evidenceOf(facts));
  const before = foldHolding(type.policy, evidenceOf(facts.filter((fact) => fact.kind === 'DATE' || fact.at < decision.at)));
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
