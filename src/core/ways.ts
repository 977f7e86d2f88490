// The nearest ways to eligibility: the cheapest sets of steps after which a rule is met, with the first instant at which it is.
import type { Instant } from './calendar';
import { holdingSlices } from './conditions';
import { evaluate, type RuleVersion } from './evaluate';
import type { PersonFacts } from './facts';
import { compareWeights, Formulas, weightOf, type AtomSet, type Weight } from './monotone';
import { lightest, minimalSets, NODE_LIMIT } from './monotone-search';
import type { Offers } from './offers';
import { childrenOf, type RuleNode } from './rule';
import { withSteps, type PlacedStep } from './steps';
import { Level, levelAt } from './timeline';
import { Deeds, type Situation } from './ways-atoms';
import { RuleWays } from './ways-formula';
import { Instants } from './ways-instants';
import { schedule, type ChosenStep, type Schedule } from './ways-schedule';

/** Steps after which a rule is met. */
export interface Way {
  /** In the order in which they can be done. */
  readonly steps: readonly ChosenStep[];
  /** The sum of what the steps cost. */
  readonly cost: number;
  /** When the rule is met at the earliest, if no step takes longer than its lead time. */
  readonly at: Instant;
  /** Whether the lead times of all its steps are known. */
  readonly isTimeKnown: boolean;
  /** Whether it is proved that no way is cheaper. */
  readonly isOptimal: boolean;
}

/** Ways, the best first. */
export interface WaysFound {
  readonly ways: readonly Way[];
  /** Whether the rule is met already, so that nothing is to be done. */
  readonly isMet: boolean;
  /** Whether the first is proved to be the cheapest, and, where there is none, that there is none. */
  readonly isProved: boolean;
  /** Whether these are all minimal ways. */
  readonly isComplete: boolean;
}

/** Who asks, and from when. */
export interface Standpoint {
  readonly facts: PersonFacts;
  readonly at: Instant;
  readonly zone: string;
  /** Courses passed on the way here, beside those that the offers count. */
  readonly passed?: ReadonlySet<string>;
}

/** How many alternatives are looked for beside the best way. */
export const BEAM = 8;

/**
 * The ways to meet the rule whose versions are given. For every instant at which the rule could become met, what would have to be done by
 * then is a monotone formula; its lightest solution is found by branch and bound, others by a beam of `width`. Each is tried out: only ways
 * after which the rule is really met are told. None when it is met already.
 */
export function nearestWays(
  versions: readonly RuleVersion[],
  standpoint: Standpoint,
  offers: Offers,
  width = BEAM,
  budget = { nodes: NODE_LIMIT },
): WaysFound {
  const search = new WaySearch(versions, standpoint, offers, width, budget);
  return search.run();
}

interface Tried extends Way {
  readonly weight: Weight;
}

class WaySearch {
  private readonly deeds: Deeds;
  private readonly formulas = new Formulas();
  private readonly ways: RuleWays;
  private readonly tried = new Map<string, Tried>();
  /** Formulas all of whose solutions are ways at an earlier instant. */
  private readonly settled = new Set<number>();
  private lightestRefused: Weight | null = null;
  private isProved = true;
  private isComplete = true;

  constructor(
    private readonly versions: readonly RuleVersion[],
    private readonly standpoint: Standpoint,
    private readonly offers: Offers,
    private readonly width: number,
    private readonly budget: { nodes: number },
  ) {
    const { facts, at } = standpoint;
    const ahead = versions.filter(({ until }) => until > at).map(({ node }) => node);
    this.deeds = new Deeds(this.formulas, situationOf(standpoint), offers);
    this.ways = new RuleWays(this.deeds, facts, withReferred(ahead, offers));
  }

  run(): WaysFound {
    const { facts, at: now } = this.standpoint;
    const current = this.inEffect(now);
    if (current && this.isMet(facts, current, now)) return { ways: [], isMet: true, isProved: true, isComplete: true };
    for (const [version, at] of this.instants()) this.tryAt(version, at);
    const ordered = [...this.tried.values()].sort(compareWays);
    // ways of the same steps at other instants are parts of each other: the first of them stays
    const ways = ordered.filter((way, i) => !ordered.some((other, j) => isPart(other, way) && (j < i || !isPart(way, other))));
    const [best] = ways;
    const isRefused = this.lightestRefused !== null && (!best || compareWeights(this.lightestRefused, best.weight) < 0);
    const isProved = this.isProved && this.deeds.isComplete && !this.deeds.isSharedByAwards && !isRefused;
    return {
      ways: ways.map(({ weight, ...way }) => ({ ...way, isOptimal: isProved && weight.cost <= best!.weight.cost })),
      isMet: false,
      isProved,
      isComplete: isProved && this.isComplete,
    };
  }

  private inEffect(at: Instant): RuleVersion | undefined {
    return this.versions.find(({ from, until }) => from <= at && at < until);
  }

