import type { HoldsNode, RuleNode } from './rule';
import { changeAheadText, changeMadeText, reachText, type LeafChange } from './change-text';
import { instantText, leafLabel, ruleText, type Labels } from './rule-text';
import { Level } from './timeline';

const labels: Labels = {
  type: (code) => `${code} certification`,
  attribute: (name) => ({ jobTitle: 'job title', roleCodes: 'role codes' })[name] ?? name,
  isList: (name) => name === 'roleCodes',
};
const cpr = { op: 'holds', typeCode: 'CPR', strict: false } as const;
const er = { op: 'attribute', name: 'department', equals: 'ER' } as const;
const icu = { op: 'attribute', name: 'department', equals: 'ICU' } as const;
const not = (of: RuleNode): RuleNode => ({ op: 'not', of });
const all = (...of: RuleNode[]): RuleNode => ({ op: 'all', of });
const any = (...of: RuleNode[]): RuleNode => ({ op: 'any', of });
const march31 = Date.UTC(2027, 2, 31);

describe('the English of a rule', () => {
  it.each<[RuleNode, string]>([
    [all(cpr, any(er, icu)), 'holds CPR certification and (department is ER or department is ICU)'],
    [not(all(cpr, any(er, icu))), 'does not hold CPR certification or (department is not ER and department is not ICU)'],
    [not(not(cpr)), 'holds CPR certification'],
    [all(cpr, all(er, icu)), 'holds CPR certification and department is ER and department is ICU'],
    [any(all(cpr)), 'holds CPR certification'],
    [{ ...cpr, strict: true }, 'holds CPR certification (grace does not count)'],
    [
      { op: 'atLeast', n: 2, of: [cpr, any(er, icu), er] },
      'at least 2 of (holds CPR certification; department is ER or department is ICU; department is ER)',
    ],
    [
      not({ op: 'atLeast', n: 2, of: [cpr, er, icu] }),
      'fewer than 2 of (holds CPR certification; department is ER; department is ICU)',
    ],
    [{ op: 'attribute', name: 'jobTitle', in: ['RN', 'Nurse, senior'] }, 'job title is one of RN, "Nurse, senior"'],
    [not({ op: 'attribute', name: 'roleCodes', equals: 'RN' }), 'role codes do not include RN'],
    [{ op: 'attribute', name: 'grade', atLeast: 3 }, 'grade is at least 3'],
    [{ op: 'attribute', name: 'night', equals: true }, 'night is true'],
    [all(), 'always'],
    [not(all()), 'never'],
    [{ op: 'during', from: march31, until: march31 + 36e5 }, 'from 2027-03-31 until before 2027-03-31 01:00'],
    [{ op: 'during', from: march31, until: null }, 'from 2027-03-31 on'],
    [not({ op: 'during', from: march31, until: null }), 'before 2027-03-31'],
    [{ op: 'during', from: null, until: march31 }, 'before 2027-03-31'],
  ])('%j', (node, text) => {
    expect(ruleText(node, labels)).toBe(text);
  });

  it('names a condition by what it is about', () => {
    expect([cpr, er].map((leaf) => leafLabel(leaf, labels))).toEqual(['CPR certification', 'department is ER']);
  });

  it('writes an instant as a day where it begins one in the zone', () => {
    expect(instantText(march31, 'UTC')).toBe('2027-03-31');
    expect(instantText(march31, 'Europe/Berlin')).toBe('2027-03-31 02:00');
    expect(instantText(march31 + 1, 'UTC')).toBe('2027-03-31 00:00:00.001');
  });
});

