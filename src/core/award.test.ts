import fc from 'fast-check';
import {
  awardCourses,
  awardJson,
  awardText,
  decideAwards,
  parseAwardCondition,
  type Attempt,
  type AwardCondition,
  type AwardRuleVersion,
  type Course,
} from './award';
import { startOfDay } from './calendar';
import { isRefusal, type Refusal } from './refusal';

const ZONE = 'Europe/London';
const course = (code: string, some: Partial<Course> = {}): Course => ({
  code,
  passMark: null,
  retakePolicy: 'LATEST',
  creditHours: null,
  ...some,
});
const catalogue = (...courses: Course[]): Map<string, Course> => new Map(courses.map((c) => [c.code, c]));
const attempt = (id: string, courseCode: string, day: string, some: Partial<Attempt> = {}): Attempt => ({
  id,
  courseCode,
  status: 'PASSED',
  score: null,
  creditHours: null,
  at: startOfDay(day, ZONE),
  evidenceUrl: null,
  ...some,
});
const read = (json: unknown): AwardCondition => {
  const condition = parseAwardCondition(json);
  if (isRefusal(condition)) throw new Error(condition.message);
  return condition;
};
const rule = (json: unknown, version = 1, from = -Infinity, until = Infinity): AwardRuleVersion => ({
  version,
  from,
  until,
  when: read(json),
});
const outcomes = (rules: AwardRuleVersion[], courses: Course[], attempts: Attempt[]): string[] =>
  decideAwards(rules, catalogue(...courses), attempts, ZONE).map(
    (d) => `${d.attemptId} v${d.ruleVersion} ${d.satisfied ? `earns by ${d.usedAttemptIds.join('+')}` : 'no'}`,
  );

describe('what earns an award (C1)', () => {
  const pair = rule({ all: [{ passed: { courseCode: 'A', minScore: 80 } }, { passed: { courseCode: 'B' } }] });

  it('needs both courses and the score', () => {
    expect(
      outcomes(
        [pair],
        [course('A'), course('B')],
        [
          attempt('1', 'B', '2026-01-01'),
          attempt('2', 'A', '2026-01-02', { score: 79 }),
          attempt('3', 'C', '2026-01-03'),
          attempt('4', 'A', '2026-01-04', { score: 80 }),
        ],
      ),
    ).toEqual(['1 v1 no', '2 v1 no', '4 v1 earns by 1+4']);
    expect(outcomes([pair], [], [attempt('1', 'B', '2026-01-01'), attempt('2', 'A', '2026-01-02')])).toEqual([
      '1 v1 no',
      '2 v1 no',
    ]);
  });

  it.each([
    [69, false],
    [70, true],
    [71, true],
    [null, true],
  ])('score %s at pass mark 70: %s (B27)', (score, expected) => {
    const [decision] = decideAwards(
      [rule({ passed: { courseCode: 'A' } })],
      catalogue(course('A', { passMark: 70 })),
      [attempt('1', 'A', '2026-01-01', { score })],
      ZONE,
    );
    expect(decision?.satisfied).toBe(expected);
  });

  it('ignores the score of a course that asks for attendance only, and never takes a failed attempt (B27)', () => {
    const only = rule({ passed: { courseCode: 'A' } });
    expect(outcomes([only], [course('A')], [attempt('1', 'A', '2026-01-01', { score: 0 })])).toEqual(['1 v1 earns by 1']);
    expect(outcomes([only], [course('A')], [attempt('1', 'A', '2026-01-01', { score: 100, status: 'FAILED' })])).toEqual([
      '1 v1 no',
    ]);
    expect(
      outcomes(
        [only],
        [],
        [attempt('1', 'A', '2026-01-01', { status: 'IN_PROGRESS' }), attempt('2', 'A', '2026-01-01', { status: 'NOT_STARTED' })],
      ),
    ).toEqual([]);
  });

  it('takes the first alternative that holds', () => {
    const either = rule({
      any: [{ all: [{ passed: { courseCode: 'A' } }, { passed: { courseCode: 'B' } }] }, { passed: { courseCode: 'C' } }],
    });
    expect(
      outcomes([either], [], [attempt('1', 'A', '2026-01-01'), attempt('2', 'C', '2026-01-02'), attempt('3', 'B', '2026-01-03')]),
    ).toEqual(['1 v1 no', '2 v1 earns by 2', '3 v1 no']);
  });

  it('earns each award anew: an attempt is used at most once', () => {
    expect(
      outcomes(
        [pair],
        [],
        [
          attempt('1', 'A', '2026-01-01', { score: 90 }),
          attempt('2', 'B', '2026-01-02'),
          attempt('3', 'B', '2027-01-02'),
          attempt('4', 'A', '2027-01-03', { score: 90 }),
        ],
      ),
    ).toEqual(['1 v1 no', '2 v1 earns by 1+2', '3 v1 no', '4 v1 earns by 3+4']);
  });
});

