// What was sent is sent again: everything from a place in the log on, or one delivery.
import { refusal, type Refusal } from '../../core/refusal';
import { lastGone } from '../../journal/known';
import type { Write } from '../../journal/write';
import { instantText, rows } from '../../platform/sql';
import { messageId } from './ids';
import { noteEndpoint, unknownWebhook } from './state';

/** A stretch of the log: behind `from`, up to and including `until`; null: to the end. */
export interface Stretch {
  readonly from: number;
  readonly until: number | null;
}

/**
 * Takes an endpoint back to a place in the log, under the same ids as the first time. After a stretch with an end it goes on where it
 * stood; what happens meanwhile waits, so that each person's changes stay in order. Where some of what it was not told yet is not kept any
 * more, a later place is what it is for: deliveries of what is gone are dead.
 */
export async function replay(write: Write, id: string, { from, until }: Stretch, reason: string): Promise<Refusal | null> {
  const [row] = await rows<{ version: number; cursor: number | null }>(
    write.db,
    `/* standOfEndpoint */ SELECT e.version + 1 AS version, coalesce(e.resume_at, e.cursor_pos, c.last_pos) AS cursor
     FROM webhook_endpoint e LEFT JOIN change c ON c.id = e.registered_in WHERE e.id = $1 FOR UPDATE OF e`,
    [id],
  );
  if (!row) return unknownWebhook();
  const gone = await lastGone(write.db);
  if (row.cursor === null || (from > row.cursor && row.cursor >= gone)) {
    const message = 'The replay would begin after what the webhook was told already, and skip what lies between: begin earlier.';
    return refusal('WEBHOOK_REPLAY_AHEAD', message, ['from']);
  }
  const isStretch = until !== null && until < row.cursor;
  await write.db.query(
    `/* replayEndpoint */ UPDATE webhook_endpoint SET cursor_pos = $2, replay_until = $3, resume_at = $4, version = version + 1 WHERE id = $1`,
    [id, from, isStretch ? until : null, isStretch ? row.cursor : null],
  );
  if (gone > 0) {
    await write.db.query(
      `/* buryGoneDeliveries */ UPDATE webhook_delivery SET state = 'DEAD', died_at = $3 WHERE endpoint_id = $1 AND state = 'PENDING' AND position <= $2`,
      [id, gone, instantText(write.now)],
    );
  }
  noteEndpoint(write, 'webhook.replayed', id, row.version, { reason });
  return null;
}

/** Sends one delivery once more, before what follows it for the same person. */
export async function resend(write: Write, deliveryId: string, reason: string): Promise<Refusal | null> {
  const gone = await lastGone(write.db);
  const [row] = await rows<{ id: string; version: number; state: string; position: number }>(
    write.db,
    `/* resendDelivery */ WITH endpoint AS (
       UPDATE webhook_endpoint e SET not_before = NULL, version = e.version + 1 FROM webhook_delivery d WHERE d.id = $1 AND e.id = d.endpoint_id
       RETURNING e.id, e.version, e.state, d.position
     ), queued AS (
       UPDATE webhook_delivery d SET state = 'PENDING', attempts = 0, next_attempt_at = $2, died_at = NULL FROM endpoint
       WHERE d.id = $1 AND endpoint.state = 'ENABLED' AND d.position > $3
     )
     SELECT id, version, state, position FROM endpoint`,
    [deliveryId, instantText(write.now), gone],
  );
  if (!row) return refusal('DELIVERY_NOT_FOUND', 'No delivery has this id: see the deliveries of the webhook.', ['id']);
  if (row.position <= gone)
    return refusal('DELIVERY_EXPIRED', 'What the delivery is about is not kept any more: give the receiver the state anew.', [
      'id',
    ]);
  if (row.state !== 'ENABLED')
    return refusal('WEBHOOK_DISABLED', 'The webhook is disabled: enable it, and it is sent all it missed.', ['id']);
  noteEndpoint(write, 'webhook.delivery_resent', row.id, row.version, { delivery: messageId(deliveryId), reason });
  return null;
}
