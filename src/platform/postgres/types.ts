import pg from 'pg';

import { parseUtcText } from '../../core/instant-text';

const { builtins, getTypeParser, arrayParser } = pg.types as typeof pg.types & {
  arrayParser: { create(text: string, parse: (element: string) => unknown): { parse(): unknown[] } };
};

/** Reads a timestamptz of a session in UTC as milliseconds (microseconds are cut off), or ±Infinity. */
export function parseInstant(text: string): number {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  return parseUtcText(text) ?? parseLongYear(text);
}

/** Years before 1 or after 9999. */
function parseLongYear(text: string): number {
  const found = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*\+00( BC)?$/.exec(text);
  if (found === null) throw new RangeError(`not an instant in UTC: ${text}`);
  const year = found[5] === undefined ? Number(found[1]) : 1 - Number(found[1]);
  const written = `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
  return Date.parse(`${written}-${found[2]}-${found[3]}T${found[4]}Z`);
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number`);
  return value;
}

const keep = (text: string): string => text;

const arrayOf =
  (parse: (element: string) => unknown) =>
  (text: string): unknown[] =>
    arrayParser.create(text, parse).parse();

const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.TIMESTAMPTZ, parseInstant],
  [builtins.INT8, parseInt8],
  [builtins.NUMERIC, Number],
  [builtins.DATE, keep],
  [builtins.TIMESTAMP, keep],
  [builtins.INTERVAL, keep],
  [1185, arrayOf(parseInstant)],
  [1016, arrayOf(parseInt8)],
  [1231, arrayOf(Number)],
  [1182, arrayOf(keep)],
  [1115, arrayOf(keep)],
  [1187, arrayOf(keep)],
]);

/** How columns become values: instants as milliseconds, days as text, int8 and numeric as numbers; the rest as the driver does. */
export function parserFor(oid: number, format: 'text' | 'binary' = 'text'): (text: string) => unknown {
  const own = format === 'text' ? PARSERS.get(oid) : undefined;
  return own ?? (getTypeParser(oid, format) as (text: string) => unknown);
}
