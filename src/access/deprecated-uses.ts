// Who uses what is deprecated: counted per client, so that before anything is removed those who would miss it can be told.
import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../platform/clock';
import type { Deprecated, Deprecations } from '../platform/graphql/deprecations';
import type { Operation } from '../platform/http/context';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Rounds } from '../platform/rounds';
import { noteDeprecatedUses, type NotedUse } from './store';

const NOTED_EVERY_MS = 2_000;
/** Clients times elements between two notes; what is more is counted without its client. */
const MOST_REMEMBERED = 10_000;

/** What the counting works with. */
export interface DeprecatedUsesOptions {
  readonly deprecations: Pick<Deprecations, 'all' | 'usedBy'>;
  readonly db: Db;
  readonly clock: Pick<Clock, 'now'>;
  readonly registry: Registry;
  readonly log: Log;
}

/** Counts uses, and notes them every few seconds. */
export class DeprecatedUses {
  #uses = new Map<string, NotedUse>();
  readonly #rounds: Rounds;
  readonly #counter: Counter<'element'>;

  constructor(private readonly options: DeprecatedUsesOptions) {
    this.#counter = new Counter({
      name: 'deprecated_uses_total',
      help: 'Operations that used something of the schema that is deprecated, by what it is; `deprecations` tells by whom.',
      labelNames: ['element'],
      registers: [options.registry],
    });
    for (const { element } of options.deprecations.all) this.#counter.inc({ element }, 0);
    this.#rounds = new Rounds({
      round: async () => {
        await this.#note();
        return NOTED_EVERY_MS;
      },
      onFailure: (error) => {
        options.log.debug({ err: error }, 'uses of what is deprecated are noted later');
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

  /** Counts what an operation of a client uses; answers it. */
  count(client: string, operation: Operation): readonly Deprecated[] {
    const used = this.options.deprecations.usedBy(operation);
    for (const { element } of used) {
      this.#counter.inc({ element });
      this.#remember({ element, client, count: 1, at: this.options.clock.now() });
    }
    return used;
  }

  #remember({ element, client, count, at }: NotedUse): void {
    const name = JSON.stringify([element, client]);
    const before = this.#uses.get(name);
    if (!before && this.#uses.size >= MOST_REMEMBERED) return;
    this.#uses.set(name, { element, client, count: count + (before?.count ?? 0), at: Math.max(at, before?.at ?? at) });
  }

  async #note(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = this.#uses;
    this.#uses = new Map();
    try {
      await noteDeprecatedUses(this.options.db, [...uses.values()]);
    } catch (error) {
      // told again with the next ones
      for (const use of uses.values()) this.#remember(use);
      throw error;
    }
  }
}
