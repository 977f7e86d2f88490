import fc from 'fast-check';
import { effectiveRanges, evaluateNodes, judge, type RuleVersion } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import { changeBecause, explain, untilBecause } from './explain';
import type { RuleNode } from './rule';
import type { Labels } from './rule-text';
import { oracleLevel } from './rule.oracle';
import { DAY, instant, personFacts, publications, ruleNode, T0 } from './rule-cases.oracle';
import { answerAt } from './verdict';

const labels: Labels = { type: (code) => `${code} certification`, attribute: (name) => (name === 'dept' ? 'department' : name) };
const day = (n: number): number => T0 + n * DAY;
const slice = (from: number, to: number, more: Partial<HoldingSlice> = {}): HoldingSlice => ({
  from: day(from),
  to: day(to),
  level: 'MET',
  factId: `${from}-${to}`,
  ...more,
});
const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
const er: RuleNode = { op: 'attribute', name: 'dept', equals: 'ER' };
const facts = (
  holdings: Readonly<Record<string, readonly HoldingSlice[]>>,
  dept: readonly (readonly [number, number, string])[] = [],
): PersonFacts => ({
  holdings: new Map(Object.entries(holdings)),
  attributes: new Map([
    ['dept', dept.map(([from, to, value]) => ({ from: day(from), to: day(to), value, factId: `dept ${from}` }))],
  ]),
});
const one = (node: RuleNode, warnDays?: number): RuleVersion[] => [
  {
    version: 1,
    from: -Infinity,
    until: Infinity,
    node,
    warnBefore: warnDays === undefined ? null : { months: 0, days: warnDays },
  },
];

