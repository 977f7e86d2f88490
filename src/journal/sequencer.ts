// Runs in every node; the one that holds the lease moves the facts of all of them into the log.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../platform/clock';
import type { Log } from '../platform/log';
import { BATCH_SIZE, moveBatch, type SequencedBatch } from './move-batch';
import { KeptSession, type Session } from './session';

/** How a sequencer is built. */
export interface SequencerOptions {
  readonly databaseUrl: string;
  readonly clock: Clock;
  /** Told of each batch this node has moved, right after its commit. */
  readonly onSequenced?: (batch: SequencedBatch) => void;
  readonly log?: Log;
}

/** Any number, as long as nothing else in this database locks it. */
const LEASE = 4_672_118_341;
const TRY_LEASE_EVERY_MS = 250;
const BUSY_POLL_MS = 5;
const IDLE_POLL_MS = 50;
/** For how long after a change that nobody here told of, because another node made it, the next one is expected at any moment. */
const BUSY_FOR_MS = 250;

const SETTINGS = {
  // A plan made while the inbox was empty takes seconds per batch once there is a backlog.
  plan_cache_mode: 'force_custom_plan',
  // The server ends the session of a node that was paused, so that its lease and its lock pass to another within seconds.
  idle_session_timeout: '3s',
  idle_in_transaction_session_timeout: '3s',
};

/**
 * Gives every committed fact its position. Start one in each node: a session lock lets one at a time do the work, and the
 * lock on log_head keeps the log right even if two did. Lost connections are opened again; its loop never throws.
 */
export class Sequencer {
  readonly #session: KeptSession;
  readonly #options: SequencerOptions;
  /** Changes of writers of this node since the last look. */
  #told = 0;

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph sequencer',
      settings: SETTINGS,
      log: options.log,
      work: (session) => this.#work(session),
    });
  }

  start(): void {
    this.#session.start();
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  /** A local writer has committed: look at the inbox now. */
  poke(): void {
    this.#told += 1;
    this.#session.bell.ring();
  }

  async #work(session: Session): Promise<void> {
    while (!this.#session.stopped && !(await takeLease(session))) {
      session.succeeded();
      await this.#session.bell.sleep(TRY_LEASE_EVERY_MS);
    }
    let look = true;
    let lastFoundAt = -Infinity;
    while (!this.#session.stopped) {
      const told = this.#told;
      const batch: SequencedBatch | null =
        look || (await isWaiting(session)) ? await moveBatch(session.client, this.#options.clock) : null;
      this.#told -= told;
      session.succeeded();
      look = false;
      if (batch !== null && batch.count > 0) {
        if (batch.changes.length > told) lastFoundAt = performance.now();
        this.#announce(batch);
        look = batch.count >= BATCH_SIZE;
      }
      const pause = performance.now() - lastFoundAt < BUSY_FOR_MS ? BUSY_POLL_MS : IDLE_POLL_MS;
      look ||= await this.#session.bell.sleep(pause);
    }
  }

  #announce(batch: SequencedBatch): void {
    try {
      this.#options.onSequenced?.(batch);
    } catch (error) {
      this.#options.log?.error({ err: error }, 'a listener of the sequencer failed');
    }
  }
}

async function takeLease({ db }: Session): Promise<boolean> {
  const { rows } = await db.query<{ taken: boolean }>('/* takeLease */ SELECT pg_try_advisory_lock($1) AS taken', [LEASE]);
  return rows[0]?.taken === true;
}

/** Far cheaper than a batch that finds nothing: no lock, nothing written. */
async function isWaiting({ db }: Session): Promise<boolean> {
  const { rowCount } = await db.query('/* probeInbox */ SELECT FROM inbox ORDER BY id LIMIT 1');
  return rowCount > 0;
}
