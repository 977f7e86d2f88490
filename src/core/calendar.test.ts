import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import {
  addSpan,
  addSpanToInstant,
  dayOf,
  daysBetween,
  endOfDay,
  formatSpan,
  isZone,
  nextDay,
  parseDay,
  parseSpan,
  previousDay,
  spanText,
  startOfDay,
  subtractSpanFromInstant,
  type Span,
} from './calendar';

interface Vectors {
  source: string;
  addDate: [string, string, string][];
  zoned_local_to_instant_and_endOfDay: [string, string, string, string][];
}
const vectors = JSON.parse(readFileSync(join(__dirname, '../../test/fixtures/date-vectors.json'), 'utf8')) as Vectors;
const iso = (instant: number): string => Temporal.Instant.fromEpochMilliseconds(instant).toString();
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const ZONES = [
  'UTC',
  'Europe/London',
  'America/New_York',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Niue',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
];
const days = fc.integer({ min: -25_000, max: 40_000 }).map((n) => new Temporal.PlainDate(1970, 1, 1).add({ days: n }).toString());
const spans = fc.record({ months: fc.integer({ min: 0, max: 60 }), days: fc.integer({ min: 0, max: 400 }) });

describe('civil days and spans (C7, D5)', () => {
  it.each(vectors.addDate)('%s plus %s is %s', (from, text, expected) => {
    const isNegative = text.startsWith('-');
    const span = parseSpan(isNegative ? text.slice(1) : text) as Span;
    expect(addSpan(from, span, isNegative ? -1 : 1)).toBe(expected);
  });

  it('has all 308 vectors and names their source', () => {
    expect(vectors.addDate).toHaveLength(308);
    expect(vectors.source).toContain('constrain');
  });

  it('adds months and days as Temporal does, always from the origin', () => {
    fc.assert(
      fc.property(days, spans, fc.integer({ min: -6, max: 6 }), (day, span, times) => {
        const expected = Temporal.PlainDate.from(day)
          .add({ months: span.months * times })
          .add({ days: span.days * times });
        expect(addSpan(day, span, times)).toBe(expected.toString());
      }),
      { numRuns: 3_000 },
    );
    expect(addSpan('2025-01-31', { months: 1, days: 0 }, 12)).toBe('2026-01-31');
  });

  it.each([
    ['P2Y', { months: 24, days: 0 }, 'P2Y', '2 years'],
    ['P90D', { months: 0, days: 90 }, 'P90D', '90 days'],
    ['P1Y6M', { months: 18, days: 0 }, 'P1Y6M', '1 year and 6 months'],
    ['P2W', { months: 0, days: 14 }, 'P14D', '14 days'],
    ['P1Y2M3W4D', { months: 14, days: 25 }, 'P1Y2M25D', '1 year, 2 months and 25 days'],
    ['P1M', { months: 1, days: 0 }, 'P1M', '1 month'],
    ['P200Y', { months: 2400, days: 0 }, 'P200Y', '200 years'],
  ])('reads %s', (text, span, canonical, english) => {
    expect(parseSpan(text)).toEqual(span);
    expect(formatSpan(span)).toBe(canonical);
    expect(spanText(span)).toBe(english);
  });

  it.each([
    '',
    'P',
    'P0D',
    'P0Y0M',
    '-P1D',
    '+P1D',
    'P-1D',
    'P1.5Y',
    'P1,5Y',
    'PT1H',
    'P1DT1H',
    'P1DT',
    'P1D1Y',
    'p1y',
    '1Y',
    ' P1Y',
    'P1Y\n',
    'P201Y',
    'P2401M',
    'P99999999D',
    'P74000D',
  ])('refuses %j as a span (D10)', (text) => expect(parseSpan(text)).toBeNull());

  it.each(['0001-01-01', '9999-12-31', '2024-02-29', '2000-02-29', '1970-01-01'])('takes %s as a day (D10)', (text) =>
    expect(parseDay(text)).toBe(text),
  );

  it.each([
    '0000-01-01',
    '10000-01-01',
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    'infinity',
    '',
    'null',
    '2024-1-1',
    '2024-01-01T00:00',
    '-2024-01-01',
    '2024-01-01\n',
  ])('refuses %j as a day (D10)', (text) => expect(parseDay(text)).toBeNull());

  it('steps from day to day and stops at the ends of the calendar (D10)', () => {
    expect(nextDay('2024-02-28')).toBe('2024-02-29');
    expect(nextDay('2023-12-31')).toBe('2024-01-01');
    expect(previousDay('2100-03-01')).toBe('2100-02-28');
    expect(previousDay('1970-01-01')).toBe('1969-12-31');
    expect(daysBetween('2027-02-13', '2027-03-30')).toBe(45);
    expect(daysBetween('2027-03-30', '2027-02-13')).toBe(-45);
    expect(() => nextDay('9999-12-31')).toThrow(RangeError);
    expect(() => previousDay('0001-01-01')).toThrow(RangeError);
    expect(() => addSpan('9999-12-01', { months: 1, days: 0 })).toThrow(RangeError);
    expect(() => addSpan('2023-02-29', { months: 1, days: 0 })).toThrow(RangeError);
    expect(iso(endOfDay('9999-12-31', 'UTC'))).toBe('+010000-01-01T00:00:00Z');
  });

  it('counts every day of eight centuries as Temporal does', () => {
    let day = new Temporal.PlainDate(1600, 1, 1);
    for (let i = 0; i < 146_097 * 2; i += 61, day = day.add({ days: 61 })) {
      expect(startOfDay(day.toString(), 'UTC')).toBe(day.toZonedDateTime('UTC').epochMilliseconds);
      expect(dayOf(day.toZonedDateTime('UTC').epochMilliseconds, 'UTC')).toBe(day.toString());
    }
  });
});

