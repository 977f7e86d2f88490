// Hours to earn beside credentials that courses earn.
import type { Span } from './calendar';
import type { CourseOffer } from './credit-hours';
import type { CreditFact, HoldingSlice, PersonFacts } from './facts';
import type { Offers, TypeOffer } from './offers';
import type { RuleNode } from './rule';
import { nearestWays, type Way, type WaysFound } from './ways';
import { DAY, forEver } from './ways.oracle';

const NOW = Date.UTC(2027, 0, 10, 9, 30, 15, 123);
const nobody: PersonFacts = { holdings: new Map(), attributes: new Map() };
const span = (days: number | null): Span | null => (days === null ? null : { months: 0, days });
const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
const credits = (code: string, min: number): RuleNode => ({
  op: 'credits',
  courseCodes: [code],
  min,
  window: { months: 12, days: 0 },
});
const course = (code: string, cost: number, days: number | null, creditHours: number | null = null): CourseOffer => ({
  code,
  cost,
  leadTime: span(days),
  creditHours,
});
const plainType: TypeOffer = { cost: 0, leadTime: null, prerequisites: [], award: null };
const earnedBy = (code: string): TypeOffer => ({
  ...plainType,
  award: { works: [{ courses: [code], hours: [] }], isComplete: true },
});

function offersOf(types: Readonly<Record<string, TypeOffer>>, ...courses: readonly CourseOffer[]): Offers {
  return {
    isType: (code) => code in types,
    isCourse: (code) => courses.some((one) => one.code === code),
    type: (code) => types[code]!,
    course: (code) => courses.find((one) => one.code === code)!,
    rules: () => [],
    refer: (facts) => facts,
    isList: () => false,
  };
}

const found = (node: RuleNode, offers: Offers, facts = nobody): WaysFound =>
  nearestWays(forEver(node), { facts, at: NOW, zone: 'Europe/Amsterdam' }, offers);
const told = ({ steps }: Way): string[] => steps.map(({ step }) => ('code' in step ? `${step.kind} ${step.code}` : step.kind));

describe('hours beside a credential that courses earn', () => {
  const both: RuleNode = { op: 'all', of: [holds('KXT'), credits('KY', 3)] };

  it.each([
    [20, null],
    [20, 1],
    [1, null],
    [20, 20],
    [20, 30],
    [null, 20],
    [null, null],
  ])('take %s and %s days: there is one way, that takes as long as the longer and waits for nothing else (N9)', (days, hours) => {
    const offers = offersOf({ KXT: earnedBy('KX') }, course('KX', 1, days), course('KY', 0, hours, 3));
    const { ways, isProved } = found(both, offers);
    expect(ways.map((way) => [way.cost, way.isOptimal, told(way).sort()])).toEqual([
      [1, true, ['COURSE KX', 'CREDENTIAL KXT', 'CREDITS']],
    ]);
    expect(ways[0]!.at).toBe(NOW + Math.max(days ?? 0, hours ?? 0) * DAY);
    expect(isProved).toBe(true);
  });

  it('take as long by the lead time of the type itself', () => {
    const offers = offersOf({ KXT: { ...plainType, cost: 1, leadTime: span(20) } }, course('KY', 0, null, 3));
    expect(found(both, offers).ways.map(told)).toEqual([['CREDITS', 'CREDENTIAL KXT']]);
  });

  it('still wait for what time alone brings', () => {
    const from = NOW + 40 * DAY;
    const offers = offersOf({ KXT: earnedBy('KX') }, course('KX', 1, 20), course('KY', 0, 30, 3));
    const [way] = found({ op: 'all', of: [both, { op: 'during', from, until: null }] }, offers).ways;
    expect(way!.steps.at(-1)).toMatchObject({ step: { kind: 'WAIT', until: from }, at: from });
  });

  it('are fewer once those that are there begin to count', () => {
    const begins = NOW + 5 * DAY;
    const credit: CreditFact = { at: begins, hours: 3, isPending: false, factId: 'fact' };
    const { ways } = found(credits('KY', 4), offersOf({}, course('KY', 2, 0, 1)), {
      ...nobody,
      credits: new Map([['KY', [credit]]]),
    });
    expect(ways.map(({ cost, at }) => [cost, (at - NOW) / DAY])).toContainEqual([2, 5]);
  });

  it('leave the cheaper of two credentials the best, prerequisite and all (N9)', () => {
    const offers = offersOf(
      {
        DA: { ...plainType, cost: 100 },
        DB: plainType,
        DC: { ...earnedBy('DCC'), prerequisites: ['DPRE'] },
        DPRE: { ...plainType, cost: 5 },
      },
      course('DCC', 10, 20),
      course('DH', 2, 3, 4),
    );
    const node: RuleNode = {
      op: 'all',
      of: [
        { op: 'any', of: [holds('DA'), { op: 'all', of: [holds('DC'), holds('DB')] }] },
        credits('DH', 7),
        { op: 'approval', kind: 'dd', bindToManager: false },
      ],
    };
    const held: HoldingSlice = { from: NOW - DAY, to: Infinity, level: 'MET', factId: 'fact' };
    const { ways } = found(node, offers, { ...nobody, holdings: new Map([['DB', [held]]]) });
    expect(ways.map((way) => [way.cost, way.isOptimal, told(way).sort()])).toEqual([
      [19, true, ['APPROVAL dd', 'COURSE DCC', 'CREDENTIAL DC', 'CREDENTIAL DPRE', 'CREDITS']],
      [104, false, ['APPROVAL dd', 'CREDENTIAL DA', 'CREDITS']],
    ]);
  });
});
