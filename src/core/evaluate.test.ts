import fc from 'fast-check';
import { effectiveRanges, evaluate, evaluateNodes, judge, splice, type RuleVersion } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import { testAttribute } from './conditions';
import { childrenOf, type Json, type RuleNode } from './rule';
import { boundaries, oracleLevel, oracleVerdict, probes } from './rule.oracle';
import {
  DAY,
  instant,
  leafNode,
  personFacts,
  publications,
  ruleNode,
  windowNode,
  T0,
  type Publication,
} from './rule-cases.oracle';
import { constant, Level, levelAt } from './timeline';
import { answerAt, type VerdictStep } from './verdict';

const day = (n: number): number => T0 + n * DAY;
const slice = (from: number, to: number, level: 'MET' | 'GRACE' = 'MET'): HoldingSlice => ({
  from: day(from),
  to: day(to),
  level,
  factId: `${from}-${to}`,
});
const holding = (slices: Readonly<Record<string, readonly HoldingSlice[]>>): PersonFacts => ({
  holdings: new Map(Object.entries(slices)),
  attributes: new Map(),
});
const holds = (typeCode: string, strict = false): RuleNode => ({ op: 'holds', typeCode, strict });
const one = (node: RuleNode, warnDays: number | null = null): RuleVersion[] => [
  { version: 1, from: -Infinity, until: Infinity, node, warnBefore: warnDays === null ? null : { months: 0, days: warnDays } },
];

