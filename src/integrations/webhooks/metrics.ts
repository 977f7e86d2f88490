// What Prometheus is told of webhooks.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import type { Db } from '../../platform/postgres/pool';
import { webhookId } from './ids';
import type { Outcome } from './post';
import { lags, type LagRow } from './store';

/** Adds the metrics to the registry; answers what counts an attempt. */
export function webhookMetrics(registry: Registry, db: Db, clock: Clock): (endpointId: string, outcome: Outcome) => void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts to deliver, by webhook and outcome; all but DELIVERED are failures.',
    labelNames: ['webhook', 'outcome'],
    registers,
  });
  // the gauges of one scrape share one statement
  let reading: Promise<LagRow[]> | null = null;
  const read = (): Promise<LagRow[]> =>
    (reading ??= lags(db, null, clock.now())
      .then((found) => [...found.values()])
      .catch(() => [])
      .finally(() => {
        reading = null;
      }));
  const gauge = (name: string, help: string, value: (row: LagRow) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['webhook'],
      registers,
      async collect() {
        this.reset();
        for (const row of await read()) this.set({ webhook: webhookId(row.id) }, value(row));
      },
    });
  gauge('webhook_lag_seconds', 'Age of the oldest change a webhook was not told of.', (row) => row.seconds);
  gauge('webhook_pending_deliveries', 'Deliveries still to be made.', (row) => row.pending);
  gauge('webhook_dead_deliveries', 'Deliveries given up.', (row) => row.dead);
  return (endpointId, outcome) => attempts.inc({ webhook: webhookId(endpointId), outcome });
}
