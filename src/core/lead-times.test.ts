import fc from 'fast-check';
import { doneAt, latestStart, latestWindowStart } from './lead-times';
import { dayAfter } from './windows';

const DAY = 86_400_000;
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo');
const instant = fc.integer({ min: Date.UTC(2018, 0, 1) / 900_000, max: Date.UTC(2030, 0, 1) / 900_000 }).map((n) => n * 900_000);
const span = fc.record({ months: fc.constantFrom(0, 0, 1, 6, 12), days: fc.integer({ min: 0, max: 40 }) });

describe('spans backwards', () => {
  it('a lead time that begins at the latest start is over in time, and a day later it is not', () => {
    fc.assert(
      fc.property(instant, span, zone, (by, lead, where) => {
        const start = latestStart(by, lead, where);
        expect(doneAt(start, lead, where)).toBeLessThanOrEqual(by);
        expect(doneAt(start + DAY + 3_600_000, lead, where)).toBeGreaterThan(by);
      }),
    );
  });

  it('a window that begins at its latest start has passed in time, and one that begins a millisecond later has not', () => {
    fc.assert(
      fc.property(instant, span, zone, (by, window, where) => {
        const start = latestWindowStart(by, window, where);
        expect(dayAfter(start, window, where)).toBeLessThanOrEqual(by);
        expect(dayAfter(start + 1, window, where)).toBeGreaterThan(by);
      }),
    );
  });

  it('what takes no time that is known ends as it begins', () => {
    expect([doneAt(5, null, 'UTC'), latestStart(5, null, 'UTC')]).toEqual([5, 5]);
  });
});
