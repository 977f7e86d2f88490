// The log as its readers see it: from any position, without gap or duplicate, through the table and then live.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Acknowledgements } from './acknowledgements';
import type { Cursors } from './cursor';
import { cursorRefused } from './cursor-refused';
import { Expired, readSealed, type SealedEntry } from './decode';
import type { LogEntry } from './entry';
import type { Epochs } from './epochs';
import type { KeyCache } from './keys';
import type { SequencedBatch } from './move-batch';
import { headPosition, lastGone } from './known';
import { Pages } from './pages';
import { Reading } from './reading';
import type { Tail } from './tail';

/** What a feed reads from. */
export interface FeedOptions {
  readonly db: Db;
  readonly tail: Tail;
  readonly keys: KeyCache;
  readonly epochs: Epochs;
  readonly cursors: Cursors;
  readonly log?: Log;
  /** How long `whenSeen` waits. */
  readonly seenTimeoutMs?: number;
}

const ASKED_TOGETHER_MS = 5;

/** Reading the log, from the table while behind and from the node's tail when near its end. */
export class Feed {
  readonly #acknowledgements: Acknowledgements;
  readonly #pages: Pages;
  #looked: number;
  #present: Promise<number> | null = null;
  #stopListening: () => void = () => undefined;

  constructor(private readonly options: FeedOptions) {
    this.#acknowledgements = new Acknowledgements(options.db, { timeoutMs: options.seenTimeoutMs });
    this.#pages = new Pages((after, limit) => this.#readTable(after, limit));
    options.tail.listen({
      forget: (people) => this.#pages.forget(people),
      replaced: () => {
        this.#pages.clear();
        this.#acknowledgements.forget();
      },
    });
    this.#looked = options.tail.head;
    this.#listen();
  }

  /** The last position this node has seen; the database's own head may be further (see `headPosition`). */
  head(): number {
    return this.options.tail.head;
  }

  /**
   * Every entry after a position, one by one, for ever: in order, each once. A slow reader costs no memory beyond one page, which it shares with
   * whoever is at the same place; the log waits for it. Ends when the signal is aborted, the iterator is returned or the tail stops; a
   * database that goes away only delays it. `wants` lets only some of them through.
   *
   * Throws CURSOR_EXPIRED when what follows is not kept any more, and RESYNC_REQUIRED when the log was restored to an earlier state.
   */
  read(after: number, signal: AbortSignal, wants?: (entry: LogEntry) => boolean): AsyncIterableIterator<LogEntry> {
    return new Reading({
      after,
      signal,
      tail: this.options.tail,
      page: (from) => this.#pages.after(from),
      wants,
      replaced: () => this.#refused('RESYNC_REQUIRED'),
      log: this.options.log,
    });
  }

  /** The log's last position as the database has it, asked for at most 200 times a second, however many want to begin there. */
  present(): Promise<number> {
    return (this.#present ??= sleep(ASKED_TOGETHER_MS).then(() => {
      // whoever comes from here on may have written meanwhile, and is not told what was asked for before
      this.#present = null;
      return headPosition(this.options.db);
    }));
  }

  /** The entries after a position that are in the log now, at most `limit`. Throws CURSOR_EXPIRED. */
  async page(after: number, limit: number): Promise<LogEntry[]> {
    const { tail } = this.options;
    // A full page in memory is final. Anything less may be this node lagging behind another: only the table knows.
    if (tail.isBehind(after) || after + limit > tail.head)
      return (await this.#readTable(after, limit)).map((sealed) => sealed.open());
    return Array.from({ length: limit }, (_, i) => tail.at(after + 1 + i)!);
  }

  /** The last position whose entry is not kept any more: the beginning for whoever has no cursor. */
  gone(): Promise<number> {
    return lastGone(this.options.db);
  }

  /** See `Acknowledgements.whenSeen`. */
  whenSeen(changeId: number): Promise<{ position: number }> {
    return this.#acknowledgements.whenSeen(changeId);
  }

  /** Lets go of what this node keeps in memory of people who were just erased. */
  forget(people: Iterable<string>): void {
    this.options.tail.forget(people);
  }

  /** To be called with each batch of this node's sequencer. */
  sequenced(batch: SequencedBatch): void {
    // an epoch that is new is looked at by whoever needs it first
    if (batch.epoch === this.options.epochs.stand.epoch) void this.options.epochs.learn({ pos: batch.head, epoch: batch.epoch });
    this.#acknowledgements.settle(batch.changes);
    if (batch.head - batch.count <= this.#looked) this.#looked = Math.max(this.#looked, batch.head);
    this.options.tail.sequenced(batch);
  }

  /** Lets go of the writers that wait; stop the tail for the readers. */
  stop(): void {
    this.#stopListening();
    this.#acknowledgements.stop();
  }

  async #readTable(after: number, limit: number): Promise<SealedEntry[]> {
    const { db, keys, epochs } = this.options;
    try {
      const entries = await readSealed(db, keys, after, limit);
      await epochs.cover(entries.at(-1)?.pos ?? 0);
      return entries;
    } catch (error) {
      throw error instanceof Expired ? await this.#refused('CURSOR_EXPIRED') : error;
    }
  }

  #refused(code: 'CURSOR_EXPIRED' | 'RESYNC_REQUIRED'): Promise<Error> {
    return cursorRefused(code, this.options.cursors, this.head());
  }

  #listen(): void {
    this.#stopListening = this.options.tail.onNext(() => {
      this.#listen();
      if (this.#isAnyoneAwaited()) void this.#acknowledgements.look();
    });
  }

  /** Whether the entries since the last time may belong to a change a writer here waits for: then another node's sequencer moved it. */
  #isAnyoneAwaited(): boolean {
    const { tail } = this.options;
    let found = false;
    if (this.#acknowledgements.waiting > 0) {
      for (let pos = this.#looked + 1; pos <= tail.head && !found; pos++) {
        const change = tail.changeAt(pos);
        found = change === undefined || this.#acknowledgements.isAwaited(change);
      }
    }
    this.#looked = tail.head;
    return found;
  }
}
