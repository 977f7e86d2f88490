// Windows over conditions that hold only at certain times.
import fc from 'fast-check';
import { evaluate } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import { lintRule } from './lint';
import { isPossible } from './possible';
import type { RuleNode } from './rule';
import { Level } from './timeline';

const DAY = 86_400_000;
const T0 = Date.UTC(2027, 0, 1);
const span = (days: number) => ({ months: 0, days });
const holds = (typeCode: string): RuleNode => ({ op: 'holds', typeCode, strict: false });
const during = (from: number, until: number): RuleNode => ({ op: 'during', from: T0 + from * DAY, until: T0 + until * DAY });
const all = (...of: RuleNode[]): RuleNode => ({ op: 'all', of });
const any = (...of: RuleNode[]): RuleNode => ({ op: 'any', of });
const not = (of: RuleNode): RuleNode => ({ op: 'not', of });
const heldFor = (of: RuleNode, days: number, gap?: number): RuleNode => ({
  op: 'heldFor',
  of,
  duration: span(days),
  ...(gap && { gap: span(gap) }),
});
const lint = (node: RuleNode, from = -Infinity) =>
  lintRule(node, { self: { roleCode: 'SELF', version: 1 }, from, now: T0, attributes: new Set(), rules: new Map() }, ['rule']);

describe('a window over what holds only at certain times', () => {
  const brief = all(holds('A'), during(0, 30));
  const cannot: [string, RuleNode][] = [
    ['held for longer than the period', heldFor(brief, 60)],
    ['also where what is below may be another thing', heldFor(any(brief, all(holds('B'), during(100, 120))), 60)],
    ['over a break that is not bridged', heldFor(any(during(0, 30), during(70, 100)), 60, 30)],
    ['gathered for longer than all periods', { op: 'accumulated', of: any(brief, during(50, 60)), duration: span(50) }],
    ['in service for longer than the period', { op: 'service', of: brief, duration: span(40), within: span(90) }],
    ['a window over such a window', { op: 'within', of: heldFor(brief, 60), duration: span(10) }],
    ['beside other conditions', all(holds('B'), heldFor(all(brief, not(holds('C'))), 60))],
  ];
  it.each(cannot)('can never hold: %s (N5)', (_, node) => {
    expect(lint(node)).toMatchObject({ code: 'RULE_CANNOT_HOLD', path: ['rule'] });
    expect(lint(not(node))).toMatchObject({ code: 'RULE_ALWAYS_HOLDS', path: ['rule'] });
  });

  it('is told what may be wrong with it', () => {
    expect(lint(heldFor(brief, 60))!.message).toContain('for longer than there is time for. Take out or loosen');
  });

  const fine: [string, RuleNode][] = [
    ['the period is long enough', heldFor(brief, 20)],
    ['it is so somewhere on earth', heldFor(brief, 30)],
    ['the periods meet', heldFor(any(during(0, 30), all(holds('A'), during(30, 70))), 60)],
    ['a break is bridged', heldFor(any(during(0, 30), during(50, 100)), 60, 30)],
    ['another thing goes on', heldFor(any(brief, holds('B')), 60)],
    ['periods add up', { op: 'accumulated', of: any(brief, during(50, 80)), duration: span(50) }],
    ['it was so before', { op: 'within', of: brief, duration: span(500) }],
  ];
  it.each(fine)('is not refused where %s (N5)', (_, node) => {
    expect(lint(node)).toBeNull();
  });

  const leaf = fc.oneof(
    fc.constantFrom('A', 'B').map(holds),
    fc.tuple(fc.integer({ min: -4, max: 12 }), fc.integer({ min: 1, max: 9 })).map(([from, days]) => during(from, from + days)),
  );
  const duration = fc.integer({ min: 1, max: 12 }).map(span);
  const rule: fc.Arbitrary<RuleNode> = fc.letrec<{ node: RuleNode }>((tie) => {
    const of = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
    return {
      node: fc.oneof(
        { depthSize: 'small' },
        { weight: 3, arbitrary: leaf },
        { weight: 2, arbitrary: of.map((nodes) => all(...nodes)) },
        { weight: 1, arbitrary: of.map((nodes) => any(...nodes)) },
        { weight: 1, arbitrary: tie('node').map(not) },
        { weight: 2, arbitrary: fc.tuple(tie('node'), duration, fc.constantFrom(undefined, 1, 3)).map(([below, { days }, gap]) => heldFor(below, days, gap)) }, // prettier-ignore
        { weight: 1, arbitrary: fc.tuple(tie('node'), duration).map(([below, days]): RuleNode => ({ op: 'within', of: below, duration: days })) }, // prettier-ignore
        { weight: 1, arbitrary: fc.tuple(tie('node'), duration).map(([below, days]): RuleNode => ({ op: 'accumulated', of: below, duration: days })) }, // prettier-ignore
        { weight: 1, arbitrary: fc.tuple(tie('node'), duration).map(([below, days]): RuleNode => ({ op: 'service', of: below, duration: days, within: span(days.days + 2) })) }, // prettier-ignore
      ),
    };
  }).node;
  const slice: fc.Arbitrary<HoldingSlice> = fc
    .record({
      from: fc.integer({ min: -6, max: 12 }),
      length: fc.integer({ min: 1, max: 20 }),
      level: fc.constantFrom('MET' as const, 'GRACE' as const),
    }) // prettier-ignore
    .map(({ from, length, level }) => ({ from: T0 + from * DAY, to: T0 + (from + length) * DAY, level, factId: 'fact' }));
  const always: HoldingSlice = { from: -Infinity, to: Infinity, level: 'MET', factId: 'fact' };
  const held = fc.oneof(fc.constant([always]), fc.array(slice, { maxLength: 2 }));
  const person: fc.Arbitrary<PersonFacts> = fc
    .record({ a: held, b: held, zone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Etc/GMT+12', 'America/Sao_Paulo') })
    .map(({ a, b, zone }) => ({ holdings: new Map([['A', a], ['B', b]]), attributes: new Map(), zone })); // prettier-ignore

  it('is refused only if it holds, or fails, for nobody anywhere (I44)', () => {
    let [never, everAlways] = [0, 0];
    fc.assert(
      fc.property(rule, fc.array(person, { minLength: 12, maxLength: 12 }), (node, people) => {
        const canHold = isPossible(node, [Level.GRACE, Level.MET], -Infinity) !== false;
        const canFail = isPossible(node, [Level.UNMET, Level.PENDING], -Infinity) !== false;
        if (!canHold) never++;
        if (!canFail) everAlways++;
        for (const level of people.flatMap((facts) => evaluate(node, facts)).map((step) => step.level)) {
          if (level >= Level.GRACE) expect(canHold).toBe(true);
          else expect(canFail).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(never, everAlways)).toBeGreaterThan(20);
  });
});
