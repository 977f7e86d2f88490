// What the courier reads and writes: endpoints, the deliveries that are due, and how each attempt went.
import type { ChangeFilter } from '../../journal/graphql';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows, rowsParam, traceText } from '../../platform/sql';
import type { Posted } from './post';

/** An endpoint as the courier works with it. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly kinds: readonly string[] | null;
  readonly filter: ChangeFilter | null;
  readonly allowPrivate: boolean;
  readonly secret: Buffer;
  readonly previousSecret: Buffer | null;
  readonly previousUntil: number | null;
  /** Up to where the log was looked through; null while the log has not taken in the change that registered it. */
  readonly cursor: number | null;
  readonly replayUntil: number | null;
  readonly resumeAt: number | null;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly lastFailureAt: number | null;
  readonly notBefore: number | null;
  /** Changes with everything that somebody does to the endpoint. */
  readonly version: number;
}

/** All endpoints that are told of changes. */
export async function enabledEndpoints(db: Db): Promise<Endpoint[]> {
  return rows<Endpoint>(
    db,
    `/* enabledEndpoints */ SELECT e.id, e.url, e.kinds, e.filter, e.allow_private AS "allowPrivate", e.secret,
       e.previous_secret AS "previousSecret", e.previous_until AS "previousUntil", coalesce(e.cursor_pos, c.last_pos) AS cursor,
       e.replay_until AS "replayUntil", e.resume_at AS "resumeAt", e.failures, e.failing_since AS "failingSince",
       e.last_failure_at AS "lastFailureAt", e.not_before AS "notBefore", e.version
     FROM webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in WHERE e.state = 'ENABLED' ORDER BY e.id`,
  );
}

/** The position behind which endpoints that are enabled have yet to be told something; what lies before it no webhook needs. */
export async function neededAfter(db: Db): Promise<number> {
  const [row] = await rows<{ position: number | null }>(
    db,
    `/* neededByWebhooks */ SELECT least(
       (SELECT min(coalesce(e.cursor_pos, c.last_pos)) FROM webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in WHERE e.state = 'ENABLED'),
       (SELECT min(d.position) - 1 FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id AND e.state = 'ENABLED'
        WHERE d.state = 'PENDING')
     ) AS position`,
  );
  return row?.position ?? Number.MAX_SAFE_INTEGER;
}

/** A delivery to be made. */
export interface NewDelivery {
  readonly id: string;
  readonly endpoint_id: string;
  readonly position: number;
  readonly change_id: number;
  readonly lane: string;
  readonly type: string;
  readonly credential_id: string | null;
  readonly recorded_at: string;
}

/** An endpoint's step along the log. */
export interface Move {
  readonly id: string;
  readonly before: number;
  readonly after: number;
  /** The stretch that was replayed ends with this step. */
  readonly is_replayed: boolean;
}

/**
 * Moves endpoints along the log and queues what they are to be told on the way, in one statement: what is behind a cursor is queued,
 * whoever is killed when. An endpoint that somebody moved or disabled meanwhile stays where it is; answers those that were moved.
 */
export async function enqueue(
  db: Db,
  moves: readonly Move[],
  deliveries: readonly NewDelivery[],
  now: number,
): Promise<string[]> {
  const moved = await rows<{ id: string }>(
    db,
    `/* enqueueDeliveries */ WITH moved AS (
       UPDATE webhook_endpoint e SET cursor_pos = m.after,
         replay_until = CASE WHEN m.is_replayed THEN NULL ELSE e.replay_until END,
         resume_at = CASE WHEN m.is_replayed THEN NULL ELSE e.resume_at END
       FROM jsonb_to_recordset($1) AS m(id uuid, before bigint, after bigint, is_replayed boolean)
       WHERE e.id = m.id AND e.state = 'ENABLED' AND coalesce(e.cursor_pos, m.before) = m.before RETURNING e.id
     ), queued AS (
       INSERT INTO webhook_delivery (id, endpoint_id, position, lane, type, credential_id, recorded_at, state, attempts, next_attempt_at,
         trace_id)
       SELECT d.id, d.endpoint_id, d.position, d.lane, d.type, d.credential_id, d.recorded_at, 'PENDING', 0, $3::timestamptz, c.trace_id
       FROM jsonb_to_recordset($2) AS d(id uuid, endpoint_id uuid, position bigint, change_id bigint, lane uuid, type text, credential_id uuid,
         recorded_at timestamptz)
       JOIN moved ON moved.id = d.endpoint_id LEFT JOIN change c ON c.id = d.change_id
       ON CONFLICT (id) DO UPDATE SET state = 'PENDING', attempts = 0, next_attempt_at = EXCLUDED.next_attempt_at, died_at = NULL
     )
     SELECT id FROM moved`,
    [rowsParam(moves), rowsParam(deliveries), instantText(now)],
  );
  return moved.map(({ id }) => id);
}

