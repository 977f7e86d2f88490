// Whether a rule can have a level at all: an exact search over what can be true of one person at one instant, within a budget.
import type { Instant } from './calendar';
import { LADDER, levelSet, Model, type Expression, type Levels } from './possible-model';
import type { RuleNode } from './rule';
import { Level } from './timeline';

/**
 * Whether the rule has one of these levels for anybody at any instant from `from` on; null: not found out within the budget. Conditions about
 * the same thing exclude or imply each other; any others are taken to be independent, so false is a proof.
 */
export function isPossible(node: RuleNode, levels: readonly Level[], from: Instant): boolean | null {
  const budget = { left: BUDGET };
  const search = (model: Model, expression: Expression, wanted: Levels) => new Search(model, expression, wanted, budget);
  const model: Model = new Model(node, (within, below, since, until) =>
    LADDER.filter((level) => search(within, below, levelSet(level)).run(since, until) !== false),
  );
  return search(model, model.compile(node), levelSet(...levels)).run(from);
}

/** Conditions looked at, again and again: well under a second. Sixteen that have nothing to do with each other need far less. */
const BUDGET = 500_000;
const NOT = [Level.MET, Level.UNKNOWN, Level.MET, Level.UNMET, Level.UNMET] as const;
/** For each set of levels, that of their negations. */
const NEGATED: readonly Levels[] = Array.from({ length: 32 }, (_, levels) =>
  levelSet(...LADDER.filter((level) => levels & (1 << level)).map((level) => NOT[level])),
);

/** Tries the ways of one variable after the other, as long as the levels left are of interest. */
class Search {
  private readonly chosen: number[];
  private readonly order: readonly number[];

  constructor(
    private readonly model: Model,
    private readonly root: Expression,
    private readonly wanted: Levels,
    private readonly budget: { left: number },
  ) {
    this.chosen = model.variables.map(() => -1);
    const used = new Set<number>();
    const visit = (at: Expression): void => {
      if (at.op === 'atom') used.add(at.variable);
      else if (at.op === 'not') visit(at.of);
      else at.of.forEach(visit);
    };
    visit(root);
    for (const { least, most } of model.orders) if (used.has(least.variable)) used.add(most.variable);
    this.order = [...used];
  }

  run(from: Instant, until: Instant = Infinity): boolean | null {
    const found = this.choose(0, from, until);
    return this.budget.left < 0 ? found || null : found;
  }

  private choose(place: number, from: Instant, until: Instant): boolean {
    if (this.budget.left < 0) return false;
    const left = this.levels(this.root);
    if ((left & this.wanted) === 0) return false;
    const variable = this.order[place];
    if (variable === undefined) return true;
    const { ways, ends } = this.model.variables[variable]!;
    let isFound = false;
    for (let way = 0; way < ways && !isFound; way++) {
      if (ends && !(ends[way]! > from && (ends[way - 1] ?? -Infinity) < until)) continue;
      this.chosen[variable] = way;
      isFound = this.isOrdered(variable) && this.choose(place + 1, from, until);
    }
    this.chosen[variable] = -1;
    return isFound;
  }

  private isOrdered(variable: number): boolean {
    return this.model.orders.every(({ least, most }) => {
      if (least.variable !== variable && most.variable !== variable) return true;
      const [low, high] = [this.chosen[least.variable]!, this.chosen[most.variable]!];
      return low < 0 || high < 0 || least.levels[low]! <= most.levels[high]!;
    });
  }

  /** The levels that are left to an expression: all it can have, and perhaps more. */
  private levels(at: Expression): Levels {
    this.budget.left -= 1;
    if (at.op === 'atom') {
      const way = this.chosen[at.variable]!;
      return way < 0 ? at.all : 1 << at.levels[way]!;
    }
    if (at.op === 'not') return NEGATED[this.levels(at.of)]!;
    let any: Levels = 0;
    const lowest = [0, 0, 0, 0, 0];
    const highest = [0, 0, 0, 0, 0];
    for (const child of at.of) {
      const levels = this.levels(child);
      any |= levels;
      lowest[31 - Math.clz32(levels & -levels)]! += 1;
      highest[31 - Math.clz32(levels)]! += 1;
    }
    const [low, high] = [nth(lowest, at.n), nth(highest, at.n)];
    return (any | (1 << low)) & ((2 << high) - 1) & ~((1 << low) - 1);
  }
}

/** The n-th best level, given how often there is each; all of nothing is met, any of nothing is not. */
function nth(counts: readonly number[], n: number): Level {
  if (n <= 0) return Level.MET;
  let better = 0;
  return LADDER.find((level) => (better += counts[level]!) >= n) ?? Level.UNMET;
}