describe('retakes (B23)', () => {
  const attempts = [
    attempt('a80', 'A', '2026-01-01', { score: 80 }),
    attempt('a60', 'A', '2026-01-02', { score: 60, status: 'FAILED' }),
    attempt('a90', 'A', '2026-01-03', { score: 90 }),
    attempt('a75', 'A', '2026-01-04', { score: 75 }),
    attempt('b', 'B', '2026-01-05'),
  ];
  const both = rule({ all: [{ passed: { courseCode: 'A' } }, { passed: { courseCode: 'B' } }] });
  it.each([
    ['LATEST', 'a75'],
    ['HIGHEST_SCORE', 'a90'],
    ['FIRST_PASS', 'a80'],
  ] as const)('%s: attempt %s stands', (retakePolicy, winner) => {
    expect(outcomes([both], [course('A', { passMark: 70, retakePolicy })], attempts).at(-1)).toBe(`b v1 earns by ${winner}+b`);
  });

  it('lets a later failure undo a pass only under LATEST', () => {
    const failedAfter = [attempts[0], attempts[1], attempts[4]] as Attempt[];
    const last = (retakePolicy: Course['retakePolicy']): string | undefined =>
      outcomes([both], [course('A', { passMark: 70, retakePolicy })], failedAfter).at(-1);
    expect(last('LATEST')).toBe('b v1 no');
    expect(last('HIGHEST_SCORE')).toBe('b v1 earns by a80+b');
    expect(last('FIRST_PASS')).toBe('b v1 earns by a80+b');
  });

  it('takes the first of equal scores, and the first pass that reaches the score asked for', () => {
    const twice = [
      attempt('1', 'A', '2026-01-01', { score: 70 }),
      attempt('2', 'A', '2026-01-02', { score: 85 }),
      attempt('3', 'A', '2026-01-03', { score: 85 }),
      attempt('b', 'B', '2026-01-04'),
    ];
    const strict = rule({ all: [{ passed: { courseCode: 'A', minScore: 80 } }, { passed: { courseCode: 'B' } }] });
    expect(outcomes([strict], [course('A', { retakePolicy: 'HIGHEST_SCORE' })], twice).at(-1)).toBe('b v1 earns by 2+b');
    expect(outcomes([strict], [course('A', { retakePolicy: 'FIRST_PASS' })], twice).at(-1)).toBe('b v1 earns by 2+b');
  });
});

describe('credit hours (C5)', () => {
  const hours = rule({ creditHours: { courseCodes: ['A', 'B'], min: 20, within: 'P1Y' } });
  const courses = [course('A', { creditHours: 12 }), course('B', { creditHours: 4, passMark: 50 })];

  it('add up, those of the attempt before those of the course: 12 + 8 of 20', () => {
    expect(
      outcomes([hours], courses, [
        attempt('1', 'A', '2026-01-01'),
        attempt('2', 'B', '2026-06-01', { creditHours: 8 }),
        attempt('3', 'A', '2026-07-01'),
      ]),
    ).toEqual(['1 v1 no', '2 v1 earns by 1+2', '3 v1 no']);
  });

  it.each([
    ['2026-12-31', 'earns by 1+2'],
    ['2027-01-01', 'no'],
  ])('count from their day for as long as the window, and no longer: %s', (day, expected) => {
    expect(outcomes([hours], courses, [attempt('1', 'A', '2026-01-01'), attempt('2', 'A', day)]).at(-1)).toBe(`2 v1 ${expected}`);
  });

  it('come from passed attempts only and in decimal fractions', () => {
    expect(
      outcomes([hours], courses, [
        attempt('1', 'A', '2026-01-01', { status: 'FAILED' }),
        attempt('2', 'B', '2026-01-02', { score: 49, creditHours: 12 }),
        attempt('3', 'A', '2026-01-03'),
      ]).at(-1),
    ).toBe('3 v1 no');
    const small = rule({ creditHours: { courseCodes: ['A'], min: 0.3, within: 'P1Y' } });
    expect(
      outcomes(
        [small],
        [],
        [attempt('1', 'A', '2026-01-01', { creditHours: 0.1 }), attempt('2', 'A', '2026-01-02', { creditHours: 0.2 })],
      ).at(-1),
    ).toBe('2 v1 earns by 1+2');
  });
});

