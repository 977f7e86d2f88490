// Time as an event: one paced worker publishes every boundary at its instant. Answers never depend on it.
import type { Writer } from '../../journal/write';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows } from '../../platform/sql';
import { inTrace, newTraceId } from '../../platform/trace';
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
  private isStopped = true;
  private running: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(private readonly options: TimersOptions) {}

  start(): void {
    this.isStopped = false;
    this.running = this.run();
  }

  /** Ends after the batch in progress. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isStopped) {
      try {
        const waitMs = await this.step();
        failures = 0;
        await this.sleep(waitMs);
      } catch (error) {
        failures += 1;
        this.options.log.error({ err: error, failures }, 'boundaries could not be published; trying again');
        await this.sleep(Math.min(5_000, 100 * 2 ** failures));
      }
    }
  }

  /** Publishes one batch of what is due; answers how long to wait before the next look. */
  async step(): Promise<number> {
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
    await inTrace(newTraceId(), () =>
      writer.write({ actor: CLOCK, source: null }, async (write) => {
        const [lock] = await rows<{ mine: boolean }>(write.db, '/* timersTurn */ SELECT pg_try_advisory_xact_lock($1) AS mine', [
          TIMERS_LOCK,
        ]);
        if (lock!.mine) await settle(write, ids, until, this.options);
      }),
    );
    return PAUSE_MS;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** How many people have a boundary that is due and not published: the lag of the timers. */
export async function dueCount(db: Db, now: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    '/* dueCount */ SELECT count(*) AS count FROM employee WHERE next_change_at <= $1',
    [instantText(now)],
  );
  return row!.count;
}
