// Who uses what is deprecated: counted per client, so that before anything is removed those who would miss it can be told.
import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../platform/clock';
import type { Deprecated, Deprecations } from '../platform/graphql/deprecations';
import type { Operation } from '../platform/http/context';
import type { Log } from '../platform/log';
import { addUp, Notes } from '../platform/notes';
import type { Db } from '../platform/postgres/pool';
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
  readonly #uses: Notes<NotedUse>;
  readonly #counter: Counter<'element'>;

  constructor(private readonly options: DeprecatedUsesOptions) {
    this.#counter = new Counter({
      name: 'deprecated_uses_total',
      help: 'Operations that used something of the schema that is deprecated, by what it is; `deprecations` tells by whom.',
      labelNames: ['element'],
      registers: [options.registry],
    });
    for (const { element } of options.deprecations.all) this.#counter.inc({ element }, 0);
    this.#uses = new Notes({
      what: 'uses of what is deprecated',
      everyMs: NOTED_EVERY_MS,
      keyOf: ({ element, client }) => JSON.stringify([element, client]),
      merge: addUp,
      write: (uses) => noteDeprecatedUses(options.db, uses),
      most: MOST_REMEMBERED,
      log: options.log,
    });
  }

  /** Begins to note. */
  start(): void {
    this.#uses.start();
  }

  stop(): Promise<void> {
    return this.#uses.stop();
  }

  /** Counts what an operation of a client uses; answers it. */
  count(client: string, operation: Operation): readonly Deprecated[] {
    const used = this.options.deprecations.usedBy(operation);
    for (const { element } of used) {
      this.#counter.inc({ element });
      this.#uses.add({ element, client, count: 1, at: this.options.clock.now() });
    }
    return used;
  }
}
