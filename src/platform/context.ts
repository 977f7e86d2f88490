import DataLoader from 'dataloader';
import type { Clock, Instant } from './clock';
import type { Db } from './postgres/pool';

/** Who asks: a stable id that the audit names, and what it may do. */
export interface Actor {
  readonly id: string;
  readonly scopes: ReadonlySet<string>;
  /** The sources it may speak for; absent: any. */
  readonly sources?: ReadonlySet<string>;
  /** The person (uuid) who asks; absent: a system. */
  readonly person?: string;
  /** The role in which the person asks; absent: that of any employee. */
  readonly role?: string;
  /** The groups that the identity provider says the person is in. */
  readonly groups?: readonly string[];
}

/** One consistent view of the database: everything read through it belongs to one log position. */
export interface Snapshot {
  readonly db: Db;
  /** Position of the change log this snapshot had. */
  readonly position: number;
  /** Ends the transaction and gives the connection back. */
  close(): Promise<void>;
}

/** A set-based read: many keys in, one answer per key out, in one statement per call. */
export interface Batch<C, K, V> {
  /** Tells keys apart. */
  readonly keyOf: (key: K) => string;
  /** Answers in the order of the keys. */
  readonly fetch: (context: C, keys: readonly K[]) => Promise<readonly V[]>;
}

/**
 * One request: who asks, the instant it is answered for, and batched reads from one snapshot.
 * After a write the snapshot is dropped, so that what follows sees the write.
 */
export class Context {
  readonly actor: Actor;
  /** The instant of this request; `at` defaults to it. */
  readonly now: Instant;
  private opening: Promise<Snapshot> | null = null;
  private readonly loaders = new Map<object, DataLoader<unknown, unknown, string>>();
  private lastPosition: number | null = null;
  private ownPosition: number | null = null;
  private earliestRead = Infinity;
  private isOver = false;

  constructor(
    actor: Actor,
    clock: Clock,
    private readonly openSnapshot: () => Promise<Snapshot>,
  ) {
    this.actor = actor;
    this.now = clock.now();
  }

  /** The request's snapshot, opened at first use. */
  snapshot(): Promise<Snapshot> {
    if (this.isOver) return Promise.reject(new Error('The request is over: nothing is read for it any more.'));
    this.opening ??= this.openSnapshot().then((snapshot) => {
      this.lastPosition = snapshot.position;
      return snapshot;
    });
    return this.opening;
  }

  /** The database as this request sees it. */
  async db(): Promise<Db> {
    return (await this.snapshot()).db;
  }

  /** Answers for one key; keys asked for in the same tick share one statement. */
  load<K, V>(batch: Batch<this, K, V>, key: K): Promise<V> {
    let loader = this.loaders.get(batch);
    if (!loader) {
      loader = new DataLoader<unknown, unknown, string>((keys) => batch.fetch(this, keys as readonly K[]), {
        cacheKeyFn: (k) => batch.keyOf(k as K),
      });
      this.loaders.set(batch, loader);
    }
    return loader.load(key) as Promise<V>;
  }

  /** What is answered is the entry at this position, whatever later state is read for it: who goes on from here misses nothing. */
  delivers(position: number): void {
    this.ownPosition = position;
  }

  /** Part of the answer was read outside the snapshot, when the log stood at this position. */
  readAt(position: number): void {
    this.earliestRead = Math.min(this.earliestRead, position);
  }

  /** The position this request answers for: who goes on from here misses nothing. Opens a snapshot if nothing was read yet. */
  async position(): Promise<number> {
    const outside = Number.isFinite(this.earliestRead) ? this.earliestRead : null;
    return Math.min(this.ownPosition ?? this.lastPosition ?? outside ?? (await this.snapshot()).position, this.earliestRead);
  }

  /** Called after a write of this request: the next read opens a new snapshot, at `position` or later. */
  async wrote(position: number): Promise<void> {
    await this.release();
    this.lastPosition = position;
  }

  /**
   * The answer is given: nothing is read any more. An answer is given early when something in it failed that may not be null, and what stands beside
   * that goes on for a while.
   */
  async end(): Promise<void> {
    this.isOver = true;
    await this.release();
  }

  /** Gives the connection back; the context can be used again and then opens a new snapshot. */
  async release(): Promise<void> {
    const opening = this.opening;
    this.opening = null;
    this.loaders.clear();
    if (opening) {
      const snapshot = await opening.catch(() => null);
      await snapshot?.close();
    }
  }
}
