import { clip, constant, fromIntervals, Level, levelBefore } from './timeline';

describe('a timeline at the ends of time', () => {
  const from = fromIntervals([{ from: 5, to: Infinity, level: Level.MET }]);

  it('has, before the beginning of time, the level it begins with', () => {
    expect(levelBefore(from, -Infinity)).toBe(Level.UNMET);
    expect(levelBefore(constant(Level.PENDING), -Infinity)).toBe(Level.PENDING);
    expect(levelBefore(from, 5)).toBe(Level.UNMET);
    expect(levelBefore(from, 6)).toBe(Level.MET);
  });

  it('stays what it is when it is clipped to all of time, and is nothing clipped to nothing', () => {
    expect(clip(from, -Infinity, Infinity)).toEqual(from);
    expect(clip(from, 7, 7)).toEqual(constant(Level.UNMET));
  });
});
