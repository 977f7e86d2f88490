import fc from 'fast-check';
import type { PersonFacts } from './facts';
import { calendarFrom, countedDays, daysBetween, fewestRenewals, keepingsOf, lapsesWithin, type Lapse } from './forecast';
import type { RuleNode } from './rule';
import { DAY, leafNode, personFacts, T0 } from './rule-cases.oracle';
import { oracleLevel } from './rule.oracle';
import { Level } from './timeline';
import type { Verdict } from './verdict';

const ELIGIBLE: ReadonlySet<Verdict> = new Set<Verdict>(['ELIGIBLE', 'AT_RISK']);
const WITH_GRACE: ReadonlySet<Verdict> = new Set<Verdict>([...ELIGIBLE, 'GRACE']);
const INSTANTS = Array.from({ length: 9 }, (_, i) => T0 + (2 + i) * DAY);

const always = (node: RuleNode) => [{ version: 1, from: -Infinity, until: Infinity, node, warnBefore: null }];

/** Rules by which a renewal matters often and never does harm. */
const rules: fc.Arbitrary<RuleNode> = fc.letrec<{ node: RuleNode }>((tie) => {
  const of = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
  const duration = fc.integer({ min: 1, max: 3 }).map((days) => ({ months: 0, days }));
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      {
        weight: 5,
        arbitrary: fc.constantFrom('A', 'B', 'C').map((typeCode) => ({ op: 'holds' as const, typeCode, strict: false })),
      },
      { weight: 1, arbitrary: leafNode.filter(({ op }) => op === 'attribute' || op === 'during') },
      { weight: 3, arbitrary: of.map((nodes) => ({ op: 'all' as const, of: nodes })) },
      { weight: 2, arbitrary: of.map((nodes) => ({ op: 'any' as const, of: nodes })) },
      { weight: 1, arbitrary: of.map((nodes) => ({ op: 'atLeast' as const, n: Math.min(2, nodes.length), of: nodes })) },
      {
        weight: 1,
        arbitrary: fc.record({ op: fc.constantFrom('heldFor' as const, 'within' as const), of: tie('node'), duration }),
      },
    ),
  };
}).node;

/** Every slice a credential of its own, none of them empty. */
const people = fc.array(personFacts, { minLength: 1, maxLength: 3 }).map((list) =>
  list.map((facts, person): PersonFacts => {
    let made = 0;
    const own = [...facts.holdings].map(([code, slices]) => {
      const held = slices.filter(({ from, to }) => from < to);
      return [code, held.map((slice) => ({ ...slice, factId: `${person}/${made++}` }))] as const;
    });
    return { ...facts, holdings: new Map(own) };
  }),
);

