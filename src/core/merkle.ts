/**
 * The Merkle tree of RFC 6962 over leaf hashes: its root, which hashes prove what, and whether they do.
 * A tree is never held as a whole: it grows by its frontier, and proofs name the subtrees whose hashes they need.
 */
import { createHash } from 'node:crypto';

export type Hash = Buffer;

/** Bytes of a hash (SHA-256). */
export const HASH_BYTES = 32;

const NODE_PREFIX = Buffer.from([0x01]);
const LEAF_PREFIX = Buffer.from([0x00]);

/** The hash of a leaf's data. */
export function hashOfData(data: Uint8Array): Hash {
  return createHash('sha256').update(LEAF_PREFIX).update(data).digest();
}

/** The hash of two subtrees side by side. */
export function hashOfNode(left: Hash, right: Hash): Hash {
  return createHash('sha256')
    .update(Buffer.concat([NODE_PREFIX, left, right]))
    .digest();
}

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Hash = createHash('sha256').digest();

/** A complete subtree: 2^height leaves from `index` * 2^height on. */
export interface Subtree {
  readonly height: number;
  readonly index: number;
}

/** A tree that only grows: the complete subtrees that cover its leaves, largest first. */
export class Frontier {
  #size: number;
  readonly #hashes: Hash[];

  /** `hashes` are those of a tree of this size, as `hashes` told them; none for an empty tree. Throws when their number does not fit. */
  constructor(size = 0, hashes: readonly Hash[] = []) {
    if (hashes.length !== bits(size))
      throw new Error(`a tree of ${size} leaves has ${bits(size)} complete subtrees, not ${hashes.length}`);
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Hash[] {
    return this.#hashes;
  }

  /** Adds a leaf; tells every subtree that it completes, smallest first. */
  append(leaf: Hash, completed?: (subtree: Subtree, hash: Hash) => void): void {
    let hash = leaf;
    let index = this.#size;
    for (let height = 1; index % 2 === 1; height++) {
      index = (index - 1) / 2;
      hash = hashOfNode(this.#hashes.pop()!, hash);
      completed?.({ height, index }, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    return foldRight(this.#hashes);
  }
}

/** The root of the tree over these leaf hashes. */
export function rootOf(leaves: Iterable<Hash>): Hash {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

function foldRight(hashes: readonly Hash[]): Hash {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => hashOfNode(left, right));
}

function bits(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** Leaves [start, end), as one node of some tree. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A proof as subtrees: each of its hashes is that of some complete subtrees folded from the right. */
export type ProofPlan = readonly (readonly Subtree[])[];

/** Which subtrees prove that the leaf `index` is in the tree of `size` leaves. */
export function inclusionPlan(index: number, size: number): ProofPlan {
  if (!(index >= 0 && index < size)) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const plan: Range[] = [];
  let node: Range = { start: 0, end: size };
  while (node.end - node.start > 1) {
    const middle = node.start + largestPowerBelow(node.end - node.start);
    const [left, right] = [
      { start: node.start, end: middle },
      { start: middle, end: node.end },
    ];
    const goesLeft = index < middle;
    plan.push(goesLeft ? right : left);
    node = goesLeft ? left : right;
  }
  return plan.reverse().map(completeSubtrees);
}

/** Which subtrees prove that the tree of `from` leaves is the beginning of the tree of `to` leaves. */
export function consistencyPlan(from: number, to: number): ProofPlan {
  if (!(from >= 0 && from <= to)) throw new RangeError(`a tree of ${to} leaves has no beginning of ${from}`);
  if (from === 0 || from === to) return [];
  const plan: Range[] = [];
  let node: Range = { start: 0, end: to };
  let isKnown = true;
  while (node.end !== from) {
    const middle = node.start + largestPowerBelow(node.end - node.start);
    if (from <= middle) {
      plan.push({ start: middle, end: node.end });
      node = { start: node.start, end: middle };
    } else {
      plan.push({ start: node.start, end: middle });
      node = { start: middle, end: node.end };
      isKnown = false;
    }
  }
  // whoever has the smaller root knows this node already when it is all of the smaller tree
  if (!isKnown) plan.push(node);
  return plan.reverse().map(completeSubtrees);
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

// a node's leaves begin at a multiple of the largest power of two in them, so the pieces are those of the binary number
function completeSubtrees({ start, end }: Range): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end;) {
    let height = 0;
    while (2 ** (height + 1) <= end - at) height += 1;
    subtrees.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return subtrees;
}

/** The hashes of a proof, given those of its subtrees. */
export function proofOf(plan: ProofPlan, hashOf: (subtree: Subtree) => Hash): Hash[] {
  return plan.map((subtrees) => foldRight(subtrees.map(hashOf)));
}

/** Whether the hashes prove that the leaf `index` of the tree with this root and size is `leaf`. Never throws. */
export function provesInclusion(index: number, size: number, leaf: Hash, proof: readonly Hash[], root: Hash): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [place, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = hashOfNode(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      hash = hashOfNode(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** Whether the hashes prove that the tree with the first root and size is the beginning of the one with the second. Never throws. */
export function provesConsistency(from: number, to: number, proof: readonly Hash[], fromRoot: Hash, toRoot: Hash): boolean {
  if (!isCount(from) || !isCount(to) || from > to) return false;
  if (from === to) return proof.length === 0 && fromRoot.equals(toRoot);
  if (from === 0) return proof.length === 0 && fromRoot.equals(EMPTY_ROOT);
  let [place, last] = [from - 1, to - 1];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  // where all of the smaller tree is one node of the larger, its root begins the proof
  const hashes = bits(from) === 1 ? [fromRoot, ...proof] : proof;
  if (hashes.length === 0) return false;
  let [smaller, larger] = [hashes[0]!, hashes[0]!];
  for (const sibling of hashes.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      smaller = hashOfNode(sibling, smaller);
      larger = hashOfNode(sibling, larger);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      larger = hashOfNode(larger, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && smaller.equals(fromRoot) && larger.equals(toRoot);
}

/** Whether a number counts leaves: whole, and not negative. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
