// Removes what has been kept for as long as its rule says: on one node at a time, a little at a time, never in anybody's way.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from './clock';
import type { Log } from './log';
import { transaction, type Pool } from './postgres/pool';
import { Rounds } from './rounds';
import { instantText, takesTurn } from './sql';

/** What is removed when. */
export interface PruneRule {
  /** The name in metrics and in the log. */
  readonly what: string;
  /** Milliseconds. */
  readonly keptFor: number;
  /** Removes the oldest rows from before an instant ($1), at most so many ($2), stepping around what others have locked. */
  readonly statement: string;
}

/** What the pruner works with. */
export interface PrunerOptions {
  readonly db: Pool;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly log: Log;
  readonly rules: readonly PruneRule[];
}

const PRUNER_LOCK = 7_029;
/** Rows per statement; with the pause at most some 10,000 a second. */
const BATCH = 1_000;
const PAUSE_MS = 100;
/** Between two looks when there was no more to remove. */
const LOOK_MS = 10 * 60_000;
const AFTER_ERROR_MS = 30_000;

/** Looks every ten minutes for what is too old. */
export class Pruner {
  readonly #rounds: Rounds;
  readonly #removed: Counter<'what'>;
  readonly #looked: Gauge;

  constructor(private readonly options: PrunerOptions) {
    const { registry, log } = options;
    this.#removed = new Counter({
      name: 'pruned_rows_total',
      help: 'Rows removed by this node because they were kept for as long as their rule says, by what they were.',
      labelNames: ['what'],
      registers: [registry],
    });
    for (const { what } of options.rules) this.#removed.inc({ what }, 0);
    this.#looked = new Gauge({
      name: 'pruned_last_seconds',
      help: 'When this node last found nothing more to remove, in seconds since 1970; 0: never yet.',
      registers: [registry],
    });
    this.#rounds = new Rounds({
      round: () => this.#round(),
      onFailure: (error) => {
        log.warn({ err: error }, 'what is too old could not be removed; trying again');
        return AFTER_ERROR_MS;
      },
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #round(): Promise<number> {
    let isMore = false;
    for (const rule of this.options.rules) {
      const count = await this.#prune(rule);
      if (count === null) return LOOK_MS;
      isMore ||= count === BATCH;
    }
    if (isMore) return PAUSE_MS;
    this.#looked.set(this.options.clock.now() / 1_000);
    return LOOK_MS;
  }

  /** Null: another node is at it. */
  async #prune({ what, keptFor, statement }: PruneRule): Promise<number | null> {
    const before = this.options.clock.now() - keptFor;
    const count = await transaction(this.options.db, async (db) => {
      if (!(await takesTurn(db, PRUNER_LOCK))) return null;
      return (await db.query(statement, [instantText(before), BATCH])).rowCount;
    });
    if (count === null || count === 0) return count;
    this.#removed.inc({ what }, count);
    this.options.log.info({ what, count, before: new Date(before).toISOString() }, 'removed what was kept for long enough');
    return count;
  }
}
