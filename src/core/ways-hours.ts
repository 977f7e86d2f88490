// Credit hours that conditions ask for: what is passed for something else counts, and what is missing then is earned for one condition or several.
import type { Instant } from './calendar';
import {
  cheapestHours,
  missingHours,
  MOST_COMBINATIONS,
  type CourseOffer,
  type HoursDemand,
  type HoursPlan,
} from './credit-hours';
import type { PersonFacts } from './facts';
import { doneAt, latestWindowStart } from './lead-times';
import { wouldMeet } from './met';
import type { CreditsNode } from './rule';
import { withSteps, type PlacedStep } from './steps';
import type { Deeds } from './ways-atoms';

/** A condition on hours that has to be met from an instant through another, by what is done by a third. */
interface Demand {
  readonly node: CreditsNode;
  readonly during: readonly [Instant, Instant];
  readonly by: Instant;
}

/** A step that gives hours, whatever else it is done for. */
interface Learning {
  readonly atom: number;
  readonly step: PlacedStep;
}

/** Steps done for something else of which all combinations are looked at, and conditions that have courses in common. */
const MOST_BESIDE = 4;
const MOST_TOGETHER = 4;
const SLACK = 1e-9;

/** The ways to meet conditions on hours, for one person. */
export class HoursWays {
  /** Those of the formula that is being made. */
  private demands: Demand[] = [];
  private readonly plans = new Map<string, HoursPlan | null>();
  private readonly combinations = { left: 2 * MOST_COMBINATIONS };

  constructor(
    private readonly deeds: Deeds,
    private readonly facts: PersonFacts,
  ) {}

  /** Another formula is made from here on. */
  begin(): void {
    this.demands = [];
  }

  /** Whether the formula asks for hours. */
  get isAsked(): boolean {
    return this.demands.length > 0;
  }

  /**
   * Any of what is done for something else, and for the rest the cheapest attempts that meet this condition, alone or together with others that
   * share its courses. That is exact: of a cheapest way, the attempts beside what it passes anyway meet some conditions, as cheaply as can be.
   */
  ways(node: CreditsNode, from: Instant, to: Instant): number {
    const { formulas, situation } = this.deeds;
    const by = node.lag === undefined ? from : latestWindowStart(from, node.lag, situation.zone);
    const demand = this.know({ node, during: [from, to], by });
    const together = this.together(demand);
    const options = this.earlier(demand);
    const enough: (readonly Learning[])[] = [];
    for (const done of subsets(this.beside(together))) {
      if (enough.some((less) => less.every((one) => done.includes(one)))) continue;
      const isEnough = this.meets(demand, done);
      if (isEnough) enough.push(done);
      const atoms = done.map(({ atom }) => formulas.atom(atom));
      const rests = isEnough ? [[]] : this.rests(demand, together, done);
      options.push(...rests.map((rest) => formulas.all([...atoms, ...rest])));
    }
    return formulas.any(options);
  }

  private know(demand: Demand): Demand {
    const key = keyOf(demand);
    const known = this.demands.find((one) => keyOf(one) === key);
    if (!known) this.demands.push(demand);
    return known ?? demand;
  }

  /** This condition, and those that can be met by the same attempts. */
  private together(demand: Demand): Demand[] {
    const found = [demand];
    for (const one of found) {
      for (const other of this.demands) {
        if (found.includes(other) || !isShared(one.node.courseCodes, other.node.courseCodes)) continue;
        // what is earned on two days for two conditions is not added up
        if (String([other.by, other.during]) !== String([demand.by, demand.during])) this.deeds.isComplete = false;
        else if (found.length === MOST_TOGETHER) this.deeds.isComplete = false;
        else found.push(other);
      }
    }
    return found;
  }

  /** Hours earned on another day, for a condition that has to be met then, that are enough. */
  private earlier(demand: Demand): number[] {
    const { formulas, list } = this.deeds;
    return list.flatMap((deed, atom) => {
      const isOther = deed.step?.kind === 'CREDITS' && deed.on !== demand.by && this.demands.some(({ by }) => by === deed.on);
      if (!isOther || deed.on! > demand.during[0]) return [];
      return this.meets(demand, [{ atom, step: { step: deed.step, at: deed.on! } }]) ? [formulas.atom(atom)] : [];
    });
  }

