// Which history a position belongs to: the log as one sequencer went on writing it, and no other.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Db } from '../platform/postgres/pool';

/** Where the log stands, and in which epoch. */
export interface Stand {
  readonly pos: number;
  readonly epoch: string;
}

/** A stretch of the log that one sequencer wrote without a break: from its first position to the one before the next stretch. */
interface Epoch {
  readonly firstPos: number;
  readonly id: string;
}

/** Begins an epoch behind the head of the log, in a transaction of its own. One that named no position is replaced: no cursor names it. */
export async function beginEpoch(client: pg.ClientBase): Promise<Stand> {
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ pos: number }>('/* headToBegin */ SELECT pos FROM log_head FOR UPDATE');
    const stand = { pos: rows[0]!.pos, epoch: randomUUID() };
    await client.query('/* forgetEmptyEpochs */ DELETE FROM log_epoch WHERE first_pos > $1', [stand.pos]);
    await client.query('/* beginEpoch */ INSERT INTO log_epoch (first_pos, id) VALUES ($1, $2)', [stand.pos + 1, stand.epoch]);
    await client.query('/* tellEpoch */ UPDATE log_head SET epoch = $1', [stand.epoch]);
    await client.query('COMMIT');
    return stand;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Where the log stands as the database has it. */
export async function standOf(db: Db): Promise<Stand> {
  const { rows } = await db.query<Stand>('/* standOfLog */ SELECT pos, epoch FROM log_head');
  return rows[0]!;
}

/**
 * The epochs of the log as far as this node has looked. A sequencer that cannot be sure to go on with what it wrote itself, because it has just
 * connected, begins an epoch. A log restored from a backup therefore never writes a position again under the epoch it had before.
 */
export class Epochs {
  #epochs: readonly Epoch[] = [];
  #stand: Stand = { pos: -1, epoch: '' };
  #breaks = 0;
  #looking: Promise<void> | null = null;

  /** @param db not the pool of requests: each of them may wait for this while it holds a connection. */
  constructor(private readonly db: Db) {}

  /** Those of a log, looked at. */
  static async load(db: Db): Promise<Epochs> {
    const epochs = new Epochs(db);
    await epochs.look();
    return epochs;
  }

  /** Where the log stood when it was seen last. */
  get stand(): Stand {
    return this.#stand;
  }

  /** How often what had been seen of the log was not there any more when it was looked at again, by whomever. */
  get breaks(): number {
    return this.#breaks;
  }

  /** The epoch a position was written in; null for one behind the head that was seen last. */
  at(pos: number): string | null {
    if (pos > this.#stand.pos) return null;
    let [low, high] = [0, this.#epochs.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#epochs[middle]!.firstPos <= pos) low = middle;
      else high = middle;
    }
    return this.#epochs[low]?.id ?? null;
  }

  /** Takes in where the log stands, as somebody has read it; asks for nothing as long as the epoch is the one last seen. */
  async learn({ pos, epoch }: Stand): Promise<void> {
    if (epoch !== this.#stand.epoch) await this.cover(pos);
    else if (pos > this.#stand.pos) this.#stand = { pos, epoch };
  }

  /** Looks unless the epoch of a position is known: once for all who ask meanwhile. */
  async cover(pos: number): Promise<void> {
    // a look that was under way may have begun before there was an entry at the position
    for (let looks = 0; looks < 2 && pos > this.#stand.pos; looks++) await this.look();
  }

  /** Reads head and epochs anew, in one statement; whoever asks while that is done waits for the same answer. */
  look(): Promise<void> {
    return (this.#looking ??= this.#read().finally(() => (this.#looking = null)));
  }

  async #read(): Promise<void> {
    const before = this.#stand;
    const writtenIn = this.at(before.pos);
    const { rows } = await this.db.query<Stand & { epochs: readonly [number, string][] }>(
      `/* lookAtEpochs */ SELECT pos, epoch,
         (SELECT json_agg(json_build_array(e.first_pos, e.id) ORDER BY e.first_pos) FROM log_epoch e) AS epochs FROM log_head`,
    );
    const { pos, epoch, epochs } = rows[0]!;
    this.#epochs = epochs.map(([firstPos, id]) => ({ firstPos, id }));
    // what was learned while this was asked is newer; what was known before and is not there any more was taken away
    const isOlder = epoch === this.#stand.epoch && pos >= before.pos && pos < this.#stand.pos;
    if (!isOlder) this.#stand = { pos, epoch };
    if (writtenIn !== null && this.at(before.pos) !== writtenIn) this.#breaks += 1;
  }
}
