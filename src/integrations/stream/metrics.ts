// What Prometheus is told of NATS and of the export.
import { Counter, Gauge, type Registry } from 'prom-client';

/** Where the values are read when they are asked for. */
export interface Gauged {
  readonly isUp: () => boolean;
  /** Position of the export; null on nodes that do not export. */
  readonly position: () => number | null;
  /** Position of the log. */
  readonly head: () => number;
}

/** Adds the metrics to the registry; answers what counts a loss. */
export function streamMetrics(registry: Registry, { isUp, position, head }: Gauged): () => void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | null): Gauge =>
    new Gauge({
      name,
      help,
      // never set: a gauge that could have labels is absent until it has a value, and one that could not is 0
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset();
        const present = value();
        if (present !== null) this.set({}, present);
      },
    });
  gauge('nats_up', '1 while this node is connected to NATS, else 0.', () => (isUp() ? 1 : 0));
  gauge('nats_export_position', 'Last position in the stream; only on the node that exports.', position);
  gauge('nats_export_lag', 'Changes in the log that are not in the stream yet; only on the node that exports.', () => {
    const exported = position();
    return exported === null ? null : Math.max(0, head() - exported);
  });
  const losses = new Counter({
    name: 'nats_export_losses_total',
    help: 'How often the stream had lost changes, which were published anew.',
    registers,
  });
  return () => losses.inc();
}
