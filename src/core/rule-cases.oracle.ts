// Random rules and facts whose dates collide all the time.
import fc from 'fast-check';
import type { Instant, Span } from './calendar';
import type {
  ApprovalFact,
  AttributeSlice,
  CreditFact,
  Happening,
  HoldingSlice,
  PersonFacts,
  Silence,
  SilenceSubject,
} from './facts';
import type { Json, RuleNode } from './rule';
import type { Level, Timeline } from './timeline';

export const DAY = 86_400_000;
export const T0 = Date.UTC(2027, 0, 1);

/** Instants on a small lattice of days, one millisecond before, on and after: neighbours collide all the time. */
export const instant: fc.Arbitrary<Instant> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([day, off]) => T0 + day * DAY + off);
const bound = (end: Instant): fc.Arbitrary<Instant> =>
  fc.oneof({ weight: 6, arbitrary: instant }, { weight: 1, arbitrary: fc.constant(end) });

const typeCode = fc.constantFrom('A', 'B', 'C');
const courseCode = fc.constantFrom('X', 'Y', 'Z');
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

const happening = (name: string): fc.Arbitrary<Happening[]> =>
  fc.array(instant, { maxLength: 4 }).map((list) => list.map((at, i) => ({ at, factId: `${name} ${i}` })));

const credit: fc.Arbitrary<CreditFact> = fc.record({
  at: instant,
  hours: fc.constantFrom(0.1, 0.2, 1, 2, 5),
  isPending: fc.constantFrom(false, false, true),
  factId: fc.nat(99).map((n) => `credit ${n}`),
});

const approval: fc.Arbitrary<ApprovalFact> = fc.record({
  at: instant,
  act: fc.constantFrom('REQUESTED' as const, 'GRANTED' as const, 'GRANTED' as const, 'WITHDRAWN' as const),
  factId: fc.nat(99).map((n) => `approval ${n}`),
});

const silence: fc.Arbitrary<Silence[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Silence[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.record({ from: bound(-Infinity), to: bound(Infinity) }), { maxLength: 2 }) },
);

const level = fc.constantFrom<Level[]>(0, 1, 2, 3, 4);
const timeline: fc.Arbitrary<Timeline> = fc
  .tuple(level, fc.uniqueArray(instant, { maxLength: 4 }), fc.array(level, { minLength: 4, maxLength: 4 }))
  .map(([first, at, levels]) => {
    const steps: { from: number; level: Level }[] = [{ from: -Infinity, level: first }];
    at.sort((a, b) => a - b).forEach((from, i) => levels[i] !== steps.at(-1)!.level && steps.push({ from, level: levels[i]! }));
    return steps;
  });

export const personFacts: fc.Arbitrary<PersonFacts> = fc
  .record({
    holdings: fc.dictionary(typeCode, fc.array(holdingSlice, { maxLength: 4 })),
    verified: happening('verified'),
    dept: attributeSlices(dept),
    grade: attributeSlices(grade),
    manager: attributeSlices(fc.constantFrom<Json[]>('M1', 'M2', null)),
    related: fc.boolean(),
    credits: fc.dictionary(courseCode, fc.array(credit, { maxLength: 4 })),
    spills: happening('spill'),
    lessons: happening('lesson'),
    approvals: fc.array(approval, { maxLength: 5 }),
    silences: fc.record({ TYPE: silence, COURSE: silence, EVENT: silence }),
    other: timeline,
  })
  .map(({ holdings, verified, dept, grade, manager, related, credits, spills, lessons, approvals, silences, other }) => ({
    holdings: new Map(
      Object.entries(holdings).map(([code, slices]) => [code, slices.map((slice) => ({ ...slice, verifications: verified }))]),
    ),
    attributes: new Map([['dept', dept] as const, ['grade', grade] as const, ['managerExternalId', manager] as const]),
    credits: new Map(Object.entries(credits)),
    happenings: new Map([['SPILL', spills] as const, ['LESSON', lessons] as const]),
    approvals: new Map([['NIGHTS', approvals]]),
    silences: (subject: SilenceSubject) => silences[subject],
    levelsOf: () => other,
    ...(related && { equivalents: (code: string) => (code === 'A' ? ['A', 'B'] : [code]) }),
  }));