describe('explaining a verdict', () => {
  it('lists the conditions root first, with what holds, since when, until when and by which facts', () => {
    const rule: RuleNode = {
      op: 'all',
      of: [holds('CPR'), { op: 'any', of: [er, holds('BLS')] }, { op: 'not', of: holds('BAN') }],
    };
    const known = facts({ CPR: [slice(0, 30)] }, [[5, 50, 'ER']]);
    const rows = explain(one(rule), known, day(10), labels, 'UTC').map(
      ({ id, parentId, op, verdict, binding, text, factIds }) => [id, parentId, op, verdict, binding, text, factIds],
    );
    expect(rows).toEqual([
      ['0', null, 'all', 'ELIGIBLE', true, 'all of 3 conditions', []],
      ['0.0', '0', 'holds', 'ELIGIBLE', true, 'holds CPR certification', ['0-30']],
      ['0.1', '0', 'any', 'ELIGIBLE', true, 'any of 2 conditions', []],
      ['0.1.0', '0.1', 'attribute', 'ELIGIBLE', true, 'department is ER', ['dept 5']],
      ['0.1.1', '0.1', 'holds', 'NOT_ELIGIBLE', false, 'holds BLS certification', []],
      ['0.2', '0', 'not', 'ELIGIBLE', true, 'does not hold BAN certification', []],
      ['0.2.0', '0.2', 'holds', 'NOT_ELIGIBLE', true, 'holds BAN certification', []],
    ]);
    const [root, cpr] = explain(one(rule), known, day(10), labels, 'UTC');
    expect([root!.since, root!.until, cpr!.since, cpr!.until]).toEqual([day(5), day(30), day(0), day(30)]);
  });

  it('binds only the children that keep the parent where it is, along binding paths', () => {
    const rule: RuleNode = { op: 'all', of: [holds('A'), { op: 'any', of: [holds('B'), holds('C')] }] };
    const binding = (known: PersonFacts): string[] =>
      explain(one(rule), known, day(1), labels, 'UTC')
        .filter((node) => node.binding)
        .map(({ id }) => id);
    expect(binding(facts({ A: [slice(0, 9)] }))).toEqual(['0', '0.1', '0.1.0', '0.1.1']);
    expect(binding(facts({ B: [slice(0, 9)] }))).toEqual(['0', '0.0']);
  });

  it('agrees with the definition at every node, and with the answer at the root', () => {
    const named = ['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE'];
    fc.assert(
      fc.property(publications, personFacts, instant, (published, known, at) => {
        const versions = effectiveRanges(published);
        const current = published.findLast(({ from }) => from <= at);
        const nodes = explain(versions, known, at, labels, 'UTC');
        if (current === undefined) return expect(nodes).toEqual([]);
        const [root, ...rest] = nodes;
        expect(root).toMatchObject(
          (({ verdict, since, until }) => ({ verdict, since, until }))(answerAt(judge(versions, known, 'UTC'), at)),
        );
        const tree = new Map(evaluateNodes(current.node, known).map(({ id, node }) => [id, node]));
        for (const { id, verdict } of rest) expect(verdict).toBe(named[oracleLevel(tree.get(id)!, known, at)]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('why a verdict will change', () => {
  const because = (node: RuleNode, known: PersonFacts, at: number, warnDays?: number): string[] =>
    untilBecause(one(node, warnDays), known, day(at), labels, 'UTC');

  it('names the condition that ends', () => {
    const rule: RuleNode = { op: 'all', of: [holds('CPR'), er] };
    expect(because(rule, facts({ CPR: [slice(0, 30)] }, [[0, 99, 'ER']]), 10)).toEqual(['CPR certification expires']);
    expect(
      because(
        rule,
        facts({ CPR: [slice(0, 99)] }, [
          [0, 30, 'ER'],
          [30, 99, 'ICU'],
        ]),
        10,
      ),
    ).toEqual(['department is no longer ER']);
    expect(because(rule, facts({ CPR: [slice(0, 99)] }, [[0, 30, 'ER']]), 10)).toEqual(['department is no longer known']);
    expect(because(rule, facts({ CPR: [slice(0, 30), slice(30, 40, { level: 'GRACE' })] }, [[0, 99, 'ER']]), 10)).toEqual([
      'CPR certification enters grace',
    ]);
    expect(because(rule, facts({ CPR: [slice(0, 30), slice(30, 40, { level: 'GRACE' })] }, [[0, 99, 'ER']]), 35)).toEqual([
      'grace of CPR certification ends',
    ]);
    expect(because(rule, facts({ CPR: [slice(0, 30, { endedBy: 'REVOCATION' })] }, [[0, 99, 'ER']]), 10)).toEqual([
      'CPR certification is revoked',
    ]);
    expect(because({ op: 'during', from: null, until: day(30) }, facts({}), 10)).toEqual(['period ends on 2027-01-30']);
    expect(because(rule, facts({}), 10)).toEqual([]);
  });

  it('names the last of two that overlap, also when it was not there yet at the instant asked about (C8)', () => {
    const rule: RuleNode = { op: 'any', of: [holds('A'), holds('B')] };
    expect(because(rule, facts({ A: [slice(0, 30)], B: [slice(20, 60)] }), 10)).toEqual(['B certification expires']);
  });

  it('names a condition that was better than the rest and ends below it', () => {
    const rule: RuleNode = { op: 'all', of: [holds('A'), holds('B')] };
    expect(because(rule, facts({ A: [slice(0, 30)], B: [slice(0, 60, { level: 'GRACE' })] }), 10)).toEqual([
      'A certification expires',
    ]);
  });

  it('names, of several that begin together, those that suffice', () => {
    const rule: RuleNode = { op: 'any', of: [holds('A'), holds('B')] };
    expect(because(rule, facts({ A: [slice(30, 60)], B: [slice(30, 60, { level: 'GRACE' })] }), 10)).toEqual([
      'A certification takes effect',
    ]);
  });

  it('takes the reason of an end from the stretch that ends there', () => {
    const known = facts({ CPR: [slice(0, 5, { endedBy: 'SUSPENSION' }), slice(8, 30)] });
    expect(because(holds('CPR'), known, 3)).toEqual(['CPR certification is suspended']);
    expect(because(holds('CPR'), known, 10)).toEqual(['CPR certification expires']);
  });

  it('tells a suspension that is lifted from an award that takes effect', () => {
    const lifted = facts({ CPR: [slice(0, 5, { endedBy: 'SUSPENSION' }), slice(8, 30, { begunBy: 'REINSTATEMENT' })] });
    expect(because(holds('CPR'), lifted, 6)).toEqual(['CPR certification is reinstated']);
  });

  it('names what a warning is about, with its date', () => {
    const known = facts({ CPR: [slice(0, 30)] });
    expect(because(holds('CPR'), known, 10, 7)).toEqual(['CPR certification expires on 2027-01-30']);
    expect(because(holds('CPR'), known, 25, 7)).toEqual(['CPR certification expires']);
  });

  it('names the version that takes effect', () => {
    const versions = effectiveRanges([
      { version: 3, from: day(0), node: holds('A'), warnBefore: { months: 0, days: 5 } },
      { version: 4, from: day(50), node: holds('B'), warnBefore: null },
    ]);
    const known = facts({ A: [slice(0, 99)] });
    expect(untilBecause(versions, known, day(10), labels, 'UTC')).toEqual(['rule version 4 takes effect on 2027-02-20']);
    expect(untilBecause(versions, known, day(46), labels, 'UTC')).toEqual(['rule version 4 takes effect']);
    expect(untilBecause(versions, facts({ A: [slice(0, 50)] }), day(46), labels, 'UTC')).toEqual(['A certification expires']);
  });

  it('does not blame a version for a warning that it did not bring', () => {
    const published = [
      { version: 1, from: day(0), node: holds('A'), warnBefore: { months: 0, days: 5 } },
      { version: 2, from: day(25), node: holds('A'), warnBefore: { months: 0, days: 5 } },
    ] as const;
    const because = (second: number): string[] =>
      untilBecause(
        effectiveRanges([published[0], { ...published[1], warnBefore: { months: 0, days: second } }]),
        facts({ A: [slice(0, 30)] }),
        day(10),
        labels,
        'UTC',
      );
    expect(because(5)).toEqual(['A certification expires on 2027-01-30']);
    expect(because(7)).toEqual(['A certification expires on 2027-01-30']);
    const late = effectiveRanges([{ ...published[0], warnBefore: null }, published[1]]);
    expect(untilBecause(late, facts({ A: [slice(0, 30)] }), day(10), labels, 'UTC')).toEqual(['rule version 2 takes effect']);
  });

  it('has a reason for every change there is, and none for what never changes', () => {
    fc.assert(
      fc.property(publications, personFacts, instant, (published, known, at) => {
        const versions = effectiveRanges(published);
        const { until } = answerAt(judge(versions, known, 'UTC'), at);
        const reasons = untilBecause(versions, known, at, labels, 'UTC');
        expect(reasons.length > 0).toBe(until !== null);
        expect(new Set(reasons).size).toBe(reasons.length);
        expect(reasons.join(' ')).not.toMatch(/undefined|NaN|Infinity|typeCode|\bdept\b/);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('why a verdict has changed', () => {
  const rule: RuleNode = { op: 'all', of: [holds('CPR'), { op: 'any', of: [er, holds('BLS')] }] };
  const because = (before: PersonFacts, after: PersonFacts): string[] =>
    changeBecause(evaluateNodes(rule, before), evaluateNodes(rule, after), day(10), labels, 'UTC', after);
  const inEr = [[0, 99, 'ER']] as const;

  it.each<[string, PersonFacts, PersonFacts, string[]]>([
    ['obtained', facts({}, inEr), facts({ CPR: [slice(10, 99)] }, inEr), ['CPR certification obtained']],
    [
      'revoked',
      facts({ CPR: [slice(0, 99)] }, inEr),
      facts({ CPR: [slice(0, 9, { endedBy: 'REVOCATION' })] }, inEr),
      ['CPR certification revoked'],
    ],
    [
      'expired, long after a revocation',
      facts({ CPR: [slice(0, 3, { endedBy: 'REVOCATION' }), slice(5, 99)] }, inEr),
      facts({ CPR: [slice(0, 3, { endedBy: 'REVOCATION' }), slice(5, 9)] }, inEr),
      ['CPR certification no longer held'],
    ],
    ['retracted', facts({ CPR: [slice(0, 99)] }, inEr), facts({}, inEr), ['CPR certification no longer held']],
    ['moved', facts({ CPR: [slice(0, 99)] }), facts({ CPR: [slice(0, 99)] }, inEr), ['department is now ER']],
    [
      'not by what does not matter',
      facts({ BLS: [slice(0, 99)] }),
      facts({ BLS: [slice(0, 99)], CPR: [slice(0, 99)] }, inEr),
      ['CPR certification obtained'],
    ],
    [
      'renewed ahead of time',
      facts({ CPR: [slice(0, 30)] }, inEr),
      facts({ CPR: [slice(0, 60)] }, inEr),
      ['CPR certification now valid until 2027-03-01'],
    ],
    ['planned', facts({}, inEr), facts({ CPR: [slice(20, 60)] }, inEr), ['CPR certification takes effect on 2027-01-21']],
    [
      'planned no more',
      facts({ CPR: [slice(20, 60)] }, inEr),
      facts({}, inEr),
      ['CPR certification: no change lies ahead any more'],
    ],
    [
      'corrected',
      facts({ CPR: [slice(0, 30)] }, inEr),
      facts({ CPR: [slice(0, 3), slice(5, 30)] }, inEr),
      ['CPR certification: corrected for the past'],
    ],
    ['nothing', facts({ CPR: [slice(0, 30)] }, inEr), facts({ CPR: [slice(0, 30)] }, inEr), []],
  ])('%s', (_, before, after, sentences) => {
    expect(because(before, after)).toEqual(sentences);
  });

  it('has a reason whenever the level of the rule differs anywhere', () => {
    fc.assert(
      fc.property(ruleNode, personFacts, personFacts, instant, (node, a, b, now) => {
        const [before, after] = [evaluateNodes(node, a), evaluateNodes(node, b)];
        const differs = JSON.stringify(before[0]!.timeline) !== JSON.stringify(after[0]!.timeline);
        if (differs) expect(changeBecause(before, after, now, labels, 'UTC', b).length).toBeGreaterThan(0);
        expect(changeBecause(after, after, now, labels)).toEqual([]);
      }),
    );
  });
});

describe('explaining conditions on time', () => {
  const week = { months: 0, days: 7 };
  const recent: RuleNode = { op: 'within', of: holds('CPR'), duration: week };

  it('says that time has passed where nothing below changes, and what changes where it does', () => {
    const known = facts({ CPR: [slice(0, 30)] });
    expect(untilBecause(one(recent), known, day(10), labels, 'UTC')).toEqual([
      'neither now nor within 7 days before: (holds CPR certification)',
    ]);
    const held: RuleNode = { op: 'heldFor', of: holds('CPR'), duration: week };
    expect(untilBecause(one(held), known, day(3), labels, 'UTC')).toEqual([
      'for at least 7 days without a break: (holds CPR certification)',
    ]);
    expect(untilBecause(one(held), known, day(10), labels, 'UTC')).toEqual(['CPR certification expires']);
    expect(answerAt(judge(one(recent), known, 'UTC'), day(10)).until).toBe(day(37));
  });

  it('names hours, approvals, incidents and verifications that are in force as facts', () => {
    const known: PersonFacts = {
      ...facts({ CPR: [slice(0, 90, { verifications: [{ at: day(2), factId: 'check' }] })] }),
      credits: new Map([['X', [0, 5, 50].map((n) => ({ at: day(n), hours: 1, isPending: false, factId: `hour ${n}` }))]]),
      approvals: new Map([['NIGHTS', [{ act: 'GRANTED', at: day(1), factId: 'grant' }]]]),
      happenings: new Map([['SPILL', [{ at: day(4), factId: 'spill' }]]]),
    };
    const rule: RuleNode = {
      op: 'all',
      of: [
        { op: 'holds', typeCode: 'CPR', strict: false, verifiedWithin: { months: 0, days: 30 } },
        { op: 'credits', courseCodes: ['X'], min: 2, window: { months: 0, days: 10 } },
        { op: 'approval', kind: 'NIGHTS', bindToManager: false },
        { op: 'noOpen', trigger: 'SPILL', resolver: 'LESSON' },
      ],
    };
    const idsAt = (at: number, facts = known) => explain(one(rule), facts, at, labels, 'UTC').map(({ factIds }) => factIds);
    expect(idsAt(day(6))).toEqual([[], ['0-90', 'check'], ['hour 0', 'hour 5'], ['grant'], ['spill']]);
    const lesson = { ...known, happenings: new Map([...known.happenings!, ['LESSON', [{ at: day(5), factId: 'lesson' }]]]) };
    expect(idsAt(day(6), lesson).at(-1)).toEqual(['spill', 'lesson']);
    expect(idsAt(day(3), lesson).at(-1)).toEqual([]);
  });

  it('tells a credential that takes effect from a verification that does', () => {
    const rule = one({ op: 'holds', typeCode: 'CPR', strict: false, verifiedWithin: { months: 0, days: 30 } });
    const known = (from: number, checked: number) =>
      facts({ CPR: [slice(from, 90, { verifications: [{ at: day(checked), factId: 'check' }] })] });
    expect(untilBecause(rule, known(0, 20), day(5), labels, 'UTC')).toEqual(['verification of CPR certification takes effect']);
    expect(untilBecause(rule, known(20, 10), day(5), labels, 'UTC')).toEqual(['CPR certification takes effect']);
  });

  it('tells a lapse of an approval with the manager from its running out', () => {
    const manager = (until: number) => [
      { from: day(0), to: day(until), value: 'M1', factId: 'm' },
      { from: day(until), to: Infinity, value: 'M2', factId: 'm' },
    ];
    const known = (until: number): PersonFacts => ({
      holdings: new Map(),
      attributes: new Map([['managerExternalId', manager(until)]]),
      approvals: new Map([['NIGHTS', [{ act: 'GRANTED', at: day(1), factId: 'grant' }]]]),
    });
    const rule = one({ op: 'approval', kind: 'NIGHTS', bindToManager: true, ttl: { months: 0, days: 30 } });
    expect(untilBecause(rule, known(9), day(5), labels, 'UTC')).toEqual(['approval NIGHTS lapses with the change of manager']);
    expect(untilBecause(rule, known(90), day(5), labels, 'UTC')).toEqual(['approval NIGHTS ends']);
  });
});

describe('disclosing conditions', () => {
  const secret: RuleNode = { op: 'disclosed', to: 'MANAGER', of: { op: 'all', of: [holds('CLEARANCE'), holds('CPR')] } };
  const rule = one({ op: 'all', of: [holds('CPR'), secret] });
  const known = facts({ CPR: [slice(0, 90)], CLEARANCE: [slice(0, 30)] });
  const texts = (audience: 'HR' | 'MANAGER' | 'EMPLOYEE'): string[] =>
    explain(rule, known, day(6), labels, 'UTC', audience).map(({ text }) => text);

  it('shows a condition and what is below it to those it is for, and to the others only that there is one', () => {
    expect(texts('HR')).toEqual(texts('MANAGER'));
    expect(texts('MANAGER')).toContain('holds CLEARANCE certification');
    expect(texts('EMPLOYEE')).toEqual(['all of 2 conditions', 'holds CPR certification', 'a condition that is not disclosed']);
  });

  it('does not give it away as the cause of the next change', () => {
    const because = (audience: 'MANAGER' | 'EMPLOYEE'): string[] => untilBecause(rule, known, day(6), labels, 'UTC', audience);
    expect(because('MANAGER')).toEqual(['CLEARANCE certification expires']);
    expect(because('EMPLOYEE')).toEqual(['a condition that is not disclosed changes']);
  });
});
