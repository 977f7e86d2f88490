// The log's partitions: each holds so many positions, made before they are needed and dropped whole.
import type pg from 'pg';
import type { Db } from '../platform/postgres/pool';
import { NODE_LEAVES } from './audit/tree';
import { dbOf, patiently } from './session';

/** Positions of a partition: some 100 MB, and a complete subtree of the Merkle tree. */
export const PARTITION_SIZE = 2 ** 18;

/** A partition of the log. */
export interface Partition {
  readonly name: string;
  /** Its last position. */
  readonly last: number;
}

/** All partitions, in the order of the log. */
export async function partitionsOf(db: Pick<Db, 'query'>): Promise<Partition[]> {
  const { rows } = await db.query<Partition>(
    `/* partitionsOfLog */ SELECT c.relname AS name, (substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''?(\\d+)'))::bigint - 1 AS last
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'log'::regclass AND NOT i.inhdetachpending ORDER BY last`,
  );
  return rows;
}

/** What the sequencer knows of the partitions it writes to. */
export class Partitions {
  #last = 0;

  /** @param size positions of a new partition: a multiple of 256, so that what is kept of a dropped one is whole subtrees. */
  constructor(private readonly size = PARTITION_SIZE) {
    if (size % NODE_LEAVES !== 0) throw new Error(`a partition of ${size} positions cuts a stored subtree`);
  }

  /**
   * Makes partitions, in the caller's transaction, until one is ahead of a position. A table is made and then attached: unlike a
   * partition created in place, that keeps no reader of the log waiting.
   */
  async reach(client: pg.ClientBase, position: number): Promise<void> {
    if (position + this.size / 2 <= this.#last) return;
    let last = (await partitionsOf(dbOf(client))).at(-1)?.last ?? 0;
    while (position + this.size / 2 > last) {
      const [from, to] = [last + 1, (Math.floor(last / this.size) + 1) * this.size + 1];
      await client.query(
        patiently(
          `/* makePartition */ CREATE TABLE log_${from} (LIKE log); ALTER TABLE log ATTACH PARTITION log_${from} FOR VALUES FROM (${from}) TO (${to})`,
        ),
      );
      last = to - 1;
    }
    this.#last = last;
  }
}
