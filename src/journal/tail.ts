// Reads the log once per node and keeps its end in memory, for all subscribers together.
import type { Log } from '../platform/log';
import { readSealed, sealedEntries, type LogRow, type SealedEntry } from './decode';
import type { LogEntry } from './entry';
import type { KeyCache } from './keys';
import { CHANNEL, type SequencedBatch } from './move-batch';
import { Ring } from './ring';
import { KeptSession, type Session } from './session';

/** How a tail is built. */
export interface TailOptions {
  readonly databaseUrl: string;
  readonly keys: KeyCache;
  /** How many entries to keep. */
  readonly size?: number;
  /** How often to look when no hint comes. */
  readonly pollMs?: number;
  readonly log?: Log;
}

const RING_SIZE = 4096;
const POLL_MS = 1000;
const PAGE = 500;
const OWN_HINT_MS = 20;
/** Batches kept for a tail that is behind; what is not kept it reads from the table. */
const MOST_HANDED = 4;

/** The end of the log, as this node has seen it. It reads on a hint and at least every second, on a connection of its own. */
export class Tail {
  readonly #session: KeptSession;
  readonly #options: TailOptions;
  readonly #waiters = new Set<() => void>();
  #ring: Ring<SealedEntry>;
  #handed: (readonly LogRow[])[] = [];
  /** The database session of this node's sequencer. */
  #own: number | null = null;
  #isReady = false;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#ring = new Ring(options.size ?? RING_SIZE, 0);
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph tail',
      log: options.log,
      work: (session) => this.#work(session),
    });
  }

  /** Begins at the present end of the log; resolves once that is known. */
  async start(): Promise<void> {
    this.#session.start();
    while (!this.#isReady && !this.#session.stopped) await this.#advanced();
  }

  /** Stops reading and wakes everybody who waits. */
  async stop(): Promise<void> {
    await this.#session.stop();
    this.#wake();
  }

  /** There is something new in the log: read now. */
  poke(): void {
    this.#session.bell.ring();
  }

  /** What this node's sequencer has just put into the log, in order: the tail need not read it again. */
  handOver({ rows, session }: SequencedBatch): void {
    this.#own = session;
    if (this.#handed.length < MOST_HANDED && rows.length > 0) this.#handed.push(rows);
    this.poke();
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

  async #work(session: Session): Promise<void> {
    const lookFor = (payload: string | undefined): void => {
      if (!(Number(payload) <= this.head)) this.poke();
    };
    session.client.on('notification', ({ payload, processId }) => {
      // what this node's sequencer announces it also hands over, at about the same moment
      if (processId === this.#own) setTimeout(lookFor, OWN_HINT_MS, payload).unref();
      else lookFor(payload);
    });
    await session.db.query(`LISTEN ${CHANNEL}`);
    if (!this.#isReady) await this.#begin(session);
    while (!this.#session.stopped) {
      const isMore = await this.#read(session);
      session.succeeded();
      if (!isMore) await this.#session.bell.sleep(this.#options.pollMs ?? POLL_MS);
    }
  }

  async #begin({ db }: Session): Promise<void> {
    const { rows } = await db.query<{ pos: number }>('/* readHead */ SELECT pos FROM log_head');
    this.#ring = new Ring(this.#options.size ?? RING_SIZE, rows[0]?.pos ?? 0);
    this.#isReady = true;
    this.#wake();
  }

  async #read({ db }: Session): Promise<boolean> {
    const handed = this.#takeHanded();
    const { keys } = this.#options;
    const entries = handed ? await sealedEntries(db, keys, handed) : await readSealed(db, keys, this.head, PAGE);
    for (const entry of entries) this.#ring.push(entry);
    if (entries.length > 0) this.#wake();
    return handed !== null ? this.#handed.length > 0 : entries.length === PAGE;
  }

  /** The rows handed over that follow the head; null: the table must be asked. */
  #takeHanded(): readonly LogRow[] | null {
    for (let rows = this.#handed.shift(); rows !== undefined; rows = this.#handed.shift()) {
      if (rows[0]!.pos === this.head + 1) return rows;
    }
    return null;
  }
}
