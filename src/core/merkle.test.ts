import fc from 'fast-check';
import {
  consistencyPlan,
  EMPTY_ROOT,
  Frontier,
  hashOfData,
  hashOfNode,
  inclusionPlan,
  proofOf,
  provesConsistency,
  provesInclusion,
  rootOf,
  type Hash,
  type Subtree,
} from './merkle';

const leaf = (n: number): Hash => hashOfData(Buffer.from(`leaf ${n}`));
const leaves = (size: number): Hash[] => Array.from({ length: size }, (_, n) => leaf(n));

// RFC 6962, 2.1, word by word: recursive and slow
function naiveRoot(list: readonly Hash[]): Hash {
  if (list.length === 0) return EMPTY_ROOT;
  if (list.length === 1) return list[0]!;
  const k = split(list.length);
  return hashOfNode(naiveRoot(list.slice(0, k)), naiveRoot(list.slice(k)));
}
function split(n: number): number {
  let k = 1;
  while (k << 1 < n) k <<= 1;
  return k;
}
function naiveInclusion(m: number, list: readonly Hash[]): Hash[] {
  if (list.length === 1) return [];
  const k = split(list.length);
  return m < k
    ? [...naiveInclusion(m, list.slice(0, k)), naiveRoot(list.slice(k))]
    : [...naiveInclusion(m - k, list.slice(k)), naiveRoot(list.slice(0, k))];
}
function naiveConsistency(m: number, list: readonly Hash[], isWhole = true): Hash[] {
  if (m === list.length) return isWhole ? [] : [naiveRoot(list)];
  const k = split(list.length);
  return m <= k
    ? [...naiveConsistency(m, list.slice(0, k), isWhole), naiveRoot(list.slice(k))]
    : [...naiveConsistency(m - k, list.slice(k), false), naiveRoot(list.slice(0, k))];
}

const LARGEST = 40;
const all = leaves(LARGEST);
const hashOf = ({ height, index }: Subtree): Hash => naiveRoot(all.slice(index * 2 ** height, (index + 1) * 2 ** height));

describe('the Merkle tree of RFC 6962', () => {
  it('has the roots of the published test tree', () => {
    // the eight inputs and roots that implementations of Certificate Transparency share
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const hashes = inputs.map((hex) => hashOfData(Buffer.from(hex, 'hex')));
    const roots = hashes.map((_, n) => rootOf(hashes.slice(0, n + 1)).toString('hex'));
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  it('grows by its frontier alone, and tells each complete subtree once', () => {
    const told = new Map<string, Hash>();
    let frontier = new Frontier();
    for (let size = 0; size <= LARGEST; size++) {
      expect(frontier.root()).toEqual(naiveRoot(all.slice(0, size)));
      frontier = new Frontier(size, frontier.hashes);
      if (size < LARGEST) frontier.append(all[size]!, ({ height, index }, hash) => told.set(`${height} ${index}`, hash));
    }
    let expected = 0;
    for (let height = 1; 2 ** height <= LARGEST; height++) {
      for (let index = 0; (index + 1) * 2 ** height <= LARGEST; index++, expected++) {
        expect(told.get(`${height} ${index}`)).toEqual(hashOf({ height, index }));
      }
    }
    expect(told.size).toBe(expected);
    expect(() => new Frontier(3, [leaf(0)])).toThrow('3 leaves');
  });

  it('proves every leaf of every tree with the hashes of RFC 6962, and nothing else', () => {
    for (let size = 1; size <= LARGEST; size++) {
      const tree = all.slice(0, size);
      const root = naiveRoot(tree);
      for (let index = 0; index < size; index++) {
        const proof = proofOf(inclusionPlan(index, size), hashOf);
        expect(proof).toEqual(naiveInclusion(index, tree));
        expect(provesInclusion(index, size, tree[index]!, proof, root)).toBe(true);
        for (const other of [index + 1, index - 1, size, -1, 0.5])
          expect(provesInclusion(other, size, tree[index]!, proof, root)).toBe(false);
        expect(provesInclusion(index, size, leaf(99), proof, root)).toBe(false);
        expect(provesInclusion(index, size, tree[index]!, [...proof, root], root)).toBe(false);
        if (proof.length > 0) expect(provesInclusion(index, size, tree[index]!, proof.slice(1), root)).toBe(false);
        if (proof.length > 0) expect(provesInclusion(index, size, tree[index]!, proof.slice(0, -1), root)).toBe(false);
      }
    }
    expect(() => inclusionPlan(3, 3)).toThrow(RangeError);
  });

  it('proves every beginning of every tree with the hashes of RFC 6962, and nothing else', () => {
    for (let to = 0; to <= LARGEST; to++) {
      const toRoot = naiveRoot(all.slice(0, to));
      for (let from = 0; from <= to; from++) {
        const fromRoot = naiveRoot(all.slice(0, from));
        const proof = proofOf(consistencyPlan(from, to), hashOf);
        if (from > 0) expect(proof).toEqual(naiveConsistency(from, all.slice(0, to)));
        expect(provesConsistency(from, to, proof, fromRoot, toRoot)).toBe(true);
        expect(provesConsistency(from, to, [...proof, toRoot], fromRoot, toRoot)).toBe(false);
        expect(provesConsistency(from, to, proof, leaf(99), toRoot)).toBe(false);
        if (from > 0) expect(provesConsistency(from, to, proof, fromRoot, leaf(99))).toBe(false);
        if (proof.length > 0) expect(provesConsistency(from, to, proof.slice(1), fromRoot, toRoot)).toBe(false);
        expect(provesConsistency(to + 1, to, proof, fromRoot, toRoot)).toBe(false);
      }
    }
  });

  it('refuses every proof with a byte changed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: LARGEST }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (size, a, b, c, flip) => {
          const tree = all.slice(0, size);
          const index = a % size;
          const proof = proofOf(inclusionPlan(index, size), hashOf).map((hash) => Buffer.from(hash));
          proof[b % proof.length]![c % 32]! ^= flip;
          expect(provesInclusion(index, size, tree[index]!, proof, naiveRoot(tree))).toBe(false);
          const from = 1 + (a % (size - 1));
          const consistency = proofOf(consistencyPlan(from, size), hashOf).map((hash) => Buffer.from(hash));
          consistency[b % consistency.length]![c % 32]! ^= flip;
          expect(provesConsistency(from, size, consistency, naiveRoot(all.slice(0, from)), naiveRoot(tree))).toBe(false);
        },
      ),
    );
  });

  it('plans proofs of trees of any size with few hashes', () => {
    const size = 2 ** 40 + 12_345;
    expect(inclusionPlan(2 ** 39 + 7, size).length).toBeLessThanOrEqual(42);
    expect(consistencyPlan(2 ** 33 + 1, size).length).toBeLessThanOrEqual(42);
    for (const subtrees of inclusionPlan(99, size))
      for (const { index } of subtrees) expect(Number.isSafeInteger(index)).toBe(true);
  });
});