describe('evaluating a rule', () => {
  const agrees = (node: RuleNode, facts: PersonFacts): void => {
    const timeline = evaluate(node, facts);
    const own = timeline.flatMap(({ from }) => (Number.isFinite(from) ? [from - 1, from, from + 1] : []));
    const looked = [...probes([{ version: 1, from: -Infinity, node, warnBefore: null }], facts), ...own];
    expect(looked.filter((t) => levelAt(timeline, t) !== oracleLevel(node, facts, t))).toEqual([]);
    const broken = timeline.filter(({ from, level }, i) =>
      i === 0 ? from !== -Infinity : from <= timeline[i - 1]!.from || level === timeline[i - 1]!.level,
    );
    expect(broken).toEqual([]);
  };

  it('agrees with the definition on and around every boundary, for single conditions', () => {
    fc.assert(fc.property(leafNode, personFacts, agrees), { numRuns: 1000 });
  });

  it('agrees with the definition on and around every boundary, for windows (D3)', () => {
    fc.assert(fc.property(windowNode, personFacts, agrees), { numRuns: 1000 });
  });

  it('agrees with the definition on and around every boundary, for whole rules', () => {
    fc.assert(fc.property(ruleNode, personFacts, agrees), { numRuns: 1000 });
  });

  it('gives every node the timeline it has on its own, with paths as ids', () => {
    fc.assert(
      fc.property(ruleNode, personFacts, (node, facts) => {
        const nodes = evaluateNodes(node, facts);
        expect(nodes[0]).toMatchObject({ id: '0', parentId: null, node });
        for (const entry of nodes) {
          expect(entry.timeline).toEqual(evaluate(entry.node, facts));
          if (entry.parentId === null) continue;
          const parent = nodes.find(({ id }) => id === entry.parentId)!.node;
          const place = Number(entry.id.slice(entry.parentId.length + 1));
          expect(childrenOf(parent)[place]).toBe(entry.node);
        }
      }),
    );
  });

  it('never lets a fact that takes effect later change an earlier level', () => {
    fc.assert(
      fc.property(ruleNode, personFacts, instant, (node, facts, now) => {
        const past = <S extends { from: number; to: number }>(slices: readonly S[]): S[] =>
          slices.filter(({ from }) => from <= now).map((s) => ({ ...s, to: s.to > now ? Infinity : s.to }));
        const happened = <F extends { at: number }>(lists: ReadonlyMap<string, readonly F[]>): ReadonlyMap<string, F[]> =>
          new Map([...lists].map(([name, list]) => [name, list.filter(({ at }) => at <= now)]));
        const known: PersonFacts = {
          ...facts,
          holdings: new Map([...facts.holdings].map(([code, slices]) => [code, past(slices)])),
          attributes: new Map([...facts.attributes].map(([name, slices]) => [name, past(slices)])),
          credits: happened(facts.credits!),
          happenings: happened(facts.happenings!),
          approvals: happened(facts.approvals!),
        };
        const full = evaluate(node, facts);
        const cut = evaluate(node, known);
        for (const t of probes([{ version: 1, from: now, node, warnBefore: null }], facts))
          if (t <= now && levelAt(cut, t) !== levelAt(full, t)) throw new Error(`differs at ${t}`);
      }),
    );
  });

  it('lapses only with the last of overlapping certifications (C8)', () => {
    const facts = holding({ A: [slice(0, 181)], B: [slice(100, 243)] });
    const verdicts = judge(one({ op: 'any', of: [holds('A'), holds('B')] }), facts, 'UTC');
    expect(verdicts).toEqual([
      { from: -Infinity, verdict: 'NOT_ELIGIBLE', ruleVersion: 1 },
      { from: day(0), verdict: 'ELIGIBLE', ruleVersion: 1 },
      { from: day(243), verdict: 'NOT_ELIGIBLE', ruleVersion: 1 },
    ]);
  });

  it('reads type, expiry, manager approval as an attribute, and optional prerequisites: truth table (D1)', () => {
    const rule: RuleNode = {
      op: 'all',
      of: [
        holds('A', true),
        { op: 'attribute', name: 'approved', equals: true },
        { op: 'any', of: [holds('B'), { op: 'attribute', name: 'waived', equals: true }] },
      ],
    };
    for (let row = 0; row < 16; row++) {
      const [held, expired, approved, prerequisite] = [row & 1, row & 2, row & 4, row & 8].map(Boolean);
      const facts: PersonFacts = {
        holdings: new Map([
          ['A', held ? [slice(0, expired ? 5 : 20), ...(expired ? [slice(5, 20, 'GRACE')] : [])] : []],
          ['B', prerequisite ? [slice(0, 20)] : []],
        ]),
        attributes: new Map([
          ['approved', [{ from: day(0), to: Infinity, value: approved!, factId: 'a' }]],
          ['waived', [{ from: day(0), to: Infinity, value: false, factId: 'w' }]],
        ]),
      };
      expect(answerAt(judge(one(rule), facts, 'UTC'), day(10)).verdict).toBe(
        held && !expired && approved && prerequisite ? 'ELIGIBLE' : 'NOT_ELIGIBLE',
      );
    }
  });

  it('is unknown without a row, not met by null, and not interrupted by an unchanged row that is sent again', () => {
    const dept: RuleNode = { op: 'attribute', name: 'dept', equals: 'ER' };
    const rows = (values: readonly Json[]): PersonFacts => ({
      holdings: new Map(),
      attributes: new Map([['dept', values.map((value, i) => ({ from: day(i), to: day(i + 1), value, factId: `${i}` }))]]),
    });
    expect(evaluate(dept, holding({}))).toEqual(constant(Level.UNKNOWN));
    expect(evaluate(dept, rows(['ER', 'ER', null]))).toEqual([
      { from: -Infinity, level: 1 },
      { from: day(0), level: 4 },
      { from: day(2), level: 0 },
      { from: day(3), level: 1 },
    ]);
  });

  it('compares values strictly, lists by their elements, and does not pretend to compare words with numbers', () => {
    const test = (test: { equals?: Json; in?: Json[]; atLeast?: number }, value: Json): Level => testAttribute(test, value);
    expect(test({ equals: 'ER' }, 'er')).toBe(Level.UNMET);
    expect(test({ equals: 1 }, '1')).toBe(Level.UNMET);
    expect(test({ equals: 'RN' }, ['MD', 'RN'])).toBe(Level.MET);
    expect(test({ in: ['MD', 'PA'] }, ['RN', 'PA'])).toBe(Level.MET);
    expect(test({ in: ['MD'] }, [])).toBe(Level.UNMET);
    expect(test({ equals: { a: 1, b: 2 } }, { b: 2, a: 1 })).toBe(Level.MET);
    expect(test({ atLeast: 9 }, 10)).toBe(Level.MET);
    expect(test({ atLeast: 10 }, 10)).toBe(Level.MET);
    expect(test({ atLeast: 10 }, 9.5)).toBe(Level.UNMET);
    expect(test({ atLeast: 9 }, '10')).toBe(Level.UNKNOWN);
    expect(test({ atLeast: 9 }, null)).toBe(Level.UNMET);
  });
});