describe('the English of a change', () => {
  const { UNMET, UNKNOWN, GRACE, MET } = Level;
  const roles = { op: 'attribute', name: 'roleCodes', equals: 'RN' } as const;
  const period = { op: 'during', from: null, until: march31 } as const;

  it.each([
    [cpr, MET, UNMET, 'CPR certification expires', ' on 2027-03-30'],
    [cpr, MET, GRACE, 'CPR certification enters grace', ' on 2027-03-31'],
    [cpr, GRACE, UNMET, 'grace of CPR certification ends', ' on 2027-03-30'],
    [cpr, UNMET, MET, 'CPR certification takes effect', ' on 2027-03-31'],
    [er, MET, UNMET, 'department is no longer ER', ' on 2027-03-31'],
    [er, MET, UNKNOWN, 'department is no longer known', ' on 2027-03-31'],
    [er, UNKNOWN, UNMET, 'department becomes known and is not ER', ' on 2027-03-31'],
    [er, UNMET, MET, 'department becomes ER', ' on 2027-03-31'],
    [roles, MET, UNMET, 'role codes no longer include RN', ' on 2027-03-31'],
    [roles, UNMET, MET, 'role codes come to include RN', ' on 2027-03-31'],
    [period, MET, UNMET, 'period ends on 2027-03-30', ''],
    [period, UNMET, MET, 'period begins on 2027-03-31', ''],
  ])('ahead, %j from %i to %i: %s', (leaf, before, after, text, date) => {
    expect(changeAheadText({ leaf, before, after }, march31, labels, 'UTC', false)).toBe(text);
    expect(changeAheadText({ leaf, before, after }, march31, labels, 'UTC', true)).toBe(text + date);
  });

  it('says what ends a credential, and the time of day where it is not the end of a day', () => {
    const ends = { leaf: cpr, before: MET, after: UNMET };
    expect(changeAheadText({ ...ends, endedBy: 'SUSPENSION' }, march31, labels, 'UTC', true)).toBe(
      'CPR certification is suspended on 2027-03-31',
    );
    expect(changeAheadText({ ...ends, endedBy: 'REVOCATION' }, march31, labels, 'UTC', false)).toBe(
      'CPR certification is revoked',
    );
    expect(changeAheadText(ends, march31 + 3_600_000, labels, 'UTC', true)).toBe('CPR certification expires at 2027-03-31 01:00');
  });

  it.each([
    [cpr, UNMET, MET, 'CPR certification obtained'],
    [cpr, GRACE, MET, 'CPR certification renewed'],
    [cpr, MET, UNMET, 'CPR certification no longer held'],
    [cpr, MET, GRACE, 'CPR certification now in grace'],
    [er, UNMET, MET, 'department is now ER'],
    [er, MET, UNMET, 'department is no longer ER'],
    [er, UNKNOWN, UNMET, 'department is now known and is not ER'],
    [roles, UNMET, MET, 'role codes now include RN'],
  ])('made, %j from %i to %i: %s', (leaf, before, after, text) => {
    expect(changeMadeText({ leaf, before, after }, labels)).toBe(text);
  });

  it('tells how far a credential reaches', () => {
    expect(reachText(cpr, march31, labels, 'UTC')).toBe('CPR certification now valid until 2027-03-30');
    expect(reachText(cpr, null, labels, 'UTC')).toBe('CPR certification no longer expires');
  });
});

