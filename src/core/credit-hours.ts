// The cheapest way to earn credit hours.
import { longestDays, type Instant, type Span } from './calendar';
import { creditFacts } from './conditions';
import type { PersonFacts } from './facts';
import type { CreditsNode } from './rule';
import type { EarnedHours } from './steps';

/** What a course asks for, and gives. */
export interface CourseOffer {
  readonly code: string;
  readonly cost: number;
  /** Null: not known. */
  readonly leadTime: Span | null;
  /** Null: as many as an attempt is said to be worth. */
  readonly creditHours: number | null;
}

/** Hours to earn, at what cost; attempts at several courses go on at the same time. */
export interface HoursPlan {
  readonly hours: number;
  readonly earned: readonly EarnedHours[];
  readonly cost: number;
  /** The longest of those of its courses; null: one of them is not known. */
  readonly leadTime: Span | null;
  /** Whether it is proved that none is cheaper. */
  readonly isProved: boolean;
}

/** Courses that together count for at most `room` hours more. */
export interface HoursGroup {
  readonly room: number;
  readonly courses: readonly CourseOffer[];
}

/** So many hours, from groups that have no course in common. */
export interface HoursDemand {
  readonly hours: number;
  readonly groups: readonly HoursGroup[];
}

/** How many combinations of attempts may be looked at yet; shared by searches that answer one question. */
export interface Combinations {
  left: number;
}

const SLACK = 1e-9;
/** Combinations looked at before the rest is filled up with what seems to cost least. */
export const MOST_COMBINATIONS = 5_000;

/** A group as a part of its demand. */
interface Place extends HoursGroup {
  readonly demand: number;
}

interface Partial {
  /** What counts so far, by place. */
  readonly got: readonly number[];
  readonly cost: number;
  /** The least it costs in the end: for each demand, what is missing costs no less than an hour does at best. */
  readonly bound: number;
  readonly taken: readonly EarnedHours[];
}

/**
 * The cheapest attempts that meet all the demands; a course may be taken again, and counts for every demand that lists it. Null: the groups have
 * no room for so many. A* over what counts so far.
 */
export function cheapestHours(
  demands: readonly HoursDemand[],
  combinations: Combinations = { left: MOST_COMBINATIONS },
): HoursPlan | null {
  const places = demands.flatMap(({ groups }, demand) => groups.map((group): Place => ({ ...group, demand })));
  const gotFor = (got: readonly number[], demand: number): number =>
    got.reduce((sum, one, i) => (places[i]!.demand === demand ? sum + one : sum), 0);
  const missing = (got: readonly number[]): readonly number[] => demands.map(({ hours }, i) => hours - gotFor(got, i));
  const courses = undominated(demands, places);
  const rates = demands.map(({ hours, groups }) => Math.min(...groups.flatMap((group) => group.courses).map((course) => course.cost / Math.min(course.creditHours ?? Infinity, hours)))); // prettier-ignore
  const bound = (open: readonly number[]): number =>
    Math.max(0, ...open.map((hours, i) => (hours > SLACK ? hours * rates[i]! : 0)));
  const queue: Partial[] = [{ got: places.map(() => 0), cost: 0, bound: 0, taken: [] }];
  const limit = Math.min(MOST_COMBINATIONS, combinations.left);
  const seen = new Set<string>();
  while (queue.length > 0) {
    const next = queue.shift()!;
    const open = missing(next.got);
    if (open.every((hours) => hours <= SLACK)) return planOf(demands, next, courses, seen.size <= limit);
    const key = next.got.map((one) => one.toFixed(6)).join();
    if (seen.has(key)) continue;
    seen.add(key);
    combinations.left--;
    // past the limit the search goes for the goal alone
    if (seen.size > limit) queue.length = 0;
    for (const course of courses) {
      const worth = places.map((place, i) =>
        place.courses.some(({ code }) => code === course.code)
          ? Math.max(0, Math.min(course.creditHours ?? Infinity, place.room - next.got[i]!, open[place.demand]!))
          : 0,
      );
      if (!worth.some((hours) => hours > SLACK)) continue;
      const got = next.got.map((one, i) => one + worth[i]!);
      const taken = [...next.taken, { code: course.code, hours: course.creditHours ?? Math.max(...worth) }];
      const cost = next.cost + course.cost;
      insert(queue, { got, cost, bound: cost + bound(missing(got)), taken });
    }
  }
  return null;
}

