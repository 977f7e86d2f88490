// Proofs about the log, put together from the leaves and the subtrees that are stored.
import { consistencyPlan, Frontier, inclusionPlan, proofOf, type Hash, type ProofPlan, type Subtree } from '../../core/merkle';
import type { Db } from '../../platform/postgres/pool';
import { plainArray } from '../../platform/sql';
import { keptLeaves } from './kept-leaves';
import { NODE_LEAVES } from './tree';

const NODE_HEIGHT = Math.log2(NODE_LEAVES);

/** The hashes that prove that the entry at a position (from 1) is in the log of `size` entries. */
export async function inclusionProof(db: Db, position: number, size: number): Promise<Hash[]> {
  return prove(db, inclusionPlan(position - 1, size));
}

/** The same for many entries at once, in their order. */
export async function inclusionProofs(db: Db, positions: readonly number[], size: number): Promise<Hash[][]> {
  return proveAll(
    db,
    positions.map((position) => inclusionPlan(position - 1, size)),
  );
}

/** The hashes that prove that the log of `from` entries is the beginning of the log of `to` entries. */
export async function consistencyProof(db: Db, from: number, to: number): Promise<Hash[]> {
  return prove(db, consistencyPlan(from, to));
}

async function prove(db: Db, plan: ProofPlan): Promise<Hash[]> {
  return (await proveAll(db, [plan]))[0]!;
}

async function proveAll(db: Db, plans: readonly ProofPlan[]): Promise<Hash[][]> {
  const subtrees = [...new Map(plans.flat(2).map((subtree) => [keyOf(subtree), subtree])).values()];
  const hashes = new Map<string, Hash>();
  const small = subtrees.filter(({ height }) => height < NODE_HEIGHT);
  const large = subtrees.filter(({ height }) => height >= NODE_HEIGHT);
  for (const [subtree, parts] of await leavesOf(db, small)) hashes.set(keyOf(subtree), rootOfComplete(parts));
  for (const [subtree, parts] of await nodesOf(db, large)) hashes.set(keyOf(subtree), rootOfComplete(parts));
  return plans.map((plan) => proofOf(plan, (subtree) => hashes.get(keyOf(subtree))!));
}

const keyOf = ({ height, index }: Subtree): string => `${height} ${index}`;

type Parts = readonly (readonly [Subtree, readonly Hash[]])[];

// a proof needs at most one small subtree of each height, and their leaves are less than two of the smallest stored ones
async function leavesOf(db: Db, subtrees: readonly Subtree[]): Promise<Parts> {
  if (subtrees.length === 0) return [];
  const { rows } = await db.query<{ place: number; leaf: Buffer }>(
    `/* leavesOfProof */ SELECT r.place, l.leaf FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS r (first, last, place)
     CROSS JOIN LATERAL (SELECT pos, leaf FROM log WHERE pos BETWEEN r.first AND r.last UNION ALL ${keptLeaves('r.first', 'r.last')}) l ORDER BY r.place, l.pos`,
    [
      plainArray(subtrees.map(({ height, index }) => index * 2 ** height + 1)),
      plainArray(subtrees.map(({ height, index }) => (index + 1) * 2 ** height)),
    ],
  );
  return inPlaces(subtrees, rows, (row) => row.leaf);
}

// a large subtree is made of the stored ones next below it
async function nodesOf(db: Db, subtrees: readonly Subtree[]): Promise<Parts> {
  if (subtrees.length === 0) return [];
  const stored = subtrees.map(({ height, index }) => {
    const below = Math.floor(height / NODE_HEIGHT) * NODE_HEIGHT;
    const count = 2 ** (height - below);
    return { height: below, first: index * count, last: (index + 1) * count - 1 };
  });
  const { rows } = await db.query<{ place: number; hash: Buffer }>(
    `/* nodesOfProof */ SELECT r.place, n.hash FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r (height, first, last, place)
     CROSS JOIN LATERAL (SELECT index, hash FROM log_node WHERE height = r.height AND index BETWEEN r.first AND r.last) n ORDER BY r.place, n.index`,
    [
      plainArray(stored.map((range) => range.height)),
      plainArray(stored.map((range) => range.first)),
      plainArray(stored.map((range) => range.last)),
    ],
  );
  return inPlaces(subtrees, rows, (row) => row.hash);
}

function inPlaces<R extends { readonly place: number }>(
  subtrees: readonly Subtree[],
  rows: readonly R[],
  hashOf: (row: R) => Hash,
): Parts {
  const parts = subtrees.map((subtree): [Subtree, Hash[]] => [subtree, []]);
  for (const row of rows) parts[row.place - 1]![1].push(hashOf(row));
  return parts;
}

function rootOfComplete(hashes: readonly Hash[]): Hash {
  const frontier = new Frontier();
  for (const hash of hashes) frontier.append(hash);
  return frontier.root();
}
