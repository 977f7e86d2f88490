import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { awardJson, parseAwardCondition, type Attempt, type AwardCondition, type AwardRuleVersion } from './award';
import { startOfDay } from './calendar';
import { decideCycles } from './cycle-awards';
import { renewals, type OracleCredit, type OracleCycle, type OracleTerms } from './cycle.oracle';
import { isRefusal } from './refusal';
import { foldHolding, parseRenewalPolicy, type AwardEvidence, type Evidence, type RenewalPolicy } from './renewal';

const FIRSTS = ['2024-02-29', '2024-01-31', '2023-11-05', '2024-03-10', '2024-04-26', '2023-12-31'];
const ZONES = ['UTC', 'America/New_York', 'Africa/Cairo', 'Pacific/Kiritimati'];

const span = (...choices: (string | null)[]): fc.Arbitrary<string | null> => fc.constantFrom(...choices);
const floors = [
  [],
  [{ courses: ['A'], min: 2 }],
  [
    { courses: ['A', 'B'], min: 4 },
    { courses: ['A'], min: 1.5 },
  ],
];
const caps = [
  [],
  [{ courses: ['C'], max: 2 }],
  [
    { courses: ['C', 'D'], max: 4 },
    { courses: ['C'], max: 1.5 },
  ],
  [{ courses: ['A'], max: 5 }],
];
const cycles: fc.Arbitrary<OracleCycle> = fc.record({
  courses: fc.constantFrom(['A', 'B', 'C', 'D'], ['A', 'B', 'C']),
  min: fc.constantFrom(4, 6, 6.5),
  floors: fc.constantFrom(...floors),
  caps: fc.constantFrom(...caps),
  leastBlock: fc.constantFrom(null, null, 2),
  carry: fc.option(
    fc.record({
      max: fc.constantFrom(1, 2, 3.5),
      earnedWithin: span(null, 'P1M', 'P10D'),
      courses: fc.constantFrom(null, ['A', 'B']),
    }),
    { freq: 3 },
  ),
  reportWithin: span(null, 'P10D', 'P1M'),
  length: span(null, null, 'P1M', 'P45D'),
  dayAfter: fc.boolean(),
});

const inCycle = (cycle: OracleCycle): OracleCycle => ({
  ...cycle,
  dayAfter: cycle.dayAfter && cycle.carry === null,
  caps: cycle.caps.map((cap) => ({ ...cap, courses: cap.courses.filter((code) => cycle.courses.includes(code)) })),
});

/** Days on, and a day around, the ends of cycles and the windows before and after them. */
const stories = fc
  .record({
    cycle: cycles.map(inCycle),
    life: fc.constantFrom('P2M', 'P1M15D', 'P60D', 'P3M'),
    grace: span(null, 'P10D', 'P1M'),
    first: fc.constantFrom(...FIRSTS),
    zone: fc.constantFrom(...ZONES),
    seeds: fc.array(
      fc.record({
        course: fc.constantFrom('A', 'A', 'B', 'C', 'D'),
        hours: fc.constantFrom(0.5, 1.5, 2, 3, 4, 5),
        lives: fc.constantFrom(0, 1, 1, 1, 2, 2, 3),
        edge: fc.constantFrom('end', 'end', 'carry', 'grace', 'length', 'inside'),
        off: fc.integer({ min: -2, max: 2 }),
        inside: fc.integer({ min: 0, max: 70 }),
        told: fc.constantFrom('once', 'unknown', 'end', 'deadline', 'deadline'),
        toldOff: fc.integer({ min: -1, max: 1 }),
      }),
      { minLength: 1, maxLength: 24, size: 'max' },
    ),
  })
  .map(({ cycle, life, grace, first, zone, seeds }) => {
    const credits = seeds.map((seed): Omit<OracleCredit, 'id'> => {
      let end = Temporal.PlainDate.from(first);
      const { months, days } = Temporal.Duration.from(life);
      end = end.add({ months: months * seed.lives }).add({ days: days * seed.lives });
      let on = end;
      if (seed.edge === 'carry' && cycle.carry?.earnedWithin) on = end.subtract(cycle.carry.earnedWithin);
      if (seed.edge === 'length' && cycle.length) on = end.subtract(cycle.length);
      if (seed.edge === 'grace' && grace) on = end.add(grace);
      on = seed.edge === 'inside' ? end.add({ days: seed.inside }) : on.add({ days: seed.off });
      if (Temporal.PlainDate.compare(on, first) < 0) on = Temporal.PlainDate.from(first);
      let told: Temporal.PlainDate | null = on;
      if (seed.told === 'unknown') told = null;
      // an hour is told after it is earned
      else if (seed.told !== 'once') {
        const base = seed.told === 'deadline' && cycle.reportWithin ? end.add(cycle.reportWithin) : end;
        const late = base.add({ days: seed.toldOff });
        told = Temporal.PlainDate.compare(late, on) < 0 ? on : late;
      }
      return { course: seed.course, hours: seed.hours, on: on.toString(), reportedOn: told && told.toString() };
    });
    credits.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
    return {
      cycle,
      terms: { life, grace },
      first,
      zone,
      credits: credits.map((credit, i) => ({ id: `c${String(i).padStart(2, '0')}`, ...credit })),
    };
  });

interface Story {
  readonly cycle: OracleCycle;
  readonly terms: OracleTerms;
  readonly first: string;
  readonly zone: string;
  readonly credits: readonly OracleCredit[];
}

