// The leaves of entries that are not kept any more: 32 bytes each, so that everything else can still be proved.
import { HASH_BYTES, type Hash } from '../../core/merkle';
import type { Db } from '../../platform/postgres/pool';
import { NODE_LEAVES } from './tree';

/** The SQL of those at positions from `first` to `last`, which lie in one row, as (pos, leaf). */
export function keptLeaves(first: string, last: string): string {
  return `SELECT p.pos, substring(k.leaves FROM ((p.pos - 1) % ${NODE_LEAVES})::integer * ${HASH_BYTES} + 1 FOR ${HASH_BYTES}) AS leaf
    FROM log_leaf k, generate_series(${first}, ${last}) AS p (pos) WHERE k.index = (${first} - 1) / ${NODE_LEAVES}`;
}

/** Rows of leaves from an index on, each whole; ends before one that is missing or has another size. */
export async function keptLeafRows(db: Db, from: number, limit: number): Promise<Hash[][]> {
  const { rows } = await db.query<{ index: number; leaves: Buffer }>(
    '/* leafRowsToVerify */ SELECT index, leaves FROM log_leaf WHERE index >= $1 ORDER BY index LIMIT $2',
    [from, limit],
  );
  const wrong = rows.findIndex(({ index, leaves }, i) => index !== from + i || leaves.length !== NODE_LEAVES * HASH_BYTES);
  return rows
    .slice(0, wrong === -1 ? rows.length : wrong)
    .map(({ leaves }) => Array.from({ length: NODE_LEAVES }, (_, i) => leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)));
}
