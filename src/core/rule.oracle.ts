// A second, naive meaning of rules and verdicts for the tests: by definition, one instant at a time, no intervals and no shared code.
import fc from 'fast-check';
import type { Instant } from './calendar';
import type { AttributeSlice, HoldingSlice, PersonFacts } from './evaluate';
import type { Json, RuleNode } from './rule';
import type { Verdict } from './verdict';

export const DAY = 86_400_000;
export const T0 = Date.UTC(2027, 0, 1);

/** Instants on a small lattice of days, one millisecond before, on and after: neighbours collide all the time. */
export const instant: fc.Arbitrary<Instant> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([day, off]) => T0 + day * DAY + off);
const bound = (end: Instant): fc.Arbitrary<Instant> =>
  fc.oneof({ weight: 6, arbitrary: instant }, { weight: 1, arbitrary: fc.constant(end) });

const typeCode = fc.constantFrom('A', 'B', 'C');
const dept: fc.Arbitrary<Json> = fc.constantFrom<Json[]>('ER', 'ICU', 'er', null, ['ER', 'OR'], [], { site: 1 });
const grade: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(1, 2, 2.5, 3, null, '3', [3]);

const holdingSlice: fc.Arbitrary<HoldingSlice> = fc.record({
  from: bound(-Infinity),
  to: bound(Infinity),
  level: fc.constantFrom('MET' as const, 'MET' as const, 'GRACE' as const),
  factId: fc.nat(99).map((n) => `fact ${n}`),
});

const attributeSlices = (value: fc.Arbitrary<Json>): fc.Arbitrary<AttributeSlice[]> =>
  fc
    .tuple(
      fc.uniqueArray(
        fc.oneof({ weight: 8, arbitrary: instant }, { weight: 1, arbitrary: fc.constantFrom(-Infinity, Infinity) }),
        { maxLength: 6 },
      ),
      fc.array(fc.option(value, { freq: 4, nil: undefined }), { minLength: 6, maxLength: 6 }),
    )
    .map(([cuts, values]) => {
      const sorted = cuts.sort((a, b) => (a < b ? -1 : 1));
      return sorted
        .slice(1)
        .flatMap((to, i) => (values[i] === undefined ? [] : [{ from: sorted[i]!, to, value: values[i]!, factId: `row ${i}` }]));
    });

export const personFacts: fc.Arbitrary<PersonFacts> = fc
  .record({
    holdings: fc.dictionary(typeCode, fc.array(holdingSlice, { maxLength: 4 })),
    dept: attributeSlices(dept),
    grade: attributeSlices(grade),
    related: fc.boolean(),
  })
  .map(({ holdings, dept, grade, related }) => ({
    holdings: new Map(Object.entries(holdings)),
    attributes: new Map([['dept', dept] as const, ['grade', grade] as const]),
    ...(related && { equivalents: (code: string) => (code === 'A' ? ['A', 'B'] : [code]) }),
  }));

const holds = fc.record({ op: fc.constant('holds' as const), typeCode, strict: fc.boolean() });
const attribute: fc.Arbitrary<RuleNode> = fc.oneof(
  fc
    .constantFrom<Json[]>('ER', 'ICU', { site: 1 }, ['ER', 'OR'])
    .map((equals) => ({ op: 'attribute' as const, name: 'dept', equals })),
  fc.constantFrom<Json[][]>(['ER'], ['ICU', 'OR']).map((among) => ({ op: 'attribute' as const, name: 'dept', in: among })),
  fc.constantFrom(1, 2, 3).map((atLeast) => ({ op: 'attribute' as const, name: 'grade', atLeast })),
  fc.constantFrom<Json[]>(2, 3, '3').map((equals) => ({ op: 'attribute' as const, name: 'grade', equals })),
);
const during: fc.Arbitrary<RuleNode> = fc
  .tuple(fc.option(instant, { freq: 3 }), fc.option(instant, { freq: 3 }))
  .filter(([from, until]) => (from === null) !== (until === null) || (from !== null && until !== null && from < until))
  .map(([from, until]) => ({ op: 'during' as const, from, until }));

export const leafNode: fc.Arbitrary<RuleNode> = fc.oneof(
  { weight: 3, arbitrary: holds },
  { weight: 2, arbitrary: attribute },
  { weight: 1, arbitrary: during },
);
export const ruleNode: fc.Arbitrary<RuleNode> = fc.letrec<{ node: RuleNode }>((tie) => {
  const of = fc.array(tie('node'), { maxLength: 4 });
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leafNode },
      { weight: 2, arbitrary: of.map((nodes) => ({ op: 'all' as const, of: nodes })) },
      { weight: 2, arbitrary: of.map((nodes) => ({ op: 'any' as const, of: nodes })) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.array(tie('node'), { minLength: 1, maxLength: 4 }), fc.nat(3))
          .map(([nodes, n]) => ({ op: 'atLeast' as const, n: 1 + (n % nodes.length), of: nodes })),
      },
      { weight: 1, arbitrary: tie('node').map((below) => ({ op: 'not' as const, of: below })) },
    ),
  };
}).node;