const conditionOf = ({
  courses,
  min,
  floors,
  caps,
  leastBlock,
  carry,
  reportWithin,
  length,
  dayAfter,
}: OracleCycle): AwardCondition => {
  const condition = parseAwardCondition({
    cycle: {
      courseCodes: courses,
      min,
      floors: floors.map((floor) => ({ courseCodes: floor.courses, min: floor.min })),
      caps: caps.filter((cap) => cap.courses.length > 0).map((cap) => ({ courseCodes: cap.courses, max: cap.max })),
      leastBlock,
      carryOver: carry && { ...carry, courseCodes: carry.courses },
      reportWithin,
      length,
      nextFrom: dayAfter ? 'DAY_AFTER_RENEWAL' : null,
    },
  });
  if (isRefusal(condition)) throw new Error(`${condition.message} ${condition.path.join('.')}`);
  return condition;
};

const questionOf = ({ cycle, terms, first, zone, credits }: Story) => {
  const policy = parseRenewalPolicy(
    { life: terms.life, anchor: 'EXPIRY', grace: terms.grace, backdate: true, reinstateWithin: terms.grace ?? 'P1D' },
    zone,
  ) as RenewalPolicy;
  const at = startOfDay(first, zone);
  const evidence: Evidence[] = [{ kind: 'AWARD', id: 'first', at, expiresAt: null, initial: null, recordedAt: 8e15 }];
  const attempts = credits.map((credit, i): Attempt => ({
    id: credit.id,
    courseCode: credit.course,
    status: 'PASSED',
    score: null,
    creditHours: credit.hours,
    // the first moment of the day, then a second after another
    at: startOfDay(credit.on, zone) + credits.slice(0, i).filter((other) => other.on === credit.on).length * 1_000,
    reportedAt: credit.reportedOn === null ? null : startOfDay(credit.reportedOn, zone),
    evidenceUrl: null,
  }));
  const versions: AwardRuleVersion[] = [{ version: 1, from: -Infinity, until: Infinity, when: conditionOf(cycle) }];
  return { versions, courses: new Map(), attempts, policy: { ...policy, reinstateWithin: null }, evidence, mayAward: () => true };
};

describe('renewals by cycles of credit hours against a clerk with a box of slips (C5)', () => {
  it('are the same, on the same days, by the same completion', () => {
    let renewed = 0;
    fc.assert(
      fc.property(stories, (story) => {
        const { zone, first, cycle, terms, credits } = story;
        const expected = renewals(cycle, terms, credits, first, '2026-12-31');
        renewed += expected.length;
        const decisions = decideCycles(questionOf(story)).filter(({ satisfied }) => satisfied);
        const actual = decisions
          .sort((a, b) => a.at - b.at)
          .map(
            ({ attemptId, at }) =>
              `${attemptId} ${Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString()}`,
          );
        expect(actual).toEqual(expected);
      }),
      { numRuns: Number(process.env.RUNS ?? 500) },
    );
    expect(renewed).toBeGreaterThan(300);
  }, 120_000);

  it('do not depend on the order in which completions are given', () => {
    fc.assert(
      fc.property(
        stories.chain((story) =>
          fc.tuple(
            fc.constant(questionOf(story)),
            fc.shuffledSubarray(questionOf(story).attempts, { minLength: story.credits.length }),
          ),
        ),
        ([question, attempts]) => {
          const byId = (a: { attemptId: string }, b: { attemptId: string }): number => (a.attemptId < b.attemptId ? -1 : 1);
          expect(decideCycles({ ...question, attempts }).sort(byId)).toEqual(decideCycles(question).sort(byId));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('do not look ahead: completions after a renewal leave it as it was', () => {
    fc.assert(
      fc.property(stories, fc.nat(), (story, pick) => {
        const question = questionOf(story);
        const t = question.attempts[pick % question.attempts.length]!.at;
        const before = (list: ReturnType<typeof decideCycles>) => list.filter(({ at, satisfied }) => satisfied && at <= t);
        const past = decideCycles({ ...question, attempts: question.attempts.filter(({ at }) => at <= t) });
        expect(before(past)).toEqual(before(decideCycles(question)));
      }),
      { numRuns: 200 },
    );
  });

  it('keep the calendar of cycles: every renewal ends a whole number of lives after the first award, never sooner for more hours', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const question = questionOf(story);
        const endOf = (attempts: readonly Attempt[]): number => {
          const awards = decideCycles({ ...question, attempts }).filter(({ satisfied }) => satisfied);
          const evidence = awards.map(({ attemptId, at }): AwardEvidence => ({
            kind: 'AWARD',
            id: attemptId,
            at,
            expiresAt: null,
            initial: false,
            endsCycle: true,
            recordedAt: 8e15,
          }));
          return foldHolding(question.policy, [...question.evidence, ...evidence]).segments.at(-1)!.expiresAt!;
        };
        const end = endOf(question.attempts);
        const ends = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => {
          const { months, days } = Temporal.Duration.from(story.terms.life);
          return startOfDay(
            Temporal.PlainDate.from(story.first)
              .add({ months: months * k })
              .add({ days: days * k })
              .toString(),
            story.zone,
          );
        });
        expect(ends).toContain(end);
        if (!story.cycle.dayAfter) expect(endOf(question.attempts.slice(1))).toBeLessThanOrEqual(end);
      }),
      { numRuns: 200 },
    );
  });

  it('are read back as they are stored', () => {
    fc.assert(
      fc.property(cycles.map(inCycle), (cycle) =>
        expect(parseAwardCondition(awardJson(conditionOf(cycle)))).toEqual(conditionOf(cycle)),
      ),
    );
  });
});
