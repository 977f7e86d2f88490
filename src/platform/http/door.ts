// What every operation passes before it is executed, whichever way it comes: what is left to whoever asks, what it costs, and when it is its turn.
import { GraphQLError } from 'graphql';

import { Budgets } from '../budgets';
import { FairQueue, type Leave } from '../fair-queue';
import { prices } from '../graphql/cost';
import { refuseForNow } from '../graphql/errors';
import type { Handlers, Operation, Payer } from './context';

/** What is given out, and how much of it. */
export interface Shares {
  /** Points that each caller gets every minute, and has at most. */
  readonly pointsPerMinute: number;
  /** Operations that are executed at once. */
  readonly operationsAtOnce: number;
  /** Events of subscriptions that are answered at once. */
  readonly eventsAtOnce: number;
  /** How long a query, the opening of a subscription or one of its events may take. */
  readonly querySeconds: number;
  readonly mutationSeconds: number;
}

/** Unless it is configured otherwise. A query takes a connection of the database, and so does an event; there are 24. */
export const usualShares: Shares = {
  pointsPerMinute: 6_000_000,
  operationsAtOnce: 16,
  eventsAtOnce: 8,
  querySeconds: 30,
  mutationSeconds: 600,
};

/** What somebody may still ask for. */
export interface Quota {
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

const WINDOW_SECONDS = 60;
/** Operations of one caller that wait for their turn, at most; what they hold is bounded too. */
export const MOST_WAITING = 500;
const MOST_BYTES = 64 * 1024 * 1024;
/** As long as one waits for a connection of the database. */
const STANDSTILL_MS = 2_000;
const LOOK_EVERY_MS = 100;
const BUSY_FOR_MS = 1_000;
/** A thread that works for more than this part of the time makes whoever comes wait. */
const BUSY = 0.6;

/** Of so many places, those that one caller has at most, and while others ask too and the node is busy. */
export function placesOfOne(places: number): { readonly ofOne: number; readonly ofOneAmongOthers: number } {
  return { ofOne: Math.ceil((places * 3) / 4), ofOneAmongOthers: Math.ceil(places / 16) };
}

/** Whether the node's thread has been working for most of some moment lately: what it does then comes in waves. */
function busyness(): () => boolean {
  let last = performance.eventLoopUtilization();
  let [lookedAt, busyUntil] = [0, 0];
  return () => {
    const now = performance.now();
    if (now - lookedAt >= LOOK_EVERY_MS) {
      const present = performance.eventLoopUtilization();
      if (performance.eventLoopUtilization(present, last).utilization > BUSY) busyUntil = now + BUSY_FOR_MS;
      [last, lookedAt] = [present, now];
    }
    return now < busyUntil;
  };
}

/** One door for all of a node's operations. */
export class Door<C extends object> {
  readonly shares: Shares;
  readonly queue: FairQueue;
  readonly #budgets: Budgets;
  readonly #events: FairQueue;

  constructor(
    private readonly handlers: Pick<Handlers<C>, 'payerOf' | 'appraise'>,
    shares: Partial<Shares> = {},
  ) {
    this.shares = { ...usualShares, ...shares };
    const { pointsPerMinute, operationsAtOnce, eventsAtOnce } = this.shares;
    const now = (): number => performance.now();
    this.#budgets = new Budgets({ points: pointsPerMinute, seconds: WINDOW_SECONDS }, now);
    const bounds = { mostWaiting: MOST_WAITING, mostBytes: MOST_BYTES, standstillMs: STANDSTILL_MS };
    this.queue = new FairQueue({
      ...bounds,
      places: operationsAtOnce,
      ...placesOfOne(operationsAtOnce),
      isBusy: busyness(),
      now,
    });
    // an event is late and never refused; how many wait is bounded by the subscriptions
    const unbounded = { mostWaiting: Infinity, mostBytes: Infinity, standstillMs: Infinity };
    const all = { places: eventsAtOnce, ofOne: eventsAtOnce, ofOneAmongOthers: eventsAtOnce };
    this.#events = new FairQueue({ ...unbounded, ...all, isBusy: () => false, now });
  }

  payerOf(context: C): Payer {
    return this.handlers.payerOf?.(context) ?? { name: '', times: 1 };
  }

  /** What somebody has left. */
  quotaOf({ name, times }: Payer): Quota {
    const limit = this.shares.pointsPerMinute * times;
    return { limit, windowSeconds: WINDOW_SECONDS, ...this.#budgets.standing(name, times) };
  }

  /** Lets somebody be heard, which costs what any operation does; or says why not. */
  admit({ name, times }: Payer): GraphQLError | null {
    if (this.#budgets.hasAny(name, times)) {
      this.#budgets.charge(name, prices.operation, times);
      return null;
    }
    const { resetSeconds } = this.#budgets.standing(name, times);
    const budget = (this.shares.pointsPerMinute * times).toLocaleString('en');
    return refuseForNow(
      'RATE_LIMITED',
      `Your budget of ${budget} points a minute is spent: wait ${resetSeconds} s.`,
      resetSeconds,
    );
  }

  /** Charges what an operation asks for, or says why it is refused. */
  charge({ name, times }: Payer, operation: Operation): GraphQLError | null {
    const price = this.handlers.appraise?.(operation) ?? 0;
    if (price instanceof GraphQLError) return price;
    this.#budgets.charge(name, price, times);
    return null;
  }

  /** Waits for a place among the operations. */
  turn({ name }: Payer, bytes: number, signal: AbortSignal): Promise<Leave> {
    return this.queue.enter(name, bytes, signal);
  }

  /** Answers an event when there is a place. */
  async answerEvent<T>({ name }: Payer, work: () => Promise<T>): Promise<T> {
    const leave = await this.#events.enter(name, 0);
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
