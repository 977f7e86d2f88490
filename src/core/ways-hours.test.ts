// Hours of several steps add up: what is passed for a credential, what is earned for one condition, and what is earned for several.
import fc from 'fast-check';
import { evaluate } from './evaluate';
import type { PersonFacts } from './facts';
import type { Offers } from './offers';
import type { RuleNode } from './rule';
import { withSteps, type PlacedStep } from './steps';
import { Level, levelAt } from './timeline';
import { nearestWays, type WaysFound } from './ways';
import { DAY, forEver, NOW } from './ways.oracle';

const COURSES = ['c1', 'c2', 'c3'];
interface World {
  readonly courses: ReadonlyMap<string, { readonly cost: number; readonly days: number; readonly hours: number | null }>;
  /** By type: the courses that earn it. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}
type CreditHours = Extract<RuleNode, { op: 'credits' }>;

const span = (days: number) => ({ months: 0, days });
const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
const credits = (min: number, courseCodes: readonly string[], days = 30, caps?: CreditHours['caps']): CreditHours => ({
  op: 'credits',
  courseCodes,
  min,
  window: span(days),
  ...(caps && { caps }),
});
const nobody: PersonFacts = { holdings: new Map(), attributes: new Map() };

function offersOf({ courses, types }: World): Offers {
  return {
    isType: (code) => types.has(code),
    isCourse: (code) => courses.has(code),
    type: (code) => ({
      cost: 0,
      leadTime: span(0),
      prerequisites: [],
      award: { works: [{ courses: types.get(code)!, hours: [] }], isComplete: true },
    }),
    course: (code) => {
      const { cost, days, hours } = courses.get(code)!;
      return { code, cost, leadTime: span(days), creditHours: hours };
    },
    rules: () => [],
    refer: (facts) => facts,
    isList: () => false,
  };
}

const ask = (node: RuleNode, world: World, facts = nobody): WaysFound =>
  nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offersOf(world));
const worldOf = (courses: Record<string, readonly [cost: number, days: number, hours: number | null]>): World => ({
  courses: new Map(Object.entries(courses).map(([code, [cost, days, hours]]) => [code, { cost, days, hours }])),
  types: new Map([
    ['A', ['c1']],
    ['B', ['c2']],
  ]),
});
const told = ({ ways }: WaysFound) =>
  ways.map(({ cost, isOptimal, steps }) => [
    cost,
    isOptimal,
    steps.map(({ step }) => `${step.kind} ${step.kind === 'CREDITS' ? `${step.hours} ${step.from.join()}` : ('code' in step && step.code)}`).join('; '), // prettier-ignore
  ]);

/** The least that meets the rule by trying: which credentials are earned, how often each course is taken beside, and when. */
function cheapestByTrying(node: RuleNode, { courses, types }: World, facts: PersonFacts, under: number): number {
  const obtainable = [...types.keys()];
  let best = under;
  const tryAll = (obtained: readonly string[], passed: readonly string[], times: readonly number[]): void => {
    const bought = COURSES.flatMap((code, i) => Array.from({ length: times[i]! }, () => courses.get(code)!));
    const cost = [...passed.map((code) => courses.get(code)!), ...bought].reduce((sum, one) => sum + one.cost, 0);
    if (cost >= best - 1e-9) return;
    const soonest = Math.max(0, ...passed.map((code) => courses.get(code)!.days), ...bought.map(({ days }) => days));
    for (let day = soonest; day <= soonest + 12; day++) {
      const t = NOW + day * DAY;
      const beside: PlacedStep[] = COURSES.map((code, i) => {
        const earned = [{ code, hours: times[i]! * (courses.get(code)!.hours ?? 0) }];
        return { step: { kind: 'CREDITS', hours: 0, from: [code], earned }, at: t };
      });
      for (const isLate of [false, true]) {
        const when = (code: string): number => (isLate ? t : NOW + courses.get(code)!.days * DAY);
        const steps: PlacedStep[] = [
          ...passed.map((code): PlacedStep => ({ step: { kind: 'COURSE', code, hours: courses.get(code)!.hours ?? 0 }, at: when(code) })), // prettier-ignore
          ...obtained.map((code): PlacedStep => ({ step: { kind: 'CREDENTIAL', code, isRenewal: false }, at: Math.max(...types.get(code)!.map(when)) })), // prettier-ignore
          ...beside,
        ];
        const after = withSteps(facts, steps, (same) => same);
        if (levelAt(evaluate(node, after), t) !== Level.MET) continue;
        best = cost;
        return;
      }
    }
  };
  for (let mask = 0; mask < 1 << obtainable.length; mask++) {
    const obtained = obtainable.filter((_, i) => mask & (1 << i));
    const passed = [...new Set(obtained.flatMap((code) => types.get(code)!))];
    for (let count = 0; count < 4 ** COURSES.length; count++)
      tryAll(
        obtained,
        passed,
        COURSES.map((_, i) => Math.floor(count / 4 ** i) % 4),
      );
  }
  return best < under ? best : Infinity;
}

const someCourses = fc.subarray(COURSES, { minLength: 1 });
const world: fc.Arbitrary<World> = fc
  .record({
    courses: fc.tuple(
      ...COURSES.map(() =>
        fc.record({
          cost: fc.constantFrom(0, 1, 2, 3, 5),
          days: fc.constantFrom(0, 0, 1, 4),
          hours: fc.constantFrom(1, 2, 3, 4),
        }),
      ),
    ),
    types: fc.tuple(fc.subarray(COURSES, { minLength: 1, maxLength: 2 }), someCourses),
  })
  .map(({ courses, types: [a, b] }) => ({
    courses: new Map(courses.map((course, i) => [COURSES[i]!, course])),
    types: new Map([
      ['A', a],
      ['B', b],
    ]),
  }));
const hoursAsked: fc.Arbitrary<RuleNode> = fc
  .record({
    min: fc.constantFrom(1, 2, 3, 5, 6),
    courseCodes: someCourses,
    days: fc.constantFrom(2, 5, 30, 30),
    cap: fc.option(fc.record({ courseCodes: someCourses, max: fc.constantFrom(1, 2, 4) })),
    lag: fc.constantFrom(null, null, null, null, null, 1, 3),
  })
  .map(({ min, courseCodes, days, cap, lag }) => ({
    ...credits(min, courseCodes, days, cap === null ? undefined : [cap]),
    ...(lag !== null && { lag: span(lag) }),
  }));
const rule: fc.Arbitrary<RuleNode> = fc
  .tuple(
    fc.constantFrom('all' as const, 'all' as const, 'any' as const),
    fc.array(
      fc.oneof(
        { weight: 2, arbitrary: hoursAsked },
        { weight: 1, arbitrary: fc.constantFrom('A', 'B').map(holds) },
        {
          weight: 1,
          arbitrary: fc.tuple(fc.constantFrom('A', 'B').map(holds), hoursAsked).map((of): RuleNode => ({ op: 'any', of })),
        },
      ),
      { minLength: 2, maxLength: 3 },
    ),
  )
  .map(([op, of]) => ({ op, of }));
const person: fc.Arbitrary<PersonFacts> = fc
  .array(
    fc.record({
      code: fc.constantFrom(...COURSES),
      at: fc.integer({ min: -4, max: 3 }).map((day) => NOW + day * DAY),
      hours: fc.constantFrom(1, 2),
    }),
    { maxLength: 2 },
  )
  .map((hours) => ({
    ...nobody,
    credits: new Map(
      COURSES.map((code) => [
        code,
        hours.filter((one) => one.code === code).map((one) => ({ ...one, isPending: false, factId: 'fact' })),
      ]),
    ),
  }));

describe('hours that several steps give', () => {
  it('are never said to be had as cheaply as can be where trying everything finds them cheaper (N9)', () => {
    let [asked, proved] = [0, 0];
    fc.assert(
      fc.property(rule, world, person, (node, known, facts) => {
        const { ways, isProved, isMet } = ask(node, known, facts);
        if (isMet) return;
        asked++;
        if (!isProved) return;
        proved++;
        expect(cheapestByTrying(node, known, facts, ways[0]?.cost ?? Infinity)).toBe(Infinity);
      }),
      { numRuns: 200 },
    );
    // not so where lags differ (two days) and where a window is shorter than what else takes time
    expect(proved).toBeGreaterThan(asked * 0.6);
  });

  it('count what is passed for a credential: only the rest is earned', () => {
    const world_ = worldOf({ c1: [3, 2, 1], c2: [5, 2, 1], c3: [2, 2, 1] });
    expect(told(ask({ op: 'all', of: [holds('A'), credits(3, ['c1', 'c3'])] }, world_))[0]).toEqual([
      7,
      true,
      'COURSE c1; CREDITS 2 c1,c3; CREDENTIAL A',
    ]);
    expect(told(ask({ op: 'all', of: [holds('A'), holds('B'), credits(2, ['c1', 'c2'])] }, world_))).toEqual([
      [8, true, 'COURSE c1; COURSE c2; CREDENTIAL A; CREDENTIAL B'],
    ]);
  });

  it('are earned once for conditions that share courses, with what is dearer for each of them alone', () => {
    const shared: RuleNode = { op: 'all', of: [credits(4, ['c1', 'c2']), credits(4, ['c2', 'c3'])] };
    const known = worldOf({ c1: [3, 0, 4], c2: [5, 0, 4], c3: [3, 0, 4] });
    expect(told(ask(shared, known))[0]).toEqual([5, true, 'CREDITS 4 c2']);
    // 60 hours, 35 of them of one kind
    const nested: RuleNode = { op: 'all', of: [credits(60, ['c1', 'c2']), credits(35, ['c1'])] };
    expect(told(ask(nested, worldOf({ c1: [2, 0, 5], c2: [1, 0, 5], c3: [0, 0, 1] })))[0]).toEqual([
      19,
      true,
      'CREDITS 35 c1; CREDITS 25 c2',
    ]);
  });

  it('are not said to be had as cheaply as can be where they may come from what is passed later, or is worth nobody knows what', () => {
    const short: RuleNode = { op: 'all', of: [holds('A'), holds('B'), credits(1, ['c1'], 2)] };
    expect(ask(short, worldOf({ c1: [3, 0, 1], c2: [1, 9, 1], c3: [0, 0, 1] })).isProved).toBe(false);
    // counts for the one condition at once, for the other only if it is passed with the last
    const [long, brief] = [credits(1, ['c2']), credits(1, ['c2', 'c3'], 2)];
    const inPart: RuleNode = { op: 'all', of: [holds('A'), holds('B'), long, brief] };
    expect(ask(inPart, worldOf({ c1: [0, 4, 1], c2: [2, 0, 1], c3: [3, 0, 1] })).isProved).toBe(false);
    const unsaid: RuleNode = { op: 'all', of: [holds('A'), credits(1, ['c1'])] };
    expect(ask(unsaid, worldOf({ c1: [3, 0, null], c2: [1, 0, 1], c3: [0, 0, 1] })).isProved).toBe(false);
    const onTwoDays: RuleNode = { op: 'all', of: [credits(2, ['c1', 'c2']), { ...credits(2, ['c2', 'c3']), lag: span(1) }] };
    expect(ask(onTwoDays, worldOf({ c1: [3, 0, 2], c2: [5, 0, 2], c3: [3, 0, 2] })).isProved).toBe(false);
    const often: RuleNode = { op: 'heldFor', of: credits(1, ['c1'], 2), duration: span(5) };
    expect(ask(often, worldOf({ c1: [3, 0, 2], c2: [5, 0, 2], c3: [3, 0, 2] }))).toMatchObject({ ways: [], isProved: false });
  });

  it('that an award asks for are not proved where a course for something else gives some of them', () => {
    const known = worldOf({ c1: [3, 0, 2], c2: [5, 0, 2], c3: [3, 0, 2] });
    const offers = offersOf(known);
    const plan = { hours: 4, earned: [{ code: 'c1', hours: 2 }, { code: 'c1', hours: 2 }], cost: 6, leadTime: span(0), isProved: true }; // prettier-ignore
    const award = (from: string) => ({ works: [{ courses: [], hours: [{ ...plan, from: [from] }] }], isComplete: true });
    const withHours = (from: string): Offers => ({
      ...offers,
      type: (code) => (code === 'B' ? { ...offers.type(code), award: award(from) } : offers.type(code)),
    });
    const both: RuleNode = { op: 'all', of: [holds('A'), holds('B')] };
    const proved = (from: string): boolean =>
      nearestWays(forEver(both), { facts: nobody, at: NOW, zone: 'UTC' }, withHours(from)).isProved;
    expect([proved('c1'), proved('c3')]).toEqual([false, true]);
  });
});
