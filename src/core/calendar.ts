/** Civil days, calendar spans and time zones: the only place where dates become instants and back. */
import { Temporal } from 'temporal-polyfill';
import { remember, rememberNumbers } from './remember';

/** Milliseconds since 1970-01-01T00:00Z; -Infinity and Infinity are the ends of time. */
export type Instant = number;

/** A civil date, 'YYYY-MM-DD', in the years 0001 to 9999. */
export type Day = string;

/** A calendar duration: whole months first (clamped to the end of the month), then whole days. */
export interface Span {
  readonly months: number;
  readonly days: number;
}

/** A civil date as a number: days since 1970-01-01. The form in which dates are reckoned with. */
export type DayNumber = number;

const DAY_MS = 86_400_000;
const LONGEST_SPAN_YEARS = 200;
const FIRST_DAY: DayNumber = -719_162; // 0001-01-01
const LAST_DAY: DayNumber = 2_932_896; // 9999-12-31

/** Reads an ISO 8601 calendar duration of years, months, weeks and days; null when it is anything else, empty or over 200 years. */
export function parseSpan(text: string): Span | null {
  const parts = /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?$/.exec(text);
  if (!parts) return null;
  const [years, months, weeks, days] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  const span = { months: years * 12 + months, days: weeks * 7 + days };
  const size = span.months / 12 + span.days / 366;
  return size > 0 && size <= LONGEST_SPAN_YEARS ? span : null;
}

/** The span in ISO 8601, in the shortest usual form: P2Y, P1Y6M, P90D. */
export function formatSpan(span: Span): string {
  const years = Math.trunc(span.months / 12);
  const months = span.months % 12;
  const text = (years ? `${years}Y` : '') + (months ? `${months}M` : '') + (span.days ? `${span.days}D` : '');
  return `P${text || '0D'}`;
}

/** The span in English: "2 years", "90 days", "1 year and 6 months". */
export function spanText(span: Span): string {
  const parts = [count(Math.trunc(span.months / 12), 'year'), count(span.months % 12, 'month'), count(span.days, 'day')].filter(
    (part) => part !== '',
  );
  if (parts.length === 0) return '0 days';
  const last = parts.pop() as string;
  return parts.length ? `${parts.join(', ')} and ${last}` : last;
}

function count(n: number, unit: string): string {
  return n === 0 ? '' : `${n} ${unit}${n === 1 ? '' : 's'}`;
}

/** The most days the span can cover; an upper bound for skipping work. */
export function longestDays(span: Span): number {
  return Math.ceil((span.months * 366) / 12) + (span.months ? 3 : 0) + span.days;
}

/** Reads a real calendar date of the years 0001 to 9999; null otherwise. */
export function parseDay(text: string): Day | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return null;
  return text;
}

/** The number of a civil day. Throws a RangeError when it is not one. */
export function dayNumber(day: Day): DayNumber {
  if (parseDay(day) === null) throw new RangeError(`${day} is not a calendar date.`);
  return fromCivil(Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10)));
}