  /** The instants to try, each with the version in effect then. */
  private instants(): (readonly [RuleVersion, Instant])[] {
    const { at } = this.standpoint;
    const gathered = new Instants(this.deeds, this.ways);
    const ahead = this.versions.filter(({ until }) => until > at);
    const all = new Set(ahead.flatMap(({ node, from }) => [...gathered.of(node), Math.max(from, at)]));
    return [...all]
      .sort((a, b) => a - b)
      .flatMap((instant) => {
        const version = this.inEffect(instant);
        return version ? [[version, instant] as const] : [];
      });
  }

  private tryAt(version: RuleVersion, at: Instant): void {
    const root = this.ways.of(version.node, at);
    if (root === Formulas.never || this.settled.has(root)) return;
    const { list } = this.deeds;
    const { sets, isComplete } = minimalSets(this.formulas, root, list, this.width);
    if (!isComplete) this.isComplete = false;
    const isSettled = sets.map((set) => this.tryOut(set, at)).every(Boolean);
    const best = [...this.tried.values()].reduce<Weight | null>(
      (least, { weight }) => (least && compareWeights(least, weight) <= 0 ? least : weight),
      null,
    );
    const { set, isProved } = lightest(this.formulas, root, list, this.budget, best);
    if (!isProved) this.isProved = false;
    if (set && !this.tryOut(set, at)) this.refuse(weightOf(list, set));
    else if (isSettled && isProved) this.settled.add(root);
  }

  private refuse(weight: Weight): void {
    if (this.lightestRefused === null || compareWeights(weight, this.lightestRefused) < 0) this.lightestRefused = weight;
  }

  /** Whether the rule is met after these steps; then they are a way. */
  private tryOut(set: AtomSet, target: Instant): boolean {
    const scheduled = schedule(this.deeds, set);
    if (scheduled === null) return false;
    const last = Math.max(...scheduled.steps.map((step) => step.at), scheduled.doneAt);
    return (last < target && this.keep(scheduled, set, last)) || this.keep(scheduled, set, Math.max(target, last));
  }

  private keep(scheduled: Schedule, set: AtomSet, at: Instant): boolean {
    const wait: ChosenStep[] =
      at > scheduled.doneAt ? [{ step: { kind: 'WAIT', until: at }, at, cost: 0, isTimeKnown: true, audience: 'EMPLOYEE' }] : [];
    const steps = [...scheduled.steps, ...wait];
    const key = JSON.stringify(scheduled.steps.map(({ step }) => step));
    const known = this.tried.get(key);
    if (known && known.at <= at) return true;
    const inEffect = this.inEffect(at);
    if (!inEffect || !this.isMet(this.after(steps), inEffect, at)) return false;
    const weight = { cost: weightOf(this.deeds.list, set).cost, steps: steps.length };
    const isTimeKnown = steps.every((step) => step.isTimeKnown);
    this.tried.set(key, { steps, cost: weight.cost, at, isTimeKnown, isOptimal: false, weight });
    return true;
  }

  private after(steps: readonly PlacedStep[]): PersonFacts {
    return withSteps(this.standpoint.facts, steps, this.offers.refer);
  }

  private isMet(facts: PersonFacts, { node }: RuleVersion, at: Instant): boolean {
    return levelAt(evaluate(node, facts), at) === Level.MET;
  }
}

function situationOf({ facts, at, zone, passed = new Set() }: Standpoint): Situation {
  const { equivalents: _, ...alone } = facts;
  const slices = (typeCode: string) => holdingSlices({ op: 'holds', typeCode, strict: false }, alone);
  return {
    at,
    zone,
    passed,
    isHeld: (code) => slices(code).some(({ from, to }) => from <= at && at < to),
    wasHeld: (code) => slices(code).some(({ from }) => from <= at),
    equivalents: (code) => facts.equivalents?.(code) ?? [code],
  };
}

/** The rules with all those that they refer to. */
function withReferred(rules: readonly RuleNode[], offers: Offers): RuleNode[] {
  const seen = new Set<string>();
  const all = [...rules];
  const visit = (node: RuleNode): void => {
    childrenOf(node).forEach(visit);
    if (node.op !== 'rule') return;
    const key = JSON.stringify([node.roleCode, node.version ?? null]);
    if (seen.has(key)) return;
    seen.add(key);
    for (const version of offers.rules(node.roleCode, node.version ?? null)) {
      all.push(version.node);
      visit(version.node);
    }
  };
  rules.forEach(visit);
  return all;
}

/** Cheaper first, then shorter, then sooner (where that is known). */
export function compareWays(a: Way, b: Way): number {
  const soon = (way: Way): Instant => (way.isTimeKnown ? way.at : Infinity);
  const [one, other] = [soon(a), soon(b)];
  return (
    compareWeights({ cost: a.cost, steps: a.steps.length }, { cost: b.cost, steps: b.steps.length }) ||
    (one === other ? 0 : one - other) ||
    (textOf(a) < textOf(b) ? -1 : 1)
  );
}

function textOf(way: Way): string {
  return JSON.stringify(way.steps.map(({ step }) => step));
}

/** Whether a way asks for nothing that another does not, and is no later. */
function isPart(way: Way, of: Way): boolean {
  const steps = new Set(of.steps.map(({ step }) => JSON.stringify(step)));
  return way.at <= of.at && way.steps.every(({ step }) => step.kind === 'WAIT' || steps.has(JSON.stringify(step)));
}
