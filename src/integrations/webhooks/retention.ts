// What is kept of deliveries: attempts and the rows of what was delivered for a while, who acknowledged what for ever.
import type { PruneRule } from '../../platform/pruner';

/** Rules for attempts and for what was delivered. What is pending or dead stays until something becomes of it. */
export function webhookRules(keptFor: number): PruneRule[] {
  return [
    {
      what: 'webhook_attempts',
      keptFor,
      // the oldest are those with the lowest ids: no index has to be kept for this alone
      statement: `/* pruneAttempts */ DELETE FROM webhook_attempt WHERE id IN (
               SELECT id FROM (SELECT id, at FROM webhook_attempt ORDER BY id LIMIT $2) oldest WHERE at < $1)`,
    },
    {
      what: 'webhook_deliveries',
      keptFor,
      statement: `/* pruneDelivered */ WITH old AS (
               DELETE FROM webhook_delivery WHERE id IN (
                 SELECT d.id FROM webhook_endpoint e CROSS JOIN LATERAL (
                   SELECT w.id FROM webhook_delivery w
                   WHERE w.endpoint_id = e.id AND w.acknowledged_at IS NOT NULL AND w.acknowledged_at < $1 AND w.state = 'DELIVERED'
                     AND NOT EXISTS (SELECT FROM webhook_attempt a WHERE a.delivery_id = w.id)
                   ORDER BY w.acknowledged_at LIMIT $2 FOR UPDATE SKIP LOCKED
                 ) d LIMIT $2)
               RETURNING *
             ), kept AS (
               INSERT INTO webhook_acknowledgement (position, endpoint_id, type, credential_id, acknowledged_at)
               SELECT position, endpoint_id, type, credential_id, acknowledged_at FROM old
               ON CONFLICT (position, endpoint_id) DO UPDATE SET
                 acknowledged_at = least(webhook_acknowledgement.acknowledged_at, EXCLUDED.acknowledged_at)
             ) SELECT id FROM old`,
    },
  ];
}
