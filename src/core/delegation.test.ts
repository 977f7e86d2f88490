import { mayDecide, type Delegation } from './delegation';

describe('who may decide in a manager’s name', () => {
  const decision = { employeeUuid: 'report', managerUuid: 'boss', approverUuid: 'deputy', kind: 'nights', at: 10 };
  const delegation: Delegation = { managerUuid: 'boss', delegateUuid: 'deputy', kinds: ['nights'], from: 10, to: 20 };
  const may = (decided: object, ...delegations: object[]): boolean =>
    mayDecide({ ...decision, ...decided }, delegations.map((more) => ({ ...delegation, ...more }))); // prettier-ignore

  it('is the primary manager, and nobody where there is none (A12 D6)', () => {
    expect(may({ approverUuid: 'boss' })).toBe(true);
    expect(may({ approverUuid: 'functional manager' })).toBe(false);
    expect(may({ managerUuid: null }, {})).toBe(false);
  });

  it('is a delegate from the first instant of the delegation to before its last, about its kinds (D6)', () => {
    expect([9, 10, 19, 20].map((at) => may({ at }, {}))).toEqual([false, true, true, false]);
    expect(may({ kind: 'days' }, {})).toBe(false);
    expect(may({ kind: 'days' }, { kinds: null })).toBe(true);
    expect(may({ kind: 'days' }, {}, { kinds: ['days'] })).toBe(true);
    expect(may({}, { managerUuid: 'another boss' })).toBe(false);
    expect(may({ approverUuid: 'somebody' }, {})).toBe(false);
  });

  it('is never a delegate’s delegate, nor the person themselves (D6)', () => {
    expect(may({ approverUuid: 'third' }, {}, { managerUuid: 'deputy', delegateUuid: 'third' })).toBe(false);
    expect(may({ approverUuid: 'report' }, { delegateUuid: 'report' })).toBe(false);
  });
});