describe('versions and evidence (C3)', () => {
  const seam = startOfDay('2026-06-01', ZONE);
  it('each attempt is judged by the version in force at its instant, and counts on under the next', () => {
    const versions = [
      rule({ passed: { courseCode: 'A' } }, 1, -Infinity, seam),
      rule({ all: [{ passed: { courseCode: 'A' } }, { passed: { courseCode: 'B' } }] }, 2, seam),
    ];
    expect(
      outcomes(
        versions,
        [],
        [
          attempt('1', 'B', '2026-05-01'),
          attempt('2', 'A', '2026-05-31'),
          attempt('3', 'B', '2026-05-31'),
          attempt('4', 'A', '2026-06-01'),
        ],
      ),
    ).toEqual(['2 v1 earns by 2', '4 v2 earns by 3+4']);
    expect(outcomes([rule({ passed: { courseCode: 'A' } }, 1, seam)], [], [attempt('1', 'A', '2026-05-31')])).toEqual([]);
  });

  it('a failed attempt never earns an award, though an earlier pass would under a new version', () => {
    const versions = [rule({ passed: { courseCode: 'B' } }, 1, -Infinity, seam), rule({ passed: { courseCode: 'A' } }, 2, seam)];
    const attempts = [
      attempt('1', 'A', '2026-05-01'),
      attempt('2', 'A', '2026-07-01', { status: 'FAILED' }),
      attempt('3', 'A', '2026-08-01'),
    ];
    expect(outcomes(versions, [course('A', { retakePolicy: 'FIRST_PASS' })], attempts)).toEqual(['2 v2 no', '3 v2 earns by 1']);
  });

  it('names the evidence of the attempt, else the latest used', () => {
    const both = rule({ all: [{ passed: { courseCode: 'A' } }, { passed: { courseCode: 'B' } }] });
    const urls = (a: string | null, b: string | null): (string | null | undefined)[] =>
      decideAwards(
        [both],
        catalogue(),
        [attempt('1', 'A', '2026-01-01', { evidenceUrl: a }), attempt('2', 'B', '2026-01-02', { evidenceUrl: b })],
        ZONE,
      ).map((d) => d.evidenceUrl);
    expect(urls('https://a', 'https://b')).toEqual(['https://a', 'https://b']);
    expect(urls('https://a', null)).toEqual(['https://a', 'https://a']);
    expect(urls(null, null)).toEqual([null, null]);
  });

  it('does not depend on the order in which attempts are given, and leaves them as they were (B18)', () => {
    const attempts = fc.array(
      fc.record({
        course: fc.constantFrom('A', 'B', 'C'),
        day: fc.integer({ min: 1, max: 9 }),
        status: fc.constantFrom('PASSED' as const, 'PASSED' as const, 'FAILED' as const),
        score: fc.constantFrom(null, 60, 70, 80),
      }),
      { maxLength: 10 },
    );
    const when = rule({
      any: [
        { all: [{ passed: { courseCode: 'A', minScore: 70 } }, { passed: { courseCode: 'B' } }] },
        { creditHours: { courseCodes: ['A', 'C'], min: 6, within: 'P5D' } },
      ],
    });
    const courses = catalogue(
      course('A', { retakePolicy: 'HIGHEST_SCORE', creditHours: 2, passMark: 65 }),
      course('C', { creditHours: 3 }),
    );
    const given = attempts.map((seeds) =>
      seeds.map((s, i) => attempt(`x${i}`, s.course, `2026-01-0${s.day}`, { status: s.status, score: s.score })),
    );
    fc.assert(
      fc.property(
        given.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const before = [...shuffled];
          const decisions = decideAwards([when], courses, list, ZONE);
          expect(decideAwards([when], courses, shuffled, ZONE)).toEqual(decisions);
          expect(shuffled).toEqual(before);
          const used = decisions.flatMap((d) => d.usedAttemptIds);
          expect(new Set(used).size).toBe(used.length);
        },
      ),
    );
  });
});