describe('conditions on time, hours, approvals and incidents in English', () => {
  const six = { months: 6, days: 0 };
  const week = { months: 0, days: 7 };
  const { UNMET, PENDING, MET } = Level;

  it.each<[RuleNode, string, string]>([
    [
      { op: 'heldFor', of: cpr, duration: six, gap: week },
      'for at least 6 months without a break of more than 7 days: (holds CPR certification)',
      'for less than 6 months without a break of more than 7 days: (holds CPR certification)',
    ],
    [
      { op: 'within', of: cpr, duration: week },
      'now or within 7 days before: (holds CPR certification)',
      'neither now nor within 7 days before: (holds CPR certification)',
    ],
    [
      { op: 'accumulated', of: er, duration: { months: 0, days: 365 } },
      'for at least 365 days in all: (department is ER)',
      'for less than 365 days in all: (department is ER)',
    ],
    [
      { op: 'service', of: er, duration: week, within: { months: 0, days: 30 } },
      'for at least 7 days of the last 30 days: (department is ER)',
      'for less than 7 days of the last 30 days: (department is ER)',
    ],
    [
      { op: 'credits', courseCodes: ['A', 'B'], min: 20, window: six, lag: week, caps: [{ courseCodes: ['B'], max: 5 }] },
      'at least 20 credit hours from A and B, at most 5 from B, each counting for 6 months from 7 days after it was earned',
      'fewer than 20 credit hours from A and B, at most 5 from B, each counting for 6 months from 7 days after it was earned',
    ],
    [
      { op: 'tenure', name: 'department', equals: 'ER', duration: six },
      'department is ER for at least 6 months without a break',
      'department is ER for less than 6 months without a break',
    ],
    [
      { op: 'approval', kind: 'NIGHTS', bindToManager: true, ttl: six },
      'approval NIGHTS granted under the present manager within 6 months',
      'approval NIGHTS not granted under the present manager within 6 months',
    ],
    [
      { op: 'noOpen', trigger: 'SPILL', resolver: 'LESSON' },
      'no open SPILL (resolved by LESSON)',
      'an open SPILL (resolved by LESSON)',
    ],
    [
      { op: 'rule', roleCode: 'RN', version: 2 },
      'meets version 2 of the rule of RN',
      'does not meet version 2 of the rule of RN',
    ],
    [
      { op: 'disclosed', to: 'HR', of: { op: 'holds', typeCode: 'CPR', strict: true, verifiedWithin: week } },
      'holds CPR certification verified within 7 days (grace does not count)',
      'does not hold CPR certification verified within 7 days (grace does not count)',
    ],
  ])('says %j as it is and denied', (node, text, denied) => {
    expect(ruleText(node, labels)).toBe(text);
    expect(ruleText({ op: 'not', of: node }, labels)).toBe(denied);
  });

  it.each<[LeafChange, string, string]>([
    [
      { leaf: { op: 'credits', courseCodes: ['A'], min: 3, window: six }, before: MET, after: UNMET },
      'A no longer counts for 3 credit hours on 2027-03-31',
      'fewer than 3 credit hours from A now',
    ],
    [
      { leaf: { op: 'credits', courseCodes: ['A'], min: 1, window: six }, before: UNMET, after: MET },
      'A counts for 1 credit hour on 2027-03-31',
      '1 credit hour from A reached',
    ],
    [
      { leaf: { op: 'credits', courseCodes: ['A'], min: 1, window: six }, before: UNMET, after: PENDING },
      'A counts for 1 credit hour on 2027-03-31',
      '1 credit hour from A reported, not confirmed yet',
    ],
    [
      { leaf: { op: 'tenure', name: 'department', equals: 'ER', duration: six }, before: UNMET, after: MET },
      'department is ER for at least 6 months without a break on 2027-03-31',
      'department is ER for at least 6 months without a break',
    ],
    [
      { leaf: { op: 'tenure', name: 'department', equals: 'ER', duration: six }, before: MET, after: UNMET },
      'department is no longer ER on 2027-03-31',
      'department is no longer ER',
    ],
    [
      { leaf: { op: 'approval', kind: 'N', bindToManager: true }, before: MET, after: UNMET, endedBy: 'MANAGER' },
      'approval N lapses with the change of manager on 2027-03-31',
      'approval N lapsed with the change of manager',
    ],
    [
      { leaf: { op: 'approval', kind: 'N', bindToManager: true }, before: MET, after: UNMET },
      'approval N ends on 2027-03-30',
      'approval N no longer stands',
    ],
    [
      { leaf: { op: 'approval', kind: 'N', bindToManager: true }, before: UNMET, after: MET },
      'approval N takes effect on 2027-03-31',
      'approval N granted',
    ],
    [
      { leaf: { op: 'approval', kind: 'N', bindToManager: true }, before: UNMET, after: PENDING },
      'approval N is asked for on 2027-03-31',
      'approval N asked for',
    ],
    [
      { leaf: { op: 'noOpen', trigger: 'SPILL', resolver: 'LESSON' }, before: MET, after: UNMET },
      'SPILL is open on 2027-03-31',
      'SPILL is open',
    ],
    [
      { leaf: { op: 'noOpen', trigger: 'SPILL', resolver: 'LESSON' }, before: UNMET, after: MET },
      'LESSON resolves SPILL on 2027-03-31',
      'SPILL resolved by LESSON',
    ],
    [
      { leaf: { op: 'rule', roleCode: 'RN' }, before: MET, after: UNMET },
      'the rule of RN is no longer met on 2027-03-31',
      'the rule of RN is no longer met',
    ],
    [
      { leaf: { op: 'within', of: cpr, duration: week }, before: MET, after: UNMET },
      'neither now nor within 7 days before: (holds CPR certification) on 2027-03-31',
      'neither now nor within 7 days before: (holds CPR certification)',
    ],
    [
      { leaf: { ...(cpr as HoldsNode), verifiedWithin: week }, before: MET, after: UNMET, endedBy: 'VERIFICATION' },
      'verification of CPR certification is older than 7 days on 2027-03-31',
      'CPR certification no longer verified recently enough',
    ],
  ])('tells of %j', (change, ahead, made) => {
    expect(changeAheadText(change, march31, labels, 'UTC', true)).toBe(ahead);
    expect(changeMadeText(change, labels)).toBe(made);
  });
});