/** A publication with a warning in whole days, so that the oracle needs no calendar. */
export interface Publication {
  readonly version: number;
  readonly from: Instant;
  readonly node: RuleNode;
  readonly warnBefore: { readonly months: 0; readonly days: number } | null;
}

export const publications: fc.Arbitrary<Publication[]> = fc
  .array(fc.record({ from: bound(-Infinity), node: ruleNode, warnDays: fc.option(fc.integer({ min: 0, max: 5 })) }), {
    maxLength: 3,
  })
  .map((list) =>
    list.map(({ from, node, warnDays }, i) => ({
      version: i + 1,
      from,
      node,
      warnBefore: warnDays === null ? null : { months: 0, days: warnDays },
    })),
  );

const orderOfLevels = ['UNMET', 'UNKNOWN', 'PENDING', 'GRACE', 'MET'];

/** The level of a rule at one instant, 0 to 4. */
export function oracleLevel(node: RuleNode, facts: PersonFacts, t: Instant): number {
  switch (node.op) {
    case 'all':
      return Math.min(4, ...node.of.map((child) => oracleLevel(child, facts, t)));
    case 'any':
      return Math.max(0, ...node.of.map((child) => oracleLevel(child, facts, t)));
    case 'atLeast':
      return node.of.map((child) => oracleLevel(child, facts, t)).sort((a, b) => b - a)[node.n - 1]!;
    case 'not': {
      const level = orderOfLevels[oracleLevel(node.of, facts, t)]!;
      if (level === 'UNKNOWN') return 1;
      return level === 'UNMET' || level === 'PENDING' ? 4 : 0;
    }
    case 'holds': {
      let best = 0;
      for (const [code, slices] of facts.holdings) {
        const counts = facts.equivalents === undefined ? code === node.typeCode : facts.equivalents(node.typeCode).includes(code);
        for (const slice of slices) {
          if (!counts || t < slice.from || t >= slice.to || (slice.level === 'GRACE' && node.strict)) continue;
          best = Math.max(best, orderOfLevels.indexOf(slice.level));
        }
      }
      return best;
    }
    case 'attribute': {
      const slice = (facts.attributes.get(node.name) ?? []).find(({ from, to }) => t >= from && t < to);
      if (slice === undefined) return 1;
      const { value } = slice;
      if (value === null) return 0;
      if (node.atLeast !== undefined) return typeof value !== 'number' ? 1 : value < node.atLeast ? 0 : 4;
      const wanted = (node.in ?? [node.equals]).map((one) => JSON.stringify(one));
      return [value, ...(Array.isArray(value) ? (value as Json[]) : [])].some((one) => wanted.includes(JSON.stringify(one)))
        ? 4
        : 0;
    }
    case 'during':
      return (node.from === null || t >= node.from) && (node.until === null || t < node.until) ? 4 : 0;
  }
}

/** Every instant at which anything about the rule or the facts can change. */
export function boundaries(published: readonly Publication[], facts: PersonFacts): Instant[] {
  const all: Instant[] = published.map(({ from }) => from);
  for (const slices of [...facts.holdings.values(), ...facts.attributes.values()])
    for (const { from, to } of slices) all.push(from, to);
  const visit = (node: RuleNode): void => {
    if (node.op === 'during') all.push(node.from ?? Infinity, node.until ?? Infinity);
    else if (node.op === 'not') visit(node.of);
    else if ('of' in node) node.of.forEach(visit);
  };
  published.forEach(({ node }) => visit(node));
  return [...new Set(all.filter(Number.isFinite))].sort((a, b) => a - b);
}

/** Where to look: on and around every boundary and every possible beginning of a warning, and far away. */
export function probes(published: readonly Publication[], facts: PersonFacts): Instant[] {
  const edges = boundaries(published, facts);
  const warned = published.flatMap(({ warnBefore }) =>
    warnBefore === null ? [] : edges.map((edge) => edge - warnBefore.days * DAY),
  );
  const all = [T0 - 100 * DAY, T0 + 100 * DAY, ...[...edges, ...warned].flatMap((edge) => [edge - 1, edge, edge + 1])];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The verdict at one instant; `edges` are the boundaries. The version in effect is the last one published that has begun. */
export function oracleVerdict(
  published: readonly Publication[],
  facts: PersonFacts,
  edges: readonly Instant[],
  t: Instant,
): { verdict: Verdict; ruleVersion: number | null } {
  const versionAt = (at: Instant): Publication | undefined => published.findLast(({ from }) => from <= at);
  const levelAt = (at: Instant): number => {
    const version = versionAt(at);
    return version === undefined ? 1 : oracleLevel(version.node, facts, at);
  };
  const version = versionAt(t);
  if (version === undefined) return { verdict: 'UNKNOWN', ruleVersion: null };
  const level = levelAt(t);
  const named: Verdict[] = ['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE'];
  let verdict = named[level]!;
  if (level === 4 && version.warnBefore !== null) {
    const lapse = edges.find((edge) => edge > t && levelAt(edge) < 3);
    if (lapse !== undefined && t >= lapse - version.warnBefore.days * DAY) verdict = 'AT_RISK';
  }
  return { verdict, ruleVersion: version.version };
}
