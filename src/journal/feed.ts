// The log as its readers see it: from any position, without gap or duplicate, through the table and then live.
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Acknowledgements } from './acknowledgements';
import { readEntries } from './decode';
import type { LogEntry } from './entry';
import type { KeyCache } from './keys';
import type { SequencedBatch } from './move-batch';
import { Reading } from './reading';
import type { Tail } from './tail';

/** What a feed reads from. */
export interface FeedOptions {
  readonly db: Db;
  readonly tail: Tail;
  readonly keys: KeyCache;
  readonly log?: Log;
  /** How long `whenSeen` waits. */
  readonly seenTimeoutMs?: number;
}

const PAGE = 500;

/** Reading the log, from the table while behind and from the node's tail when near its end. */
export class Feed {
  readonly #acknowledgements: Acknowledgements;
  #looked: number;
  #stopListening: () => void = () => undefined;

  constructor(private readonly options: FeedOptions) {
    this.#acknowledgements = new Acknowledgements(options.db, { timeoutMs: options.seenTimeoutMs });
    this.#looked = options.tail.head;
    this.#listen();
  }

  /** The last position this node has seen; the database's own head may be further (see `headPosition`). */
  head(): number {
    return this.options.tail.head;
  }

  /**
   * Every entry after a position, one by one, for ever: in order, each once. A slow reader costs no memory beyond one page;
   * the log waits for it. Ends when the signal is aborted, the iterator is returned or the tail stops; a database that goes
   * away only delays it.
   */
  read(after: number, signal: AbortSignal): AsyncIterableIterator<LogEntry> {
    const page = (from: number): Promise<LogEntry[]> => readEntries(this.options.db, this.options.keys, from, PAGE);
    return new Reading({ after, signal, tail: this.options.tail, page, log: this.options.log });
  }

  /** The entries after a position that are in the log now, at most `limit`. */
  async page(after: number, limit: number): Promise<LogEntry[]> {
    const { tail, db, keys } = this.options;
    // A full page in memory is final. Anything less may be this node lagging behind another: only the table knows.
    if (tail.isBehind(after) || after + limit > tail.head) return readEntries(db, keys, after, limit);
    return Array.from({ length: limit }, (_, i) => tail.at(after + 1 + i)!);
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
    this.#acknowledgements.settle(batch.changes);
    if (batch.head - batch.count <= this.#looked) this.#looked = Math.max(this.#looked, batch.head);
    this.options.tail.sequenced(batch);
  }

  /** Lets go of the writers that wait; stop the tail for the readers. */
  stop(): void {
    this.#stopListening();
    this.#acknowledgements.stop();
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
    this.#looked = Math.max(this.#looked, tail.head);
    return found;
  }
}
