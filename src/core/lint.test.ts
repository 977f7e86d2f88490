import { evaluate } from './evaluate';
import type { AttributeSlice, HoldingSlice, PersonFacts } from './facts';
import { lintRule, type LintSetting } from './lint';
import { isPossible } from './possible';
import type { Json, RuleNode } from './rule';
import type { PublishedRule } from './rule-places';
import { editDistance, probablyMeant } from './spelling';
import { Level, levelAt } from './timeline';

const holds = (typeCode: string, strict = false): RuleNode => ({ op: 'holds', typeCode, strict });
const is = (name: string, equals: Json): RuleNode => ({ op: 'attribute', name, equals });
const least = (name: string, atLeast: number): RuleNode => ({ op: 'attribute', name, atLeast });
const among = (name: string, ...values: Json[]): RuleNode => ({ op: 'attribute', name, in: values });
const all = (...of: RuleNode[]): RuleNode => ({ op: 'all', of });
const any = (...of: RuleNode[]): RuleNode => ({ op: 'any', of });
const not = (of: RuleNode): RuleNode => ({ op: 'not', of });
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const during = (from: string | null, until: string | null): RuleNode => ({
  op: 'during',
  from: from === null ? null : day(from),
  until: until === null ? null : day(until),
});
const years = (count: number) => ({ months: 12 * count, days: 0 });
const heldFor = (of: RuleNode, count: number): RuleNode => ({ op: 'heldFor', of, duration: years(count) });
const within = (of: RuleNode, count: number): RuleNode => ({ op: 'within', of, duration: years(count) });
const tenure = (name: string, equals: Json, count = 1): RuleNode => ({ op: 'tenure', name, equals, duration: years(count) });
const approval: RuleNode = { op: 'approval', kind: 'LEAD', bindToManager: true };
const credits = (min: number): RuleNode => ({ op: 'credits', courseCodes: ['C'], min, window: years(1) });
const rule = (roleCode: string, version?: number): RuleNode => ({ op: 'rule', roleCode, ...(version && { version }) });

const setting = (more: Partial<LintSetting> = {}): LintSetting => ({
  self: { roleCode: 'SELF', version: 3 },
  from: -Infinity,
  attributes: new Set(['department', 'status', 'payBand', 'languages']),
  now: day('2026-06-01'),
  rules: new Map(),
  ...more,
});
const lint = (node: RuleNode, more: Partial<LintSetting> = {}) => lintRule(node, setting(more), ['rule']);

