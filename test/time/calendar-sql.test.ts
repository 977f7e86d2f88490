// The calendar of the core against PostgreSQL's: two implementations that share nothing.
import { addSpan, dayOf, endOfDay, startOfDay, type Span } from '../../src/core/calendar';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { clusterUrl } from '../kit/postgres';
import { seeded } from '../kit/seeded';

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengths = (year: number): number[] => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Ends and beginnings of months around leap years, ordinary years and centuries, and some days in between. */
function days(): string[] {
  const chance = seeded(400);
  const found: string[] = [];
  for (const year of [1900, 1999, 2000, 2023, 2024, 2025, 2100, 2400]) {
    lengths(year).forEach((length, month) => {
      const day = (n: number) => `${pad(year, 4)}-${pad(month + 1)}-${pad(n)}`;
      found.push(day(1), day(length - 1), day(length), day(chance.int(2, length - 2)));
    });
  }
  return [
    ...found,
    '1000-02-28',
    '1582-10-04',
    '1582-10-15',
    '1752-09-02',
    '1969-12-31',
    '1970-01-01',
    '2038-01-19',
    '9000-12-31',
  ];
}

const SPANS: Span[] = [
  ...[1, 2, 3, 6, 11, 12, 13, 18, 24, 48, 60, 1200, 2400].map((months) => ({ months, days: 0 })),
  ...[1, 7, 30, 90, 365, 366, 1461].map((n) => ({ months: 0, days: n })),
  { months: 1, days: 1 },
  { months: 12, days: 30 },
  { months: 13, days: 366 },
];

describe('the calendar', () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await createPool(clusterUrl(), { max: 1 });
  });
  afterAll(() => pool.end());

  it('adds spans to 392 days as PostgreSQL adds intervals: clamped to the end of the month, and from the origin (D5)', async () => {
    const table = days().flatMap((day) => SPANS.flatMap((span) => [1, 2, 3].map((times) => ({ day, ...span, times }))));
    expect(days().length).toBe(392);
    const { rows } = await pool.query<{ result: string }>(
      `SELECT (t.day + make_interval(months => t.months * t.times, days => t.days * t.times))::date AS result
       FROM unnest($1::date[], $2::int[], $3::int[], $4::int[]) WITH ORDINALITY AS t (day, months, days, times, place) ORDER BY place`,
      [table.map((row) => row.day), table.map((row) => row.months), table.map((row) => row.days), table.map((row) => row.times)],
    );
    expect(table.map((row) => addSpan(row.day, row, row.times))).toEqual(rows.map((row) => row.result));
    const chained = await pool.query<{ result: string }>(`SELECT (date '2025-01-31' + interval '1 month' * 13)::date AS result`);
    expect(addSpan('2025-01-31', { months: 1, days: 0 }, 13)).toBe(chained.rows[0]!.result);
  });

  it('begins and ends civil days where the clocks on the wall do, also where they are set (D6)', async () => {
    const around: Record<string, string[]> = {
      'Africa/Cairo': ['2024-04-26', '2024-10-31', '2023-04-28', '2010-08-11', '2010-09-10'],
      'America/New_York': ['2026-03-08', '2026-11-01', '1918-03-31', '1974-01-06'],
      'America/Sao_Paulo': ['2018-11-04', '2019-02-17', '2017-10-15'],
      'America/Havana': ['2024-03-10', '2024-11-03'],
      'America/St_Johns': ['2006-04-02', '2006-10-29'],
      'Asia/Beirut': ['2022-03-27', '2022-10-30'],
      'Pacific/Apia': ['2011-12-29', '2011-12-30', '2011-12-31'],
      'Pacific/Kiritimati': ['1994-12-31', '1995-01-01', '2026-06-01'],
      'Pacific/Niue': ['2026-06-01', '1964-06-30'],
      'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
      'Asia/Kathmandu': ['1985-12-31', '1986-01-01', '2026-01-01'],
      'Europe/Dublin': ['2026-03-29', '2026-10-25'],
      'Antarctica/Troll': ['2026-03-29', '2026-10-25'],
      UTC: ['2026-01-01', '2016-12-31'],
    };
    const shift = (day: string, by: number): string => new Date(Date.parse(day) + by * 86_400_000).toISOString().slice(0, 10);
    const table = Object.entries(around).flatMap(([zone, list]) =>
      list.flatMap((day) => [-1, 0, 1].map((by) => ({ zone, day: shift(day, by) }))),
    );
    // the first instant at which the wall clock shows that day or a later one, minute by minute
    const first = (
      day: string,
    ) => `(SELECT min(i) FROM generate_series(${day}::timestamp AT TIME ZONE 'UTC' - interval '15 hours',
      ${day}::timestamp AT TIME ZONE 'UTC' + interval '15 hours', interval '1 minute') AS i WHERE (i AT TIME ZONE t.zone)::date >= ${day})`;
    const { rows } = await pool.query<{ from: number; until: number }>(
      `SELECT ${first('t.day')} AS "from", ${first('(t.day + 1)')} AS until
       FROM unnest($1::text[], $2::date[]) WITH ORDINALITY AS t (zone, day, place) ORDER BY place`,
      [table.map((row) => row.zone), table.map((row) => row.day)],
    );
    table.forEach(({ zone, day }, i) => {
      const { from, until } = rows[i]!;
      const iso = (instant: number): string => new Date(instant).toISOString();
      expect({ zone, day, from: iso(startOfDay(day, zone)), until: iso(endOfDay(day, zone)) }).toEqual({
        zone,
        day,
        from: iso(from),
        until: iso(until),
      });
      if (from < until)
        expect([dayOf(from, zone), dayOf(until - 1, zone), dayOf(from - 1, zone) < day]).toEqual([day, day, true]);
    });
  });
});
