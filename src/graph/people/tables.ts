// People: who they are in each source, what is asserted of them, and the step function derived from it.
import { bigint, day, identity, instant, json, key, list, optional, table, text, uuid } from '../../platform/postgres/table';

export const employeeTable = table('employee', {
  columns: {
    id: key(uuid),
    external_id: text,
    version: bigint,
    settled_until: instant,
    next_change_at: optional(instant),
    recorded_in: bigint,
  },
  uniques: { employee_external_id: ['external_id'] },
  indexes: { employee_next_change: { columns: ['next_change_at'], where: 'next_change_at IS NOT NULL' } },
});

export const employeeIdentityTable = table('employee_identity', {
  columns: { id: identity, employee_id: uuid, kind: text, source: text, value: text, recorded_in: bigint },
  uniques: { employee_identity_once: ['kind', 'value', 'source', 'employee_id'] },
  indexes: { employee_identity_of: { columns: ['employee_id'] } },
});

export const employeeFactTable = table('employee_fact', {
  columns: {
    id: key(uuid),
    employee_id: uuid,
    name: text,
    at: instant,
    value: json,
    source: text,
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    employee_fact_current: { columns: ['employee_id', 'name', 'at'], unique: true, where: 'retired_in IS NULL' },
    employee_fact_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
    employee_fact_awaiting_others: {
      columns: ['value'],
      type: 'gin',
      where: `retired_in IS NULL AND name = 'otherManagerExternalIds'`,
    },
  },
});

export const employeeStateTable = table('employee_state', {
  columns: {
    id: identity,
    employee_id: uuid,
    valid_from: instant,
    valid_to: instant,
    external_id: text,
    given_name: optional(text),
    family_name: optional(text),
    name: text,
    email: optional(text),
    status: text,
    employment_type: optional(text),
    job_title: optional(text),
    job_family: optional(text),
    department: optional(text),
    location: optional(text),
    cost_center: optional(text),
    manager_id: optional(uuid),
    role_codes: list(text),
    hired_on: optional(day),
    terminated_on: optional(day),
    attributes: json,
    recorded_in: bigint,
    retired_in: optional(bigint),
    other_manager_ids: list(uuid),
  },
  indexes: {
    employee_state_current: { columns: ['employee_id', 'valid_from'], unique: true, where: 'retired_in IS NULL' },
    employee_state_history: { columns: ['employee_id', 'valid_from'] },
    employee_state_manager: { columns: ['manager_id'] },
    employee_state_other_managers: { columns: ['other_manager_ids'], type: 'gin', where: `other_manager_ids <> '{}'` },
    employee_state_department: { columns: ['department', 'employee_id'], where: 'retired_in IS NULL' },
    employee_state_name: { columns: ['name', 'employee_id'], where: 'retired_in IS NULL' },
    employee_state_external_id: { columns: ['external_id', 'employee_id'], where: 'retired_in IS NULL' },
  },
});