describe('a rule that says the same of everybody', () => {
  const cannot: [string, RuleNode][] = [
    ['a condition and its negation', all(holds('A'), holds('B'), not(holds('A')))],
    ['two values of one text', all(is('department', 'X'), is('department', 'Y'))],
    ['a value that is not among others', all(is('department', 'X'), among('department', 'Y', 'Z'))],
    ['a number and less than it', all(least('payBand', 7), not(least('payBand', 5)))],
    ['a status there is not', is('status', 'GONE')],
    ['a number where there are texts', least('department', 3)],
    ['periods that do not meet', all(during(null, '2026-01-01'), during('2026-01-01', null))],
    ['strictly held and not held', all(holds('A', true), not(holds('A')))],
    ['held for long and not for a short time', all(heldFor(holds('A'), 2), not(heldFor(holds('A'), 1)))],
    ['held for a time and not now', all(heldFor(holds('A'), 2), not(holds('A')))],
    ['held, and not within a year', all(holds('A'), not(within(holds('A'), 1)))],
    ['years in one department and now in another', all(tenure('department', 'X'), is('department', 'Y'))],
    [
      'two of three that exclude each other',
      { op: 'atLeast', n: 2, of: [is('status', 'ACTIVE'), is('status', 'ON_LEAVE'), is('status', 'TERMINATED')] },
    ],
    ['more hours, and not fewer', all(credits(20), { op: 'not', of: { op: 'not', of: all(credits(10), not(credits(10))) } })],
    ['deep inside a window', within(all(holds('A'), not(holds('A'))), 3)],
  ];
  it.each(cannot)('can never hold: %s (N5)', (_, node) => {
    expect(isPossible(node, [Level.GRACE, Level.MET], -Infinity)).toBe(false);
  });

  const always: [string, RuleNode][] = [
    ['a condition or its negation', any(holds('A'), not(holds('A')))],
    ['every status there is', among('status', 'PRE_HIRE', 'ACTIVE', 'ON_LEAVE', 'TERMINATED')],
    ['all of time', any(during(null, '2026-01-01'), during('2025-01-01', null))],
    ['a number or less than more', any(least('payBand', 5), not(least('payBand', 7)))],
    ['a known value or another one', any(is('department', 'X'), not(is('department', 'X')))],
  ];
  it.each(always)('always holds: %s (N5)', (_, node) => {
    expect(isPossible(node, [Level.UNMET, Level.PENDING], -Infinity)).toBe(false);
    expect(lint(node)).toMatchObject({ code: 'RULE_ALWAYS_HOLDS', path: ['rule'] });
  });

  const fine: [string, RuleNode][] = [
    ['a list can have two values', all(is('roleCodes', 'X'), is('roleCodes', 'Y'))],
    ['so can a custom attribute', all(is('languages', 'de'), is('languages', 'en'))],
    ['grace is not strict', all(holds('A'), not(holds('A', true)))],
    ['held once, not now', all(within(holds('A'), 1), not(holds('A')))],
    ['held for a year, not for two', all(heldFor(holds('A'), 1), not(heldFor(holds('A'), 2)))],
    ['an exception that never applies', any(holds('A'), all(holds('B'), not(holds('B'))))],
    ['a number in between', all(least('payBand', 5), not(least('payBand', 5.001)))],
    ['a period still to come', during('2030-01-01', null)],
    ['many conditions', all(...Array.from({ length: 150 }, (_, i) => holds(`T${i}`)))],
    ['one of many conditions', any(...Array.from({ length: 150 }, (_, i) => holds(`T${i}`)))],
  ];
  it.each(fine)('is not one where %s (N5)', (_, node) => {
    expect(lint(node)).toBeNull();
  });

  it('is judged from when on it takes effect (N5)', () => {
    const past = during(null, '2026-01-01');
    expect(lint(past)).toBeNull();
    for (const over of [past, all(holds('A'), past)]) {
      expect(lint(over, { from: day('2026-01-01') })).toMatchObject({
        code: 'RULE_CANNOT_HOLD',
        message: expect.stringContaining('is over when the version takes effect'),
      });
    }
    expect(lint(all(holds('A'), not(holds('A')), past), { from: day('2026-01-01') })?.message).toMatch(/^Nobody can ever meet/);
    expect(lint(during('2020-01-01', null), { from: day('2021-01-01') })).toMatchObject({ code: 'RULE_ALWAYS_HOLDS' });
    expect(lint(within(past, 5), { from: day('2026-06-01') })).toBeNull();
  });

  it('is told in little time, whatever it is (N5)', () => {
    const pigeons = Array.from({ length: 12 }, (_, i) => i);
    const sits = (pigeon: number, hole: number) => holds(`P${pigeon}H${hole}`);
    const holes = pigeons.slice(1);
    const node = all(
      ...pigeons.map((pigeon) => any(...holes.map((hole) => sits(pigeon, hole)))),
      ...holes.map((hole) => not({ op: 'atLeast', n: 2, of: pigeons.map((pigeon) => sits(pigeon, hole)) })),
    );
    const began = process.cpuUsage();
    expect(lint(node)).toBeNull();
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(3);
  });
});

describe('what can never be and what always is', () => {
  const random = (seed: number) => () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const leaves = [
    holds('A'),
    holds('A', true),
    holds('B'),
    is('department', 'X'),
    among('department', 'X', 'Y'),
    least('payBand', 3),
    is('payBand', 3),
    during('2026-01-01', null),
    during('2025-01-01', '2026-07-01'),
  ];
  const draw = (next: () => number, depth: number): RuleNode => {
    const pick = next();
    if (depth === 0 || pick < 0.2) return leaves[Math.floor(next() * leaves.length)]!;
    const of = Array.from({ length: 1 + Math.floor(next() * 3) }, () => draw(next, depth - 1));
    if (pick < 0.45) return all(...of);
    if (pick < 0.7) return any(...of);
    if (pick < 0.8) return { op: 'atLeast', n: 1 + Math.floor(next() * of.length), of };
    return not(of[0]!);
  };
  const everybody = (): PersonFacts[] => {
    const slice = (level?: 'MET' | 'GRACE'): HoldingSlice[] =>
      level ? [{ from: -Infinity, to: Infinity, level, factId: '' }] : [];
    const value = (known: Json): AttributeSlice[] => [{ from: -Infinity, to: Infinity, value: known, factId: '' }];
    const levels = [undefined, 'GRACE', 'MET'] as const;
    return levels.flatMap((a) =>
      levels.flatMap((b) =>
        ['X', 'Y', 'Z'].flatMap((department) =>
          [null, 2, 3, 4, 'text', [3], ['text']].map((payBand) => ({
            holdings: new Map([
              ['A', slice(a)],
              ['B', slice(b)],
            ]),
            attributes: new Map([
              ['department', value(department)],
              ['payBand', value(payBand)],
            ]),
          })),
        ),
      ),
    );
  };
  it('is what the rule says of all people there can be (N5)', () => {
    const next = random(7);
    const people = everybody();
    const instants = ['2024-06-01', '2025-06-01', '2026-06-01', '2026-12-01'].map(day);
    const found = { never: 0, always: 0, neither: 0 };
    for (let i = 0; i < 200; i++) {
      const node = draw(next, 3);
      const levels = new Set(people.flatMap((facts) => instants.map((at) => levelAt(evaluate(node, facts), at))));
      const holdsOnce = levels.has(Level.GRACE) || levels.has(Level.MET);
      const failsOnce = levels.has(Level.UNMET) || levels.has(Level.PENDING);
      expect([node, isPossible(node, [Level.GRACE, Level.MET], -Infinity)]).toEqual([node, holdsOnce]);
      expect([node, isPossible(node, [Level.UNMET, Level.PENDING], -Infinity)]).toEqual([node, failsOnce]);
      found[!holdsOnce ? 'never' : !failsOnce ? 'always' : 'neither']++;
    }
    expect(Math.min(...Object.values(found))).toBeGreaterThan(2);
  });
});

