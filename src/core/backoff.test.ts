import fc from 'fast-check';
import { NOMINAL_WAITS, waitAfter, waitAsked } from './backoff';

const HOUR = 3_600_000;

describe('the schedule of attempts', () => {
  it('is 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, 10 h, then every 12 h within three days (C1)', () => {
    expect(NOMINAL_WAITS.map((wait) => wait / 1_000)).toEqual([
      ...[5, 30, 300, 1_800, 7_200, 18_000, 36_000],
      ...[43_200, 43_200, 43_200, 43_200],
    ]);
    const sum = NOMINAL_WAITS.reduce((total, wait) => total + wait, 0);
    expect(sum).toBeLessThanOrEqual(72 * HOUR);
    expect(sum).toBeGreaterThan(60 * HOUR);
  });

  it('stays within 20 % of it, over the whole width, and ends', () => {
    const attempt = fc.integer({ min: 1, max: NOMINAL_WAITS.length });
    fc.assert(
      fc.property(attempt, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (number, chance) => {
        const share = waitAfter(number, chance)! / NOMINAL_WAITS[number - 1]!;
        expect(Math.abs(share - 1)).toBeLessThanOrEqual(0.2 + 1e-9);
      }),
    );
    expect([waitAfter(1, 0), waitAfter(1, 0.5), waitAfter(1, 0.999_999)]).toEqual([4_000, 5_000, 6_000]);
    expect(waitAfter(NOMINAL_WAITS.length + 1, 0.5)).toBeNull();
  });

  it('gives way to Retry-After, in seconds or as a date, for a day at most', () => {
    const now = Date.parse('2026-06-01T12:00:00Z');
    const asked = (header: string | null) => waitAsked(header, now);
    expect(asked('120')).toBe(120_000);
    expect(asked('Mon, 01 Jun 2026 12:05:00 GMT')).toBe(300_000);
    expect([asked('999999999'), asked('Fri, 01 Jan 2100 00:00:00 GMT')]).toEqual([24 * HOUR, 24 * HOUR]);
    expect([null, '', '0', '-5', 'soon', '1e400', 'Mon, 01 Jun 2020 12:05:00 GMT'].map(asked)).toEqual(Array(7).fill(null));
  });
});
