// Who may work next when there are more who want to: places are given out so that whoever asks much does not keep those waiting who ask little.
import { refuseForNow } from './graphql/errors';

/** How places are given out. */
export interface FairQueueOptions {
  /** So many work at once. */
  readonly places: number;
  /** So many of them one caller has at most, so that somebody new begins at once. */
  readonly ofOne: number;
  /** The same while others ask too and the node is busy: work that goes on beside other work makes it slower. */
  readonly ofOneAmongOthers: number;
  /** Whether work makes other work slower just now. */
  readonly isBusy: () => boolean;
  /** So many of one caller wait at most. */
  readonly mostWaiting: number;
  /** What those of one caller who wait hold in memory, in bytes, at most. */
  readonly mostBytes: number;
  /** When no place became free for this long, nobody is kept waiting any more. */
  readonly standstillMs: number;
  /** Milliseconds of a clock that only goes forwards. */
  readonly now: () => number;
}

/** Gives a place back; calling it again does nothing. */
export type Leave = () => void;

interface Waiting {
  readonly bytes: number;
  readonly enter: (leave: Leave) => void;
  readonly refuse: (error: Error) => void;
}

interface Caller {
  readonly name: string;
  working: number;
  /** When it came, or was given a place last, as a number that grows. */
  turn: number;
  bytes: number;
  /** When it asked last. */
  asked: number;
  readonly waiting: Set<Waiting>;
}

const LOOK_EVERY_MS = 250;
/** Whoever has asked within this time is one of those who ask. */
const ASKS_FOR_MS = 1_000;

/**
 * Places by caller. The next free one goes to whoever has the fewest, and among equals to whoever has waited longest for a turn: callers get the
 * same share of the time, whatever they want of it, and what one does not want goes to the others.
 */
export class FairQueue {
  readonly #callers = new Map<string, Caller>();
  #working = 0;
  #turns = 0;
  #lastMoved = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: FairQueueOptions) {}

  /** How many work and how many wait. */
  get load(): { readonly working: number; readonly waiting: number } {
    let waiting = 0;
    for (const caller of this.#callers.values()) waiting += caller.waiting.size;
    return { working: this.#working, waiting };
  }

  /**
   * Waits for a place, or is refused: RATE_LIMITED when too many of this caller wait already, UNAVAILABLE when nothing moves, and with the reason of
   * `signal` when it is aborted before.
   */
  enter(name: string, bytes: number, signal?: AbortSignal): Promise<Leave> {
    const caller = this.#caller(name);
    caller.asked = this.options.now();
    if (this.#hasPlaceFor(caller)) return Promise.resolve(this.#begin(caller));
    const { mostWaiting, mostBytes } = this.options;
    if (caller.waiting.size >= mostWaiting || (caller.waiting.size > 0 && caller.bytes + bytes > mostBytes)) {
      const message = `${caller.waiting.size} of your operations wait for their turn already: send fewer at once.`;
      return Promise.reject(refuseForNow('RATE_LIMITED', message, 1));
    }
    if (this.#timer === null) this.#watch();
    return new Promise((resolve, reject) => {
      const given = (): void => signal?.removeEventListener('abort', leave);
      const waiting: Waiting = {
        bytes,
        enter: (free) => {
          given();
          resolve(free);
        },
        refuse: (error) => {
          given();
          reject(error);
        },
      };
      const leave = (): void => {
        this.#remove(caller, waiting);
        reject(signal!.reason as Error);
      };
      caller.waiting.add(waiting);
      caller.bytes += bytes;
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Refuses everybody who waits when nothing has moved for too long. Called by itself now and then while somebody waits. */
  look(): void {
    if (this.options.now() - this.#lastMoved < this.options.standstillMs) return;
    for (const caller of this.#callers.values()) {
      for (const waiting of caller.waiting) {
        this.#remove(caller, waiting);
        waiting.refuse(refuseForNow('UNAVAILABLE', 'The server is busy and nothing moves just now: try again.', 2));
      }
    }
  }

  #begin(caller: Caller): Leave {
    this.#working += 1;
    caller.working += 1;
    caller.turn = ++this.#turns;
    this.#lastMoved = this.options.now();
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#working -= 1;
      caller.working -= 1;
      this.#lastMoved = this.options.now();
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const [waiting] = next.waiting;
      this.#remove(next, waiting!);
      waiting!.enter(this.#begin(next));
    }
  }

  #next(): Caller | null {
    let next: Caller | null = null;
    for (const caller of this.#callers.values()) {
      if (caller.waiting.size === 0 || !this.#hasPlaceFor(caller)) continue;
      const isBefore =
        next === null || caller.working < next.working || (caller.working === next.working && caller.turn < next.turn);
      if (isBefore) next = caller;
    }
    return next;
  }

  #hasPlaceFor(caller: Caller): boolean {
    const { places, ofOne, ofOneAmongOthers, isBusy } = this.options;
    if (this.#working >= places || caller.working >= ofOne) return false;
    return caller.working < ofOneAmongOthers || !isBusy() || !this.#isAmongOthers(caller);
  }

  #isAmongOthers(caller: Caller): boolean {
    const since = this.options.now() - ASKS_FOR_MS;
    for (const other of this.#callers.values()) if (other !== caller && other.asked > since) return true;
    return false;
  }

  #caller(name: string): Caller {
    let caller = this.#callers.get(name);
    if (!caller) this.#forgetWhoHasLeft();
    if (!caller)
      this.#callers.set(name, (caller = { name, working: 0, turn: ++this.#turns, bytes: 0, asked: 0, waiting: new Set() }));
    return caller;
  }

  #remove(caller: Caller, waiting: Waiting): void {
    if (caller.waiting.delete(waiting)) caller.bytes -= waiting.bytes;
  }

  #forgetWhoHasLeft(): void {
    const since = this.options.now() - ASKS_FOR_MS;
    for (const [name, { working, waiting, asked }] of this.#callers)
      if (working === 0 && waiting.size === 0 && asked <= since) this.#callers.delete(name);
  }

  #watch(): void {
    this.#timer = setTimeout(() => {
      this.look();
      if (this.load.waiting > 0) this.#watch();
      else this.#timer = null;
    }, LOOK_EVERY_MS).unref();
  }
}
