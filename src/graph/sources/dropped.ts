// How often sources told more than they may: counted by field, and never what the field said.
import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Db } from '../../platform/postgres/pool';
import { Rounds } from '../../platform/rounds';
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
  #counts = new Map<string, DroppedCount>();
  readonly #names = new Set<string>();
  readonly #rounds: Rounds;
  readonly #counter: Counter<'source' | 'operation' | 'field'>;

  constructor(private readonly options: DroppedFieldsOptions) {
    this.#counter = new Counter({
      name: 'ingestion_dropped_fields_total',
      help: 'Fields that were left out because their source may not tell them, by source, mutation and field.',
      labelNames: ['source', 'operation', 'field'],
      registers: [options.registry],
    });
    this.#rounds = new Rounds({
      round: async () => {
        await this.#note();
        return NOTED_EVERY_MS;
      },
      onFailure: (error) => {
        options.log.debug({ err: error }, 'fields that were left out are noted later');
        return NOTED_EVERY_MS;
      },
    });
  }

  /** Begins to note. */
  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    // the last ones; a database that is gone takes nothing more
    await this.#note().catch(() => undefined);
  }

  /** Counts what was left out of a request, by field. */
  count(operation: string, source: string, dropped: ReadonlyMap<string, number>): void {
    for (const [name, count] of dropped) {
      const field = this.#known(JSON.stringify([source, operation, name])) ? name : OTHER;
      this.#counter.inc({ source, operation, field }, count);
      this.#remember({ source, operation, field, count, at: this.options.clock.now() });
    }
  }

  #known(name: string): boolean {
    if (this.#names.size < MOST_NAMES) this.#names.add(name);
    return this.#names.has(name);
  }

  #remember(count: DroppedCount): void {
    const name = JSON.stringify([count.source, count.operation, count.field]);
    const before = this.#counts.get(name);
    this.#counts.set(name, {
      ...count,
      count: count.count + (before?.count ?? 0),
      at: Math.max(count.at, before?.at ?? count.at),
    });
  }

  async #note(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    try {
      await addDropped(this.options.db, [...counts.values()]);
    } catch (error) {
      // told again with the next ones
      for (const count of counts.values()) this.#remember(count);
      throw error;
    }
  }
}
