import fc from 'fast-check';
import { silencesOf, type SourceWord } from './silence';

const word = (source: string, isAble: boolean, at: number): SourceWord => ({ source, isAble, at });

describe('silences', () => {
  it('are none where no source ever had a word', () => {
    expect(silencesOf([])).toEqual([]);
  });

  it('begin where the last source that can say stops, and end where one begins', () => {
    expect(silencesOf([word('a', true, 0), word('a', false, 10), word('b', true, 15)])).toEqual([
      { from: -Infinity, to: 0 },
      { from: 10, to: 15 },
    ]);
    expect(silencesOf([word('a', false, 10)])).toEqual([{ from: 10, to: Infinity }]);
    expect(silencesOf([word('a', true, -Infinity), word('b', false, 5)])).toEqual([]);
  });

  it('cover exactly the instants at which no source can say, whatever the words and their order (N15)', () => {
    const words = fc.uniqueArray(
      fc.record({ source: fc.constantFrom('a', 'b', 'c'), isAble: fc.boolean(), at: fc.integer({ min: 0, max: 12 }) }),
      { selector: ({ source, at }) => `${source}${at}` },
    );
    const isSpokenOf = (all: readonly SourceWord[], t: number): boolean =>
      all.length === 0 ||
      [...new Set(all.map(({ source }) => source))].some((source) => {
        const own = all.filter((one) => one.source === source).sort((a, b) => a.at - b.at);
        const last = own.findLast(({ at }) => at <= t);
        return last ? last.isAble : !own[0]!.isAble;
      });
    fc.assert(
      fc.property(words, (all) => {
        const silences = silencesOf(all);
        for (let t = -1; t <= 13; t++) {
          expect(silences.some(({ from, to }) => from <= t && t < to)).toBe(!isSpokenOf(all, t));
        }
        silences.forEach(({ from, to }, i) => expect(from < to && (i === 0 || silences[i - 1]!.to < from)).toBe(true));
      }),
    );
  });
});
