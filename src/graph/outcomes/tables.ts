// Outcomes: what an organisation ties to verdicts, and every item that was opened for it.
import { bigint, flag, instant, key, list, optional, table, text, uuid } from '../../platform/postgres/table';

export const outcomeRuleTable = table('outcome_rule', {
  columns: {
    id: key(uuid),
    code: text,
    title: text,
    kind: text,
    role_codes: optional(list(text)),
    reached: list(text),
    left_behind: optional(list(text)),
    owner_id: optional(uuid),
    fallback_owner_id: optional(uuid),
    due_in: optional(text),
    active: flag,
    recorded_in: key(bigint),
    retired_in: optional(bigint),
  },
  indexes: { outcome_rule_current: { columns: ['code'], unique: true, where: 'retired_in IS NULL' } },
});

export const outcomeTable = table('outcome', {
  columns: {
    id: key(uuid),
    rule_id: uuid,
    kind: text,
    employee_id: uuid,
    role_id: uuid,
    verdict: text,
    because: list(text),
    occurred_at: instant,
    owner_id: uuid,
    due_at: optional(instant),
    state: text,
    closed_at: optional(instant),
    closed_by: optional(text),
    reason: optional(text),
    recorded_in: key(bigint),
    retired_in: optional(bigint),
  },
  indexes: {
    outcome_once: {
      columns: ['employee_id', 'role_id', 'rule_id', 'occurred_at'],
      unique: true,
      where: 'retired_in IS NULL',
    },
    outcome_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
    outcome_owner: { columns: ['owner_id', 'occurred_at', 'id'] },
    outcome_order: { columns: ['occurred_at', 'id'], where: 'retired_in IS NULL' },
  },
});
