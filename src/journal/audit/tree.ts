// The log as the sequencer seals it: a hash chain through all leaves and the Merkle tree over them, both as they grow.
import { createHash } from 'node:crypto';
import { Frontier, HASH_BYTES, type Hash, type Subtree } from '../../core/merkle';

/** The chain before the first entry. */
export const FIRST_CHAIN: Hash = Buffer.alloc(HASH_BYTES);

/** Subtrees of these many leaves, and so many times more, are stored as they are completed: a proof reads at most this many hashes a level. */
export const NODE_LEAVES = 256;
const NODE_HEIGHT = Math.log2(NODE_LEAVES);

const CHAIN_PREFIX = Buffer.from([0x02]);

/** The chain after an entry: SHA-256 over 0x02, the chain before it and its leaf. */
export function nextChain(chain: Hash, leaf: Hash): Hash {
  return createHash('sha256')
    .update(Buffer.concat([CHAIN_PREFIX, chain, leaf]))
    .digest();
}

/** Whether completed subtrees of this height are stored. */
export function isStored({ height }: Subtree): boolean {
  return height > 0 && height % NODE_HEIGHT === 0;
}

/** A subtree that has been completed and is to be stored. */
export interface StoredNode extends Subtree {
  readonly hash: Hash;
}

/** Chain and tree of a log that only grows. */
export class SealedTree {
  readonly #frontier: Frontier;
  #chain: Hash;
  #completed: StoredNode[] = [];

  /** As a log of `size` entries has them; `frontier` is what `frontier` told. */
  constructor(size = 0, chain: Hash = FIRST_CHAIN, frontier: Buffer = Buffer.alloc(0)) {
    this.#frontier = new Frontier(size, split(frontier));
    this.#chain = chain;
  }

  /** Takes the next entry in, and answers the chain after it. */
  append(leaf: Hash): Hash {
    this.#frontier.append(leaf, (subtree, hash) => {
      if (isStored(subtree)) this.#completed.push({ ...subtree, hash });
    });
    return (this.#chain = nextChain(this.#chain, leaf));
  }

  get size(): number {
    return this.#frontier.size;
  }

  get chain(): Hash {
    return this.#chain;
  }

  /** The frontier's hashes, one after the other. */
  get frontier(): Buffer {
    return Buffer.concat(this.#frontier.hashes);
  }

  root(): Hash {
    return this.#frontier.root();
  }

  /** The subtrees completed since this was asked last. */
  takeCompleted(): readonly StoredNode[] {
    const completed = this.#completed;
    this.#completed = [];
    return completed;
  }
}

function split(hashes: Buffer): Hash[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
