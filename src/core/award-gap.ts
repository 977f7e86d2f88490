// What is still to be done to earn a credential by its award rule.
import {
  decideAwards,
  usedBy,
  withoutCycle,
  type Attempt,
  type AwardCondition,
  type AwardRuleVersion,
  type Course,
} from './award';
import type { Instant } from './calendar';
import { cheapestHours, wholeMillionths, type CourseOffer, type HoursPlan } from './credit-hours';

/** Courses to pass and hours to earn, which together earn a credential. */
export interface AwardWork {
  readonly courses: readonly string[];
  readonly hours: readonly (HoursPlan & { readonly from: readonly string[] })[];
}

/** The ways to earn an award, none of which is a part of another; not all of them when there are too many. */
export interface AwardGap {
  readonly works: readonly AwardWork[];
  readonly isComplete: boolean;
}

const MOST_WORKS = 24;

/** What earning an award would build on. */
export interface Learner {
  readonly attempts: readonly Attempt[];
  readonly courses: ReadonlyMap<string, Course>;
  readonly zone: string;
}

/** What is missing at an instant under the version of the award rule in effect then, counting what stands already; null: there is none. */
export function awardGap(
  versions: readonly AwardRuleVersion[],
  learner: Learner,
  at: Instant,
  offerOf: (code: string) => CourseOffer,
): AwardGap | null {
  const version = versions.find(({ from, until }) => from <= at && at < until);
  // a cycle renews what is held already: it is no way to begin
  const when = version ? withoutCycle(version.when) : null;
  if (when === null) return null;
  const { attempts, courses, zone } = learner;
  const earlier = attempts.filter((attempt) => attempt.at <= at);
  const usedUp = decideAwards(versions, courses, earlier, zone).findLast(({ satisfied }) => satisfied)?.at ?? -Infinity;
  const standing = earlier.filter((attempt) => attempt.at > usedUp).sort((a, b) => a.at - b.at);
  let isComplete = true;
  const works = (condition: AwardCondition): readonly AwardWork[] => {
    const used = usedBy(condition, { courses, standing, at, zone });
    if (used !== null) return [NOTHING];
    if ('passed' in condition) return [{ courses: [condition.passed.courseCode], hours: [] }];
    if ('creditHours' in condition) return hoursWork(condition.creditHours);
    if ('cycle' in condition) return []; // renews what is held
    const children = ('all' in condition ? condition.all : condition.any).map(works);
    return 'any' in condition ? cut(children.flat()) : children.reduce((found, own) => cut(together(found, own)), [NOTHING]);
  };
  const cut = (found: readonly AwardWork[]): readonly AwardWork[] => {
    const smallest = withoutParts(found);
    if (smallest.length > MOST_WORKS) isComplete = false;
    return smallest.slice(0, MOST_WORKS);
  };
  const hoursWork = (condition: Extract<AwardCondition, { creditHours: unknown }>['creditHours']): AwardWork[] => {
    const counted = usedBy({ creditHours: { ...condition, min: 0 } }, { courses, standing, at, zone }) ?? [];
    let have = 0;
    for (const attempt of counted) have += attempt.creditHours ?? courses.get(attempt.courseCode)?.creditHours ?? 0;
    const hours = wholeMillionths(condition.min - have);
    const plan = cheapestHours([{ hours, groups: [{ room: Infinity, courses: condition.courseCodes.map(offerOf) }] }]);
    if (plan?.isProved === false) isComplete = false;
    return plan ? [{ courses: [], hours: [{ ...plan, from: condition.courseCodes }] }] : [];
  };
  return { works: works(when), isComplete };
}

const NOTHING: AwardWork = { courses: [], hours: [] };

function together(some: readonly AwardWork[], others: readonly AwardWork[]): readonly AwardWork[] {
  return some.flatMap((a) =>
    others.map((b) => ({ courses: [...new Set([...a.courses, ...b.courses])].sort(), hours: [...a.hours, ...b.hours] })),
  );
}

/** The works of which no other is a part, the smallest first. */
function withoutParts(works: readonly AwardWork[]): AwardWork[] {
  const partsOf = (work: AwardWork): string[] => [
    ...work.courses.map((code) => `course ${code}`),
    ...work.hours.map(({ hours, from }) => JSON.stringify([hours, from])),
  ];
  const ordered = works.map((work) => ({ work, parts: partsOf(work) })).sort((a, b) => a.parts.length - b.parts.length);
  const kept: typeof ordered = [];
  for (const one of ordered) if (!kept.some(({ parts }) => parts.every((part) => one.parts.includes(part)))) kept.push(one);
  return kept.map(({ work }) => work);
}
