// The conditions that look at facts, one by one and on their edges; days are written as numbers.
import { leafTimeline, testAttribute } from './conditions';
import type { ApprovalFact, AttributeSlice, CreditFact, HoldingSlice, PersonFacts } from './facts';
import type { ApprovalNode, CreditsNode, HoldsNode, LeafNode } from './rule';
import { Level } from './timeline';

const DAY = 86_400_000;
const days = (n: number): { months: number; days: number } => ({ months: 0, days: n });
const none: PersonFacts = { holdings: new Map(), attributes: new Map() };
const nameOf = ['UNMET', 'UNKNOWN', 'PENDING', 'GRACE', 'MET'];
/** "UNMET 3 MET 8 UNMET" */
const said = (node: LeafNode, facts: Partial<PersonFacts>): string =>
  leafTimeline(node, { ...none, ...facts })
    .map(({ from, level }) => (from === -Infinity ? '' : `${from / DAY} `) + nameOf[level]!)
    .join(' ');
const slice = (from: number, to: number, more: Partial<HoldingSlice> = {}): HoldingSlice => ({
  from: from * DAY,
  to: to * DAY,
  level: 'MET',
  factId: 'h',
  ...more,
});
const happened = (...at: readonly number[]): { at: number; factId: string }[] =>
  at.map((day) => ({ at: day * DAY, factId: `${day}` }));

describe('holding a credential', () => {
  const holds: HoldsNode = { op: 'holds', typeCode: 'A', strict: false };
  const holdings = new Map([
    ['A', [slice(1, 5), slice(5, 8, { level: 'GRACE' })]],
    ['B', [slice(7, 9)]],
  ]);

  it('is met while it is valid and in grace as long as grace counts', () => {
    expect(said(holds, { holdings })).toBe('UNMET 1 MET 5 GRACE 8 UNMET');
    expect(said({ ...holds, strict: true }, { holdings })).toBe('UNMET 1 MET 5 UNMET');
    expect(said({ ...holds, typeCode: 'C' }, { holdings })).toBe('UNMET');
  });

  it('counts what stands in its place, and itself only when that says so', () => {
    expect(said(holds, { holdings, equivalents: () => ['A', 'B', 'A'] })).toBe('UNMET 1 MET 5 GRACE 7 MET 9 UNMET');
    expect(said(holds, { holdings, equivalents: () => ['B'] })).toBe('UNMET 7 MET 9 UNMET');
    expect(said(holds, { holdings, equivalents: () => ['B', 'C'] })).toBe('UNMET 7 MET 9 UNMET');
    expect(said(holds, { holdings, equivalents: () => ['A'] })).toBe('UNMET 1 MET 5 GRACE 8 UNMET');
  });

  it('counts only as long after a verification as asked, and never without one', () => {
    const verified = new Map([['A', [slice(1, 20, { verifications: happened(0, 3, 12) }), slice(30, 40)]]]);
    expect(said({ ...holds, verifiedWithin: days(5) }, { holdings: verified })).toBe('UNMET 1 MET 8 UNMET 12 MET 17 UNMET');
  });

  it('is unknown instead of unmet while nobody could say', () => {
    const silences: PersonFacts['silences'] = (subject, code) =>
      subject === 'TYPE' && code === 'A' ? [{ from: 3 * DAY, to: 10 * DAY }] : [];
    expect(said(holds, { holdings, silences })).toBe('UNMET 1 MET 5 GRACE 8 UNKNOWN 10 UNMET');
    expect(said({ ...holds, typeCode: 'B' }, { holdings, silences })).toBe('UNMET 7 MET 9 UNMET');
  });
});

