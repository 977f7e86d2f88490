import fc from 'fast-check';
import { evaluate } from './evaluate';
import type { PersonFacts } from './facts';
import type { Offers } from './offers';
import { careerPlan, type Careers } from './plan';
import type { RuleNode } from './rule';
import { withSteps } from './steps';
import { Level, levelAt } from './timeline';
import { DAY, forEver, NOW } from './ways.oracle';

const TYPES = ['A', 'B', 'C', 'D', 'E'];

interface Career {
  readonly moves: readonly (readonly [number, number])[];
  /** By role: what any one of is enough, each a set of types. */
  readonly demands: readonly (readonly (readonly string[])[])[];
  readonly costs: readonly number[];
  /** By type, what must be held before; only types after it, so that there is no circle. */
  readonly prerequisites: readonly (readonly string[])[];
  readonly held: readonly string[];
}

const career: fc.Arbitrary<Career> = fc.integer({ min: 2, max: 20 }).chain((count) =>
  fc.record({
    moves: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: count * 3 }),
    demands: fc.array(fc.array(fc.subarray(TYPES, { maxLength: 3 }), { minLength: 1, maxLength: 2 }), {
      minLength: count,
      maxLength: count,
    }),
    costs: fc.array(fc.constantFrom(0, 1, 2, 5, 9), { minLength: TYPES.length, maxLength: TYPES.length }),
    prerequisites: fc.tuple(
      ...TYPES.map((_, i) => fc.subarray(TYPES.slice(i + 1), { maxLength: Math.min(1, TYPES.length - 1 - i) })),
    ),
    held: fc.subarray(TYPES, { maxLength: 2 }),
  }),
);

const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
const ruleOf = (demand: readonly (readonly string[])[]): RuleNode => ({
  op: 'any',
  of: demand.map((set) => ({ op: 'all', of: set.map(holds) })),
});
const factsOf = (held: readonly string[]): PersonFacts => ({
  holdings: new Map(held.map((code) => [code, [{ from: -Infinity, to: Infinity, level: 'MET', factId: 'fact' }]])),
  attributes: new Map(),
});
const offersOf = ({ costs, prerequisites }: Career): Offers => ({
  isType: (code) => TYPES.includes(code),
  isCourse: () => false,
  type: (code) => ({
    cost: costs[TYPES.indexOf(code)]!,
    leadTime: { months: 0, days: 1 },
    prerequisites: prerequisites[TYPES.indexOf(code)]!,
    award: null,
  }),
  course: (code) => ({ code, cost: 0, leadTime: null, creditHours: null }),
  rules: () => [],
  refer: (facts) => facts,
  isList: () => false,
});
const careersOf = ({ moves, demands }: Career): Careers => ({
  movesFrom: (role) => moves.filter(([from]) => `R${from}` === role).map(([, to]) => `R${to}`),
  versionsOf: (role) => forEver(ruleOf(demands[Number(role.slice(1))]!)),
});

/** By trying every set of types: the cheapest with which moves lead from role 0 to the last through roles it is enough for. */
function cheapestByTrying({ moves, demands, costs, prerequisites, held }: Career): number {
  let best = Infinity;
  for (let mask = 0; mask < 1 << TYPES.length; mask++) {
    const set = TYPES.filter((code, i) => mask & (1 << i) || held.includes(code));
    const obtained = set.filter((code) => !held.includes(code));
    if (!obtained.every((code) => prerequisites[TYPES.indexOf(code)]!.every((needed) => set.includes(needed)))) continue;
    const isEnough = (role: number): boolean => demands[role]!.some((demand) => demand.every((code) => set.includes(code)));
    const reached = new Set([0]);
    for (const role of reached) for (const [from, to] of moves) if (from === role && isEnough(to)) reached.add(to);
    if (!reached.has(demands.length - 1)) continue;
    best = Math.min(best, obtained.reduce((sum, code) => sum + costs[TYPES.indexOf(code)]!, 0)); // prettier-ignore
  }
  return best;
}

const planOf = (career: Career, limit?: number) =>
  careerPlan(
    ['R0'],
    `R${career.demands.length - 1}`,
    { facts: factsOf(career.held), at: NOW, zone: 'UTC' },
    careersOf(career),
    offersOf(career),
    limit,
  );

