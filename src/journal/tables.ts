// The journal's tables: facts on their way (inbox), the log, and what makes requests repeatable.
import {
  bigint,
  bytes,
  identity,
  instant,
  json,
  key,
  list,
  onlyRow,
  optional,
  smallint,
  table,
  text,
  uuid,
} from '../platform/postgres/table';

export const inboxTable = table('inbox', {
  columns: {
    id: identity,
    change_id: bigint,
    event_id: uuid,
    kind: text,
    entity: uuid,
    entity_version: bigint,
    subject: optional(uuid),
    actor: text,
    source: optional(text),
    occurred_at: instant,
    body_format: smallint,
    body: bytes,
    trace_id: optional(uuid),
  },
  indexes: { inbox_change: { columns: ['change_id'] } },
});

export const logTable = table('log', {
  columns: {
    pos: key(bigint),
    change_id: bigint,
    event_id: uuid,
    kind: text,
    entity: uuid,
    entity_version: bigint,
    subject: optional(uuid),
    actor: text,
    source: optional(text),
    occurred_at: instant,
    recorded_at: instant,
    body_format: smallint,
    body: bytes,
    leaf_version: smallint,
    leaf: bytes,
    chain: optional(bytes),
  },
  indexes: {
    log_subject: { columns: ['subject', 'pos'], where: 'subject IS NOT NULL' },
    log_entity: { columns: ['entity', 'pos'], where: 'subject IS NULL' },
  },
});

export const changeTable = table('change', {
  columns: { id: key(bigint), first_pos: bigint, last_pos: bigint, recorded_at: instant, trace_id: optional(uuid) },
  indexes: {
    change_recorded_at: { columns: ['recorded_at', 'last_pos'] },
    change_trace: { columns: ['trace_id'], where: 'trace_id IS NOT NULL' },
  },
});

/** The stretches of the log that one sequencer wrote without a break; see `Epochs`. */
export const logEpochTable = table('log_epoch', { columns: { first_pos: key(bigint), id: uuid } });

export const logHeadTable = table('log_head', {
  columns: { one: onlyRow, epoch: uuid, pos: bigint, recorded_at: instant, cursor_key: bytes, chain: bytes, tree: bytes },
  checks: { log_head_one: 'one' },
});

export const personKeyTable = table('person_key', {
  columns: { employee_id: key(uuid), key: optional(bytes), wrapped: optional(bytes) },
  indexes: { person_key_bare: { columns: ['employee_id'], where: 'key IS NOT NULL' } },
  checks: { person_key_one: '(key IS NULL) <> (wrapped IS NULL)' },
});

export const installationTable = table('installation', {
  columns: { one: onlyRow, secret_check: bytes, environment: optional(text) },
  checks: { installation_one: 'one' },
});

export const idempotencyTable = table('idempotency', {
  columns: {
    operation: key(text),
    source: key(text),
    key: key(text),
    request_hash: bytes,
    response: optional(json),
    change_id: bigint,
    recorded_at: instant,
  },
  indexes: { idempotency_recorded_at: { columns: ['recorded_at'] } },
});

export const quarantineTable = table('quarantine', {
  columns: {
    id: key(uuid),
    operation: text,
    source: text,
    actor: text,
    waits_for: optional(text),
    item: text,
    item_hash: bytes,
    code: text,
    message: text,
    path: list(text),
    recorded_at: instant,
    recorded_in: bigint,
    resolved_in: optional(bigint),
    trace_id: optional(uuid),
  },
  indexes: {
    quarantine_waiting: { columns: ['waits_for'], where: 'resolved_in IS NULL' },
    quarantine_item: { columns: ['item_hash'], where: 'resolved_in IS NULL' },
    quarantine_recorded_at: { columns: ['recorded_at'] },
    quarantine_trace: { columns: ['trace_id', 'id'], where: 'trace_id IS NOT NULL' },
    quarantine_resolved: { columns: ['resolved_in'], where: 'resolved_in IS NOT NULL' },
  },
});