describe('an attribute', () => {
  it('has no value, another one, or one that cannot be compared', () => {
    expect(testAttribute({ equals: 'x' }, null)).toBe(Level.UNMET);
    expect(testAttribute({ atLeast: 3 }, null)).toBe(Level.UNMET);
    expect(testAttribute({ atLeast: 3 }, 3)).toBe(Level.MET);
    expect(testAttribute({ atLeast: 3 }, 2.99)).toBe(Level.UNMET);
    expect(testAttribute({ atLeast: 3 }, '4')).toBe(Level.UNKNOWN);
    expect(testAttribute({ in: ['x', 'y'] }, 'y')).toBe(Level.MET);
    expect(testAttribute({ in: ['x', 'y'] }, 'z')).toBe(Level.UNMET);
    expect(testAttribute({ equals: 'x' }, ['w', 'x'])).toBe(Level.MET);
    expect(testAttribute({ equals: ['w', 'x'] }, ['w', 'x'])).toBe(Level.MET);
    expect(testAttribute({ equals: { a: 1, b: 2 } }, { b: 2, a: 1 })).toBe(Level.MET);
    expect(testAttribute({ equals: { a: 1 } }, { a: 2 })).toBe(Level.UNMET);
    expect(testAttribute({ equals: '1' }, 1)).toBe(Level.UNMET);
  });

  it('has been held for long enough without a break (tenure)', () => {
    const at = (from: number, to: number, value: number | null): AttributeSlice => ({
      from: from * DAY,
      to: to * DAY,
      value,
      factId: 'g',
    });
    const grade = [at(-Infinity, 2, null), at(2, 4, 3), at(4, 7, 3), at(7, 9, 2), at(9, Infinity, 3)];
    const tenure: LeafNode = { op: 'tenure', name: 'grade', equals: 3, duration: days(3) };
    expect(said(tenure, { attributes: new Map([['grade', grade]]) })).toBe('UNMET 5 MET 7 UNMET 12 MET');
    expect(said(tenure, {})).toBe('UNKNOWN');
  });

  it('is unknown where nothing is known of it', () => {
    const grade: AttributeSlice[] = [{ from: 2 * DAY, to: 5 * DAY, value: 3, factId: 'g' }];
    expect(said({ op: 'attribute', name: 'grade', equals: 3 }, { attributes: new Map([['grade', grade]]) })).toBe(
      'UNKNOWN 2 MET 5 UNKNOWN',
    );
    expect(said({ op: 'attribute', name: 'grade', equals: 3 }, { attributes: new Map([['grade', []]]) })).toBe('UNKNOWN');
    expect(said({ op: 'attribute', name: 'other', equals: 3 }, {})).toBe('UNKNOWN');
  });
});

describe('credit hours', () => {
  const node = (more: Partial<CreditsNode> = {}): CreditsNode => ({
    op: 'credits',
    courseCodes: ['X', 'Y'],
    min: 5,
    window: days(10),
    ...more,
  });
  const earned = (day: number, hours: number, isPending = false): CreditFact => ({
    at: day * DAY,
    hours,
    isPending,
    factId: `${day}`,
  });
  const facts = (x: readonly CreditFact[], y: readonly CreditFact[] = []): Partial<PersonFacts> => ({
    credits: new Map([
      ['X', x],
      ['Y', y],
    ]),
  });

  it('count from several courses, in whatever order they come, until the first of them that is needed runs out', () => {
    expect(said(node(), facts([earned(4, 2), earned(1, 2)], [earned(3, 1)]))).toBe('UNMET 4 MET 11 UNMET');
    expect(said(node(), facts([earned(1, 2)], [earned(3, 2.9)]))).toBe('UNMET');
    expect(said(node(), facts([earned(1, 5), earned(11, 5)]))).toBe('UNMET 1 MET 21 UNMET');
  });

  it('count from the latest to the earliest as from the earliest to the latest, and not at all when there are none', () => {
    expect(said(node(), facts([earned(4, 2), earned(1, 3)]))).toBe('UNMET 4 MET 11 UNMET');
    expect(said(node(), {})).toBe('UNMET');
  });

  it('are pending when those that are reported would be enough', () => {
    expect(said(node(), facts([earned(1, 3), earned(2, 2, true)]))).toBe('UNMET 2 PENDING 11 UNMET');
    expect(said(node(), facts([earned(1, 3), earned(2, 2, true), earned(4, 2)]))).toBe('UNMET 2 PENDING 4 MET 11 UNMET');
  });

  it('count at most up to each cap, a course by the first cap that names it', () => {
    const caps = [
      { courseCodes: ['X'], max: 3 },
      { courseCodes: ['X', 'Y'], max: 2 },
    ];
    expect(said(node({ caps }), facts([earned(1, 9)], [earned(2, 1)]))).toBe('UNMET');
    expect(said(node({ caps }), facts([earned(1, 9)], [earned(2, 2)]))).toBe('UNMET 2 MET 11 UNMET');
    expect(said(node({ caps: [caps[0]!] }), facts([earned(1, 9)], [earned(2, 2)]))).toBe('UNMET 2 MET 11 UNMET');
    expect(said(node({ caps: [caps[0]!] }), facts([earned(1, 9, true)], [earned(2, 2)]))).toBe('UNMET 2 PENDING 11 UNMET');
  });

  it('count after their lag for as long as the window', () => {
    expect(said(node({ lag: days(3) }), facts([earned(1, 5)]))).toBe('UNMET 4 MET 14 UNMET');
    // from 2 February to 2 March 1970
    const month = { months: 1, days: 0 };
    expect(said(node({ lag: month, window: month }), facts([earned(1, 5)]))).toBe('UNMET 32 MET 60 UNMET');
    // 1970-01-02 and ten days, to the end of January
    expect(said(node({ toMonthEnd: true }), facts([earned(1, 5)]))).toBe('UNMET 1 MET 31 UNMET');
  });

  it('are unknown instead of too few while nobody could say', () => {
    const silences: PersonFacts['silences'] = (subject, code) =>
      subject === 'COURSE' && code === 'Y' ? [{ from: 0, to: 5 * DAY }] : [];
    expect(said(node(), { ...facts([earned(3, 5)]), silences })).toBe('UNMET 0 UNKNOWN 3 MET 13 UNMET');
  });
});

