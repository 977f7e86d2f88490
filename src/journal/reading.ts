// One reader of the log. All it keeps is where it is, and at most one page while it catches up.
import type { Log } from '../platform/log';
import { isUnavailable } from '../platform/postgres/pool';
import type { SealedEntry } from './decode';
import type { LogEntry } from './entry';
import type { Tail } from './tail';

/** What a reader needs. */
export interface ReadingOptions {
  readonly after: number;
  readonly signal: AbortSignal;
  readonly tail: Tail;
  /** The next entries after a position, from the table. */
  readonly page: (after: number) => Promise<SealedEntry[]>;
  /** What a reader is told when the log was replaced by another one. */
  readonly replaced: () => Promise<Error>;
  /** What it is given; the rest it passes over without being woken for it. */
  readonly wants?: (entry: LogEntry) => boolean;
  readonly log?: Log;
}

const RETRY_MS = 500;
const DONE = { done: true, value: undefined } as const;

/**
 * An iterator written by hand, because a generator's `return` waits for the value it is waiting for: a subscriber that leaves
 * a quiet log would never be let go.
 */
export class Reading implements AsyncIterableIterator<LogEntry> {
  #at: number;
  /** What follows, last first. */
  #page: SealedEntry[] = [];
  #isClosed = false;
  readonly #life: number;
  readonly #detach: () => void;
  #interrupt: () => void = () => undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ReadingOptions) {
    this.#at = options.after;
    this.#life = options.tail.life;
    this.#detach = options.tail.attach();
    if (options.signal.aborted) this.#close();
    else options.signal.addEventListener('abort', this.#close, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<LogEntry>> {
    const step = this.#queue.then(() => this.#step());
    this.#queue = step.catch(() => undefined);
    return step;
  }

  return(): Promise<IteratorResult<LogEntry>> {
    this.#close();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<LogEntry>> {
    this.#close();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  readonly #close = (): void => {
    this.#isClosed = true;
    this.#detach();
    this.#page = [];
    this.options.signal.removeEventListener('abort', this.#close);
    this.#interrupt();
  };

  async #step(): Promise<IteratorResult<LogEntry>> {
    const { tail } = this.options;
    while (!this.#isClosed) {
      if (tail.life !== this.#life) return this.#fail(await this.options.replaced());
      const entry = this.#fromPage() ?? tail.at(this.#at + 1);
      if (entry !== undefined) {
        this.#at = entry.pos;
        // here and not where it is read from: a promise for each of a thousand readers and entries costs more than all else
        if (this.options.wants?.(entry) ?? true) return { done: false, value: entry };
      } else if (tail.isBehind(this.#at)) await this.#catchUp();
      else if (tail.isStopped) this.#close();
      else await this.#wait((wake) => tail.onNext(wake));
    }
    return DONE;
  }

  #fromPage(): LogEntry | undefined {
    // taken off, so that what was read is not held any longer, nor what was answered about it
    return this.#page.pop()?.open();
  }

  #fail(error: unknown): never {
    this.#close();
    throw error;
  }

  async #catchUp(): Promise<void> {
    try {
      const page = await this.options.page(this.#at);
      if (page.length === 0) throw new Error(`the log has a hole: nothing follows position ${this.#at}`);
      if (this.#isClosed) return;
      this.#page = page.reverse();
    } catch (error) {
      if (this.options.tail.life !== this.#life) return;
      if (!isUnavailable(error)) this.#fail(error);
      this.options.log?.warn({ err: error }, 'a reader of the log waits for the database');
      await this.#wait((wake) => {
        const timer = setTimeout(wake, RETRY_MS);
        return () => clearTimeout(timer);
      });
    }
  }

  /** Waits until woken or closed; whatever was set up for it is taken down again. */
  async #wait(setUp: (wake: () => void) => () => void): Promise<void> {
    if (this.#isClosed) return;
    let takeDown: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      this.#interrupt = resolve;
      takeDown = setUp(resolve);
    });
    takeDown();
    this.#interrupt = () => undefined;
  }
}