describe('judging by versions', () => {
  const versionsOf = (published: readonly Publication[]): RuleVersion[] => effectiveRanges(published);

  it('agrees with the definition on and around every boundary, seam and warning (N1, D2)', () => {
    fc.assert(
      fc.property(publications, personFacts, (published, facts) => {
        const verdicts = judge(versionsOf(published), facts, 'UTC');
        const edges = boundaries(published, facts);
        const wrong = probes(published, facts).filter((t) => {
          const { verdict, ruleVersion } = answerAt(verdicts, t);
          const expected = oracleVerdict(published, facts, edges, t);
          return verdict !== expected.verdict || ruleVersion !== expected.ruleVersion;
        });
        expect(wrong).toEqual([]);
        const isRepeated = ({ from, verdict, ruleVersion }: VerdictStep, before: VerdictStep): boolean =>
          from <= before.from || (verdict === before.verdict && ruleVersion === before.ruleVersion);
        expect(verdicts.filter((step, i) => (i === 0 ? step.from !== -Infinity : isRepeated(step, verdicts[i - 1]!)))).toEqual(
          [],
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('gives each instant the version that was published last among those that have begun', () => {
    fc.assert(
      fc.property(fc.array(instant, { maxLength: 6 }), (froms) => {
        const ranges = effectiveRanges(froms.map((from, i) => ({ version: i + 1, from })));
        for (const t of froms.flatMap((from) => [from - 1, from, from + 1])) {
          const expected = froms.map((from, i) => ({ from, version: i + 1 })).findLast(({ from }) => from <= t)?.version;
          expect(ranges.filter(({ from, until }) => from <= t && t < until).map(({ version }) => version)).toEqual(
            expected === undefined ? [] : [expected],
          );
        }
        for (const { from, until } of ranges) expect(from).toBeLessThan(until);
        expect(ranges).toEqual([...ranges].sort((a, b) => a.from - b.from));
      }),
    );
  });

  it('keeps naming version 1 for the time before version 2 takes effect (D2)', () => {
    const facts = holding({ A: [slice(0, 100)], B: [] });
    const published = [
      { version: 1, from: day(0), node: holds('A'), warnBefore: null },
      { version: 2, from: day(50), node: holds('B'), warnBefore: null },
    ];
    expect(judge(effectiveRanges(published), facts, 'UTC')).toEqual([
      { from: -Infinity, verdict: 'UNKNOWN', ruleVersion: null },
      { from: day(0), verdict: 'ELIGIBLE', ruleVersion: 1 },
      { from: day(50), verdict: 'NOT_ELIGIBLE', ruleVersion: 2 },
    ]);
  });

  it('warns of the end of grace, not of its beginning', () => {
    const facts = holding({ A: [slice(0, 30), slice(30, 40, 'GRACE')] });
    const steps = (warn: number): unknown[] =>
      judge(one(holds('A'), warn), facts, 'UTC').map(({ from, verdict }) => [
        from === -Infinity ? null : (from - T0) / DAY,
        verdict,
      ]);
    expect(steps(5)).toEqual([
      [null, 'NOT_ELIGIBLE'],
      [0, 'ELIGIBLE'],
      [30, 'GRACE'],
      [40, 'NOT_ELIGIBLE'],
    ]);
    expect(steps(15)).toEqual([
      [null, 'NOT_ELIGIBLE'],
      [0, 'ELIGIBLE'],
      [25, 'AT_RISK'],
      [30, 'GRACE'],
      [40, 'NOT_ELIGIBLE'],
    ]);
    expect(steps(99)).toEqual([
      [null, 'NOT_ELIGIBLE'],
      [0, 'AT_RISK'],
      [30, 'GRACE'],
      [40, 'NOT_ELIGIBLE'],
    ]);
  });

  it('warns of a lapse that a later version brings', () => {
    const facts = holding({ A: [slice(0, 100)] });
    const published = [
      { version: 1, from: day(0), node: holds('A'), warnBefore: { months: 0, days: 7 } },
      { version: 2, from: day(50), node: holds('B'), warnBefore: null },
    ];
    const verdicts = judge(effectiveRanges(published), facts, 'UTC');
    expect(answerAt(verdicts, day(43) - 1)).toMatchObject({ verdict: 'ELIGIBLE', until: day(43), untilVerdict: 'AT_RISK' });
    expect(answerAt(verdicts, day(43))).toMatchObject({ verdict: 'AT_RISK', until: day(50), untilVerdict: 'NOT_ELIGIBLE' });
  });

  it('counts warnings in calendar time of the zone', () => {
    // Berlin sets its clocks forward on 28 March 2027: the 30 days before the lapse are an hour short.
    const lapse = Date.UTC(2027, 3, 9, 22);
    const facts = holding({ A: [{ from: day(0), to: lapse, level: 'MET', factId: 'a' }] });
    const warned = (zone: string): number | undefined =>
      judge(one(holds('A'), 30), facts, zone).find(({ verdict }) => verdict === 'AT_RISK')?.from;
    expect(warned('Europe/Berlin')).toBe(Date.UTC(2027, 2, 10, 23));
    expect(warned('UTC')).toBe(Date.UTC(2027, 2, 10, 22));
  });

  it('refuses to guess when versions overlap', () => {
    const version = one(holds('A'))[0]!;
    expect(() => splice([version, { ...version, version: 2 }], holding({}))).toThrow('overlap');
  });
});