describe('civil days in zones (C7, D6)', () => {
  it.each(vectors.zoned_local_to_instant_and_endOfDay)('%s in %s is %s and its day ends at %s', (local, zone, instant, end) => {
    const wall = Temporal.PlainDateTime.from(local);
    expect(iso(wall.toZonedDateTime(zone).epochMilliseconds)).toBe(iso(at(instant)));
    expect(endOfDay(wall.toPlainDate().toString(), zone)).toBe(at(end));
    const before = wall.subtract({ days: 7 }).toZonedDateTime(zone).epochMilliseconds;
    expect(addSpanToInstant(before, { months: 0, days: 7 }, zone)).toBe(at(instant));
  });

  it.each([
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00Z', '2024-04-26T21:00:00Z'],
    ['2024-10-31', 'Africa/Cairo', '2024-10-30T21:00:00Z', '2024-10-31T22:00:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00Z', '2018-02-18T03:00:00Z'],
    ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
    ['2027-03-14', 'America/New_York', '2027-03-14T05:00:00Z', '2027-03-15T04:00:00Z'],
    ['2027-11-07', 'America/New_York', '2027-11-07T04:00:00Z', '2027-11-08T05:00:00Z'],
    ['2027-03-31', 'Pacific/Kiritimati', '2027-03-30T10:00:00Z', '2027-03-31T10:00:00Z'],
    ['2027-03-31', 'Pacific/Niue', '2027-03-31T11:00:00Z', '2027-04-01T11:00:00Z'],
  ])('%s in %s runs from %s to %s', (day, zone, from, to) => {
    expect(iso(startOfDay(day, zone))).toBe(iso(at(from)));
    expect(iso(endOfDay(day, zone))).toBe(iso(at(to)));
  });

  it('begins every day where Temporal begins it and puts each instant on one day', () => {
    fc.assert(
      fc.property(days, fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 86_399_999 }), (day, zone, ms) => {
        const start = Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;
        expect(startOfDay(day, zone)).toBe(start);
        const own = dayOf(start + ms, zone);
        expect(startOfDay(own, zone)).toBeLessThanOrEqual(start + ms);
        expect(endOfDay(own, zone)).toBeGreaterThan(start + ms);
      }),
      { numRuns: 2_000 },
    );
  });

  it('names the day on the wall clock', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_500_000_000_000 }),
        fc.constantFrom('UTC', 'Europe/London', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu'),
        (instant, zone) => {
          expect(dayOf(instant, zone)).toBe(
            Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString(),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keeps wall time when it moves an instant, as Temporal does on both sides of every change of clocks', () => {
    const instants = fc.oneof(
      fc.integer({ min: 0, max: 2_500_000_000_000 }),
      fc
        .constantFrom(
          '2024-04-25T22:00:00Z',
          '2018-11-04T03:00:00Z',
          '2011-12-30T10:00:00Z',
          '2027-03-14T07:00:00Z',
          '2027-11-07T06:00:00Z',
        )
        .chain((text) => fc.integer({ min: -100, max: 100 }).map((halfHours) => at(text) + halfHours * 1_800_000)),
    );
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), spans, (instant, zone, span) => {
        const wall = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
        const later = wall.add({ months: span.months }).add({ days: span.days }).toZonedDateTime(zone).epochMilliseconds;
        const earlier = wall
          .subtract({ months: span.months })
          .subtract({ days: span.days })
          .toZonedDateTime(zone).epochMilliseconds;
        expect(addSpanToInstant(instant, span, zone)).toBe(later);
        expect(subtractSpanFromInstant(instant, span, zone)).toBe(earlier);
      }),
      { numRuns: 4_000 },
    );
    expect(addSpanToInstant(Infinity, { months: 1, days: 0 }, 'UTC')).toBe(Infinity);
    expect(() => dayOf(Infinity, 'UTC')).toThrow(RangeError);
  });

  it('knows a zone from a word', () => {
    for (const zone of ['UTC', 'Europe/London', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) expect(isZone(zone)).toBe(true);
    for (const word of ['', 'Mars/Olympus', '+02:00', 'UTC\n', 'Europe/', '2024']) expect(isZone(word)).toBe(false);
    expect(() => startOfDay('2024-01-01', 'Mars/Olympus')).toThrow(RangeError);
  });
});
