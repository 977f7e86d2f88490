// The edges of civil days, spans and zones: what random days meet too seldom.
import { Temporal } from 'temporal-polyfill';
import {
  addSpanToInstant,
  dayFromNumber,
  dayInYear,
  dayNumber,
  dayOf,
  firstOfMonth,
  formatSpan,
  isZone,
  longestDays,
  nextDay,
  parseSpan,
  previousDay,
  spanText,
  startOfDay,
  subtractSpanFromInstant,
  yearOf,
  zoneDays,
} from './calendar';

const DAYS = ['2023-12-31', '2024-01-01', '2024-02-29', '2024-11-30', '2025-06-15', '1969-12-31', '1600-03-01'];
const MONTHS = [-25, -12, -1, 0, 1, 2, 11, 12, 13, 30];

describe('the edges of the calendar', () => {
  it('a span of nothing is said as days, and weeks may have several digits', () => {
    expect(formatSpan({ months: 0, days: 0 })).toBe('P0D');
    expect(spanText({ months: 0, days: 0 })).toBe('0 days');
    expect(parseSpan('P12W')).toEqual({ months: 0, days: 84 });
  });

  it('a span covers at most so many days, wherever it begins', () => {
    expect(longestDays({ months: 0, days: 5 })).toBe(5);
    expect(longestDays({ months: 1, days: 2 })).toBe(36);
    expect(longestDays({ months: 12, days: 1 })).toBe(370);
    for (const months of [1, 2, 7, 12, 48]) {
      const ends = DAYS.map((day) => Temporal.PlainDate.from(day).add({ months }).since(day).total('days'));
      expect(longestDays({ months, days: 0 })).toBeGreaterThanOrEqual(Math.max(...ends));
    }
  });

  it('months, years and days of a year are those of Temporal', () => {
    for (const day of DAYS) {
      const [n, date] = [dayNumber(day), Temporal.PlainDate.from(day)];
      for (const months of MONTHS)
        expect(dayFromNumber(firstOfMonth(n, months))).toBe(date.with({ day: 1 }).add({ months }).toString());
      expect(firstOfMonth(n)).toBe(firstOfMonth(n, 0));
      expect(yearOf(n)).toBe(date.year);
    }
    expect([dayInYear(2023, 2, 29), dayInYear(2024, 2, 29), dayInYear(2024, 7, 4)].map(dayFromNumber)).toEqual([
      '2023-02-28',
      '2024-02-29',
      '2024-07-04',
    ]);
  });

  it('the first and the last day are days, and years have four digits', () => {
    expect([previousDay('0001-01-02'), nextDay('9999-12-30'), nextDay('0099-12-31')]).toEqual([
      '0001-01-01',
      '9999-12-31',
      '0100-01-01',
    ]);
    expect(() => previousDay('0001-01-01')).toThrow('Day -719163 lies outside the years 0001 to 9999.');
    expect(() => dayNumber('2025-02-29')).toThrow('2025-02-29 is not a calendar date.');
  });

  it('a day begins with its first instant, ahead of UTC and behind it', () => {
    for (const zone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Niue']) {
      const start = startOfDay('2025-06-15', zone);
      expect([dayOf(start - 1, zone), dayOf(start, zone)]).toEqual(['2025-06-14', '2025-06-15']);
    }
    expect(() => zoneDays('UTC').dayAt(Infinity)).toThrow('The ends of time lie on no day.');
  });

  it('wall time is kept from a day on which a clock changes to another', () => {
    const zone = 'Europe/London';
    const spring = Temporal.PlainDateTime.from('2026-03-29T12:00').toZonedDateTime(zone);
    const autumn = Temporal.PlainDateTime.from('2026-10-25T12:00').toZonedDateTime(zone);
    const span = { months: 6, days: 26 };
    expect(addSpanToInstant(spring.epochMilliseconds, span, zone)).toBe(autumn.epochMilliseconds);
    const days = { months: 0, days: 210 };
    expect(subtractSpanFromInstant(autumn.epochMilliseconds, days, zone)).toBe(spring.epochMilliseconds);
  });

  it('an offset is no zone', () => {
    expect(['+01:00', 'UTC+1', 'Europe/London ', ''].map(isZone)).toEqual([false, false, false, false]);
  });
});
