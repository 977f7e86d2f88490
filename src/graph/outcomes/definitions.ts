// What an organisation ties to verdicts: the rules by which outcomes are opened, as changes follow them and as reads show them.
import type { OutcomeTrigger } from '../../core/outcomes';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows, rowsParam } from '../../platform/sql';
import { Cached } from '../catalogue';
import { known, type View } from '../context';

/** A rule by which outcomes are opened; the names are those of the GraphQL type. */
export interface OutcomeRuleRow extends OutcomeTrigger {
  readonly uuid: string;
  readonly code: string;
  readonly title: string;
  readonly kind: string;
  /** Null: the primary manager of whom it is about. */
  readonly ownerUuid: string | null;
  readonly fallbackOwnerUuid: string | null;
  readonly dueIn: string | null;
}

const RULE = `r.id AS uuid, r.code, r.title, r.kind, r.role_codes AS "roleCode", r.reached AS "when", r.left_behind AS "from",
  r.owner_id AS "ownerUuid", r.fallback_owner_id AS "fallbackOwnerUuid", r.due_in AS "dueIn", r.active`;

/** Keeps the rules at hand: those no longer in use as well, for what they opened and is not closed yet. */
export function outcomeDefinitions(): Cached<readonly OutcomeRuleRow[]> {
  return new Cached((db) => rows(db, `/* allOutcomeRules */ SELECT ${RULE} FROM outcome_rule r WHERE r.retired_in IS NULL`));
}

/** The rules that a view knows: all, or those with these ids. */
export async function outcomeRulesKnown(db: Db, view: View, ids?: readonly string[]): Promise<OutcomeRuleRow[]> {
  const q = new Params();
  const only = ids ? `r.id = ANY(${q.add(ids)}) AND ` : '';
  return rows(db, `/* outcomeRulesKnown */ SELECT ${RULE} FROM outcome_rule r WHERE ${only}${known('r', view, q)}`, q.values);
}

/** Replaces rules by their codes. */
export function recordOutcomeRules(write: Write, rules: readonly OutcomeRuleRow[]): void {
  write.run('/* retireOutcomeRules */ UPDATE outcome_rule SET retired_in = $2 WHERE code = ANY($1) AND retired_in IS NULL', [
    rules.map((rule) => rule.code),
    write.change,
  ]);
  write.run(
    `/* recordOutcomeRules */ INSERT INTO outcome_rule (id, code, title, kind, role_codes, reached, left_behind, owner_id, fallback_owner_id, due_in,
       active, recorded_in)
     SELECT r.uuid, r.code, r.title, r.kind, r."roleCode", r."when", r."from", r."ownerUuid", r."fallbackOwnerUuid", r."dueIn", r.active, $2
     FROM jsonb_to_recordset($1) AS r(uuid uuid, code text, title text, kind text, "roleCode" text[], "when" text[], "from" text[],
       "ownerUuid" uuid, "fallbackOwnerUuid" uuid, "dueIn" text, active boolean)`,
    [rowsParam(rules), write.change],
  );
}
