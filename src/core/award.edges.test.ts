// The edges of award rules: what they refuse, how they are said, and which attempts they use.
import {
  awardCourses,
  awardJson,
  awardText,
  cycleOf,
  decideAwards,
  parseAwardCondition,
  usedBy,
  versionAt,
  withoutCycle,
  type Attempt,
  type AwardCondition,
  type AwardRuleVersion,
  type Course,
} from './award';
import { isRefusal } from './refusal';

const passed = (courseCode: string, minScore?: number) => ({
  passed: { courseCode, ...(minScore !== undefined && { minScore }) },
});
const hours = (courseCodes: unknown, min: unknown = 5, within: unknown = 'P1Y') => ({
  creditHours: { courseCodes, min, within },
});
const cycle = (...courseCodes: string[]) => ({ cycle: { courseCodes, min: 20 } });
const read = (json: unknown): AwardCondition => {
  const condition = parseAwardCondition(json);
  if (isRefusal(condition)) throw new Error(condition.message);
  return condition;
};
const refused = (json: unknown): string => {
  const found = parseAwardCondition(json);
  return isRefusal(found) ? `${found.path.join('.')}: ${found.message}` : 'taken';
};

describe('an award rule is refused', () => {
  it.each<[string, unknown, string]>([
    ['an operator there is not', { most: [passed('A')] }, 'most: Replace most by passed'],
    ['a score that is no number', passed('A', NaN), 'passed.minScore: Give minScore'],
    ['a course that is none among others', hours(['A', 5]), 'creditHours.courseCodes: Name 1 to 1,000'],
    ['too many courses', hours(Array.from({ length: 1_001 }, (_, i) => `C${i}`)), 'creditHours.courseCodes: Name 1 to 1,000'],
    ['endless hours', hours(['A'], Infinity), 'creditHours.min: Give min'],
    ['hours as a text', hours(['A'], '5'), 'creditHours.min: Give min'],
    ['a list of durations', hours(['A'], 5, ['P1Y']), 'creditHours.within: Write within'],
    ['a code that is too long', passed('x'.repeat(201)), 'passed.courseCode: Name the course'],
    ['two cycles', { any: [cycle('A'), cycle('B')] }, 'any.0.cycle: Give one cycle.'],
    ['a cycle that is one of all', { all: [passed('A'), cycle('B')] }, 'all.1.cycle: Put a cycle on top, or directly under'],
    ['a cycle further down', { any: [passed('A'), { any: [passed('C'), cycle('B')] }] }, 'any.1.any.1.cycle: Put a cycle on top'],
    ['a course in the cycle and beside it', { any: [cycle('X', 'A'), passed('A')] }, ': Let A count either in the cycle'],
  ])('for %s', (_, json, message) => {
    expect(refused(json)).toContain(message);
    expect(refused(json).startsWith(message)).toBe(true);
  });

  it('but not at its limits', () => {
    expect(refused(hours(Array.from({ length: 1_000 }, (_, i) => `C${i}`)))).toBe('taken');
    expect(refused(passed('x'.repeat(200)))).toBe('taken');
    expect(refused(cycle('A'))).toBe('taken');
    expect(refused({ any: [passed('A'), cycle('B')] })).toBe('taken');
  });
});

describe('an award rule', () => {
  it('has one cycle, or none', () => {
    const both = read({ any: [passed('A'), cycle('B'), passed('C')] });
    expect(cycleOf(both)?.courseCodes).toEqual(['B']);
    expect(withoutCycle(both)).toEqual(read({ any: [passed('A'), passed('C')] }));
    expect(withoutCycle(read({ any: [cycle('B')] }))).toBeNull();
    const plain = read({ all: [passed('A'), passed('B')] });
    expect([cycleOf(plain), withoutCycle(plain)]).toEqual([null, plain]);
    expect(read(awardJson(both))).toEqual(both);
    expect([awardCourses(both), awardText(both)]).toEqual([
      ['A', 'B', 'C'],
      'A passed or a renewal by 20 credit hours from B in the cycle or C passed',
    ]);
    expect(usedBy(read(cycle('B')), { courses: new Map(), standing: [], at: 0, zone: 'UTC' })).toBeNull();
  });

  it('names its courses in order, and is said without needless brackets', () => {
    expect(awardCourses(read({ all: [passed('B'), hours(['C', 'A'])] }))).toEqual(['A', 'B', 'C']);
    const text = (json: unknown) => awardText(read(json));
    expect(text({ all: [{ any: [passed('A')] }, passed('B')] })).toBe('A passed and B passed');
    expect(text({ any: [{ all: [passed('A'), passed('B')] }] })).toBe('A passed and B passed');
    expect(text({ any: [{ all: [passed('A'), passed('B')] }, passed('C', 7)] })).toBe(
      '(A passed and B passed) or C passed with at least 7',
    );
    expect(text(hours(['A'], 1))).toBe('1 credit hour from A within 1 year');
    expect(text(hours(['A', 'B'], 2))).toBe('2 credit hours from A and B within 1 year');
    expect(text(hours(['A', 'B', 'C']))).toBe('5 credit hours from A, B and C within 1 year');
  });
});

