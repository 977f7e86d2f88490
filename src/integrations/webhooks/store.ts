// Webhooks as the schema shows them: endpoints with their figures, deliveries, attempts, and who has acknowledged what.
import type { ChangeFilter } from '../../journal/graphql';
import { keyset, type Page } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, rows, traceText } from '../../platform/sql';
import type { Outcome } from './post';
import type { DisabledBecause } from './state';

/** An endpoint; the names are those of the GraphQL type. */
export interface EndpointRow {
  readonly uuid: string;
  readonly url: string;
  readonly description: string | null;
  readonly kinds: string[] | null;
  readonly filter: ChangeFilter | null;
  readonly allowPrivate: boolean;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly disabledBecause: DisabledBecause | null;
  readonly disabledAt: number | null;
  readonly previousSecretUntil: number | null;
  readonly registeredAt: number;
  readonly position: number | null;
  readonly failuresInARow: number;
  readonly failingSince: number | null;
  readonly lastFailureAt: number | null;
  readonly lastSuccessAt: number | null;
  readonly pausedUntil: number | null;
}

const ENDPOINT = `e.id AS uuid, e.url, e.description, e.kinds, e.filter, e.allow_private AS "allowPrivate", e.state,
  e.disabled_because AS "disabledBecause", e.disabled_at AS "disabledAt", e.previous_until AS "previousSecretUntil",
  e.registered_at AS "registeredAt", coalesce(e.cursor_pos, c.last_pos) AS position, e.failures AS "failuresInARow",
  e.failing_since AS "failingSince", e.last_failure_at AS "lastFailureAt", e.last_success_at AS "lastSuccessAt",
  e.not_before AS "pausedUntil"`;
const WITH_PLACE = 'webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in';

/** A page of endpoints, the first registered first. */
export async function endpointPage(db: Db, page: Page): Promise<EndpointRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'e.id', type: 'uuid' }], q);
  return rows(db, `/* endpointPage */ SELECT ${ENDPOINT} FROM ${WITH_PLACE} WHERE ${where} ${order} ${limit}`, q.values);
}

/** How many endpoints there are. */
export async function endpointCount(db: Db): Promise<number> {
  const [row] = await rows<{ count: number }>(db, '/* endpointCount */ SELECT count(*) AS count FROM webhook_endpoint');
  return row!.count;
}

/** Endpoints by id. */
export async function endpointsById(db: Db, ids: readonly string[]): Promise<Map<string, EndpointRow>> {
  const found = await rows<EndpointRow>(db, `/* endpointsById */ SELECT ${ENDPOINT} FROM ${WITH_PLACE} WHERE e.id = ANY($1)`, [
    ids,
  ]);
  return new Map(found.map((row) => [row.uuid, row]));
}

/** How far behind an endpoint is. */
export interface LagRow {
  readonly id: string;
  readonly entries: number;
  readonly pending: number;
  readonly dead: number;
  readonly seconds: number;
}

