// Webhooks: the endpoints, what each is told, and every attempt to tell it.
import {
  bigint,
  bytes,
  flag,
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

export const webhookEndpointTable = table('webhook_endpoint', {
  columns: {
    id: key(uuid),
    url: text,
    description: optional(text),
    kinds: optional(list(text)),
    filter: optional(json),
    allow_private: flag,
    state: text,
    disabled_because: optional(text),
    disabled_at: optional(instant),
    secret: bytes,
    previous_secret: optional(bytes),
    previous_until: optional(instant),
    version: bigint,
    registered_in: bigint,
    registered_at: instant,
    cursor_pos: optional(bigint),
    replay_until: optional(bigint),
    resume_at: optional(bigint),
    failures: integer,
    failing_since: optional(instant),
    last_failure_at: optional(instant),
    last_success_at: optional(instant),
    not_before: optional(instant),
  },
  indexes: { webhook_endpoint_enabled: { columns: ['id'], where: `state = 'ENABLED'` } },
});

export const webhookDeliveryTable = table('webhook_delivery', {
  columns: {
    id: key(uuid),
    endpoint_id: uuid,
    position: bigint,
    lane: uuid,
    type: text,
    credential_id: optional(uuid),
    recorded_at: instant,
    state: text,
    attempts: integer,
    next_attempt_at: instant,
    acknowledged_at: optional(instant),
    died_at: optional(instant),
    trace_id: optional(uuid),
  },
  indexes: {
    webhook_delivery_position: { columns: ['endpoint_id', 'position'] },
    webhook_delivery_lane: { columns: ['endpoint_id', 'lane', 'position'], where: `state = 'PENDING'` },
    webhook_delivery_pending: { columns: ['endpoint_id', 'position'], where: `state = 'PENDING'` },
    webhook_delivery_due: { columns: ['endpoint_id', 'next_attempt_at'], where: `state = 'PENDING'` },
    webhook_delivery_dead: { columns: ['endpoint_id', 'position'], where: `state = 'DEAD'` },
    webhook_delivery_acknowledged: { columns: ['endpoint_id', 'acknowledged_at'], where: 'acknowledged_at IS NOT NULL' },
    webhook_delivery_of_change: { columns: ['position'], where: 'acknowledged_at IS NOT NULL' },
    webhook_delivery_of_credential: { columns: ['credential_id'], where: 'acknowledged_at IS NOT NULL' },
    webhook_delivery_trace: { columns: ['trace_id', 'position', 'id'], where: 'trace_id IS NOT NULL' },
  },
});

export const webhookAttemptTable = table('webhook_attempt', {
  columns: {
    id: identity,
    delivery_id: uuid,
    endpoint_id: uuid,
    at: instant,
    outcome: text,
    status: optional(integer),
    error: optional(text),
    latency_ms: integer,
    body_hash: bytes,
    response: optional(text),
    span_id: optional(text),
  },
  indexes: {
    webhook_attempt_delivery: { columns: ['delivery_id', 'id'] },
    webhook_attempt_endpoint: { columns: ['endpoint_id', 'at'] },
  },
});

export const webhookAcknowledgementTable = table('webhook_acknowledgement', {
  columns: {
    position: key(bigint),
    endpoint_id: key(uuid),
    type: text,
    credential_id: optional(uuid),
    acknowledged_at: instant,
  },
  indexes: {
    webhook_acknowledgement_of_credential: { columns: ['credential_id'], where: 'credential_id IS NOT NULL' },
  },
});