describe('the days of a forecast', () => {
  it('begin with the instant asked about; every other is counted at its start in the organisation’s zone', () => {
    const at = Date.parse('2026-10-23T15:00:00Z');
    const { days, instants } = calendarFrom(at, { months: 0, days: 4 }, 'Europe/Berlin');
    expect(days).toEqual(['2026-10-23', '2026-10-24', '2026-10-25', '2026-10-26']);
    // clocks are set back on the 25th
    expect(instants.map((instant) => new Date(instant).toISOString())).toEqual([
      '2026-10-23T15:00:00.000Z',
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    expect(calendarFrom(Date.parse('2028-02-29T00:00:00Z'), { months: 12, days: 0 }, 'UTC').days).toHaveLength(365);
  });

  it('lie in a stretch when their instant does', () => {
    expect(daysBetween([0, 10, 20], 0, 20)).toEqual({ from: 0, to: 2 });
    expect(daysBetween([0, 10, 20], 1, 21)).toEqual({ from: 1, to: 3 });
    expect(daysBetween([0, 10, 20], 11, 20)).toEqual({ from: 2, to: 2 });
    expect(daysBetween([0, 10, 20], -Infinity, Infinity)).toEqual({ from: 0, to: 3 });
  });

  it('count as one stretch whatever the verdicts that count are called', () => {
    const step = (from: number, verdict: Verdict) => ({ from, verdict, ruleVersion: 1 });
    const timeline = [step(-Infinity, 'ELIGIBLE'), step(10, 'AT_RISK'), step(20, 'GRACE'), step(30, 'NOT_ELIGIBLE')];
    expect(countedDays(timeline, [0, 10, 20, 30], ELIGIBLE)).toEqual([{ from: 0, to: 2 }]);
    expect(countedDays(timeline, [0, 10, 20, 30], WITH_GRACE)).toEqual([{ from: 0, to: 3 }]);
  });
});

describe('what could be renewed', () => {
  const slice = (from: number, to: number, more: object = {}) => ({ from, to, level: 'MET' as const, factId: 'c', ...more });
  const lapses = (...slices: ReturnType<typeof slice>[]) =>
    lapsesWithin({ holdings: new Map([['A', slices]]), attributes: new Map() }, ['A', 'B'], [10, 20, 30], Level.MET).map(
      ({ at }) => at,
    );

  it('ends after the first instant and by the last, the first time it does', () => {
    expect([lapses(slice(0, 10)), lapses(slice(0, 11)), lapses(slice(0, 30)), lapses(slice(0, 31))]).toEqual([
      [],
      [11],
      [30],
      [],
    ]);
    expect(lapses(slice(18, 20), slice(0, 15))).toEqual([15]);
    expect(lapses(slice(0, 12), slice(12, 20))).toEqual([20]);
    expect(lapses(slice(0, 12), slice(12, 20, { factId: 'd' }))).toEqual([12, 20]);
  });

  it('is not what is suspended or revoked', () => {
    expect(lapses(slice(0, 12, { endedBy: 'SUSPENSION' }), slice(14, 20))).toEqual([20]);
    expect(lapses(slice(0, 12, { endedBy: 'REVOCATION' }))).toEqual([]);
  });
});

describe('the fewest renewals', () => {
  /** Counts at one instant after another, with the credentials renewed that a subset names. */
  const countsByHand = (node: RuleNode, list: readonly PersonFacts[], renewed: ReadonlySet<string>, least: number): number[] =>
    INSTANTS.map(
      (instant) =>
        list.filter((facts) => {
          const holdings = [...facts.holdings].map(([code, slices]) => {
            const longer = slices.map((slice) =>
              renewed.has(slice.factId) ? [slice, { ...slice, from: slice.to, to: Infinity, level: 'MET' as const }] : [slice],
            );
            return [code, longer.flat()] as const;
          });
          return oracleLevel(node, { ...facts, holdings: new Map(holdings) }, instant) >= least;
        }).length,
    );

  it('equal a simulation of every day with every set of renewals (N8)', () => {
    let gaps = 0;
    fc.assert(
      fc.property(people, rules, fc.integer({ min: 1, max: 3 }), fc.boolean(), (list, node, minimum, withGrace) => {
        const least = withGrace ? 3 : 4;
        const ids = list.flatMap(({ holdings }) =>
          [...holdings.values()]
            .flat()
            .flatMap(({ level, to, factId }) =>
              to > INSTANTS[0]! && to <= INSTANTS.at(-1)! && (withGrace || level === 'MET') ? [factId] : [],
            ),
        );
        fc.pre(ids.length > 0 && ids.length <= 6);
        const before = countsByHand(node, list, new Set(), least);
        const best = countsByHand(node, list, new Set(ids), least);
        let fewest = Infinity;
        for (let bits = 0; bits < 2 ** ids.length; bits++) {
          const subset = new Set(ids.filter((_, i) => bits & (1 << i)));
          if (subset.size >= fewest) continue;
          const counts = countsByHand(node, list, subset, least);
          if (counts.every((count, day) => count >= Math.min(minimum, best[day]!))) fewest = subset.size;
        }
        const counting = withGrace ? WITH_GRACE : ELIGIBLE;
        const keepings = list.map((facts) =>
          keepingsOf(
            {
              versions: always(node),
              facts,
              withHoldings: (holdings) => ({ ...facts, holdings }),
              lapses: lapsesWithin(facts, ['A', 'B', 'C'], INSTANTS, withGrace ? Level.GRACE : Level.MET),
              present: [{ from: 0, to: INSTANTS.length }],
            },
            INSTANTS,
            counting,
            'UTC',
          ),
        );
        expect(keepings.every(({ isComplete }) => isComplete)).toBe(true);
        const plan = fewestRenewals(
          before,
          minimum,
          keepings.map(({ options }) => options),
        );
        const renewed = [...plan.kept.values()].flat();
        expect(renewed.length).toBe(fewest);
        expect(plan.isOptimal).toBe(true);
        expect(plan.remaining ?? -1).toBe(best.findIndex((count) => count < minimum));
        const after = countsByHand(node, list, new Set(renewed.map(({ factId }) => factId)), least);
        after.forEach((count, day) => expect(count).toBeGreaterThanOrEqual(Math.min(minimum, best[day]!)));
        if (fewest > 0) gaps++;
      }),
      { numRuns: 200 },
    );
    expect(gaps).toBeGreaterThan(20);
  });

  const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
  const held = (...ends: readonly number[]): PersonFacts['holdings'] =>
    new Map(ends.map((day, i) => [`T${i}`, [{ from: 0, to: T0 + day * DAY, level: 'MET' as const, factId: `c${i}` }]]));
  const keepings = (node: RuleNode, holdings: PersonFacts['holdings'], present = [{ from: 0, to: 9 }]) => {
    const facts = { holdings, attributes: new Map() };
    const lapses = lapsesWithin(facts, holdings.keys(), INSTANTS, Level.MET);
    const withHoldings = (changed: PersonFacts['holdings']) => ({ ...facts, holdings: changed });
    return keepingsOf({ versions: always(node), facts, withHoldings, lapses, present }, INSTANTS, ELIGIBLE, 'UTC');
  };
  const names = (lapses: readonly Lapse[]): string[] => lapses.map(({ factId }) => factId);

  it('leave aside somebody who goes away: no renewal brings them back (N8)', () => {
    const { options } = keepings(holds('T0'), held(4), [{ from: 0, to: 3 }]);
    expect(options.map(({ days }) => days)).toEqual([[{ from: 2, to: 3 }]]);
    const plan = fewestRenewals([1, 1, 0, 0, 0, 0, 0, 0, 0], 1, [options]);
    expect([...plan.kept.values()].map(names)).toEqual([['c0']]);
    expect(plan.remaining).toBe(3);
  });

  it('keep somebody only as long as they are missing: the later renewal is not asked for (N8)', () => {
    const node: RuleNode = { op: 'all', of: [holds('T0'), holds('T1')] };
    const { options } = keepings(node, held(4, 6));
    const [first, second] = [
      fewestRenewals([1, 1, 0, 0, 1, 1, 1, 1, 1], 1, [options]),
      fewestRenewals([1, 1, 0, 0, 0, 0, 0, 0, 0], 1, [options]),
    ];
    expect([...first.kept.values()].map(names)).toEqual([['c0']]);
    expect([...second.kept.values()].map(names)).toEqual([['c0', 'c1']]);
  });

  it('are found for twelve credentials that are all needed without trying all 4,096 sets', () => {
    const ends = Array.from({ length: 12 }, (_, i) => 3 + (i % 7));
    const node: RuleNode = { op: 'all', of: ends.map((_, i) => holds(`T${i}`)) };
    const { options, isComplete } = keepings(node, held(...ends));
    expect(isComplete).toBe(true);
    expect(options.at(-1)!.lapses).toHaveLength(12);
  });

  it('are none that take somebody away on another day', () => {
    const later: RuleNode = { op: 'during', from: T0 + 8 * DAY, until: null };
    const before: RuleNode = { op: 'all', of: [holds('T0'), { op: 'not', of: holds('T1') }] };
    const node: RuleNode = { op: 'any', of: [before, { op: 'all', of: [holds('T1'), later] }] };
    expect(keepings(node, held(6, 3)).options.map(({ lapses }) => names(lapses))).toEqual([['c0']]);
  });
});
