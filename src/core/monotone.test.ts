import fc from 'fast-check';
import { compareWeights, Formulas, isContradictory, weightOf, type Atom } from './monotone';
import { lightest, minimalSets, NODE_LIMIT } from './monotone-search';

type Tree = number | { readonly n: number; readonly of: readonly Tree[] };

const tree = (atoms: number): fc.Arbitrary<Tree> =>
  fc.letrec<{ node: Tree }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 3, arbitrary: fc.nat(atoms - 1) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.array(tie('node'), { minLength: 1, maxLength: 4 }), fc.nat(3))
          .map(([of, n]) => ({ n: 1 + (n % of.length), of })),
      },
    ),
  })).node;

const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.record({ cost: fc.constantFrom(0, 1, 2, 2.5, 7), steps: fc.constantFrom(0, 1, 1) }),
  fc.record({
    cost: fc.constantFrom(0, 1, 3),
    steps: fc.constant(1),
    variable: fc.constantFrom('u', 'v'),
    state: fc.constantFrom('0', '1'),
  }),
);

const problem = fc
  .array(atom, { minLength: 1, maxLength: 12 })
  .chain((atoms) => fc.record({ atoms: fc.constant(atoms), tree: tree(atoms.length) }));

function build(formulas: Formulas, node: Tree): number {
  return typeof node === 'number'
    ? formulas.atom(node)
    : formulas.atLeast(node.n, node.of.map((child) => build(formulas, child))); // prettier-ignore
}

function holds(node: Tree, set: ReadonlySet<number>): boolean {
  return typeof node === 'number' ? set.has(node) : node.of.filter((child) => holds(child, set)).length >= node.n;
}

function* subsets(count: number): Generator<number[]> {
  for (let mask = 0; mask < 1 << count; mask++) yield Array.from({ length: count }, (_, i) => i).filter((i) => mask & (1 << i));
}

describe('what makes a monotone formula true', () => {
  it('the lightest set is the one that exhaustive search finds (N9)', () => {
    fc.assert(
      fc.property(problem, ({ atoms, tree }) => {
        const formulas = new Formulas();
        const root = build(formulas, tree);
        const solutions = [...subsets(atoms.length)].filter((set) => holds(tree, new Set(set)) && !isContradictory(atoms, set));
        const best = solutions.map((set) => weightOf(atoms, set)).sort(compareWeights)[0];
        const found = lightest(formulas, root, atoms, { nodes: NODE_LIMIT });
        expect(found.isProved).toBe(true);
        if (best === undefined) expect(found.set).toBeNull();
        else {
          expect(holds(tree, new Set(found.set))).toBe(true);
          expect(isContradictory(atoms, found.set!)).toBe(false);
          expect(compareWeights(weightOf(atoms, found.set!), best)).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the minimal sets are all of those of which nothing can be left out', () => {
    fc.assert(
      fc.property(problem, ({ atoms, tree }) => {
        const formulas = new Formulas();
        const root = build(formulas, tree);
        const isSolution = (set: readonly number[]) => holds(tree, new Set(set)) && !isContradictory(atoms, set);
        const isMinimal = (set: readonly number[]) => set.every((one) => !isSolution(set.filter((other) => other !== one)));
        const all = [...subsets(atoms.length)].filter((set) => isSolution(set) && isMinimal(set));
        const { sets, isComplete } = minimalSets(formulas, root, atoms, 10_000);
        expect(isComplete).toBe(true);
        expect(sets.map((set) => set.join()).sort()).toEqual(all.map((set) => set.join()).sort());
      }),
      { numRuns: 300 },
    );
  });

  it('a narrow beam says that it left something out, and what it finds is minimal all the same', () => {
    const formulas = new Formulas();
    const atoms = Array.from({ length: 20 }, (_, i) => ({ cost: i, steps: 1 }));
    const root = formulas.atLeast(3, atoms.map((_, i) => formulas.atom(i))); // prettier-ignore
    const { sets, isComplete } = minimalSets(formulas, root, atoms, 8);
    expect(isComplete).toBe(false);
    expect(sets).toHaveLength(8);
    expect(sets[0]).toEqual([0, 1, 2]);
  });

  it('a formula of 100 leaves over 40 atoms stays far under the limit of nodes', () => {
    const most = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((seed) => {
      const [pick] = fc.sample(fc.infiniteStream(fc.nat(1 << 30)), { seed, numRuns: 1 });
      const next = (below: number): number => (pick!.next().value as number) % below;
      const atoms = Array.from({ length: 40 }, () => ({ cost: 1 + next(20), steps: 1 }));
      const formulas = new Formulas();
      let row = Array.from({ length: 100 }, () => formulas.atom(next(40)));
      for (let isAll = false; row.length > 1; isAll = !isAll) {
        const groups: number[] = [];
        for (let i = 0; i < row.length;) {
          const of = row.slice(i, (i += 2 + next(3)));
          groups.push(
            isAll ? formulas.all(of) : next(4) === 0 ? formulas.atLeast(Math.ceil(of.length / 2), of) : formulas.any(of),
          );
        }
        row = groups;
      }
      const budget = { nodes: NODE_LIMIT };
      expect(lightest(formulas, row[0]!, atoms, budget).isProved).toBe(true);
      return NODE_LIMIT - budget.nodes;
    });
    expect(Math.max(...most)).toBeLessThan(NODE_LIMIT / 2);
  });

  it('a search that knows a solution tells only of lighter ones', () => {
    const formulas = new Formulas();
    const root = formulas.any([formulas.atom(0), formulas.atom(1)]);
    const atoms = [
      { cost: 3, steps: 1 },
      { cost: 2, steps: 1 },
    ];
    expect(lightest(formulas, root, atoms, { nodes: 9 }, { cost: 3, steps: 1 })).toEqual({ set: [1], isProved: true });
    expect(lightest(formulas, root, atoms, { nodes: 9 }, { cost: 2, steps: 1 })).toEqual({ set: null, isProved: true });
  });

  it('a search without nodes left says that nothing is proved', () => {
    const formulas = new Formulas();
    const root = formulas.all([formulas.atom(0), formulas.atom(1)]);
    const atoms = [
      { cost: 1, steps: 1 },
      { cost: 1, steps: 1 },
    ];
    expect(lightest(formulas, root, atoms, { nodes: 0 })).toEqual({ set: null, isProved: false });
  });
});
