import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the server counts of itself; the registry takes further metrics of other rooms. */
export interface Metrics {
  readonly registry: Registry;
  readonly operations: Counter<'transport' | 'kind' | 'outcome'>;
  readonly operationSeconds: Histogram<'transport' | 'kind'>;
  readonly sockets: Gauge;
  readonly subscriptions: Gauge;
  readonly eventsSent: Counter;
}

/** Makes a registry of its own; `processMetrics` adds memory, event loop and garbage collection. */
export function createMetrics(processMetrics = true): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    operations: new Counter({
      name: 'graphql_operations_total',
      help: 'GraphQL operations answered, and events of subscriptions, by transport (http, ws), kind and outcome (ok, errors, refused).',
      labelNames: ['transport', 'kind', 'outcome'],
      registers,
    }),
    operationSeconds: new Histogram({
      name: 'graphql_operation_seconds',
      help: 'Time from a request to its answer; of subscriptions, that of an event.',
      labelNames: ['transport', 'kind'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    sockets: new Gauge({ name: 'graphql_sockets', help: 'Open WebSocket connections.', registers }),
    subscriptions: new Gauge({ name: 'graphql_subscriptions', help: 'Running subscriptions.', registers }),
    eventsSent: new Counter({ name: 'graphql_events_sent_total', help: 'Subscription events sent.', registers }),
  };
}

const ANSWER_WITHIN_MS = 2_000;

/** The gauges of one scrape share what is read for them. Null when it fails or takes too long: the others are told all the same. */
export function sharedRead<R>(read: () => Promise<R>): () => Promise<R | null> {
  let reading: Promise<R | null> | null = null;
  return () =>
    (reading ??= Promise.race([
      read().catch(() => null),
      new Promise<null>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, null).unref()),
    ]).finally(() => {
      reading = null;
    }));
}
