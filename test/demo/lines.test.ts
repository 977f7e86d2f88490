import { lineOf } from '../../demo/lines';
import type { Change } from '../../demo/operations';

const style = { isColoured: false, timeZone: 'UTC' };
const common = {
  cursor: 'c',
  position: 1234,
  occurredAt: '2026-04-10T14:05:22.000Z',
  recordedAt: '2026-04-10T14:05:22.400Z',
  employee: { externalId: 'E12345', name: 'Jane Smith' },
};
const credential = { instance: null, expiresAt: '2027-03-31T00:00:00.000Z', type: { code: 'CPR', name: 'CPR certification' } };
const issued: Change = { ...common, __typename: 'CredentialChange', credential, credentialKind: 'ISSUED', reason: null };
const eligible: Change = {
  ...common,
  __typename: 'EligibilityChange',
  role: { code: 'CN', title: 'Charge Nurse' },
  eligibilityKind: 'TRANSITION',
  before: 'NOT_ELIGIBLE',
  after: 'ELIGIBLE',
  until: '2027-03-31T00:00:00.000Z',
  correctedFrom: null,
  correctedUntil: null,
  because: ['CPR certification issued'],
};

describe('a change as a line', () => {
  it('says what was issued and the last day it is good for (C15)', () => {
    expect(lineOf(issued, style)).toBe('#1234 14:05:22  Jane Smith · CPR certification issued, active until 2027-03-30');
  });

  it('says the time of day when the end is near', () => {
    const change = { ...issued, credential: { ...credential, expiresAt: '2026-04-10T14:05:52.000Z' } };
    expect(lineOf(change, style)).toBe('#1234 14:05:22  Jane Smith · CPR certification issued, active until 14:05:52');
  });

  it('says why something was revoked, and not how long it would have lasted', () => {
    const change: Change = { ...issued, credentialKind: 'REVOKED', reason: 'Forged' };
    expect(lineOf(change, style)).toBe('#1234 14:05:22  Jane Smith · CPR certification revoked: Forged');
  });

  it('says what a verdict is now, until when and why', () => {
    expect(lineOf(eligible, style)).toBe(
      '#1234 14:05:22  Jane Smith is now ELIGIBLE for Charge Nurse until 2027-03-30 (CPR certification issued)',
    );
    expect(lineOf({ ...eligible, after: 'NOT_ELIGIBLE', until: null, because: [] }, style)).toBe(
      '#1234 14:05:22  Jane Smith is now NOT ELIGIBLE for Charge Nurse',
    );
  });

  it('tells a correction of the past and a moved end from a transition', () => {
    const corrected: Change = {
      ...eligible,
      eligibilityKind: 'CORRECTION',
      correctedFrom: '2026-01-01T00:00:00.000Z',
      correctedUntil: null,
    };
    expect(lineOf(corrected, style)).toContain('Jane Smith was ELIGIBLE for Charge Nurse after all, 2026-01-01 to open');
    expect(lineOf({ ...eligible, eligibilityKind: 'FORECAST' }, style)).toContain(
      'Jane Smith stays ELIGIBLE for Charge Nurse until 2027-03-30',
    );
  });

  it('says since when, when it was learned late', () => {
    expect(lineOf({ ...issued, occurredAt: '2026-03-01T09:00:00.000Z' }, style)).toMatch(/ · as of 2026-03-01$/);
  });

  it('names the course of a completion by its title, with the score', () => {
    const passed: Change = {
      ...common,
      __typename: 'CompletionChange',
      completionKind: 'PASSED',
      completion: { courseCode: 'BLS-RENEWAL', score: 92 },
    };
    expect(lineOf(passed, style)).toBe('#1234 14:05:22  Jane Smith · BLS renewal: passed, score 92');
    expect(lineOf({ ...passed, completionKind: 'FAILED', completion: { courseCode: 'X-1', score: null } }, style)).toContain(
      'X-1: failed',
    );
  });

  it('names what was defined, and what it does not know by its type', () => {
    const rule: Change = {
      ...common,
      employee: null,
      __typename: 'DefinitionChange',
      definitionKind: 'RULE_PUBLISHED',
      code: 'CN',
      version: 2,
    };
    expect(lineOf(rule, style)).toBe('#1234 14:05:22  CN · rule published, version 2');
    expect(lineOf({ ...common, __typename: 'FutureChange' } as unknown as Change, style)).toBe(
      '#1234 14:05:22  Jane Smith · FutureChange',
    );
  });

  it('is coloured only when asked', () => {
    expect(lineOf(issued, { ...style, isColoured: true })).toContain('\u001b[32m');
    expect(lineOf(issued, style)).not.toContain('\u001b');
  });
});
