import fc from 'fast-check';
import {
  changePoints,
  clip,
  constant,
  equal,
  fromIntervals,
  Level,
  levelAt,
  levelBefore,
  maxOf,
  negate,
  nextChange,
  nthLargest,
  sinceChange,
  type LevelInterval,
  type Timeline,
} from './timeline';

const at = fc.integer({ min: 0, max: 15 });
const level = fc.constantFrom<Level[]>(0, 1, 2, 3, 4);
const interval: fc.Arbitrary<LevelInterval> = fc.record({
  from: fc.oneof({ weight: 8, arbitrary: at }, { weight: 1, arbitrary: fc.constantFrom(-Infinity, Infinity) }),
  to: fc.oneof({ weight: 8, arbitrary: at }, { weight: 1, arbitrary: fc.constantFrom(-Infinity, Infinity) }),
  level,
});
const intervals = fc.array(interval, { maxLength: 6 });
const timeline: fc.Arbitrary<Timeline> = fc.tuple(intervals, level).map(([list, background]) => fromIntervals(list, background));
const everywhere = [-1e9, ...Array.from({ length: 33 }, (_, i) => i / 2 - 0.5), 1e9];

function expectCanonical(steps: Timeline): void {
  const broken = steps.filter(({ from, level }, i) =>
    i === 0 ? from !== -Infinity : from <= steps[i - 1]!.from || from === Infinity || level === steps[i - 1]!.level,
  );
  expect(broken).toEqual([]);
}

/** Checks that a timeline is canonical and has, everywhere, the level that a definition gives. */
function expectLevels(steps: Timeline, definition: (t: number) => number): void {
  expectCanonical(steps);
  expect(everywhere.filter((t) => levelAt(steps, t) !== definition(t))).toEqual([]);
}

const naive = (list: readonly LevelInterval[], background: number, t: number): number => {
  const covering = list.filter(({ from, to }) => from <= t && t < to).map((one) => one.level);
  return covering.length === 0 ? background : Math.max(...covering);
};

describe('the timeline algebra', () => {
  it('takes the best of the intervals that cover an instant, in any order, and the background elsewhere', () => {
    fc.assert(
      fc.property(intervals, level, (list, background) =>
        expectLevels(fromIntervals(list, background), (t) => naive(list, background, t)),
      ),
      { numRuns: 2000 },
    );
  });

  it('covers the union of overlapping intervals (C8)', () => {
    const overlapping = [
      { from: 0, to: 10, level: Level.MET },
      { from: 5, to: 20, level: Level.MET },
    ];
    expect(fromIntervals(overlapping)).toEqual([
      { from: -Infinity, level: 0 },
      { from: 0, level: 4 },
      { from: 20, level: 0 },
    ]);
  });

  it('gives the n-th largest level at every instant, for every n, also out of range', () => {
    fc.assert(
      fc.property(fc.array(timeline, { maxLength: 5 }), fc.integer({ min: -1, max: 6 }), (list, n) => {
        const definition = (t: number): number =>
          n <= 0 ? 4 : n > list.length ? 0 : list.map((one) => levelAt(one, t)).sort((a, b) => b - a)[n - 1]!;
        expectLevels(nthLargest(list, n), definition);
      }),
      { numRuns: 2000 },
    );
  });

  it('is met by all of nothing and not met by any of nothing', () => {
    expect(nthLargest([], 0)).toEqual(constant(Level.MET));
    expect(maxOf([])).toEqual(constant(Level.UNMET));
  });

  it('turns MET and GRACE into UNMET, UNMET and PENDING into MET, and leaves UNKNOWN alone', () => {
    const table = { UNMET: 'MET', UNKNOWN: 'UNKNOWN', PENDING: 'MET', GRACE: 'UNMET', MET: 'UNMET' } as const;
    for (const [from, to] of Object.entries(table))
      expect(negate(constant(Level[from as keyof typeof Level]))).toEqual(constant(Level[to]));
    fc.assert(fc.property(timeline, (one) => expectLevels(negate(one), (t) => [4, 1, 4, 0, 0][levelAt(one, t)]!)));
  });

  it('is UNMET outside the stretch it is clipped to', () => {
    const end = fc.oneof({ weight: 5, arbitrary: at }, { weight: 1, arbitrary: fc.constantFrom(-Infinity, Infinity) });
    fc.assert(
      fc.property(timeline, end, end, (one, from, until) =>
        expectLevels(clip(one, from, until), (t) => (from <= t && t < until ? levelAt(one, t) : 0)),
      ),
      { numRuns: 2000 },
    );
  });

  it('finds the next and the last change of every instant among its change points', () => {
    fc.assert(
      fc.property(timeline, (one) => {
        const points = changePoints(one);
        for (const t of everywhere) {
          expect(nextChange(one, t)).toBe(points.find((point) => point > t) ?? null);
          expect(sinceChange(one, t)).toBe(points.findLast((point) => point <= t) ?? null);
          expect(levelBefore(one, t)).toBe(levelAt(one, t - 0.25));
        }
        for (const point of points) expect(levelAt(one, point)).not.toBe(levelBefore(one, point));
      }),
    );
  });

  it('is the same function exactly when it is the same array', () => {
    fc.assert(
      fc.property(timeline, timeline, (a, b) =>
        expect(equal(a, b)).toBe(everywhere.every((t) => levelAt(a, t) === levelAt(b, t))),
      ),
    );
    fc.assert(fc.property(timeline, (a) => expect(equal(a, [...a])).toBe(true)));
  });
});
