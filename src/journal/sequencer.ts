// Runs in every node; the one that holds the lease moves the facts of all of them into the log.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../platform/clock';
import type { Log } from '../platform/log';
import { registerSigner, signPresentHead, type HeadSigner } from './audit/checkpoints';
import { sealOldEntries } from './audit/seal-old';
import { beginEpoch } from './epochs';
import { BATCH_SIZE, moveBatch, type SequencedBatch } from './move-batch';
import { Partitions } from './partitions';
import { KeptSession, type Session } from './session';

/** How a sequencer is built. */
export interface SequencerOptions {
  readonly databaseUrl: string;
  readonly clock: Clock;
  /** Told of each batch this node has moved, right after its commit. */
  readonly onSequenced?: (batch: SequencedBatch) => void;
  /** Signs the head of the log at least every second while there is news; absent: nobody does. */
  readonly signer?: HeadSigner;
  /** Positions of a partition of the log. */
  readonly partitionSize?: number;
  readonly log?: Log;
}

/** Any number, as long as nothing else in this database locks it. */
const LEASE = 4_672_118_341;
const TRY_LEASE_EVERY_MS = 250;
/**
 * What writes no facts takes milliseconds, or the three seconds after which a paused node loses the lock on the head; a connection that does not
 * answer for longer has died in silence.
 */
const ANSWER_WITHIN_MS = 4_500;
const BUSY_POLL_MS = 5;
const IDLE_POLL_MS = 50;
/** For how long after a change that nobody here told of, because another node made it, the next one is expected at any moment. */
const BUSY_FOR_MS = 250;
/**
 * A batch costs two to four milliseconds of processors whatever its size. When so many changes share one, there are more writers than one, and the
 * next batch waits for more of them: without, 16 writers got 0.58 of what they get without a log, with it 0.68 (bench/results.md).
 */
const CROWD = 3;
const GATHER_MS = 15;
/** A head is signed this often while there is news, well within the promised second. */
const SIGN_EVERY_MS = 400;

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
      queryTimeoutMs: ANSWER_WITHIN_MS,
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
    if (!(await this.#session.hold(session, LEASE, TRY_LEASE_EVERY_MS))) return;
    await sealOldEntries(session.client);
    const signing = new Signing(this.#options);
    await signing.begin(session);
    const partitions = new Partitions(this.#options.partitionSize);
    // whatever happened to the log since this node wrote to it last, its cursors are told apart from those of before
    let left = await beginEpoch(session.client);
    let look = true;
    let lastFoundAt = -Infinity;
    while (!this.#session.stopped) {
      const told = this.#told;
      const batch: SequencedBatch | null =
        look || (await isWaiting(session))
          ? await moveBatch(session.client, this.#options.clock, { ...signing.withBatch(), left, partitions })
          : null;
      if (batch !== null) left = { pos: batch.head, epoch: batch.epoch };
      await signing.after(session, batch);
      this.#told -= told;
      session.succeeded();
      look = false;
      if (batch !== null && batch.count > 0) {
        if (batch.changes.length > told) lastFoundAt = performance.now();
        this.#announce(batch);
        look = batch.count >= BATCH_SIZE;
        if (!look && batch.changes.length >= CROWD) {
          await gather();
          look = true;
        }
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

/** When heads are signed: with the batch that makes them if the last one was a while ago, else when it will have been. */
class Signing {
  #signedAt = -Infinity;
  #isDue = false;
  #signsBatch = false;

  constructor(private readonly options: SequencerOptions) {}

  /** Another node may have stopped before it signed. */
  async begin({ client, db }: Session): Promise<void> {
    const { signer, clock } = this.options;
    if (!signer) return;
    await registerSigner(db, signer, clock.now());
    await signPresentHead(client, signer, clock.now());
  }

  /** How the next batch is to be moved. */
  withBatch(): { readonly signer?: HeadSigner } {
    this.#signsBatch = this.#isTime();
    return this.#signsBatch ? { signer: this.options.signer } : {};
  }

  /** Signs what was left unsigned, once it is time. */
  async after({ client }: Session, batch: SequencedBatch | null): Promise<void> {
    const { signer, clock } = this.options;
    if (!signer) return;
    if (batch !== null && batch.count > 0) {
      this.#isDue = !this.#signsBatch;
      if (this.#signsBatch) this.#signedAt = performance.now();
    }
    if (!this.#isDue || !this.#isTime()) return;
    await signPresentHead(client, signer, clock.now());
    this.#signedAt = performance.now();
    this.#isDue = false;
  }

  #isTime(): boolean {
    return performance.now() - this.#signedAt >= SIGN_EVERY_MS;
  }
}

function gather(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GATHER_MS));
}

/** Far cheaper than a batch that finds nothing: no lock, nothing written. */
async function isWaiting({ db }: Session): Promise<boolean> {
  const { rowCount } = await db.query('/* probeInbox */ SELECT FROM inbox ORDER BY id LIMIT 1');
  return rowCount > 0;
}
