// Approvals: every request, grant and withdrawal.
import { bigint, instant, key, optional, table, text, uuid } from '../../platform/postgres/table';

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
  },
  indexes: {
    approval_fact_current: { columns: ['employee_id', 'kind', 'at', 'act'], unique: true, where: 'retired_in IS NULL' },
    approval_fact_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
  },
});
