// What Prometheus is told of webhooks.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import { sharedRead } from '../../platform/metrics';
import type { Db } from '../../platform/postgres/pool';
import { webhookId } from './ids';
import type { Outcome } from './post';
import { lags, latencies, revocationRatio, type LagRow } from './store';

const HOUR_MS = 3_600_000;

/** Adds the metrics to the registry; answers what counts an attempt. */
export function webhookMetrics(registry: Registry, db: Db, clock: Clock): (endpointId: string, outcome: Outcome) => void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts to deliver, by webhook and outcome; all but DELIVERED are failures.',
    labelNames: ['webhook', 'outcome'],
    registers,
  });
  const read = sharedRead(async () => [...(await lags(db, null, clock.now())).values()]);
  const gauge = (name: string, help: string, value: (row: LagRow) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['webhook'],
      registers,
      async collect() {
        this.reset();
        for (const row of (await read()) ?? []) this.set({ webhook: webhookId(row.id) }, value(row));
      },
    });
  gauge('webhook_lag_seconds', 'Age of the oldest change a webhook was not told of.', (row) => row.seconds);
  gauge('webhook_pending_deliveries', 'Deliveries still to be made.', (row) => row.pending);
  gauge('webhook_dead_deliveries', 'Deliveries given up.', (row) => row.dead);
  const readLatencies = sharedRead(() => latencies(db, clock.now() - HOUR_MS));
  new Gauge({
    name: 'webhook_revocation_ratio',
    help: 'How many times slower revocations were acknowledged than issues within the last hour, by 99 of 100 of each; above 1 they are.',
    labelNames: ['webhook'],
    registers,
    async collect() {
      const found = (await readLatencies()) ?? [];
      this.reset();
      for (const row of found) {
        const ratio = revocationRatio(row);
        if (ratio !== null) this.set({ webhook: webhookId(row.id) }, ratio);
      }
    },
  });
  new Gauge({
    name: 'webhook_acknowledged_seconds',
    help: 'From the log to the acknowledgement, of what was acknowledged within the last hour.',
    labelNames: ['webhook', 'what', 'quantile'],
    registers,
    async collect() {
      const found = (await readLatencies()) ?? [];
      this.reset();
      for (const row of found)
        for (const [what, quantile, seconds] of [
          ['revocation', '0.5', row.revocationP50Seconds],
          ['revocation', '0.99', row.revocationP99Seconds],
          ['issuance', '0.5', row.issuanceP50Seconds],
          ['issuance', '0.99', row.issuanceP99Seconds],
        ] as const)
          if (seconds !== null) this.set({ webhook: webhookId(row.id), what, quantile }, seconds);
    },
  });
  return (endpointId, outcome) => attempts.inc({ webhook: webhookId(endpointId), outcome });
}
