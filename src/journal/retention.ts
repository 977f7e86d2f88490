// Old entries are let go of by whole partitions, once their time is over; their leaves stay, so that everything can still be proved.
import { subtractSpanFromInstant, type Span } from '../core/calendar';
import type { Clock } from '../platform/clock';
import type { Log } from '../platform/log';
import { ts, transaction, type Db, type Pool } from '../platform/postgres/pool';
import { Rounds } from '../platform/rounds';
import { takesTurn } from '../platform/sql';
import { NODE_LEAVES } from './audit/tree';
import { partitionsOf, type Partition } from './partitions';

/** How a retention is built. */
export interface RetentionOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  /** How long entries are kept at least. */
  readonly keep: Span;
  /** The position up to which nobody needs entries any more, whatever their age. */
  readonly neededAfter: (db: Db) => Promise<number>;
  readonly log?: Log;
}

const RETENTION_LOCK = 7_009;
const LOOK_EVERY_MS = 10 * 60_000;
/** To let go of a partition one has to have the log alone for a moment; whoever reads it for longer is not waited for, nor made to wait. */
const PATIENCE = '2s';

/** Drops partitions that are old enough, one after the other, on whichever node looks first. */
export class Retention {
  readonly #rounds: Rounds;

  constructor(private readonly options: RetentionOptions) {
    this.#rounds = new Rounds({
      round: async () => {
        await this.apply();
        return LOOK_EVERY_MS;
      },
      onFailure: (error) => {
        options.log?.warn({ err: error }, 'old entries of the log could not be let go of; trying again');
        return LOOK_EVERY_MS;
      },
    });
  }

  /** Looks now and every ten minutes. */
  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Lets go of all that is old enough; answers the last position that is gone by this, or null. */
  async apply(): Promise<number | null> {
    let last: number | null = null;
    for (let dropped = await this.#dropOldest(); dropped !== null; dropped = await this.#dropOldest()) {
      last = dropped;
      this.options.log?.info({ position: last }, 'entries up to this position are older than LOG_RETENTION and were let go of');
    }
    return last;
  }

  #dropOldest(): Promise<number | null> {
    const { pool, clock, keep, neededAfter } = this.options;
    return transaction(pool, async (db) => {
      if (!(await takesTurn(db, RETENTION_LOCK))) return null;
      await db.query(
        `/* bePatient */ SELECT set_config('lock_timeout', '${PATIENCE}', true), set_config('statement_timeout', '0', true)`,
      );
      const oldest = await oldestPartition(db, subtractSpanFromInstant(clock.now(), keep, 'UTC'));
      if (oldest === null || (await neededAfter(db)) < oldest.last) return null;
      await keepLeaves(db, oldest);
      await db.query(`/* dropPartition */ DROP TABLE ${oldest.name}`);
      return oldest.last;
    });
  }
}

/** The first partition, if its last entry was recorded before an instant; one that the log may still write to never is. */
async function oldestPartition(db: Db, before: number): Promise<Partition | null> {
  const [first] = await partitionsOf(db);
  const { rowCount } = await db.query(
    `/* isOldEnough */ SELECT FROM log l JOIN log_head h ON h.pos > l.pos WHERE l.pos = $1 AND l.recorded_at < $2`,
    [first?.last ?? 0, ts(before)],
  );
  return rowCount > 0 ? first! : null;
}

async function keepLeaves(db: Db, { name, last }: Partition): Promise<void> {
  const { rows } = await db.query<{ rows: number; first: number }>(
    `/* keepLeaves */ WITH kept AS (
       INSERT INTO log_leaf (index, leaves)
       SELECT (pos - 1) / ${NODE_LEAVES}, string_agg(leaf, ''::bytea ORDER BY pos) FROM ${name} GROUP BY 1 RETURNING index
     )
     SELECT count(*) AS rows, min(index) AS first FROM kept`,
  );
  const { rows: count, first } = rows[0]!;
  if ((first + count) * NODE_LEAVES !== last) throw new Error(`partition ${name} has holes, or does not end at ${last}`);
}
