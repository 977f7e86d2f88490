// The way to a role along the moves of careers: from where somebody is, stage by stage, with what is missing at each.
import type { Instant } from './calendar';
import type { RuleVersion } from './evaluate';
import { compareWeights } from './monotone';
import { NODE_LIMIT } from './monotone-search';
import type { Offers } from './offers';
import { withSteps, type Step } from './steps';
import { nearestWays, type Standpoint, type Way } from './ways';

/** The moves there are, by role code; cycles are normal. */
export interface Careers {
  readonly movesFrom: (role: string) => readonly string[];
  readonly versionsOf: (role: string) => readonly RuleVersion[];
}

/** A role on the way, and what is missing for it when it is its turn. */
export interface Stage {
  readonly role: string;
  /** Null: the person is eligible by then, with what was done before. */
  readonly way: Way | null;
}

/** A plan; without stages when the person is there, or when there is none for a reason. */
export interface Plan {
  /** The role it starts from; null: there is no plan. */
  readonly from: string | null;
  readonly stages: readonly Stage[];
  readonly cost: number;
  /** When the last role is reached at the earliest. */
  readonly at: Instant;
  readonly isTimeKnown: boolean;
  /** Whether it is proved that no plan is cheaper, or that there is none. */
  readonly isOptimal: boolean;
  /** Why there is none: no role to start from, no moves that lead there, or a role on all of them that cannot be reached. */
  readonly reason: 'NO_START' | 'NO_MOVES' | 'NO_WAY' | null;
}

/** How many minimal ways are looked at for each stage. */
const WIDTH = 64;
/** How many stages are looked at in all before the search goes straight for the goal. */
export const STAGE_LIMIT = 500;

interface Place {
  readonly role: string;
  readonly standpoint: Standpoint;
  readonly stages: readonly Stage[];
  readonly start: string;
  readonly cost: number;
  readonly steps: number;
}

/**
 * The cheapest plan, by uniform cost over the places somebody can be at: a role, with what was obtained on the way there. What an earlier stage
 * brought is there at later ones, so a dear stage can make a cheap plan. With equal costs fewer steps win, then fewer moves, then time.
 */
export function careerPlan(
  starts: readonly string[],
  target: string,
  standpoint: Standpoint,
  careers: Careers,
  offers: Offers,
  limit = STAGE_LIMIT,
): Plan {
  const nothing = { from: null, stages: [], cost: 0, at: standpoint.at, isTimeKnown: false };
  if (starts.length === 0) return { ...nothing, isOptimal: true, reason: 'NO_START' };
  if (starts.includes(target)) {
    return { from: target, stages: [], cost: 0, at: standpoint.at, isTimeKnown: true, isOptimal: true, reason: null };
  }
  const leading = hopsTo(target, starts, careers);
  const places = starts.filter((role) => leading.has(role));
  if (places.length === 0) return { ...nothing, isOptimal: true, reason: 'NO_MOVES' };
  const search = new PlanSearch(target, leading, careers, offers, limit);
  const found = search.from(places.map((role) => ({ role, standpoint, stages: [], start: role, cost: 0, steps: 0 })));
  if (found === null) return { ...nothing, isOptimal: search.isProved, reason: 'NO_WAY' };
  return {
    from: found.start,
    stages: found.stages,
    cost: found.cost,
    at: found.standpoint.at,
    isTimeKnown: found.stages.every(({ way }) => way?.isTimeKnown !== false),
    isOptimal: search.isProved,
    reason: null,
  };
}

/** How many moves lead from each role to the target, of those that can be come by. */
function hopsTo(target: string, starts: readonly string[], { movesFrom }: Careers): Map<string, number> {
  const reached = new Set(starts);
  const before = new Map<string, string[]>();
  for (const role of reached) {
    for (const next of movesFrom(role)) {
      before.set(next, [...(before.get(next) ?? []), role]);
      reached.add(next);
    }
  }
  const hops = new Map(reached.has(target) ? [[target, 0]] : []);
  for (const [role, count] of hops) {
    for (const earlier of before.get(role) ?? []) if (!hops.has(earlier)) hops.set(earlier, count + 1);
  }
  return hops;
}

