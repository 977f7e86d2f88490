// Time as an event: one paced worker publishes every boundary at its instant. Answers never depend on it.
import type { Writer } from '../../journal/write';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Db } from '../../platform/postgres/pool';
import { Rounds } from '../../platform/rounds';
import { rows, takesTurn } from '../../platform/sql';
import { settle, type SettleOptions } from './settle';

export interface TimersOptions extends SettleOptions {
  readonly db: Db;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly log: Log;
}

/** The actor of everything that time brings. */
const CLOCK = { id: 'clock', scopes: new Set<string>() };
const TIMERS_LOCK = 7_003;
/** People per change; with the pause, urgent writes get in between even while a year's backlog is worked off. */
const BATCH = 500;
const PAUSE_MS = 20;
/** Between two looks at most; boundaries that another node's write brings nearer are found by then. */
const LOOK_MS = 250;

/** Publishes expiries, notices and verdict transitions when they are due, a backlog in order of time. */
export class Timers {
  private readonly rounds: Rounds;
  private failures = 0;

  constructor(private readonly options: TimersOptions) {
    this.rounds = new Rounds({
      round: async () => {
        const waitMs = await this.step();
        this.failures = 0;
        return waitMs;
      },
      onFailure: (error) => {
        this.failures += 1;
        options.log.error({ err: error, failures: this.failures }, 'boundaries could not be published; trying again');
        return Math.min(5_000, 100 * 2 ** this.failures);
      },
    });
  }

  start(): void {
    this.rounds.start();
  }

  /** Ends after the batch in progress. */
  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Publishes one batch of what is due; answers how long to wait before the next look. */
  private async step(): Promise<number> {
    const { db, clock, writer } = this.options;
    const now = clock.now();
    const next = await rows<{ id: string; at: number }>(
      db,
      `/* nextBoundaries */ SELECT id, next_change_at AS at FROM employee WHERE next_change_at IS NOT NULL ORDER BY next_change_at LIMIT $1`,
      [BATCH],
    );
    const due = next.filter((row) => row.at <= now);
    if (due.length === 0) return next.length === 0 ? LOOK_MS : Math.max(1, Math.min(LOOK_MS, next[0]!.at - now));
    // nobody outside a full batch has anything due before its last boundary, so everything up to there goes out in order
    const until = due.length < BATCH ? now : due.at(-1)!.at;
    const ids = due.map((row) => row.id);
    await writer.write({ actor: CLOCK, source: null }, async (write) => {
      if (await takesTurn(write.db, TIMERS_LOCK)) await settle(write, ids, until, this.options);
    });
    return PAUSE_MS;
  }
}
