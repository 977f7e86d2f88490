import fc from 'fast-check';
import { evaluate } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import type { Offers } from './offers';
import type { RuleNode } from './rule';
import { withSteps } from './steps';
import { Level, levelAt } from './timeline';
import { nearestWays } from './ways';
import { cheapestByTrying, DAY, forEver, NOW, offersOf, person, rule, world, type World } from './ways.oracle';

const question = fc.record({ node: rule, facts: person, known: world });

describe('the nearest ways', () => {
  it('the best is as cheap as the cheapest that trying everything finds (N9)', () => {
    let [proved, asked, tried] = [0, 0, 0];
    fc.assert(
      fc.property(question, ({ node, facts, known }) => {
        const { ways, isProved } = nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offersOf(known));
        if (levelAt(evaluate(node, facts), NOW) === Level.MET) {
          expect(ways).toEqual([]);
          return;
        }
        asked++;
        if (!isProved) return;
        proved++;
        const cheaper = cheapestByTrying(node, facts, known, ways[0]?.cost ?? Infinity);
        if (cheaper === null) return;
        tried++;
        expect(cheaper).toBe(Infinity);
      }),
      { numRuns: 250 },
    );
    expect(proved).toBeGreaterThan(asked * 0.95);
    expect(tried).toBeGreaterThan(asked * 0.7);
  });

  it('each is tried: after its steps, at its instant, the rule is met', () => {
    fc.assert(
      fc.property(question, ({ node, facts, known }) => {
        const { ways } = nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offersOf(known));
        for (const way of ways) {
          const after = withSteps(facts, way.steps, (same) => same);
          expect(levelAt(evaluate(node, after), way.at)).toBe(Level.MET);
          expect(way.cost).toBeCloseTo(way.steps.reduce((sum, { cost }) => sum + cost, 0));
          expect(way.at).toBeGreaterThanOrEqual(Math.max(NOW, ...way.steps.map(({ at }) => at)));
        }
      }),
      { numRuns: 250 },
    );
  });

  const known: World = {
    types: new Map([
      ['A', { cost: 3, days: 2, prerequisites: [], works: null }],
      ['B', { cost: 4, days: 1, prerequisites: ['A'], works: null }],
      ['C', { cost: 9, days: 9, prerequisites: [], works: [['c1']] }],
      ['D', { cost: 9, days: 9, prerequisites: [], works: [['c1', 'c2']] }],
    ]),
    courses: new Map([
      ['c1', { cost: 5, days: 3, hours: 2 }],
      ['c2', { cost: 1, days: 4, hours: 1 }],
    ]),
  };
  const nobody: PersonFacts = { holdings: new Map(), attributes: new Map() };
  const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
  const told = (node: RuleNode, facts: PersonFacts = nobody, offers: Offers = offersOf(known)): string[] =>
    nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offers).ways.map(
      ({ steps, cost, at }) =>
        `${steps.map(({ step }) => `${step.kind}${'code' in step ? ` ${step.code}` : ''}`).join(', ')}: ${cost}, day ${(at - NOW) / DAY}`,
    );

  it('add lead times up along prerequisites, and wait out what has to be held for a time', () => {
    expect(told({ op: 'heldFor', of: holds('B'), duration: { months: 0, days: 10 } })).toEqual([
      'CREDENTIAL A, CREDENTIAL B, WAIT: 7, day 13',
    ]);
  });

  it('pay a course once that earns two credentials', () => {
    expect(told({ op: 'all', of: [holds('C'), holds('D')] })).toEqual([
      'COURSE c1, CREDENTIAL C, COURSE c2, CREDENTIAL D: 6, day 4',
    ]);
  });

  it('renew what will have lapsed by the time the rest is done', () => {
    const lapsing: HoldingSlice = { from: NOW - DAY, to: NOW + 2 * DAY, level: 'MET', factId: 'fact' };
    expect(told({ op: 'all', of: [holds('A'), holds('C')] }, { ...nobody, holdings: new Map([['A', [lapsing]]]) })).toEqual([
      'CREDENTIAL A, COURSE c1, CREDENTIAL C: 8, day 3',
    ]);
  });

  it('look for what counts as the type too, and have verified what must be', () => {
    const facts = { ...nobody, equivalents: (code: string) => (code === 'B' ? ['B', 'A'] : [code]) };
    expect(told({ op: 'holds', typeCode: 'B', strict: false, verifiedWithin: { months: 1, days: 0 } }, facts)).toEqual([
      'CREDENTIAL A, VERIFICATION A: 3, day 2',
      'CREDENTIAL A, CREDENTIAL B, VERIFICATION B: 7, day 3',
    ]);
  });

  it('meet the rule of another role, and the version that will be in effect', () => {
    const node: RuleNode = { op: 'rule', roleCode: 'NURSE' };
    const offers: Offers = {
      ...offersOf(known),
      rules: () => forEver(holds('A')),
      refer: (facts) => ({ ...facts, levelsOf: () => evaluate(holds('A'), facts) }),
    };
    expect(told(node, offers.refer(nobody), offers)).toEqual(['CREDENTIAL A: 3, day 2']);
    const [old, fresh] = [forEver(holds('A'))[0]!, forEver(holds('C'))[0]!];
    const versions = [{ ...old, until: NOW + DAY }, { ...fresh, from: NOW + DAY, version: 2 }]; // prettier-ignore
    const { ways } = nearestWays(versions, { facts: nobody, at: NOW, zone: 'UTC' }, offersOf(known));
    expect(ways.map(({ cost }) => cost)).toEqual([5]);
  });

  it('say that nothing is proved when the search had to stop', () => {
    const node: RuleNode = { op: 'all', of: [holds('A'), holds('C')] };
    const found = nearestWays(forEver(node), { facts: nobody, at: NOW, zone: 'UTC' }, offersOf(known), 8, { nodes: 0 });
    expect(found).toMatchObject({ isProved: false, isComplete: false });
    expect(found.ways.map(({ cost, isOptimal }) => [cost, isOptimal])).toEqual([[8, false]]);
  });
});