/** Puts one behind those that are no worse. */
function insert(queue: Partial[], partial: Partial): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = queue[middle]!;
    if (one.bound < partial.bound || (one.bound === partial.bound && one.taken.length <= partial.taken.length)) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, partial);
}

/** The courses of which no other gives as much, wherever it counts, for as little. */
function undominated(demands: readonly HoursDemand[], places: readonly Place[]): CourseOffer[] {
  const worths = ({ code, creditHours }: CourseOffer): number[] =>
    places.map(({ room, demand, courses }) =>
      courses.some((one) => one.code === code) ? Math.min(creditHours ?? Infinity, room, demands[demand]!.hours) : 0,
    );
  const distinct = new Map(places.flatMap((place) => place.courses).map((course) => [course.code, course]));
  const ordered = [...distinct.values()]
    .map((course) => ({ course, worth: worths(course) }))
    .filter(({ worth }) => worth.some((hours) => hours > 0));
  const sum = (worth: readonly number[]): number => worth.reduce((all, one) => all + one, 0);
  ordered.sort(
    (a, b) => a.course.cost - b.course.cost || sum(b.worth) - sum(a.worth) || (a.course.code < b.course.code ? -1 : 1),
  );
  const kept: typeof ordered = [];
  for (const one of ordered) {
    const isWorse = kept.some((other) => other.worth.every((worth, i) => worth >= one.worth[i]!));
    if (!isWorse) kept.push(one);
  }
  return kept.map(({ course }) => course);
}

function planOf(
  demands: readonly HoursDemand[],
  { cost, taken }: Partial,
  courses: readonly CourseOffer[],
  isProved: boolean,
): HoursPlan {
  const leads = taken.map((one) => courses.find(({ code }) => code === one.code)!.leadTime);
  const hours = Math.max(0, ...demands.map((demand) => demand.hours));
  return { hours, earned: taken, cost, leadTime: longestLead(leads), isProved };
}

/** The longest of several lead times; null when one is not known. Nothing takes no time. */
export function longestLead(leads: readonly (Span | null)[]): Span | null {
  let longest: Span = { months: 0, days: 0 };
  for (const lead of leads) {
    if (lead === null) return null;
    if (longestDays(lead) > longestDays(longest)) longest = lead;
  }
  return longest;
}

/** What a person is short of to meet a `credits` condition from `from` through `to`, from courses that `isInTime`. */
export function missingHours(
  node: CreditsNode,
  facts: PersonFacts,
  [from, to]: readonly [Instant, Instant],
  offerOf: (code: string) => CourseOffer,
  isInTime: (course: CourseOffer) => boolean,
): HoursDemand {
  const caps = node.caps ?? [];
  const groupOf = (code: string): number => {
    const cap = caps.findIndex(({ courseCodes }) => courseCodes.includes(code));
    return cap < 0 ? caps.length : cap;
  };
  const counted = [...caps, { max: Infinity }].map(() => 0);
  for (const { fact, code, stretch } of creditFacts(node, facts)) {
    if (!fact.isPending && stretch.from <= from && to < stretch.to) counted[groupOf(code)]! += fact.hours;
  }
  const rooms = [...caps, { max: Infinity }].map(({ max }, i) => Math.max(0, max - counted[i]!));
  const have = counted.reduce((sum, hours, i) => sum + Math.min(hours, caps[i]?.max ?? Infinity), 0);
  const groups = rooms.map((room, i) => ({
    room,
    courses: [...new Set(node.courseCodes)]
      .filter((code) => groupOf(code) === i)
      .map(offerOf)
      .filter(isInTime),
  }));
  return { hours: wholeMillionths(node.min - have), groups };
}

/** Hours come in decimal fractions: what 12.1 - 0.3 leaves is 11.8. */
export function wholeMillionths(hours: number): number {
  return Math.ceil(hours * 1e6 - 1e-3) / 1e6;
}
