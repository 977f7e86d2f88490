import type { RuleNode } from './rule';
import { changeAheadText, changeMadeText, reachText } from './change-text';
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
