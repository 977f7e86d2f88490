import type { Attempt, AwardCondition, Course } from './award';
import { awardGap } from './award-gap';

const DAY = 86_400_000;
const NOW = Date.UTC(2027, 5, 1);
const course = (code: string, creditHours: number | null = null): Course => ({
  code,
  passMark: null,
  retakePolicy: 'LATEST',
  creditHours,
});
const courses = new Map([course('A'), course('B'), course('C'), course('H', 2)].map((one) => [one.code, one]));
const passed = (courseCode: string, daysAgo: number, status: Attempt['status'] = 'PASSED'): Attempt => ({
  id: `${courseCode}${daysAgo}`,
  courseCode,
  status,
  score: null,
  creditHours: null,
  at: NOW - daysAgo * DAY,
  evidenceUrl: null,
});
const pass = (courseCode: string): AwardCondition => ({ passed: { courseCode, minScore: null } });
const gapOf = (when: AwardCondition, attempts: readonly Attempt[] = []) => {
  const versions = [{ version: 1, from: -Infinity, until: Infinity, when }];
  const offer = (code: string) => ({ code, cost: 5, leadTime: null, creditHours: courses.get(code)?.creditHours ?? null });
  const gap = awardGap(versions, { attempts, courses, zone: 'UTC' }, NOW, offer);
  return gap?.works.map(({ courses: codes, hours }) => [...codes, ...hours.map((plan) => `${plan.hours} h for ${plan.cost}`)].join('+'));
}; // prettier-ignore

describe('what is missing for an award', () => {
  it('is each set of courses that would earn it, none with more than it needs', () => {
    expect(gapOf(pass('A'))).toEqual(['A']);
    expect(gapOf({ any: [pass('A'), { all: [pass('B'), pass('C')] }] })).toEqual(['A', 'B+C']);
    expect(gapOf({ all: [pass('A'), { any: [pass('A'), pass('B')] }] })).toEqual(['A']);
  });

  it('counts what was passed since the last award, and what is passed now, only', () => {
    const both: AwardCondition = { all: [pass('A'), pass('B')] };
    expect(gapOf(both, [passed('A', 9)])).toEqual(['B']);
    expect(gapOf(both, [passed('A', 9), passed('A', 3, 'FAILED')])).toEqual(['A+B']);
    expect(gapOf(both, [passed('A', 9), passed('B', 8)])).toEqual(['A+B']);
    expect(gapOf(both, [passed('A', 9), passed('B', 8), passed('B', 2)])).toEqual(['A']);
    expect(gapOf(both, [passed('A', -9)])).toEqual(['A+B']);
  });

  it('is the hours that are short, at what they cost', () => {
    const hours: AwardCondition = { creditHours: { courseCodes: ['H'], min: 5, within: { months: 0, days: 30 } } };
    expect(gapOf(hours)).toEqual(['5 h for 15']);
    expect(gapOf(hours, [passed('H', 3)])).toEqual(['3 h for 10']);
    expect(gapOf(hours, [passed('H', 31)])).toEqual(['5 h for 15']);
  });

  it('is nothing that could be said where there is no award rule, or it only renews', () => {
    expect(awardGap([], { attempts: [], courses, zone: 'UTC' }, NOW, () => undefined as never)).toBeNull();
  });
});
