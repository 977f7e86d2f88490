// Approvals: every request, grant and withdrawal, and whom managers let decide.
import { bigint, instant, key, list, optional, table, text, uuid } from '../../platform/postgres/table';

export const approvalFactTable = table('approval_fact', {
  columns: {
    id: key(uuid),
    employee_id: uuid,
    kind: text,
    act: text,
    at: instant,
    reason: optional(text),
    actor: text,
    source: text,
    recorded_in: bigint,
    retired_in: optional(bigint),
    approver_id: optional(uuid),
    manager_id: optional(uuid),
  },
  indexes: {
    approval_fact_current: { columns: ['employee_id', 'kind', 'at', 'act'], unique: true, where: 'retired_in IS NULL' },
    approval_fact_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
  },
});

export const approvalDelegationTable = table('approval_delegation', {
  columns: {
    id: key(uuid),
    manager_id: uuid,
    delegate_id: uuid,
    kinds: optional(list(text)),
    valid_from: instant,
    valid_to: instant,
    reason: optional(text),
    actor: text,
    source: text,
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    approval_delegation_current: {
      columns: ['manager_id', 'delegate_id', 'valid_from'],
      unique: true,
      where: 'retired_in IS NULL',
    },
    approval_delegation_history: { columns: ['manager_id'], where: 'retired_in IS NOT NULL' },
  },
});
