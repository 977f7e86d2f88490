import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';

import type { Log } from './log';
import type { Db } from './postgres/pool';

/** An instant: milliseconds since 1970-01-01T00:00Z; ±Infinity are the ends of time. */
export type Instant = number;

/** The one source of "now". It never runs backwards. */
export interface Clock {
  now(): Instant;
}

/** The real clock, which can be set right by the database's. */
export interface SystemClock extends Clock {
  /** Milliseconds to add to this machine's clock. */
  setOffset(ms: number): void;
  /** Measures the offset to the database's clock once; differences smaller than the measurement's error are ignored. */
  synchronise(db: Db): Promise<void>;
  /** True while a sudden gain of the wall clock is not believed. */
  isFrozen(): boolean;
}

/** Where the system clock reads time; replaced in tests. */
export interface TimeSources {
  readonly wall: () => number;
  /** Milliseconds that pass evenly while the machine is awake. */
  readonly monotonic: () => number;
  /** The same, but running on while the machine sleeps; coarse. */
  readonly sinceBoot: () => number;
}

const JUMP_MS = 60_000;
const BELIEVE_AFTER_MS = 10 * 60_000;
const REAL_SOURCES: TimeSources = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => uptime() * 1000,
};

/**
 * The machine's clock, guarded: when it gains more than a minute on the monotonic clock (somebody set it wrong; a machine
 * that slept is no such case), time stands still and an alarm is logged, until the clock is put right or has stood by its
 * claim for ten minutes. So nothing expires early by mistake.
 */
export function systemClock(log?: Log, sources: TimeSources = REAL_SOURCES): SystemClock {
  let offset = 0;
  let last = Math.floor(sources.wall());
  let frozenSince: number | null = null;
  let synchronised = false;

  const anchorAt = (at: number) => ({ at, monotonic: sources.monotonic(), sinceBoot: sources.sinceBoot() });
  let anchor = anchorAt(last);

  function gained(candidate: number, monotonic: number): number {
    const awake = candidate - anchor.at - (monotonic - anchor.monotonic);
    if (awake <= JUMP_MS) return awake;
    return Math.min(awake, candidate - anchor.at - (sources.sinceBoot() - anchor.sinceBoot));
  }

  return {
    now() {
      const candidate = Math.floor(sources.wall() + offset);
      const monotonic = sources.monotonic();
      const gain = gained(candidate, monotonic);
      if (gain > JUMP_MS) {
        if (frozenSince === null) {
          frozenSince = monotonic;
          log?.error({ gainedMs: Math.round(gain) }, 'the clock jumped ahead: time stands still until it is put right');
        }
        if (monotonic - frozenSince < BELIEVE_AFTER_MS) return last;
        anchor = anchorAt(candidate);
      }
      if (frozenSince !== null) {
        log?.warn({ frozenMs: Math.round(monotonic - frozenSince) }, 'the clock runs again');
        frozenSince = null;
      }
      if (monotonic - anchor.monotonic >= 1000) anchor = anchorAt(candidate);
      last = Math.max(last, candidate);
      return last;
    },
    setOffset(ms) {
      offset = ms;
    },
    async synchronise(db) {
      const before = sources.monotonic();
      const { rows } = await db.query<{ now: number }>(
        '/* readClock */ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
      );
      const roundTrip = sources.monotonic() - before;
      const measured = (rows[0]?.now ?? sources.wall()) + roundTrip / 2 - sources.wall();
      const error = roundTrip / 2 + 1;
      if (Math.abs(measured - offset) > error) offset = Math.abs(measured) <= error ? 0 : measured;
      // The first comparison may find any difference; only later ones can be jumps.
      if (!synchronised) anchor = anchorAt(sources.wall() + offset);
      synchronised = true;
    },
    isFrozen: () => frozenSince !== null,
  };
}

/** Keeps a clock in step with the database, now and every 30 seconds; a failed measurement is left for the next. */
export async function keepSynchronised(clock: SystemClock, db: Db, log: Log, everyMs = 30_000): Promise<{ stop(): void }> {
  await clock.synchronise(db);
  const timer = setInterval(() => {
    clock.synchronise(db).catch((error: unknown) => log.warn({ err: error }, 'the database clock could not be read'));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** A clock for tests: it stands still until told. */
export interface TestClock extends Clock {
  /** @throws RangeError when the instant is earlier than now. */
  set(instant: Instant | string): void;
  advance(ms: number): void;
}

/** Starts a test clock at an instant, given in milliseconds or as ISO text. */
export function testClock(start: Instant | string): TestClock {
  const read = (instant: Instant | string): Instant => (typeof instant === 'string' ? Date.parse(instant) : instant);
  let now = read(start);
  const set = (to: Instant | string): void => {
    const instant = read(to);
    if (!(instant >= now)) throw new RangeError('a clock never runs backwards');
    now = instant;
  };
  return { now: () => now, set, advance: (ms) => set(now + ms) };
}
