// Monotone formulas over atoms: what has to come together so that something is true. More atoms never make one false.

/** A thing that can be done. At most one state of a variable can be chosen: atoms with equal `variable` and different `state` exclude each other. */
export interface Atom {
  /** Zero or more. */
  readonly cost: number;
  /** Steps it counts for: 1, or 0 for what is there already. */
  readonly steps: number;
  readonly variable?: string;
  readonly state?: string;
}

/** Atoms by their number, in ascending order. */
export type AtomSet = readonly number[];

/** At least `n` of some formulas, which stand before it; an atom is a formula too. */
export type Formula = { readonly atom: number } | { readonly n: number; readonly of: readonly number[] };

/** Formulas by their number. Equal formulas are one, and each stands after those it is made of: what is shared is kept once. */
export class Formulas {
  /** True whatever is done. */
  static readonly always = 0;
  /** Never true, whatever is done. */
  static readonly never = 1;
  private readonly kept: Formula[] = [
    { n: 0, of: [] },
    { n: 1, of: [] },
  ];
  private readonly numbers = new Map<string, number>();

  /** All formulas made so far. */
  get list(): readonly Formula[] {
    return this.kept;
  }

  atom(atom: number): number {
    return this.keep(`a${atom}`, { atom });
  }

  all(of: readonly number[]): number {
    const flat = of.flatMap((one) => {
      const formula = this.kept[one]!;
      return 'atom' in formula || formula.n !== formula.of.length ? [one] : formula.of;
    });
    if (of.includes(Formulas.never)) return Formulas.never;
    const distinct = [...new Set(flat)];
    return this.atLeast(distinct.length, distinct);
  }

  any(of: readonly number[]): number {
    return this.atLeast(1, [...new Set(of)]);
  }

  atLeast(n: number, of: readonly number[]): number {
    const open = of.filter((one) => one !== Formulas.always && one !== Formulas.never);
    const missing = n - of.filter((one) => one === Formulas.always).length;
    if (missing <= 0) return Formulas.always;
    if (missing > open.length) return Formulas.never;
    if (open.length === 1) return open[0]!;
    const sorted = [...open].sort((a, b) => a - b);
    return this.keep(`${missing}:${sorted.join()}`, { n: missing, of: sorted });
  }

  private keep(key: string, formula: Formula): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.kept.length);
    return this.kept.push(formula) - 1;
  }

  /** The numbers of the formulas that a formula is made of, itself last. */
  below(root: number): readonly number[] {
    const found = new Set<number>();
    const visit = (at: number): void => {
      if (found.has(at)) return;
      found.add(at);
      const formula = this.kept[at]!;
      if (!('atom' in formula)) formula.of.forEach(visit);
    };
    visit(root);
    return [...found].sort((a, b) => a - b);
  }

  /** Whether a formula is true once these atoms are there. */
  isTrue(root: number, atoms: ReadonlySet<number>): boolean {
    const truth = new Map<number, boolean>();
    for (const at of this.below(root)) {
      const formula = this.kept[at]!;
      const holds = 'atom' in formula ? atoms.has(formula.atom) : formula.of.filter((one) => truth.get(one)).length >= formula.n;
      truth.set(at, holds);
    }
    return truth.get(root)!;
  }
}

/** What a set of atoms costs, and how many steps it takes; costs are compared first. */
export interface Weight {
  readonly cost: number;
  readonly steps: number;
}

const SLACK = 1e-9;

/** Negative when `a` is the lesser weight. Costs that differ by rounding only are equal. */
export function compareWeights(a: Weight, b: Weight): number {
  const difference = a.cost - b.cost;
  const slack = SLACK * (1 + Math.abs(a.cost === Infinity ? 0 : a.cost));
  if (Math.abs(difference) > slack) return difference;
  return Math.abs(a.steps - b.steps) > SLACK ? a.steps - b.steps : 0;
}

/** The weight of a set, each atom once. */
export function weightOf(atoms: readonly Atom[], set: Iterable<number>): Weight {
  let [cost, steps] = [0, 0];
  for (const atom of set) {
    cost += atoms[atom]!.cost;
    steps += atoms[atom]!.steps;
  }
  return { cost, steps };
}

/** Whether two atoms of a set exclude each other. */
export function isContradictory(atoms: readonly Atom[], set: Iterable<number>): boolean {
  return contradiction(atoms, set) !== null;
}

/** Two atoms of a set that exclude each other; null: none do. */
export function contradiction(atoms: readonly Atom[], set: Iterable<number>): readonly [number, number] | null {
  const chosen = new Map<string, number>();
  for (const atom of set) {
    const { variable, state } = atoms[atom]!;
    if (variable === undefined) continue;
    const other = chosen.get(variable);
    if (other !== undefined && atoms[other]!.state !== state) return [other, atom];
    chosen.set(variable, atom);
  }
  return null;
}
