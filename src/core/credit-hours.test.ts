import fc from 'fast-check';
import { cheapestHours, longestLead, missingHours, type CourseOffer, type HoursGroup } from './credit-hours';
import type { CreditsNode } from './rule';

const offer = (code: string, cost: number, creditHours: number | null, days = 1): CourseOffer => ({
  code,
  cost,
  creditHours,
  leadTime: { months: 0, days },
});

const groups: fc.Arbitrary<HoursGroup[]> = fc.array(
  fc.record({
    room: fc.constantFrom(0, 2, 3, 5, Infinity),
    courses: fc.array(
      fc.tuple(fc.constantFrom(0, 1, 2, 5), fc.constantFrom(0.5, 1, 2, 3)).map(([cost, hours]) => offer('', cost, hours)),
      { maxLength: 3 },
    ),
  }),
  { minLength: 1, maxLength: 2 },
);

/** By trying every number of attempts at every course. */
function cheapestByTrying(hours: number, all: readonly HoursGroup[]): number {
  const courses = all.flatMap((group, i) => group.courses.map((course) => ({ course, group: i })));
  const most = (course: CourseOffer): number => Math.ceil(hours / course.creditHours!);
  const search = (next: number, got: readonly number[], cost: number): number => {
    if (got.reduce((sum, one, i) => sum + Math.min(one, all[i]!.room), 0) >= hours) return cost;
    if (next === courses.length) return Infinity;
    const { course, group } = courses[next]!;
    const tries = Array.from(
      { length: most(course) + 1 },
      (_, times) =>
      search(next + 1, got.map((one, i) => (i === group ? one + times * course.creditHours! : one)), cost + times * course.cost), // prettier-ignore
    );
    return Math.min(...tries);
  };
  return search(0, all.map(() => 0), 0); // prettier-ignore
}

describe('credit hours', () => {
  it('are earned as cheaply as trying every combination finds', () => {
    fc.assert(
      fc.property(groups, fc.constantFrom(0.5, 1, 2.5, 4), (all, hours) => {
        const named = all.map((group, i) => ({
          ...group,
          courses: group.courses.map((course, j) => ({ ...course, code: `${i}.${j}` })),
        }));
        const plan = cheapestHours([{ hours, groups: named }]);
        const cheapest = cheapestByTrying(hours, named);
        if (cheapest === Infinity) expect(plan).toBeNull();
        else expect(plan?.cost).toBe(cheapest);
      }),
      { numRuns: 300 },
    );
  });

  it('say when there were too many combinations to look at all', () => {
    const courses = [1.01, 1.03, 1.07, 1.13, 1.17].map((hours, i) => offer(`c${i}`, hours * hours, hours));
    const asked = (left: number) => cheapestHours([{ hours: 12, groups: [{ room: Infinity, courses }] }], { left })!;
    const [rushed, thorough] = [asked(3), asked(5_000)];
    expect([rushed.isProved, thorough.isProved]).toEqual([false, true]);
    expect(rushed.cost).toBeGreaterThanOrEqual(thorough.cost);
    expect(rushed.earned.reduce((sum, { hours }) => sum + hours, 0)).toBeGreaterThanOrEqual(12);
  });

  const node: CreditsNode = {
    op: 'credits',
    courseCodes: ['A', 'B'],
    min: 10,
    window: { months: 12, days: 0 },
    caps: [{ courseCodes: ['A'], max: 4 }],
  };
  const offers = (code: string): CourseOffer => (code === 'A' ? offer('A', 1, 1) : offer('B', 3, 2, 9));
  const at = Date.UTC(2027, 0, 10);
  const earned = (hours: number, isPending = false) => ({ at, hours, isPending, factId: 'fact' });

  it('that are missing count what is there, and no more of a capped course than its cap', () => {
    const facts = {
      holdings: new Map(),
      attributes: new Map(),
      credits: new Map([
        ['A', [earned(6)]],
        ['B', [earned(1.9), earned(5, true)]],
      ]),
    };
    expect(cheapestHours([missingHours(node, facts, [at, at], offers, () => true)])).toEqual({
      hours: 4.1,
      earned: [
        { code: 'B', hours: 2 },
        { code: 'B', hours: 2 },
        { code: 'B', hours: 2 },
      ],
      cost: 9,
      leadTime: { months: 0, days: 9 },
      isProved: true,
    });
    expect(cheapestHours([missingHours(node, facts, [at, at], offers, ({ code }) => code === 'A')])).toBeNull();
    const later = Date.UTC(2028, 0, 10);
    expect(missingHours(node, facts, [later, later], offers, () => true).hours).toBe(10);
  });

  it('take as long as the longest of their courses, and nobody knows how long if it is not known of one', () => {
    expect(longestLead([{ months: 0, days: 40 }, { months: 1, days: 0 }])).toEqual({ months: 0, days: 40 }); // prettier-ignore
    expect(longestLead([{ months: 0, days: 4 }, null])).toBeNull();
    expect(longestLead([])).toEqual({ months: 0, days: 0 });
  });
});
