// Credentials: the types there are, who holds which, what happened to each holding, and how completions became awards.
import {
  bigint,
  day,
  flag,
  float,
  identity,
  instant,
  integer,
  json,
  key,
  list,
  optional,
  table,
  text,
  uuid,
} from '../../platform/postgres/table';

export const credentialTypeTable = table('credential_type', {
  columns: {
    id: key(uuid),
    code: text,
    name: text,
    kind: text,
    issuer: text,
    operational: flag,
    pay_impact: flag,
    renewal: optional(json),
    equivalent_to: list(text),
    prerequisites: list(text),
    recorded_in: key(bigint),
    retired_in: optional(bigint),
    cost: optional(float),
    lead_time: optional(text),
    renews: list(text),
  },
  indexes: { credential_type_current: { columns: ['code'], unique: true, where: 'retired_in IS NULL' } },
});

export const awardRuleTable = table('award_rule', {
  columns: {
    id: key(uuid),
    type_id: uuid,
    version: integer,
    effective_from: instant,
    condition: json,
    text,
    hash: text,
    published_by: text,
    recorded_in: bigint,
  },
  uniques: { award_rule_version: ['type_id', 'version'] },
});

export const credentialTable = table('credential', {
  columns: { id: key(uuid), employee_id: uuid, type_id: uuid, instance: text, version: bigint, recorded_in: bigint },
  uniques: { credential_holding: ['employee_id', 'type_id', 'instance'] },
  indexes: { credential_by_type: { columns: ['type_id', 'employee_id'] } },
});

export const credentialFactTable = table('credential_fact', {
  columns: {
    row_id: identity,
    id: uuid,
    credential_id: uuid,
    employee_id: uuid,
    kind: text,
    at: instant,
    expires_at: optional(instant),
    issued_on: optional(day),
    expires_on: optional(day),
    zone: text,
    initial: optional(flag),
    reason: optional(text),
    evidence_url: optional(text),
    issued_to: optional(text),
    issuer: optional(text),
    rule_version: optional(integer),
    completion_ids: list(uuid),
    actor: text,
    source: optional(text),
    event_id: optional(text),
    recorded_at: instant,
    recorded_in: bigint,
    retired_in: optional(bigint),
    ends_cycle: optional(flag),
    caused_by: optional(uuid),
    date_on: optional(day),
  },
  indexes: {
    credential_fact_current: { columns: ['employee_id'], where: 'retired_in IS NULL' },
    credential_fact_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
    credential_fact_of: { columns: ['credential_id'] },
    credential_fact_event: { columns: ['source', 'event_id'], unique: true, where: 'event_id IS NOT NULL' },
  },
});

export const credentialSegmentTable = table('credential_segment', {
  columns: {
    id: identity,
    credential_id: uuid,
    employee_id: uuid,
    type_id: uuid,
    valid_from: instant,
    valid_to: instant,
    status: text,
    issued_at: instant,
    expires_at: optional(instant),
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    credential_segment_current: { columns: ['credential_id', 'valid_from'], unique: true, where: 'retired_in IS NULL' },
    credential_segment_person: { columns: ['employee_id'], where: 'retired_in IS NULL' },
    credential_segment_expiry: { columns: ['expires_at', 'credential_id'], where: 'retired_in IS NULL' },
    credential_segment_type: { columns: ['type_id', 'status'], where: 'retired_in IS NULL' },
    credential_segment_history: { columns: ['employee_id'], where: 'retired_in IS NOT NULL' },
  },
});

export const awardDecisionTable = table('award_decision', {
  columns: {
    id: identity,
    employee_id: uuid,
    type_id: uuid,
    completion_id: uuid,
    at: instant,
    rule_version: integer,
    outcome: text,
    is_eligible: flag,
    is_held: flag,
    is_first: flag,
    missing: list(text),
    fact_id: optional(uuid),
    recorded_in: bigint,
    retired_in: optional(bigint),
  },
  indexes: {
    award_decision_current: { columns: ['employee_id'], where: 'retired_in IS NULL' },
    award_decision_completion: { columns: ['completion_id'] },
  },
});