/** The civil day of a number. Throws a RangeError outside the years 0001 to 9999. */
export function dayFromNumber(n: DayNumber): Day {
  if (!(n >= FIRST_DAY && n <= LAST_DAY)) throw new RangeError(`Day ${n} lies outside the years 0001 to 9999.`);
  const { year, month, day } = toCivil(n);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * The day `times` spans after a day (before it when `times` is negative). Always reckoned from the origin: 31 January plus
 * twice a month is 31 March. Throws a RangeError outside the years 0001 to 9999.
 */
export function addSpan(day: Day, span: Span, times = 1): Day {
  return dayFromNumber(addSpanToNumber(dayNumber(day), span, times));
}

/** `addSpan` on day numbers, without the limit of years. */
export function addSpanToNumber(n: DayNumber, span: Span, times = 1): DayNumber {
  return (span.months === 0 ? n : addMonths(n, span.months * times)) + span.days * times;
}

function addMonths(n: DayNumber, months: number): DayNumber {
  const { year, month, day } = toCivil(n);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = index - targetYear * 12 + 1;
  return fromCivil(targetYear, targetMonth, Math.min(day, monthLength(targetYear, targetMonth)));
}

/** The first day of the month that lies `months` after the month of a day. */
export function firstOfMonth(n: DayNumber, months = 0): DayNumber {
  const { year, month } = toCivil(n);
  const index = year * 12 + (month - 1) + months;
  return fromCivil(Math.floor(index / 12), index - Math.floor(index / 12) * 12 + 1, 1);
}

/** The year a day lies in. */
export function yearOf(n: DayNumber): number {
  return toCivil(n).year;
}

/** A day of a year; a day past the end of its month (29 February) is the month's last. */
export function dayInYear(year: number, month: number, day: number): DayNumber {
  return fromCivil(year, month, Math.min(day, monthLength(year, month)));
}

/** The civil day after. Throws a RangeError after 9999-12-31. */
export function nextDay(day: Day): Day {
  return dayFromNumber(dayNumber(day) + 1);
}

/** The civil day before. Throws a RangeError before 0001-01-01. */
export function previousDay(day: Day): Day {
  return dayFromNumber(dayNumber(day) - 1);
}

/** How many days `b` is after `a`; negative when before. */
export function daysBetween(a: Day, b: Day): number {
  return dayNumber(b) - dayNumber(a);
}

/** The first instant of a civil day in a zone, also where the day has no midnight or does not exist at all. */
export function startOfDay(day: Day, zone: string): Instant {
  return zoneDays(zone).startOf(dayNumber(day));
}

/** The first instant after a civil day in a zone. */
export function endOfDay(day: Day, zone: string): Instant {
  return zoneDays(zone).startOf(dayNumber(day) + 1);
}

/**
 * The civil day an instant lies in: the latest day that has begun. Days partition time, so an hour that a clock set back
 * over midnight repeats belongs to the later day.
 */
export function dayOf(instant: Instant, zone: string): Day {
  return dayFromNumber(zoneDays(zone).dayAt(instant));
}

/** The instant a span later on the wall clock; a time the clock skips moves forward, one it repeats is the first. */
export function addSpanToInstant(instant: Instant, span: Span, zone: string): Instant {
  return shift(instant, span, 1, zone);
}

/** The instant a span earlier on the wall clock. */
export function subtractSpanFromInstant(instant: Instant, span: Span, zone: string): Instant {
  return shift(instant, span, -1, zone);
}

function shift(instant: Instant, span: Span, times: number, zone: string): Instant {
  if (!Number.isFinite(instant)) return instant;
  const { startOf, dayAt } = zoneDays(zone);
  const from = dayAt(instant);
  const to = addSpanToNumber(from, span, times);
  // A day of 24 hours begins at midnight and keeps one offset: no clock needs asking.
  const isPlain = (n: DayNumber): boolean => startOf(n + 1) - startOf(n) === DAY_MS;
  if (isPlain(from) && isPlain(to)) return startOf(to) + (instant - startOf(from));
  const wall = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  const moved = wall.add({ months: span.months * times }).add({ days: span.days * times });
  return moved.toZonedDateTime(zone).epochMilliseconds;
}

/** Whether a name is a time zone this runtime knows. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The days of one zone as instants. */
export interface ZoneDays {
  /** The first instant of a day. */
  readonly startOf: (n: DayNumber) => Instant;
  /** The latest day that has begun at an instant. Throws a RangeError at the ends of time. */
  readonly dayAt: (instant: Instant) => DayNumber;
}

/** The days of a zone, remembered (280 years of them): a zone look-up costs 100 times a remembered one. Throws a RangeError when there is no such zone. */
export const zoneDays: (zone: string) => ZoneDays = remember(128, (zone: string): ZoneDays => {
  const startOf =
    zone === 'UTC'
      ? (n: DayNumber): Instant => n * DAY_MS
      : rememberNumbers(100, (n: DayNumber): Instant => {
          const { year, month, day } = toCivil(n);
          return new Temporal.PlainDate(year, month, day).toZonedDateTime(zone).epochMilliseconds;
        });
  startOf(0); // an unknown zone is told at once
  const dayAt = (instant: Instant): DayNumber => {
    if (!Number.isFinite(instant)) throw new RangeError('The ends of time lie on no day.');
    const n = Math.floor(instant / DAY_MS);
    if (instant >= startOf(n + 1)) return n + 1;
    return instant >= startOf(n) ? n : n - 1;
  };
  return { startOf, dayAt };
});

function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Years are reckoned from March, so that the leap day is a year's last and months follow one formula; 400 years are 146,097 days.
function fromCivil(year: number, month: number, day: number): DayNumber {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function toCivil(n: DayNumber): { year: number; month: number; day: number } {
  const z = n + 719_468;
  const era = Math.floor(z / 146_097);
  const d = z - era * 146_097;
  const yearOfEra = Math.floor((d - Math.floor(d / 1_460) + Math.floor(d / 36_524) - Math.floor(d / 146_096)) / 365);
  const dayOfYear = d - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1 };
}