const days = (max: number): fc.Arbitrary<Span> => fc.integer({ min: 1, max }).map((n) => ({ months: 0, days: n }));
const span: fc.Arbitrary<Span> = fc.oneof(
  { weight: 5, arbitrary: days(6) },
  { weight: 1, arbitrary: fc.constantFrom({ months: 1, days: 0 }, { months: 1, days: 2 }) },
);
const maybe = <K extends string, V>(key: K, value: fc.Arbitrary<V>): fc.Arbitrary<{ [P in K]?: V }> =>
  fc.option(value, { freq: 2, nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found })) as fc.Arbitrary<{
    [P in K]?: V;
  }>;

const holds: fc.Arbitrary<RuleNode> = fc
  .tuple(typeCode, fc.boolean(), maybe('verifiedWithin', span))
  .map(([code, strict, more]) => ({ op: 'holds' as const, typeCode: code, strict, ...more }));
const credits: fc.Arbitrary<RuleNode> = fc
  .tuple(
    fc.uniqueArray(courseCode, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(0.3, 1, 3, 6),
    span,
    maybe('lag', days(3)),
    maybe('toMonthEnd', fc.constant(true as const)),
    fc.array(fc.constantFrom(1, 2), { maxLength: 2 }),
  )
  .map(([courseCodes, min, window, lag, toMonthEnd, most]) => ({
    op: 'credits' as const,
    courseCodes,
    min,
    window,
    ...lag,
    ...toMonthEnd,
    ...(most.length > 0 && { caps: most.map((max, i) => ({ courseCodes: courseCodes.slice(i % courseCodes.length), max })) }),
  }));
const tenure: fc.Arbitrary<RuleNode> = fc
  .tuple(fc.constantFrom<Json[]>('ER', 'ICU'), span)
  .map(([equals, duration]) => ({ op: 'tenure' as const, name: 'dept', equals, duration }));
const approved: fc.Arbitrary<RuleNode> = fc
  .tuple(fc.boolean(), maybe('ttl', span))
  .map(([bindToManager, more]) => ({ op: 'approval' as const, kind: 'NIGHTS', bindToManager, ...more }));
const noOpen: fc.Arbitrary<RuleNode> = fc.constant({ op: 'noOpen', trigger: 'SPILL', resolver: 'LESSON' });
const otherRule: fc.Arbitrary<RuleNode> = fc.constant({ op: 'rule', roleCode: 'OTHER' });

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
  { weight: 1, arbitrary: credits },
  { weight: 1, arbitrary: tenure },
  { weight: 1, arbitrary: approved },
  { weight: 1, arbitrary: noOpen },
  { weight: 1, arbitrary: otherRule },
);

/** A window over a condition; only those whose change points follow from its own can stand anywhere in a random rule. */
const overAny = (below: fc.Arbitrary<RuleNode>): fc.Arbitrary<RuleNode> =>
  fc.oneof(
    fc.tuple(below, span, maybe('gap', span)).map(([of, duration, more]) => ({ op: 'heldFor' as const, of, duration, ...more })),
    fc
      .tuple(below, span, maybe('toMonthEnd', fc.constant(true as const)))
      .map(([of, duration, more]) => ({ op: 'within' as const, of, duration, ...more })),
  );

/** Every window, over conditions, groups and other windows. */
export const windowNode: fc.Arbitrary<RuleNode> = fc.oneof(
  overAny(leafNode),
  overAny(overAny(leafNode)),
  fc
    .tuple(leafNode, days(6), maybe('resetAfter', span))
    .map(([of, duration, more]) => ({ op: 'accumulated' as const, of, duration, ...more })),
  fc.tuple(leafNode, days(6), days(4)).map(([of, duration, more]) => ({
    op: 'service' as const,
    of,
    duration,
    within: { months: 0, days: duration.days + more.days - 1 },
  })),
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
      { weight: 1, arbitrary: overAny(leafNode) },
      { weight: 1, arbitrary: tie('node').map((below) => ({ op: 'disclosed' as const, to: 'HR' as const, of: below })) },
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