describe('a rule is refused, with the place in the input,', () => {
  it('that lists nothing (N5)', () => {
    expect(lint(all())).toMatchObject({ code: 'RULE_ALWAYS_HOLDS', path: ['rule', 'all'] });
    expect(lint(any(holds('A'), any()))).toMatchObject({ code: 'RULE_CANNOT_HOLD', path: ['rule', 'any', '1', 'any'] });
  });

  it('that asks for what is nearly the name of an attribute, and told which was meant (N5)', () => {
    const slip = lint(within({ op: 'atLeast', n: 1, of: [is('departmnet', 'X')] }, 1));
    expect(slip).toMatchObject({
      code: 'RULE_ATTRIBUTE_UNKNOWN',
      path: ['rule', 'within', 'rule', 'atLeast', 'of', '0', 'attribute', 'name'],
    });
    expect(slip!.message).toContain('Did you mean "department"?');
    expect(lint(tenure('payband', 7))).toMatchObject({ path: ['rule', 'tenure', 'name'] });
    expect(lint(is('clearance', 'high'))).toBeNull();
    expect(lint(is('statur', 'tall'))).toMatchObject({ code: 'RULE_ATTRIBUTE_UNKNOWN' });
    expect(lint(is('fte', 1), { attributes: new Set(['age']) })).toBeNull();
  });

  const published = (...nodes: RuleNode[]): PublishedRule => ({
    versions: nodes.slice(-1).map((node) => ({ node, until: Infinity })),
    nodes: new Map(nodes.map((node, i) => [i + 1, node])),
  });
  const rules = (list: Record<string, PublishedRule>) => ({ rules: new Map(Object.entries(list)) });

  it('that asks for itself, over however many others (E6)', () => {
    expect(lint(rule('SELF'))).toMatchObject({ code: 'RULE_CIRCULAR', path: ['rule', 'rule'] });
    expect(lint(rule('SELF', 3))).toMatchObject({ code: 'RULE_CIRCULAR', path: ['rule', 'rule', 'version'] });
    const list = rules({
      A: published(rule('B')),
      B: published(any(holds('X'), rule('SELF'))),
      SELF: published(holds('A'), holds('B')),
    });
    const found = lint(all(holds('X'), { op: 'disclosed', to: 'HR', of: rule('A') }), list);
    expect(found).toMatchObject({ code: 'RULE_CIRCULAR', path: ['rule', 'all', '1', 'disclosed', 'rule', 'rule'] });
    expect(found!.message).toContain('SELF - A - B - SELF');
  });

  it('but not for asking for an earlier version of itself, or for a version of another that no longer asks for it (E6)', () => {
    const list = rules({ A: published(rule('SELF'), holds('X')), SELF: published(holds('A'), holds('B')) });
    expect(lint(any(holds('N'), all(rule('SELF', 1), during(null, '2027-01-01'))), list)).toBeNull();
    expect(lint(all(rule('A'), holds('X')), list)).toBeNull();
    expect(lint(all(rule('A', 1), holds('X')), list)).toMatchObject({ code: 'RULE_CIRCULAR' });
  });

  it('that refers to a version there is not (E6)', () => {
    const list = rules({ A: published(holds('X'), holds('Y')) });
    expect(lint(rule('A', 3), list)).toEqual({
      code: 'RULE_VERSION_UNKNOWN',
      message: 'Refer to a version there is: the rule of "A" has versions 1 to 2.',
      path: ['rule', 'rule', 'version'],
    });
    expect(lint(rule('B', 1), list)!.message).toContain('has no version yet');
    expect(lint(rule('B'), list)).toBeNull();
  });

  it('that negates what can be pending (N5)', () => {
    expect(lint(not(approval))).toMatchObject({ code: 'RULE_NEGATES_PENDING', path: ['rule', 'not', 'approval'] });
    expect(lint(all(holds('A'), not(any(holds('B'), heldFor(credits(3), 1)))))).toMatchObject({
      code: 'RULE_NEGATES_PENDING',
      path: ['rule', 'all', '1', 'not', 'any', '1', 'heldFor', 'rule', 'credits'],
    });
    expect(lint(all(approval, not(holds('A'))))).toBeNull();
    const list = rules({ A: published(holds('X'), all(holds('X'), approval)), B: published(rule('A')) });
    expect(lint(not(rule('B')), list)).toMatchObject({ code: 'RULE_NEGATES_PENDING', path: ['rule', 'not', 'rule'] });
    expect(lint(not(rule('B')), list)!.message).toContain(
      'the rule of "B", which asks for the rule of "A", which asks for an approval',
    );
    expect(lint(not(rule('A', 1)), list)).toBeNull();
  });

  it('that can be pending where another negates it, directly or over others (N5)', () => {
    const list = rules({ A: published(all(holds('X'), not(rule('B')))), B: published(any(rule('SELF'), holds('Y'))) });
    const pending = all(holds('Z'), approval);
    expect(lint(pending, list)).toEqual({
      code: 'RULE_NEGATES_PENDING',
      message:
        'Leave out an approval, which is asked for before it is given, or first publish a version of the rule of "A" without "not" around this one (A - B - SELF): it would be met while that is pending.',
      path: ['rule', 'all', '1', 'approval'],
    });
    expect(lint(heldFor(credits(3), 1), rules({ A: published(not(rule('SELF'))) }))).toMatchObject({
      code: 'RULE_NEGATES_PENDING',
      path: ['rule', 'heldFor', 'rule', 'credits'],
    });
    // it begins to be pending by what it refers to
    const waiting = { ...list.rules.get('B')!, nodes: new Map() };
    const more = new Map([...list.rules, ['C', { ...waiting, versions: [{ node: approval, until: Infinity }] }]] as const);
    expect(lint(rule('C'), { rules: more })).toMatchObject({ code: 'RULE_NEGATES_PENDING', path: ['rule', 'rule'] });
    expect(lint(all(holds('Z'), holds('Y')), list)).toBeNull();
    expect(lint(pending, rules({ A: published(rule('SELF')), B: published(not(holds('A'))) }))).toBeNull();
  });

  it('but not where one did that no longer does, or negates another version (N5)', () => {
    const node = not(rule('SELF'));
    const until = day('2026-09-01');
    const list = (version: RuleNode) => ({
      rules: new Map([
        [
          'A',
          {
            versions: [
              { node: version, until },
              { node: holds('X'), until: Infinity },
            ],
            nodes: new Map(),
          },
        ],
      ]),
    });
    expect(lint(approval, list(node))).toMatchObject({ code: 'RULE_NEGATES_PENDING' });
    expect(lint(approval, { ...list(node), from: until })).toBeNull();
    expect(lint(approval, { ...list(node), now: until })).toBeNull();
    expect(lint(approval, list(not(rule('SELF', 2))))).toBeNull();
  });

  it('that asks for more hours than its caps let count (N5)', () => {
    const capped = (min: number, ...caps: [string, number][]): RuleNode => ({
      op: 'credits',
      courseCodes: ['C', 'D'],
      min,
      window: years(1),
      caps: caps.map(([code, max]) => ({ courseCodes: [code], max })),
    });
    expect(lint(all(holds('A'), capped(10, ['C', 5], ['D', 4])))).toMatchObject({
      code: 'RULE_CANNOT_HOLD',
      path: ['rule', 'all', '1', 'credits', 'min'],
    });
    expect(lint(capped(9, ['C', 5], ['D', 4]))).toBeNull();
    expect(lint(capped(10, ['C', 5]))).toBeNull();
  });
});

describe('misspelled names', () => {
  it('are as far from each other as letters must change, case aside', () => {
    expect(editDistance('department', 'departmnet', 2)).toBe(2);
    expect(editDistance('status', 'STATUS', 2)).toBe(0);
    expect(editDistance('a', 'abcdef', 2)).toBe(3);
    expect(editDistance('kitten', 'sitting', 5)).toBe(3);
  });
  it('mean the nearest name, and the shorter they are the less they may differ', () => {
    expect(probablyMeant('jobTitel', ['jobFamily', 'jobTitle'])).toBe('jobTitle');
    expect(probablyMeant('unit', ['size'])).toBeNull();
    expect(probablyMeant('FTE', ['fte'])).toBe('fte');
  });
});