describe('reading a condition', () => {
  it('reads what it writes, and says it in English', () => {
    const json = {
      all: [
        { passed: { courseCode: 'A', minScore: 80 } },
        { any: [{ passed: { courseCode: 'B' } }, { creditHours: { courseCodes: ['C', 'D', 'E'], min: 20, within: 'P2Y' } }] },
      ],
    };
    const condition = read(json);
    expect(awardJson(condition)).toEqual(json);
    expect(awardCourses(condition)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(awardText(condition)).toBe(
      'A passed with at least 80 and (B passed or 20 credit hours from C, D and E within 2 years)',
    );
    expect(read({ passed: { courseCode: 'A', minScore: null }, all: null, any: undefined })).toEqual({
      passed: { courseCode: 'A', minScore: null },
    });
    expect(awardText(read({ all: [{ any: [{ passed: { courseCode: 'A' } }] }] }))).toBe('A passed');
  });

  const deep = (levels: number): unknown => (levels === 1 ? { passed: { courseCode: 'A' } } : { all: [deep(levels - 1)] });
  const wide = (nodes: number): unknown => ({ any: Array.from({ length: nodes - 1 }, () => ({ passed: { courseCode: 'A' } })) });
  it.each([
    ['nothing', null, 'AWARD_RULE_INVALID', ''],
    ['a word', 'A', 'AWARD_RULE_INVALID', ''],
    ['a list', [], 'AWARD_RULE_INVALID', ''],
    ['two kinds', { all: [deep(1)], passed: { courseCode: 'A' } }, 'AWARD_RULE_INVALID', ''],
    ['an unknown kind', { not: deep(1) }, 'AWARD_RULE_INVALID', 'not'],
    ['an empty list', { all: [] }, 'AWARD_RULE_INVALID', 'all'],
    ['a bad child', { any: [deep(1), { passed: {} }] }, 'AWARD_RULE_INVALID', 'any.1.passed.courseCode'],
    ['a blank course', { passed: { courseCode: ' ' } }, 'AWARD_RULE_INVALID', 'passed.courseCode'],
    ['a score in words', { passed: { courseCode: 'A', minScore: '80' } }, 'AWARD_RULE_INVALID', 'passed.minScore'],
    ['no courses', { creditHours: { courseCodes: [], min: 1, within: 'P1Y' } }, 'AWARD_RULE_INVALID', 'creditHours.courseCodes'],
    ['no hours', { creditHours: { courseCodes: ['A'], min: 0, within: 'P1Y' } }, 'AWARD_RULE_INVALID', 'creditHours.min'],
    [
      'a window with a time',
      { creditHours: { courseCodes: ['A'], min: 1, within: 'PT8H' } },
      'AWARD_RULE_INVALID',
      'creditHours.within',
    ],
    ['13 levels', deep(13), 'AWARD_RULE_TOO_LARGE', Array.from({ length: 12 }, () => 'all.0').join('.')],
    ['201 conditions', wide(201), 'AWARD_RULE_TOO_LARGE', 'any.199'],
  ])('refuses %s', (_, json, code, path) => {
    const answer = parseAwardCondition(json) as Refusal;
    expect(isRefusal(answer) && [answer.code, answer.path.join('.')]).toEqual([code, path]);
    expect(answer.message).toMatch(/^[A-Z].*\.$/);
  });

  it('takes 12 levels and 200 conditions', () => {
    expect(isRefusal(parseAwardCondition(deep(12)))).toBe(false);
    expect(isRefusal(parseAwardCondition(wide(200)))).toBe(false);
  });
});
