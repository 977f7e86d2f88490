// Entries from before the log had a chain and a tree.
import type pg from 'pg';
import { plainArray } from '../../platform/sql';
import { patiently } from '../session';
import { SealedTree, type StoredNode } from './tree';

const PORTION = 10_000;

/** Gives every entry its chain and the head its tree, once, if the log is older than both; nobody may append meanwhile, so the head is locked. */
export async function sealOldEntries(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ pos: number; isOld: boolean }>(
      `/* isUnsealed */ SELECT pos, pos > 0 AND octet_length(tree) = 0 AS "isOld" FROM log_head FOR UPDATE`,
    );
    if (rows[0]!.isOld) await seal(client, rows[0]!.pos);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function seal(client: pg.ClientBase, head: number): Promise<void> {
  const tree = new SealedTree();
  while (tree.size < head) {
    const { rows } = await client.query<{ leaf: Buffer }>(
      patiently('/* leavesToSeal */ SELECT leaf FROM log WHERE pos > $1 ORDER BY pos LIMIT $2', [tree.size, PORTION]),
    );
    if (rows.length === 0) throw new Error(`the log has a hole: position ${tree.size + 1} is missing`);
    const first = tree.size + 1;
    const chains = rows.map(({ leaf }) => tree.append(leaf));
    await client.query(
      patiently(
        '/* sealEntries */ UPDATE log SET chain = c.chain FROM unnest($1::bytea[]) WITH ORDINALITY AS c (chain, place) WHERE pos = $2 + c.place - 1',
        [chains, first],
      ),
    );
    await storeNodes(client, tree.takeCompleted());
  }
  await client.query('/* sealHead */ UPDATE log_head SET chain = $1, tree = $2', [tree.chain, tree.frontier]);
}

async function storeNodes(client: pg.ClientBase, nodes: readonly StoredNode[]): Promise<void> {
  await client.query(
    '/* storeNodes */ INSERT INTO log_node (height, index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])',
    [plainArray(nodes.map((node) => node.height)), plainArray(nodes.map((node) => node.index)), nodes.map((node) => node.hash)],
  );
}
