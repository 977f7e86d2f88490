import { causeOf, reasonOf } from './audit-cause';

const entry = { kind: 'completion.recorded', actor: 'key:lms', source: 'lms', body: {} };

describe('the cause of an entry', () => {
  it.each([
    ['event e1 of lms', { body: { eventId: 'e1' } }],
    ['told by lms', {}],
    ['request of key:admin', { source: 'api', actor: 'key:admin' }],
    ['request of key:admin', { source: null, actor: 'key:admin' }],
    ['time passed', { kind: 'credential.expired', actor: 'clock', source: null }],
    [
      'CPR certification expires; medical lapses',
      { kind: 'eligibility.changed', actor: 'clock', body: { because: ['CPR certification expires', 'medical lapses'] } },
    ],
    ['award rule version 2 from cmp_a, cmp_b', { kind: 'credential.issued', body: { ruleVersion: 2, completions: ['a', 'b'] } }],
    ['award rule version 1', { kind: 'credential.renewed', body: { ruleVersion: 1, completions: [] } }],
    ['told by lms', { body: null }],
    ['told by lms', { body: ['eventId'] }],
  ])('is "%s"', (cause, change) => expect(causeOf({ ...entry, ...change })).toBe(cause));

  it('comes with the reason that was given', () => {
    expect(reasonOf({ reason: 'under review' })).toBe('under review');
    expect(reasonOf({ reason: null })).toBeNull();
    expect(reasonOf(null)).toBeNull();
  });
});
