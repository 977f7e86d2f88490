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
}

/** Courses that together count for at most `room` hours more. */
export interface HoursGroup {
  readonly room: number;
  readonly courses: readonly CourseOffer[];
}

const SLACK = 1e-9;
/** Combinations looked at before the rest is filled up with what costs least per hour. */
const MOST_COMBINATIONS = 5_000;

interface Partial {
  readonly got: readonly number[];
  readonly cost: number;
  readonly taken: readonly EarnedHours[];
}

/** The cheapest attempts that give so many hours; a course may be taken again. Null: the groups have no room for so many. */
export function cheapestHours(hours: number, groups: readonly HoursGroup[]): HoursPlan | null {
  const useful = groups.map((group) => ({ ...group, courses: undominated(group.courses, Math.min(group.room, hours)) }));
  const courses = new Map(groups.flatMap((group) => group.courses).map((course) => [course.code, course]));
  const sumOf = (got: readonly number[]): number => got.reduce((sum, one) => sum + one, 0);
  const queue: Partial[] = [{ got: groups.map(() => 0), cost: 0, taken: [] }];
  const seen = new Set<string>();
  while (queue.length > 0) {
    const next = queue.shift()!;
    if (sumOf(next.got) >= hours - SLACK) return planOf(hours, next, courses);
    const key = next.got.map((one) => one.toFixed(6)).join();
    if (seen.has(key)) continue;
    seen.add(key);
    // past the limit the search goes for the goal alone
    if (seen.size > MOST_COMBINATIONS) queue.length = 0;
    useful.forEach((group, i) => {
      for (const course of group.courses) {
        const worth = Math.min(course.creditHours ?? hours, group.room - next.got[i]!, hours - sumOf(next.got));
        if (!(worth > SLACK)) continue;
        const got = next.got.map((one, j) => (j === i ? one + worth : one));
        const taken = [...next.taken, { code: course.code, hours: course.creditHours ?? worth }];
        insert(queue, { got, cost: next.cost + course.cost, taken });
      }
    });
  }
  return null;
}

function insert(queue: Partial[], partial: Partial): void {
  const before = queue.findLastIndex(
    (one) => one.cost < partial.cost || (one.cost === partial.cost && one.taken.length <= partial.taken.length),
  );
  queue.splice(before + 1, 0, partial);
}

/** The courses of which no other gives as much for as little. */
function undominated(courses: readonly CourseOffer[], most: number): CourseOffer[] {
  const worth = (course: CourseOffer): number => Math.min(course.creditHours ?? most, most);
  const ordered = [...courses].filter((course) => worth(course) > 0);
  ordered.sort((a, b) => a.cost - b.cost || worth(b) - worth(a) || (a.code < b.code ? -1 : 1));
  const kept: CourseOffer[] = [];
  for (const course of ordered) if (!kept.some((other) => worth(other) >= worth(course))) kept.push(course);
  return kept;
}

function planOf(hours: number, { cost, taken }: Partial, courses: ReadonlyMap<string, CourseOffer>): HoursPlan {
  const leads = taken.map(({ code }) => courses.get(code)!.leadTime);
  return { hours, earned: taken, cost, leadTime: longestLead(leads) };
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

/** What a person is short of to meet a `credits` condition from `from` through `to`, from courses that `isInTime`; null: it cannot be earned. */
export function missingHours(
  node: CreditsNode,
  facts: PersonFacts,
  [from, to]: readonly [Instant, Instant],
  offerOf: (code: string) => CourseOffer,
  isInTime: (course: CourseOffer) => boolean,
): HoursPlan | null {
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
  return cheapestHours(wholeMillionths(node.min - have), groups);
}

/** Hours come in decimal fractions: what 12.1 - 0.3 leaves is 11.8. */
export function wholeMillionths(hours: number): number {
  return Math.ceil(hours * 1e6 - 1e-3) / 1e6;
}