describe('an approval', () => {
  const node: ApprovalNode = { op: 'approval', kind: 'K', bindToManager: false };
  const acts = (...list: readonly (readonly [day: number, act: 'R' | 'G' | 'W'])[]): Partial<PersonFacts> => ({
    approvals: new Map([
      ['K', list.map(([day, act]): ApprovalFact => ({ at: day * DAY, act: act === 'R' ? 'REQUESTED' : act === 'G' ? 'GRANTED' : 'WITHDRAWN', factId: `${day}` }))], // prettier-ignore
    ]),
  });
  const manager = (...list: readonly (readonly [from: number, to: number, who: string | null])[]): Partial<PersonFacts> => ({
    attributes: new Map([
      ['managerExternalId', list.map(([from, to, value]) => ({ from: from * DAY, to: to * DAY, value, factId: 'm' }))],
    ]),
  });

  it('is pending from a request on until it is granted or withdrawn, and stands until it is withdrawn', () => {
    expect(said(node, acts([1, 'R'], [3, 'G'], [7, 'W']))).toBe('UNMET 1 PENDING 3 MET 7 UNMET');
    expect(said(node, acts([1, 'R'], [3, 'W'], [7, 'G']))).toBe('UNMET 1 PENDING 3 UNMET 7 MET');
    expect(said(node, acts([1, 'R']))).toBe('UNMET 1 PENDING');
    expect(said(node, {})).toBe('UNMET');
  });

  it('takes what happens at one instant as request, grant, withdrawal', () => {
    expect(said(node, acts([3, 'W'], [3, 'G'], [3, 'R']))).toBe('UNMET');
    expect(said(node, acts([3, 'G'], [3, 'R']))).toBe('UNMET 3 MET');
    expect(said(node, acts([7, 'W'], [3, 'G'], [1, 'R']))).toBe('UNMET 1 PENDING 3 MET 7 UNMET');
  });

  it('runs out, and a new grant begins anew', () => {
    expect(said({ ...node, ttl: days(5) }, acts([1, 'G'], [4, 'G'], [20, 'G'], [22, 'W']))).toBe(
      'UNMET 1 MET 9 UNMET 20 MET 22 UNMET',
    );
    expect(said({ ...node, ttl: days(5) }, acts([1, 'G'], [2, 'R'], [8, 'G']))).toBe('UNMET 1 MET 6 PENDING 8 MET 13 UNMET');
  });

  it('bound to the manager ends for good with another one, none or an unknown one, not with the same one told again', () => {
    const bound = { ...node, bindToManager: true };
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 4, 'a'], [4, 6, 'a'], [6, 8, 'b'], [8, 99, 'a']) })).toBe(
      'UNMET 2 MET 6 UNMET',
    );
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 4, 'a'], [4, 9, null]) })).toBe('UNMET 2 MET 4 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 4, 'a'], [5, 9, 'a']) })).toBe('UNMET 2 MET 4 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 4, 'a']) })).toBe('UNMET 2 MET 4 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([5, Infinity, 'a']) })).toBe('UNMET 2 MET 5 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([3, Infinity, 'b'], [0, 3, 'a']) })).toBe('UNMET 2 MET 3 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 2, 'a'], [2, Infinity, 'b']) })).toBe('UNMET 2 MET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([-Infinity, Infinity, 'a']) })).toBe('UNMET 2 MET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([0, 5, 'a'], [5, 5, 'b'], [5, Infinity, 'a']) })).toBe('UNMET 2 MET');
    expect(said(node, { ...acts([2, 'G']), ...manager([0, 4, 'a'], [4, 9, 'b']) })).toBe('UNMET 2 MET');
    expect(said(bound, acts([2, 'G']))).toBe('UNMET 2 MET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([4, 6, 'a'], [0, 4, 'a']) })).toBe('UNMET 2 MET 6 UNMET');
    expect(said(bound, { ...acts([2, 'G']), ...manager([4, Infinity, null]) })).toBe('UNMET 2 MET');
  });
});

