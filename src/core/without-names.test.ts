import { withoutNames } from './without-names';

describe('a value without names', () => {
  it.each([
    ['E1 reports to E12', 'X reports to E12'],
    ['"E1" is unknown', '"X" is unknown'],
    ['ann@example.org, ANN@example.org.', 'X, X.'],
    ['emp_E1-2', 'emp_E1-2'],
    ['E1', 'X'],
    ['nothing', 'nothing'],
  ])('reads %j as %j', (text, clean) => expect(withoutNames(text, ['E1', 'ann@example.org'], 'X')).toBe(clean));

  it('is the same otherwise, however deep', () => {
    const value = { a: [1, null, true, { b: 'of E1' }], E1: 2 };
    expect(withoutNames(value, ['E1'], 'X')).toEqual({ a: [1, null, true, { b: 'of X' }], E1: 2 });
    expect(withoutNames(value, ['', '.*'], 'X')).toEqual(value);
  });
});