/** How far behind endpoints are; all of them when no ids are given. */
export async function lags(db: Db, ids: readonly string[] | null, now: number): Promise<Map<string, LagRow>> {
  const found = await rows<LagRow>(
    db,
    `/* webhookLags */ SELECT e.id, greatest(h.pos - coalesce(e.cursor_pos, c.last_pos, h.pos), 0) AS entries,
       (SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'PENDING') AS pending,
       (SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'DEAD') AS dead,
       greatest(extract(epoch FROM $2::timestamptz - least(
         (SELECT d.recorded_at FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'PENDING' ORDER BY d.position LIMIT 1),
         (SELECT l.recorded_at FROM log l WHERE l.pos = coalesce(e.cursor_pos, c.last_pos) + 1)
       )), 0)::float8 AS seconds
     FROM webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in CROSS JOIN log_head h WHERE $1::uuid[] IS NULL OR e.id = ANY($1)`,
    [ids, instantText(now)],
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** How an endpoint did lately. */
export interface FigureRow extends Latencies {
  readonly id: string;
  readonly attempts: number;
  readonly successes: number;
}

/** How long it took from the log to the acknowledgement, in seconds: of 100 as many within the time; null without any. */
export interface Latencies {
  readonly revocationP50Seconds: number | null;
  readonly revocationP95Seconds: number | null;
  readonly revocationP99Seconds: number | null;
  readonly issuanceP50Seconds: number | null;
  readonly issuanceP95Seconds: number | null;
  readonly issuanceP99Seconds: number | null;
}

const LATENCIES = [
  ['revocation', 'credential.revoked'],
  ['issuance', 'credential.issued'],
]
  .flatMap(([name, type]) =>
    [50, 95, 99].map(
      (percent) =>
        `(percentile_cont(${percent / 100}) WITHIN GROUP (ORDER BY extract(epoch FROM d.acknowledged_at - d.recorded_at))
           FILTER (WHERE d.type = '${type}'))::float8 AS "${name}P${percent}Seconds"`,
    ),
  )
  .join(', ');
const IN_TIME = `webhook_delivery d WHERE d.endpoint_id = e.id AND d.acknowledged_at >= $2 AND d.type IN ('credential.revoked', 'credential.issued')`;

/** Attempts since an instant, and how long revocations and issues acknowledged since then took. */
export async function figures(db: Db, ids: readonly string[], since: number): Promise<Map<string, FigureRow>> {
  const found = await rows<FigureRow>(
    db,
    `/* webhookFigures */ SELECT e.id, a.attempts, a.successes, d.*
     FROM unnest($1::uuid[]) AS e(id)
     CROSS JOIN LATERAL (
       SELECT count(*) AS attempts, count(*) FILTER (WHERE a.outcome = 'DELIVERED') AS successes
       FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.at >= $2
     ) a
     CROSS JOIN LATERAL (SELECT ${LATENCIES} FROM ${IN_TIME}) d`,
    [ids, instantText(since)],
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** How long revocations and issues took, for every endpoint that has acknowledged any since an instant. */
export async function latencies(db: Db, since: number): Promise<(Latencies & { readonly id: string })[]> {
  return rows(
    db,
    `/* webhookLatencies */ SELECT e.id, d.* FROM webhook_endpoint e CROSS JOIN LATERAL (SELECT ${LATENCIES} FROM ${IN_TIME.replace('$2', '$1')}) d
     WHERE d."revocationP99Seconds" IS NOT NULL OR d."issuanceP99Seconds" IS NOT NULL`,
    [instantText(since)],
  );
}

/** What takes less is not felt: it counts as this much. */
const UNFELT_SECONDS = 0.1;

/** How much slower revocations are than issues, by the 99th of a hundred; 1: no slower; null while one of the two is missing. */
export function revocationRatio({ revocationP99Seconds, issuanceP99Seconds }: Latencies): number | null {
  if (revocationP99Seconds === null || issuanceP99Seconds === null) return null;
  return Math.max(revocationP99Seconds, UNFELT_SECONDS) / Math.max(issuanceP99Seconds, UNFELT_SECONDS);
}

export type DeliveryState = 'PENDING' | 'DELIVERED' | 'DEAD';

/** A delivery; the names are those of the GraphQL type. */
export interface DeliveryRow {
  readonly uuid: string;
  readonly endpointUuid: string;
  readonly type: string;
  readonly position: number;
  readonly recordedAt: number;
  readonly state: DeliveryState;
  readonly attemptCount: number;
  readonly nextAttemptAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly diedAt: number | null;
  readonly traceId: string | null;
}

const DELIVERY = `d.id AS uuid, d.endpoint_id AS "endpointUuid", d.type, d.position, d.recorded_at AS "recordedAt", d.state,
  d.attempts AS "attemptCount", CASE WHEN d.state = 'PENDING' THEN d.next_attempt_at END AS "nextAttemptAt",
  d.acknowledged_at AS "acknowledgedAt", d.died_at AS "diedAt", ${traceText('d.trace_id')} AS "traceId"`;

/** The columns of `deliveryKeys`. */
const DELIVERY_KEYS = [
  { sql: 'd.position', type: 'bigint' },
  { sql: 'd.id', type: 'uuid' },
] as const;
export const deliveryKeys = (row: DeliveryRow): string[] => [String(row.position), row.uuid];

/** A page of deliveries for each endpoint, in the order of the log. */
export async function deliveryPages(
  db: Db,
  endpoints: readonly string[],
  state: DeliveryState | null,
  page: Page,
): Promise<DeliveryRow[]> {
  const q = new Params();
  const among = `unnest(${q.add(endpoints)}::uuid[])`;
  const { where, order, limit } = keyset(page, DELIVERY_KEYS, q);
  return rows(
    db,
    `/* deliveryPages */ SELECT found.* FROM ${among} AS e(id) CROSS JOIN LATERAL (
       SELECT ${DELIVERY} FROM webhook_delivery d WHERE d.endpoint_id = e.id AND ${inState(state)} AND ${where} ${order} ${limit}
     ) found`,
    q.values,
  );
}

/** A page of the deliveries of a trace, in the order of the log. */
export async function tracedDeliveries(db: Db, traceId: string, page: Page): Promise<DeliveryRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, DELIVERY_KEYS, q);
  return rows(
    db,
    `/* tracedDeliveries */ SELECT ${DELIVERY} FROM webhook_delivery d WHERE d.trace_id = ${q.add(traceId)}::uuid AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many there are. */
export async function tracedDeliveryCount(db: Db, traceId: string): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    '/* tracedDeliveryCount */ SELECT count(*) AS count FROM webhook_delivery WHERE trace_id = $1::uuid',
    [traceId],
  );
  return row!.count;
}

/** The deliveries of the changes at these positions. */
export async function deliveriesOfChanges(db: Db, positions: readonly number[]): Promise<DeliveryRow[]> {
  return rows(
    db,
    `/* deliveriesOfChanges */ SELECT ${DELIVERY} FROM webhook_endpoint e
     JOIN webhook_delivery d ON d.endpoint_id = e.id AND d.position = ANY($1::bigint[]) ORDER BY d.position, e.id`,
    [positions],
  );
}

/** How many deliveries each endpoint has. */
export async function deliveryCounts(
  db: Db,
  endpoints: readonly string[],
  state: DeliveryState | null,
): Promise<Map<string, number>> {
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* deliveryCounts */ SELECT d.endpoint_id AS id, count(*) AS count FROM webhook_delivery d
     WHERE d.endpoint_id = ANY($1) AND ${inState(state)} GROUP BY d.endpoint_id`,
    [endpoints],
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

// a word of our own in the text, so that the partial indexes are found
function inState(state: DeliveryState | null): string {
  return state === null ? 'true' : `d.state = '${state}'`;
}

/** Deliveries by id. */
export async function deliveriesById(db: Db, ids: readonly string[]): Promise<Map<string, DeliveryRow>> {
  const found = await rows<DeliveryRow>(
    db,
    `/* deliveriesById */ SELECT ${DELIVERY} FROM webhook_delivery d WHERE d.id = ANY($1)`,
    [ids],
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

/** An attempt; the names are those of the GraphQL type. */
export interface AttemptRow {
  readonly deliveryUuid: string;
  readonly id: number;
  readonly at: number;
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly error: string | null;
  readonly latencyMs: number;
  readonly bodyHash: string;
  readonly response: string | null;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

export const attemptKeys = (row: AttemptRow): string[] => [String(row.id)];

/** A page of attempts for each delivery, oldest first. */
export async function attemptPages(db: Db, deliveries: readonly string[], page: Page): Promise<AttemptRow[]> {
  const q = new Params();
  const among = `unnest(${q.add(deliveries)}::uuid[])`;
  const { where, order, limit } = keyset(page, [{ sql: 'a.id', type: 'bigint' }], q);
  return rows(
    db,
    `/* attemptPages */ SELECT found.* FROM ${among} AS d(id) CROSS JOIN LATERAL (
       SELECT a.delivery_id AS "deliveryUuid", a.id, a.at, a.outcome, a.status, a.error, a.latency_ms AS "latencyMs",
         encode(a.body_hash, 'hex') AS "bodyHash", a.response, t.trace AS "traceId", a.span_id AS "spanId"
       FROM webhook_attempt a CROSS JOIN (SELECT ${traceText('w.trace_id')} AS trace FROM webhook_delivery w WHERE w.id = d.id) t
       WHERE a.delivery_id = d.id AND ${where} ${order} ${limit}
     ) found`,
    q.values,
  );
}

/** How many attempts each delivery had. */
export async function attemptCounts(db: Db, deliveries: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ id: string; count: number }>(
    db,
    '/* attemptCounts */ SELECT delivery_id AS id, count(*) AS count FROM webhook_attempt WHERE delivery_id = ANY($1) GROUP BY delivery_id',
    [deliveries],
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

/** That an endpoint has acknowledged a change. */
export interface AcknowledgementRow {
  readonly endpointUuid: string;
  readonly type: string;
  readonly position: number;
  readonly credential: string | null;
  readonly at: number;
}

/** Deliveries that were acknowledged, and what is left of those that are removed; of one that was sent again since, the first time. */
const acknowledged = (where: string): string => `SELECT DISTINCT ON (position, "endpointUuid") * FROM (
    SELECT endpoint_id AS "endpointUuid", type, position, credential_id AS credential, acknowledged_at AS at
    FROM webhook_delivery WHERE ${where} AND acknowledged_at IS NOT NULL
    UNION ALL SELECT endpoint_id, type, position, credential_id, acknowledged_at FROM webhook_acknowledgement WHERE ${where}
  ) found ORDER BY position, "endpointUuid", at`;

/** Who has acknowledged the changes at these positions. */
export async function acknowledgementsOfChanges(db: Db, positions: readonly number[]): Promise<AcknowledgementRow[]> {
  return rows(
    db,
    `/* acknowledgementsOfChanges */ SELECT * FROM (${acknowledged('position = ANY($1::bigint[])')}) all_of_them ORDER BY at, "endpointUuid"`,
    [positions],
  );
}

/** Who has acknowledged what about these credentials. */
export async function acknowledgementsOfCredentials(db: Db, credentials: readonly string[]): Promise<AcknowledgementRow[]> {
  return rows(
    db,
    `/* acknowledgementsOfCredentials */ SELECT * FROM (${acknowledged('credential_id = ANY($1::uuid[])')}) all_of_them ORDER BY position, at`,
    [credentials],
  );
}