describe('nothing open', () => {
  const node: LeafNode = { op: 'noOpen', trigger: 'T', resolver: 'R' };
  const facts = (triggers: readonly number[], resolvers: readonly number[]): Partial<PersonFacts> => ({
    happenings: new Map([
      ['T', happened(...triggers)],
      ['R', happened(...resolvers)],
    ]),
  });

  it('is unmet from each trigger until the first resolver at or after it', () => {
    expect(said(node, facts([3, 20], [10, 5, 1]))).toBe('MET 3 UNMET 5 MET 20 UNMET');
    expect(said(node, facts([3, 4], [5]))).toBe('MET 3 UNMET 5 MET');
    expect(said(node, facts([5], [5]))).toBe('MET');
    expect(said(node, facts([], [5]))).toBe('MET');
  });

  it('is unknown instead of met while nobody could say, and unmet all the same while one is open', () => {
    const silences: PersonFacts['silences'] = (subject, name) =>
      subject === 'EVENT' && name === 'T' ? [{ from: 2 * DAY, to: 8 * DAY }] : [];
    expect(said(node, { ...facts([4], [6]), silences })).toBe('MET 2 UNKNOWN 4 UNMET 6 UNKNOWN 8 MET');
    expect(said(node, { silences })).toBe('MET 2 UNKNOWN 8 MET');
  });
});

describe('the rule of another role, and a period', () => {
  it('is what it says, of the version that is asked for, and unknown when nobody knows it', () => {
    const levelsOf: PersonFacts['levelsOf'] = (roleCode, version) => [{ from: -Infinity, level: roleCode === 'R' && version === 2 ? Level.GRACE : Level.PENDING }]; // prettier-ignore
    expect(said({ op: 'rule', roleCode: 'R', version: 2 }, { levelsOf })).toBe('GRACE');
    expect(said({ op: 'rule', roleCode: 'R' }, { levelsOf: (_role, version) => [{ from: -Infinity, level: version === null ? Level.MET : Level.UNMET }] })).toBe('MET'); // prettier-ignore
    expect(said({ op: 'rule', roleCode: 'R' }, {})).toBe('UNKNOWN');
  });

  it('is met from its beginning to its end, without bounds where none are given', () => {
    expect(said({ op: 'during', from: 2 * DAY, until: 5 * DAY }, {})).toBe('UNMET 2 MET 5 UNMET');
    expect(said({ op: 'during', from: null, until: 5 * DAY }, {})).toBe('MET 5 UNMET');
    expect(said({ op: 'during', from: 2 * DAY, until: null }, {})).toBe('UNMET 2 MET');
  });
});
