// Eligibility: the verdict timeline of each person and role.
import { bigint, identity, instant, integer, optional, table, text, uuid } from '../../platform/postgres/table';

export const eligibilitySegmentTable = table('eligibility_segment', {
  columns: {
    id: identity,
    employee_id: uuid,
    role_id: uuid,
    valid_from: instant,
    valid_to: instant,
    verdict: text,
    rule_version: integer,
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    eligibility_segment_current: { columns: ['employee_id', 'role_id', 'valid_from'], unique: true, where: 'retired_in IS NULL' },
    eligibility_segment_role: { columns: ['role_id', 'verdict', 'employee_id'], where: 'retired_in IS NULL' },
    eligibility_segment_history: { columns: ['employee_id', 'role_id'], where: 'retired_in IS NOT NULL' },
  },
});