const course = (code: string, some: Partial<Course> = {}): Course => ({ code, passMark: null, retakePolicy: 'LATEST', creditHours: null, ...some }); // prettier-ignore
const attempt = (id: string, courseCode: string, at: number, some: Partial<Attempt> = {}): Attempt => ({
  id,
  courseCode,
  status: 'PASSED',
  score: null,
  creditHours: null,
  at: at * 86_400_000,
  evidenceUrl: null,
  ...some,
});
const version = (json: unknown, number = 1, from = -Infinity, until = Infinity): AwardRuleVersion => ({
  version: number,
  from,
  until,
  when: read(json),
});
const decided = (json: unknown, courses: Course[], attempts: Attempt[]): string[] =>
  decideAwards([version(json)], new Map(courses.map((one) => [one.code, one])), attempts, 'UTC').map(
    ({ attemptId, satisfied, usedAttemptIds }) => `${attemptId} ${satisfied ? usedAttemptIds.join('+') : 'no'}`,
  );

describe('attempts', () => {
  it('of one instant go by what they say before their ids, and by their ids only where they say the same', () => {
    const both = [attempt('2', 'A', 1), attempt('1', 'B', 1)];
    for (const list of [both, [...both].reverse()])
      expect(decided({ all: [passed('A'), passed('B')] }, [], list)).toEqual(['2 no', '1 2+1']);
    const same = [attempt('2', 'A', 1), attempt('1', 'A', 1)];
    for (const list of [same, [...same].reverse()]) expect(decided(passed('A'), [], list)).toEqual(['1 1', '2 2']);
  });

  it('stand by the latest where nothing is known of the course, and by the best that passes where that is asked', () => {
    const retaken = [attempt('1', 'A', 1), attempt('2', 'A', 2, { status: 'FAILED' }), attempt('3', 'B', 3)];
    expect(decided({ all: [passed('A'), passed('B')] }, [], retaken)).toEqual(['1 no', '2 no', '3 no']);
    const best = course('A', { retakePolicy: 'HIGHEST_SCORE' });
    const scored = [
      attempt('1', 'A', 1),
      attempt('2', 'A', 2, { score: 5 }),
      attempt('3', 'A', 3, { score: 9, status: 'FAILED' }),
      attempt('4', 'B', 4),
    ];
    expect(decided({ all: [passed('A'), passed('B')] }, [best], scored).at(-1)).toBe('4 2+4');
    expect(decided({ all: [passed('A'), passed('B')] }, [best], [scored[1]!, attempt('5', 'A', 3), scored[3]!]).at(-1)).toBe('4 2+4'); // prettier-ignore
  });

  it('pass without a score only where none is asked, and below nothing where there is no mark', () => {
    expect(decided(passed('A', 0), [], [attempt('1', 'A', 1), attempt('2', 'A', 2, { score: 0 })])).toEqual(['1 no', '2 2']);
    expect(decided(passed('A'), [course('A')], [attempt('1', 'A', 1, { score: -5 })])).toEqual(['1 1']);
  });

  it('without hours, or of other courses, are not used for hours', () => {
    const rule = { all: [hours(['A', 'B'], 4), passed('C')] };
    const list = [
      attempt('1', 'A', 1, { creditHours: 0 }),
      attempt('2', 'B', 2, { creditHours: 4 }),
      attempt('3', 'C', 3, { creditHours: 9 }),
    ];
    expect(decided(rule, [], list)).toEqual(['1 no', '2 no', '3 2+3']);
    expect(decided(rule, [], [attempt('2', 'B', 2, { creditHours: 3 }), list[2]!])).toEqual(['2 no', '3 no']);
  });

  it('are judged by the newest version in effect, in whatever order versions come', () => {
    const [older, newer] = [version(passed('A'), 1, 5), version(passed('A'), 2, -Infinity, 10)];
    for (const versions of [
      [older, newer],
      [newer, older],
    ])
      // prettier-ignore
      expect([4, 5, 9, 10].map((at) => versionAt(versions, at)?.version)).toEqual([2, 2, 2, 1]);
    expect(versionAt([older], 4)).toBeNull();
  });

  it('earn nothing by a cycle here', () => {
    const only = decideAwards([version(cycle('A'))], new Map(), [attempt('1', 'A', 1, { creditHours: 30 })], 'UTC');
    expect(only).toEqual([]);
  });
});
