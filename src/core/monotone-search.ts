// The lightest sets of atoms that make a monotone formula true: the best one exactly, others within a width.
import {
  compareWeights,
  contradiction,
  isContradictory,
  weightOf,
  type Atom,
  type AtomSet,
  type Formula,
  type Formulas,
  type Weight,
} from './monotone';

/** How many nodes a search may visit yet; shared by searches that answer one question. */
export interface Budget {
  nodes: number;
}

/** The most nodes the search for one answer visits; it says when that was not enough. */
export const NODE_LIMIT = 20_000;

/** The lightest set found; it is the lightest there is when it is proved. Null: there is none, none lighter than the one known, or none was found. */
export interface Lightest {
  readonly set: AtomSet | null;
  readonly isProved: boolean;
}

/**
 * Branch and bound. The bound pretends that each occurrence of an atom is an atom of its own that bears its share of the cost: the cost
 * divided by how many occurrences one solution can use. Then a formula is a tree, and its lightest solution is a sum. Where that solution is
 * one of the real formula too, at its real cost, nothing below can be lighter; else the search goes on with and without one of its atoms.
 */
export function lightest(
  formulas: Formulas,
  root: number,
  atoms: readonly Atom[],
  budget: Budget,
  known: Weight | null = null,
): Lightest {
  const tree = new Relaxed(formulas, root, atoms);
  let best: { readonly set: AtomSet | null; readonly weight: Weight } | null = known && { set: null, weight: known };
  let isProved = true;
  const search = (chosen: ReadonlySet<number>, out: ReadonlySet<number>): void => {
    if (--budget.nodes < 0) {
      isProved = false;
      return;
    }
    const base = weightOf(atoms, chosen);
    const relaxed = tree.solve(chosen, out);
    if (relaxed === null) return;
    const bound = { cost: base.cost + relaxed.weight.cost, steps: base.steps + relaxed.weight.steps };
    if (best !== null && compareWeights(bound, best.weight) >= 0) return;
    const candidate = new Set([...chosen, ...relaxed.atoms]);
    const clash = contradiction(atoms, candidate);
    if (clash === null) {
      const weight = weightOf(atoms, candidate);
      if (best === null || compareWeights(weight, best.weight) < 0) best = { set: sorted(candidate), weight };
      if (compareWeights(weight, bound) <= 0) return;
    }
    const open = relaxed.atoms.filter((atom) => !chosen.has(atom));
    const pivot = clash === null ? tree.heaviest(open) : clash.find((atom) => !chosen.has(atom))!;
    const { variable, state } = atoms[pivot]!;
    const isExcluded = (other: Atom): boolean => variable !== undefined && other.variable === variable && other.state !== state;
    const excluded = atoms.flatMap((other, i) => (isExcluded(other) ? [i] : []));
    search(new Set([...chosen, pivot]), new Set([...out, ...excluded]));
    search(chosen, new Set([...out, pivot]));
  };
  search(new Set(), new Set());
  const set = (best as { readonly set: AtomSet | null } | null)?.set ?? null;
  return { set: set && minimal(formulas, root, atoms, set), isProved };
}

/** The formula as a tree whose atoms are used once each. */
class Relaxed {
  private readonly order: readonly number[];
  private readonly list: readonly Formula[];
  /** By atom: how many of its occurrences one solution can use. */
  private readonly uses: readonly number[];

  constructor(
    formulas: Formulas,
    private readonly root: number,
    private readonly atoms: readonly Atom[],
  ) {
    this.order = formulas.below(root);
    this.list = formulas.list;
    this.uses = this.countUses();
  }

  private countUses(): number[] {
    const uses = new Array<number>(this.atoms.length).fill(1);
    const most = new Array<number>(this.list.length).fill(0);
    const occurrences = this.countOccurrences();
    for (const at of this.order) {
      const own = this.list[at]!;
      if (!('atom' in own) || occurrences[at] === 1) continue;
      for (const above of this.order) {
        const formula = this.list[above]!;
        if ('atom' in formula) most[above] = above === at ? 1 : 0;
        else most[above] = sum(formula.of.map((one) => most[one]!).sort((a, b) => b - a).slice(0, formula.n)); // prettier-ignore
      }
      uses[own.atom] = Math.max(1, most[this.root]!);
    }
    return uses;
  }

  /** How often each formula stands in the tree. */
  private countOccurrences(): number[] {
    const count = new Array<number>(this.list.length).fill(0);
    count[this.root] = 1;
    for (const at of [...this.order].reverse()) {
      const formula = this.list[at]!;
      if (!('atom' in formula)) for (const one of formula.of) count[one]! += count[at]!;
    }
    return count;
  }

  /** The lightest solution of the tree beside what is chosen; null: without what is out there is none. */
  solve(
    chosen: ReadonlySet<number>,
    out: ReadonlySet<number>,
  ): { readonly weight: Weight; readonly atoms: readonly number[] } | null {
    const weights = new Map<number, Weight | null>();
    const taken = new Map<number, readonly number[]>();
    for (const at of this.order) {
      const formula = this.list[at]!;
      if ('atom' in formula) {
        weights.set(at, this.share(formula.atom, chosen, out));
        continue;
      }
      const possible = formula.of.filter((one) => weights.get(one) !== null);
      if (possible.length < formula.n) {
        weights.set(at, null);
        continue;
      }
      const lightestFirst = possible.sort((a, b) => compareWeights(weights.get(a)!, weights.get(b)!)).slice(0, formula.n);
      taken.set(at, lightestFirst);
      weights.set(at, total(lightestFirst.map((one) => weights.get(one)!)));
    }
    const weight = weights.get(this.root)!;
    return weight && { weight, atoms: this.atomsOf(taken) };
  }