/** Which of these endpoints have so many deliveries waiting that the log waits for them. */
export async function fullEndpoints(db: Db, ids: readonly string[], limit: number): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    db,
    `/* fullEndpoints */ SELECT e.id FROM unnest($1::uuid[]) AS e(id)
     WHERE EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'PENDING' OFFSET $2)`,
    [ids, limit],
  );
  return new Set(found.map(({ id }) => id));
}

/** The endpoints that have something to be sent now. */
export async function dueEndpoints(db: Db, now: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    `/* dueEndpoints */ SELECT e.id FROM webhook_endpoint e
     WHERE e.state = 'ENABLED' AND (e.not_before IS NULL OR e.not_before <= $1)
       AND EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'PENDING' AND d.next_attempt_at <= $1)`,
    [instantText(now)],
  );
  return found.map(({ id }) => id);
}

/** A delivery to be attempted. */
export interface Due {
  readonly id: string;
  readonly position: number;
  readonly lane: string;
  readonly attempts: number;
  /** The trace of the change; what was queued before traces were kept has none. */
  readonly trace: string | null;
}

/** The oldest deliveries that are due, each the first of its person: what follows it waits until it is over. */
export async function dueHeads(db: Db, endpointId: string, busy: readonly string[], now: number, limit: number): Promise<Due[]> {
  return rows<Due>(
    db,
    `/* dueHeads */ SELECT d.id, d.position, d.lane, d.attempts, ${traceText('d.trace_id')} AS trace
     FROM webhook_delivery d
     WHERE d.endpoint_id = $1 AND d.state = 'PENDING' AND d.next_attempt_at <= $3 AND NOT d.lane = ANY($2::uuid[])
       AND d.position = (SELECT min(e.position) FROM webhook_delivery e WHERE e.endpoint_id = d.endpoint_id AND e.lane = d.lane AND e.state = 'PENDING')
     ORDER BY d.position LIMIT $4`,
    [endpointId, busy, instantText(now), limit],
  );
}

/** What an attempt leads to. */
export interface Verdict {
  readonly state: 'PENDING' | 'DELIVERED' | 'DEAD';
  readonly nextAttemptAt: number | null;
  /** The whole endpoint is left alone until then. */
  readonly notBefore: number | null;
}

/**
 * Keeps an attempt, and what becomes of the delivery and its endpoint. What waits behind a failure is put off with it: ten thousand changes
 * of one person that cannot be told are not looked at again and again.
 */
export async function recordAttempt(
  db: Db,
  endpointId: string,
  due: Due,
  begunAt: number,
  spanId: string,
  bodyHash: Buffer,
  posted: Posted,
  verdict: Verdict,
  now: number,
): Promise<void> {
  await db.query(
    `/* recordAttempt */ WITH attempt AS (
       INSERT INTO webhook_attempt (delivery_id, endpoint_id, at, outcome, status, error, latency_ms, body_hash, response, span_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $15)
     ), delivery AS (
       UPDATE webhook_delivery SET state = $10, attempts = attempts + 1, next_attempt_at = coalesce($11, next_attempt_at),
         acknowledged_at = CASE WHEN $10 = 'DELIVERED' THEN coalesce(acknowledged_at, $13) ELSE acknowledged_at END,
         died_at = CASE WHEN $10 = 'DEAD' THEN $13::timestamptz END
       WHERE id = $1 AND state = 'PENDING'
     ), lane AS (
       UPDATE webhook_delivery SET next_attempt_at = CASE WHEN $10 = 'PENDING' THEN $11 ELSE $13 END
       WHERE endpoint_id = $2 AND lane = $14 AND state = 'PENDING' AND id <> $1 AND ($10 = 'PENDING' OR next_attempt_at > $13)
     )
     UPDATE webhook_endpoint SET
       failures = CASE WHEN $10 = 'DELIVERED' THEN 0 ELSE failures + 1 END,
       failing_since = CASE WHEN $10 = 'DELIVERED' THEN NULL ELSE coalesce(failing_since, $13) END,
       last_success_at = CASE WHEN $10 = 'DELIVERED' THEN $13 ELSE last_success_at END,
       last_failure_at = CASE WHEN $10 = 'DELIVERED' THEN last_failure_at ELSE $13 END,
       not_before = $12
     WHERE id = $2`,
    [
      ...[due.id, endpointId, instantText(begunAt), posted.outcome, posted.status, posted.error, Math.round(posted.latencyMs)],
      ...[bodyHash, posted.response, verdict.state, instantText(verdict.nextAttemptAt), instantText(verdict.notBefore)],
      ...[instantText(now), due.lane, spanId],
    ],
  );
}

/** The receiver is back: what waited for its next attempt is sent now. */
export async function releaseWaiting(db: Db, endpointId: string, now: number): Promise<void> {
  await db.query(
    `/* releaseWaiting */ UPDATE webhook_delivery SET next_attempt_at = $2 WHERE endpoint_id = $1 AND state = 'PENDING' AND next_attempt_at > $2`,
    [endpointId, instantText(now)],
  );
}
