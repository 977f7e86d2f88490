import fc from 'fast-check';
import { remember, rememberNumbers } from './remember';

describe('what is remembered', () => {
  it('is the answer, of keys and of numbers on whichever side of nothing', () => {
    const square = (n: number): number => n * n;
    const [byKey, byPage] = [remember(3, square), rememberNumbers(2, square)];
    fc.assert(
      fc.property(fc.integer({ min: -5_000, max: 5_000 }), (n) => {
        expect([byKey(n), byPage(n), byPage(n + 1), byPage(n)]).toEqual([n * n, n * n, (n + 1) ** 2, n * n]);
      }),
    );
  });

  it('is asked for once, until there is no more room', () => {
    const asked: number[] = [];
    const answer = rememberNumbers(2, (n) => {
      asked.push(n);
      return n;
    });
    for (const n of [0, 1_023, 0, -1, 1_023, -1, 1_024, -1]) answer(n);
    expect(asked).toEqual([0, 1_023, -1, 1_024, -1]);
  });

  it('is nothing where there is no answer', () => {
    const answer = rememberNumbers(2, () => {
      throw new RangeError('none');
    });
    for (let i = 0; i < 2; i++) expect(() => answer(5)).toThrow('none');
  });
});
