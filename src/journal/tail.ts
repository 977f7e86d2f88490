// Reads the log once per node and keeps its end in memory, for all subscribers together.
import type { Log } from '../platform/log';
import { Announcements } from './announcements';
import { readSealed, type SealedEntry } from './decode';
import { ERASURE, type LogEntry } from './entry';
import type { KeyCache } from './keys';
import { standOf, type Epochs, type Stand } from './epochs';
import type { SequencedBatch } from './move-batch';
import { Ring } from './ring';
import { KeptSession, type Session } from './session';

/** How a tail is built. */
export interface TailOptions {
  readonly databaseUrl: string;
  readonly keys: KeyCache;
  readonly epochs: Epochs;
  /** How many entries to keep. */
  readonly size?: number;
  /** How often to look when no hint comes. */
  readonly pollMs?: number;
  readonly log?: Log;
}

/** Somebody who keeps things of the log beside the tail. */
export interface TailListener {
  /** These people were erased. */
  forget(people: ReadonlySet<string>): void;
  /** The log is another one from here on. */
  replaced(): void;
}

const RING_SIZE = 4096;
const POLL_MS = 1000;
const PAGE = 500;
const OWN_HINT_MS = 20;
/** A page takes milliseconds; a connection that gives none for so long is dead, though nobody said so. */
const PAGE_WITHIN_MS = 5_000;

/**
 * The end of the log, as this node has seen it. It looks on a hint and at least every second, on a connection of its own (hints have another);
 * while somebody reads it keeps the last entries.
 */
