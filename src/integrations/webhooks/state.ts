// Endpoints are enabled and disabled, by whoever asks or because nothing gets through; what they miss meanwhile waits for them.
import { refusal, type Refusal } from '../../core/refusal';
import { lastGone } from '../../journal/known';
import type { Write } from '../../journal/write';
import { instantText, rows } from '../../platform/sql';

export type DisabledBecause = 'ASKED' | 'GONE' | 'FAILING' | 'EXPIRED';

/** After so many failures in a row one attempt at a time finds out whether the receiver is back. */
export const FAILURES_UNTIL_OPEN = 5;
/** An endpoint that has only failed for so long is disabled, */
const GIVEN_UP_AFTER_MS = 5 * 86_400_000;
/** unless nobody tried for most of that time, as when the server itself was down. */
const TRIED_FOR_MS = 2 * 86_400_000;

/** Whether there is no more hope that an endpoint comes back by itself. */
export function isGivenUp(endpoint: { failingSince: number | null; lastFailureAt: number | null }, now: number): boolean {
  const { failingSince, lastFailureAt } = endpoint;
  if (failingSince === null || lastFailureAt === null) return false;
  return now - failingSince >= GIVEN_UP_AFTER_MS && lastFailureAt - failingSince >= TRIED_FOR_MS;
}

/** Stops sending to an endpoint; its cursor and what is queued stay. Disabling again changes nothing. */
export async function disableEndpoint(
  write: Write,
  id: string,
  because: DisabledBecause,
  reason: string | null = null,
): Promise<Refusal | null> {
  const [row] = await rows<{ version: number }>(
    write.db,
    `/* disableEndpoint */ UPDATE webhook_endpoint SET state = 'DISABLED', disabled_because = $2, disabled_at = $3, version = version + 1
     WHERE id = $1 AND state = 'ENABLED' RETURNING version`,
    [id, because, instantText(write.now)],
  );
  if (row) noteEndpoint(write, 'webhook.disabled', id, row.version, { because, ...(reason !== null && { reason }) });
  return row ? null : unlessKnown(write, id);
}

/**
 * Sends to an endpoint again: all it missed, in order. What died while nothing got through is queued once more; enabling what is
 * enabled changes nothing. Refused when some of what it missed is not kept any more.
 */
export async function enableEndpoint(write: Write, id: string, reason: string): Promise<Refusal | null> {
  const gone = await lastGone(write.db);
  if (gone > 0 && (await missesAny(write, id, gone))) {
    const message =
      'Some of what the webhook has not been told is not kept any more: give it the state anew, replayWebhook from there, then enable it.';
    return refusal('WEBHOOK_EXPIRED', message, ['id']);
  }
  const [row] = await rows<{ version: number }>(
    write.db,
    `/* enableEndpoint */ WITH before AS (
       SELECT id, failing_since FROM webhook_endpoint WHERE id = $1 AND state = 'DISABLED' FOR UPDATE
     ), queued AS (
       UPDATE webhook_delivery d SET state = 'PENDING', attempts = 0, next_attempt_at = $2, died_at = NULL FROM before
       WHERE d.endpoint_id = before.id AND (d.state = 'PENDING' OR (d.state = 'DEAD' AND d.died_at >= before.failing_since AND d.position > $3))
     )
     UPDATE webhook_endpoint e SET state = 'ENABLED', disabled_because = NULL, disabled_at = NULL, failures = 0, failing_since = NULL,
       not_before = NULL, version = e.version + 1
     FROM before WHERE e.id = before.id RETURNING e.version`,
    [id, instantText(write.now), gone],
  );
  if (row) noteEndpoint(write, 'webhook.enabled', id, row.version, { reason });
  return row ? null : unlessKnown(write, id);
}

async function missesAny(write: Write, id: string, gone: number): Promise<boolean> {
  const found = await rows(
    write.db,
    `/* missesAny */ SELECT FROM webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in
     WHERE e.id = $1 AND e.state = 'DISABLED' AND (coalesce(e.cursor_pos, c.last_pos) < $2
       OR EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'PENDING' AND d.position <= $2))`,
    [id, gone],
  );
  return found.length > 0;
}

/** Notes in the log what became of an endpoint: an operational change, which other consumers can watch. */
export function noteEndpoint(
  write: Write,
  kind: `webhook.${string}`,
  id: string,
  version: number,
  more: Readonly<Record<string, string | null>>,
): void {
  const body = { webhook: id, ...more };
  write.record({ kind, entity: id, entityVersion: version, subject: null, occurredAt: write.now, body });
}

/** What there is to say when nothing was changed: that there is no such endpoint, or nothing. */
export async function unlessKnown(write: Write, id: string): Promise<Refusal | null> {
  const found = await rows(write.db, '/* isEndpoint */ SELECT FROM webhook_endpoint WHERE id = $1', [id]);
  return found.length > 0 ? null : unknownWebhook();
}

/** No endpoint has this id. */
export function unknownWebhook(): Refusal {
  return refusal('WEBHOOK_NOT_FOUND', 'No webhook has this id: see `webhooks`.', ['id']);
}