describe('a plan to a role', () => {
  it('costs as little as exhaustive search finds, on graphs of up to 20 roles (N9)', () => {
    fc.assert(
      fc.property(career, (career) => {
        const plan = planOf(career);
        expect(plan.isOptimal).toBe(true);
        const cheapest = cheapestByTrying(career);
        if (cheapest === Infinity) expect(plan.reason).not.toBeNull();
        else expect(plan).toMatchObject({ from: 'R0', cost: cheapest, reason: null });
      }),
      { numRuns: 300 },
    );
  });

  it('is walked: each stage is a move, and its role is met with the steps so far', () => {
    fc.assert(
      fc.property(career, fc.constantFrom(0, 2, 500), (career, limit) => {
        const plan = planOf(career, limit);
        const { movesFrom, versionsOf } = careersOf(career);
        let facts = factsOf(career.held);
        let role = 'R0';
        let cost = 0;
        for (const stage of plan.stages) {
          expect(movesFrom(role)).toContain(stage.role);
          role = stage.role;
          const isMet = (at: number): boolean => levelAt(evaluate(versionsOf(role)[0]!.node, facts), at) === Level.MET;
          if (stage.way === null) {
            expect(isMet(plan.at)).toBe(true);
            continue;
          }
          facts = withSteps(facts, stage.way.steps, (same) => same);
          cost += stage.way.cost;
          expect(isMet(stage.way.at)).toBe(true);
        }
        expect(plan.cost).toBe(cost);
        if (plan.stages.length > 0) expect(role).toBe(`R${career.demands.length - 1}`);
      }),
      { numRuns: 200 },
    );
  });

  const chain: Career = {
    moves: [
      [0, 1],
      [1, 0],
      [0, 2],
      [1, 3],
      [2, 3],
    ],
    demands: [[[]], [['A']], [['B']], [['B', 'E']]],
    costs: [1, 5, 0, 0, 2],
    prerequisites: [[], [], [], [], []],
    held: [],
  };

  it('chooses a dearer stage that saves more later, and lead times follow each other', () => {
    const plan = planOf(chain);
    expect(plan.stages.map(({ role, way }) => [role, way?.cost])).toEqual([
      ['R2', 5],
      ['R3', 2],
    ]);
    expect([plan.cost, plan.at, plan.isTimeKnown]).toEqual([7, NOW + 2 * DAY, true]);
  });

  it('counts a course that was passed for an earlier stage', () => {
    const earned = (...courses: string[]) => ({ works: [{ courses, hours: [] }], isComplete: true });
    const offers: Offers = {
      ...offersOf(chain),
      isCourse: () => true,
      type: (code) => ({
        cost: 0,
        leadTime: null,
        prerequisites: [],
        award: code === 'A' ? earned('c1') : earned('c1', 'c2'),
      }),
      course: (code) => ({ code, cost: code === 'c1' ? 7 : 2, leadTime: { months: 0, days: 1 }, creditHours: null }),
    };
    const ladder = careersOf({ ...chain, moves: [[0, 1], [1, 2]] }); // prettier-ignore
    const plan = careerPlan(['R0'], 'R2', { facts: factsOf([]), at: NOW, zone: 'UTC' }, ladder, offers);
    expect(
      plan.stages.map(({ way }) => way?.steps.map(({ step }) => (step.kind === 'WAIT' ? '' : (step as { code: string }).code))),
    ).toEqual([
      ['c1', 'A'],
      ['c2', 'B'],
    ]);
    expect([plan.cost, plan.at]).toEqual([9, NOW + 2 * DAY]);
  });

  it('says when its limit kept it from proving that nothing is cheaper', () => {
    expect(planOf(chain, 0)).toMatchObject({ isOptimal: false, reason: null });
  });

  it('says why there is none', () => {
    const standpoint = { facts: factsOf([]), at: NOW, zone: 'UTC' };
    const reasonFrom = (starts: readonly string[], target: string, moved: Career) =>
      careerPlan(starts, target, standpoint, careersOf(moved), offersOf(moved)).reason;
    expect(reasonFrom([], 'R3', chain)).toBe('NO_START');
    expect(reasonFrom(['R3'], 'R0', chain)).toBe('NO_MOVES');
    expect(reasonFrom(['R0'], 'R3', { ...chain, demands: [[[]], [], [], [['A']]] })).toBe('NO_WAY');
    expect(reasonFrom(['R3'], 'R3', chain)).toBeNull();
  });
});