export class Tail {
  readonly #session: KeptSession;
  readonly #announcements: Announcements;
  readonly #options: TailOptions;
  readonly #waiters = new Set<() => void>();
  #ring: Ring<SealedEntry>;
  /** The epoch of its last entry. */
  #epoch: string | null = null;
  #breaks: number;
  #life = 0;
  #readers = 0;
  readonly #listeners = new Set<TailListener>();
  /** The database session of this node's sequencer. */
  #own: number | null = null;
  #isReady = false;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#ring = new Ring(options.size ?? RING_SIZE, 0);
    this.#breaks = options.epochs.breaks;
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph tail',
      queryTimeoutMs: PAGE_WITHIN_MS,
      log: options.log,
      work: (session) => this.#work(session),
    });
    const onHead = (head: string | undefined, session: number): void => this.#hear(head, session);
    this.#announcements = new Announcements({ databaseUrl: options.databaseUrl, onHead, log: options.log });
  }

  /** Begins at the present end of the log; resolves once that is known. */
  async start(): Promise<void> {
    this.#session.start();
    this.#announcements.start();
    while (!this.#isReady && !this.#session.stopped) await this.#advanced();
  }

  /** Stops reading and wakes everybody who waits. */
  async stop(): Promise<void> {
    await Promise.all([this.#session.stop(), this.#announcements.stop()]);
    this.#wake();
  }

  /** There is something new in the log: read now. */
  poke(): void {
    this.#session.bell.ring();
  }

  /** This node's sequencer has put something into the log. */
  sequenced({ head, count, session, epoch }: SequencedBatch): void {
    this.#own = session;
    if (this.#readers === 0 && head - count === this.head && epoch === this.#epoch) this.#skipTo({ pos: head, epoch });
    else this.poke();
  }

  /** The last position seen. */
  get head(): number {
    return this.#ring.head;
  }

  /** How many are waiting for the next entry. */
  get waiting(): number {
    return this.#waiters.size;
  }

  get isStopped(): boolean {
    return this.#session.stopped;
  }

  /** Grows by one whenever the log turns out to be another one than before, restored from a backup. */
  get life(): number {
    return this.#life;
  }

  /** Lets go of what is kept of these people, who were erased. */
  forget(people: Iterable<string>): void {
    const erased = new Set(people);
    this.#options.keys.forget(erased);
    for (const entry of this.#ring.entries()) entry.forget(erased);
    for (const listener of this.#listeners) listener.forget(erased);
  }

  /** Tells somebody who keeps things of the log, too, when to let go of them. */
  listen(listener: TailListener): void {
    this.#listeners.add(listener);
  }

  /** Entries are kept from now on, until the answered function is called: nobody reads the log for nobody. */
  attach(): () => void {
    this.#readers += 1;
    let isAttached = true;
    return () => {
      if (isAttached) this.#readers -= 1;
      isAttached = false;
    };
  }

  /** See `Ring.isBehind`. */
  isBehind(pos: number): boolean {
    return this.#ring.isBehind(pos);
  }

  /** See `Ring.at`. */
  at(pos: number): LogEntry | undefined {
    return this.#ring.at(pos)?.open();
  }

  /** The change that the entry at a position belongs to; undefined when it is not here any more or not yet. */
  changeAt(pos: number): number | undefined {
    return this.#ring.at(pos)?.changeId;
  }

  /** Calls `wake` once, when the tail next moves or stops. Returns a function that calls it off. */
  onNext(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => void this.#waiters.delete(wake);
  }

  #advanced(): Promise<void> {
    return new Promise((resolve) => this.onNext(resolve));
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  #hear(announced: string | undefined, session: number): void {
    const lookFor = (): void => {
      if (!(Number(announced) <= this.head)) this.poke();
    };
    // what this node's sequencer announces it also tells directly, at about the same moment
    if (session === this.#own) setTimeout(lookFor, OWN_HINT_MS).unref();
    else lookFor();
  }

  async #work(session: Session): Promise<void> {
    if (this.#isReady) await this.#recognise();
    else await this.#begin(session);
    while (!this.#session.stopped) {
      const isMore = await this.#read(session);
      session.succeeded();
      if (!isMore) await this.#session.bell.sleep(this.#options.pollMs ?? POLL_MS);
    }
  }

  async #begin({ db }: Session): Promise<void> {
    const stand = await standOf(db);
    await this.#options.epochs.learn(stand);
    this.#startAt(stand);
    this.#isReady = true;
    this.#wake();
  }

  #startAt({ pos, epoch }: Stand): void {
    this.#ring = new Ring(this.#options.size ?? RING_SIZE, pos);
    this.#epoch = this.#options.epochs.at(pos) ?? epoch;
  }

  /** Finds out whether this still is the log whose end it keeps: a database that was away may come back as it was before. */
  async #recognise(): Promise<void> {
    const { epochs, log } = this.#options;
    await epochs.look();
    // what was lost may lie behind the end that was read so far: somebody had written it, or come from there with a cursor
    if (epochs.at(this.head) === this.#epoch && epochs.breaks === this.#breaks) return;
    this.#breaks = epochs.breaks;
    log?.warn({ position: this.head }, 'the log is not the one it was: whoever reads it has to begin anew');
    this.#life += 1;
    this.#startAt(epochs.stand);
    for (const listener of this.#listeners) listener.replaced();
    this.#wake();
  }

  async #read({ db }: Session): Promise<boolean> {
    const { epochs, keys } = this.#options;
    const entries = this.#readers === 0 ? [] : await readSealed(db, keys, this.head, PAGE);
    if (entries.length === 0) {
      const stand = await standOf(db);
      await epochs.learn(stand);
      if (stand.pos < this.head) await this.#recognise();
      else if (stand.pos > this.head && this.#readers === 0) this.#skipTo(stand);
      return false;
    }
    const last = entries.at(-1)!.pos;
    await epochs.cover(last);
    // what this node's sequencer did meanwhile may have moved the head already
    if (entries[0]!.pos === this.head + 1) for (const entry of entries) this.#ring.push(entry);
    this.#epoch = epochs.at(this.head);
    const erased = entries.flatMap((entry) => (entry.kind === ERASURE ? [entry.open().entity] : []));
    if (erased.length > 0) this.forget(erased);
    this.#wake();
    return entries.length === PAGE;
  }

  #skipTo({ pos, epoch }: Stand): void {
    this.#ring.skipTo(pos);
    this.#epoch = this.#options.epochs.at(pos) ?? epoch;
    this.#wake();
  }
}
