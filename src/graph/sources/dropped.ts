// How often sources told more than they may: counted by field, and never what the field said.
import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import { addUp, Notes } from '../../platform/notes';
import type { Db } from '../../platform/postgres/pool';
import { addDropped, type DroppedCount } from './store';

const NOTED_EVERY_MS = 2_000;
/** Names of fields that are told apart per node until it is started again: a source that makes up names must not fill the metrics. */
const MOST_NAMES = 1_000;
const OTHER = '(other)';

/** What the counting works with. */
export interface DroppedFieldsOptions {
  readonly db: Db;
  readonly clock: Pick<Clock, 'now'>;
  readonly registry: Registry;
  readonly log: Log;
}

/** Counts what is left out, and notes it every few seconds. */
export class DroppedFields {
  readonly #counts: Notes<DroppedCount>;
  readonly #names = new Set<string>();
  readonly #counter: Counter<'source' | 'operation' | 'field'>;

  constructor(private readonly options: DroppedFieldsOptions) {
    this.#counter = new Counter({
      name: 'ingestion_dropped_fields_total',
      help: 'Fields that were left out because their source may not tell them, by source, mutation and field.',
      labelNames: ['source', 'operation', 'field'],
      registers: [options.registry],
    });
    this.#counts = new Notes({
      what: 'fields that were left out',
      everyMs: NOTED_EVERY_MS,
      keyOf: ({ source, operation, field }) => JSON.stringify([source, operation, field]),
      merge: addUp,
      write: (counts) => addDropped(options.db, counts),
      log: options.log,
    });
  }

  /** Begins to note. */
  start(): void {
    this.#counts.start();
  }

  stop(): Promise<void> {
    return this.#counts.stop();
  }

  /** Counts what was left out of a request, by field. */
  count(operation: string, source: string, dropped: ReadonlyMap<string, number>): void {
    for (const [name, count] of dropped) {
      const field = this.#known(JSON.stringify([source, operation, name])) ? name : OTHER;
      this.#counter.inc({ source, operation, field }, count);
      this.#counts.add({ source, operation, field, count, at: this.options.clock.now() });
    }
  }

  #known(name: string): boolean {
    if (this.#names.size < MOST_NAMES) this.#names.add(name);
    return this.#names.has(name);
  }
}