  /** What is done as soon as can be, for something else, and gives hours for one of these conditions. */
  private beside(demands: readonly Demand[]): Learning[] {
    const { list, offers } = this.deeds;
    const found = list.flatMap((deed, atom) => {
      const { step } = deed;
      if (deed.on !== null || (step?.kind !== 'COURSE' && step?.kind !== 'CREDITS')) return [];
      const at = this.deeds.earliest(deed);
      const given = (when: Instant): Demand[] =>
        demands.filter((demand) => this.gives(demand, { atom, step: { step, at: when } }));
      const [soon, late] = [given(at), given(Math.max(at, demands[0]!.by))];
      const isUnsaid = step.kind === 'COURSE' && offers.course(step.code).creditHours === null;
      const isAsked = demands.some(({ node }) => step.kind === 'COURSE' && node.courseCodes.includes(step.code));
      // an attempt that may be worth hours, and one whose hours would count if it were made later, are not added up
      if ((isUnsaid && isAsked) || late.some((demand) => !soon.includes(demand))) this.deeds.isComplete = false;
      return soon.length > 0 ? [{ atom, step: { step, at } }] : [];
    });
    if (found.length > MOST_BESIDE) this.deeds.isComplete = false;
    return found.slice(0, MOST_BESIDE);
  }

  /** The attempts that are enough beside what is done, as atoms: for this condition, and for it and others. */
  private rests(demand: Demand, together: readonly Demand[], done: readonly Learning[]): number[][] {
    const { by } = demand;
    const others = together.filter((one) => one !== demand);
    return subsets(others).flatMap((more) => {
      const met = [demand, ...more].sort((a, b) => this.demands.indexOf(a) - this.demands.indexOf(b));
      const plan = this.cheapest(met.map((one) => this.missing(one, done)));
      if (plan === null) return [];
      const { hours, earned } = plan;
      const step: PlacedStep = { step: { kind: 'CREDITS', hours, from: [], earned }, at: by };
      if (!this.meets(demand, [...done, { atom: -1, step }])) {
        // the window is too short for hours earned at once: those that are earned again are not looked for
        this.deeds.isComplete = false;
        return [];
      }
      if (more.length === 0) return [[this.deeds.earn(plan, demand.node.courseCodes, by)]];
      return [this.byCourse(plan).map((part) => this.deeds.earn(part, [part.earned[0]!.code], by))];
    });
  }

  private cheapest(missing: readonly HoursDemand[]): HoursPlan | null {
    const key = JSON.stringify(missing);
    let plan = this.plans.get(key);
    if (plan === undefined) this.plans.set(key, (plan = cheapestHours(missing, this.combinations)));
    return plan;
  }

  private byCourse(plan: HoursPlan): HoursPlan[] {
    return [...new Set(plan.earned.map(({ code }) => code))].map((code) => {
      const earned = plan.earned.filter((one) => one.code === code);
      const { cost, leadTime } = this.deeds.offers.course(code);
      const hours = earned.reduce((sum, one) => sum + one.hours, 0);
      return { ...plan, hours, earned, cost: cost * earned.length, leadTime };
    });
  }

  private gives(demand: Demand, one: Learning): boolean {
    return one.step.at <= demand.by && this.missing(demand, [one]).hours < this.missing(demand, []).hours - SLACK;
  }

  private missing({ node, during, by }: Demand, done: readonly Learning[]): HoursDemand {
    const { offers, situation } = this.deeds;
    const isInTime = ({ leadTime }: CourseOffer): boolean => doneAt(situation.at, leadTime, situation.zone) <= by;
    return missingHours(node, after(this.facts, done), during, offers.course, isInTime);
  }

  private meets({ node, during }: Demand, done: readonly Learning[]): boolean {
    return wouldMeet(node, this.facts, done.map(({ step }) => step), during); // prettier-ignore
  }
}

function keyOf({ node, during }: Demand): string {
  return JSON.stringify([node, during]);
}

function isShared(some: readonly string[], others: readonly string[]): boolean {
  return some.some((code) => others.includes(code));
}

function after(facts: PersonFacts, done: readonly Learning[]): PersonFacts {
  return withSteps(facts, done.map(({ step }) => step), (same) => same); // prettier-ignore
}

/** All of them, those with fewer elements first. */
function subsets<T>(of: readonly T[]): T[][] {
  const all = Array.from({ length: 1 << of.length }, (_, bits) => of.filter((_one, i) => bits & (1 << i)));
  return all.sort((a, b) => a.length - b.length);
}