  private share(atom: number, chosen: ReadonlySet<number>, out: ReadonlySet<number>): Weight | null {
    if (chosen.has(atom)) return { cost: 0, steps: 0 };
    if (out.has(atom)) return null;
    const { cost, steps } = this.atoms[atom]!;
    return { cost: cost / this.uses[atom]!, steps: steps / this.uses[atom]! };
  }

  private atomsOf(taken: ReadonlyMap<number, readonly number[]>): number[] {
    const found = new Set<number>();
    const seen = new Set<number>();
    const visit = (at: number): void => {
      if (seen.has(at)) return;
      seen.add(at);
      const formula = this.list[at]!;
      if ('atom' in formula) found.add(formula.atom);
      else taken.get(at)!.forEach(visit);
    };
    visit(this.root);
    return [...found];
  }

  /** Of some atoms, the one that the bound makes lighter by most. */
  heaviest(open: readonly number[]): number {
    const gain = (atom: number): Weight => {
      const rest = 1 - 1 / this.uses[atom]!;
      return { cost: this.atoms[atom]!.cost * rest, steps: this.atoms[atom]!.steps * rest };
    };
    return open.reduce((heaviest, atom) => (compareWeights(gain(atom), gain(heaviest)) > 0 ? atom : heaviest));
  }
}

/** The set without what it does not need, the heaviest dropped first. */
export function minimal(formulas: Formulas, root: number, atoms: readonly Atom[], set: AtomSet): AtomSet {
  const kept = new Set(set);
  for (const atom of [...set].sort((a, b) => compareWeights(weightOf(atoms, [b]), weightOf(atoms, [a])))) {
    kept.delete(atom);
    if (!formulas.isTrue(root, kept)) kept.add(atom);
  }
  return sorted(kept);
}

/** Minimal sets that make a formula true, the lightest first; all of them when none had to be left out for want of width. */
export interface SetsFound {
  readonly sets: readonly AtomSet[];
  readonly isComplete: boolean;
}

/** A beam: for each formula from the atoms up, the `width` lightest minimal sets that make it true. */
export function minimalSets(formulas: Formulas, root: number, atoms: readonly Atom[], width: number): SetsFound {
  let isComplete = true;
  const keep = (sets: readonly AtomSet[]): readonly AtomSet[] => {
    const found = antichain(atoms, sets);
    if (found.length > width) isComplete = false;
    return found.slice(0, width);
  };
  const solutions = new Map<number, readonly AtomSet[]>();
  for (const at of formulas.below(root)) {
    const formula = formulas.list[at]!;
    if ('atom' in formula) {
      solutions.set(at, [[formula.atom]]);
      continue;
    }
    // met[k]: what makes k of the members so far true
    let met: (readonly AtomSet[])[] = [[[]], ...Array.from({ length: formula.n }, () => [])];
    formula.of.forEach((one, i) => {
      const own = solutions.get(one)!;
      const later = formula.of.length - i - 1;
      met = met.map((sets, k) => {
        if (k + later < formula.n) return [];
        const with_ = k === 0 ? [] : unions(atoms, met[k - 1]!, own);
        return k === 0 ? sets : keep([...sets, ...with_]);
      });
    });
    solutions.set(at, met[formula.n]!);
  }
  const sets = antichain(atoms, solutions.get(root)!.map((set) => minimal(formulas, root, atoms, set))); // prettier-ignore
  return { sets, isComplete };
}

function unions(atoms: readonly Atom[], some: readonly AtomSet[], others: readonly AtomSet[]): AtomSet[] {
  return some.flatMap((a) => others.map((b) => sorted(new Set([...a, ...b])))).filter((set) => !isContradictory(atoms, set));
}

/** The sets of which no other is a part, the lightest first. */
function antichain(atoms: readonly Atom[], sets: readonly AtomSet[]): AtomSet[] {
  const distinct = new Map(sets.map((set) => [set.join(), { set, weight: weightOf(atoms, set) }]));
  const ordered = [...distinct].sort(
    ([a, { set: own, weight }], [b, other]) =>
      compareWeights(weight, other.weight) || own.length - other.set.length || (a < b ? -1 : 1),
  );
  const kept: { readonly set: AtomSet; readonly members: ReadonlySet<number> }[] = [];
  for (const [, { set }] of ordered) {
    const members = new Set(set);
    const isPart = kept.some((smaller) => smaller.set.length <= set.length && smaller.set.every((atom) => members.has(atom)));
    if (!isPart) kept.push({ set, members });
  }
  return kept.map(({ set }) => set);
}

function sorted(set: Iterable<number>): AtomSet {
  return [...set].sort((a, b) => a - b);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total_, one) => total_ + one, 0);
}

function total(weights: readonly Weight[]): Weight {
  return { cost: sum(weights.map(({ cost }) => cost)), steps: sum(weights.map(({ steps }) => steps)) };
}