class PlanSearch {
  isProved = true;
  private readonly budget = { nodes: NODE_LIMIT };
  private stagesLeft: number;
  private readonly seen = new Set<string>();

  constructor(
    private readonly target: string,
    private readonly hops: ReadonlyMap<string, number>,
    private readonly careers: Careers,
    private readonly offers: Offers,
    limit: number,
  ) {
    this.stagesLeft = limit;
  }

  from(starts: readonly Place[]): Place | null {
    const queue = [...starts].sort(comparePlaces);
    while (queue.length > 0) {
      const place = queue.shift()!;
      if (place.role === this.target) return place;
      if (this.stagesLeft <= 0) return this.straight([place, ...queue]);
      const key = `${place.role} ${keyOf(place.stages)}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      for (const next of this.next(place, WIDTH)) insert(queue, next);
    }
    return null;
  }

  /** The places one move away. */
  private next(place: Place, width: number): Place[] {
    const roles = new Set(this.careers.movesFrom(place.role).filter((role) => this.hops.has(role)));
    return [...roles].flatMap((role) => {
      this.stagesLeft--;
      const { ways, isComplete, isMet } = nearestWays(this.careers.versionsOf(role), place.standpoint, this.offers, width, {
        nodes: NODE_LIMIT,
      });
      if (!isComplete) this.isProved = false;
      return isMet ? [this.reach(place, role, null)] : ways.map((way) => this.reach(place, role, way));
    });
  }

  private reach({ standpoint, stages, start, cost, steps }: Place, role: string, way: Way | null): Place {
    const after = [...stages, { role, way }];
    if (way === null) return { role, standpoint, stages: after, start, cost, steps };
    const courses = way.steps.flatMap(({ step }) => (step.kind === 'COURSE' ? [step.code] : []));
    return {
      role,
      standpoint: {
        ...standpoint,
        facts: withSteps(standpoint.facts, way.steps, this.offers.refer),
        at: way.at,
        passed: new Set([...(standpoint.passed ?? []), ...courses]),
      },
      stages: after,
      start,
      cost: cost + way.cost,
      steps: steps + way.steps.length,
    };
  }

  /** From the cheapest place from where the fewest moves, each with its cheapest way, lead there: a plan, but not proved to be the cheapest. */
  private straight(places: readonly Place[]): Place | null {
    this.isProved = false;
    for (const place of places.slice(0, TRIES)) {
      let at: Place | undefined = place;
      while (at && at.role !== this.target) {
        const left: number = this.hops.get(at.role)!;
        at = this.next(at, 1).find(({ role }) => this.hops.get(role)! < left);
      }
      if (at) return at;
    }
    return null;
  }
}

const TRIES = 20;

/** What was brought about on the way, whatever the order; of what was set several times, the last. */
function keyOf(stages: readonly Stage[]): string {
  const done = new Map<string, Step>();
  for (const { way } of stages) {
    for (const { step } of way?.steps ?? []) {
      if (step.kind === 'WAIT') continue;
      const isAttribute = step.kind === 'ATTRIBUTE' || (step.kind === 'REMOVAL' && step.of === 'ATTRIBUTE');
      done.set(isAttribute ? JSON.stringify([step.code, step.isElement && step.value]) : JSON.stringify(step), step);
    }
  }
  return JSON.stringify([...done.values()].map((step) => JSON.stringify(step)).sort());
}

function comparePlaces(a: Place, b: Place): number {
  return (
    compareWeights(a, b) ||
    a.stages.length - b.stages.length ||
    a.standpoint.at - b.standpoint.at ||
    (rolesOf(a) < rolesOf(b) ? -1 : 1)
  );
}

function rolesOf({ start, stages }: Place): string {
  return JSON.stringify([start, ...stages.map(({ role }) => role)]);
}

function insert(queue: Place[], place: Place): void {
  const before = queue.findLastIndex((other) => comparePlaces(other, place) <= 0);
  queue.splice(before + 1, 0, place);
}
