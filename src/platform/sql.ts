import { isoText } from '../core/instant-text';
import type { Db } from './postgres/pool';

/** Collects the parameters of one statement: `where id = ${q.add(id)}`. Values never become SQL text. */
export class Params {
  readonly values: unknown[] = [];

  /** Adds a value and answers its placeholder. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** A bound row set: `FROM jsonb_to_recordset($1) AS r(...)` takes any number of rows in one statement. */
export function rowsParam(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

/** An array of uuids, numbers, instants or words of our own as PostgreSQL reads it; none needs the quotes that the driver puts around each. */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/**
 * A bound row set column by column, for `FROM unnest($1::uuid[], $2::bigint[])`: half the cost of `rowsParam` where there are thousands of
 * rows. Only for values that `plainArray` can take.
 */
export function columnParams<R>(rows: readonly R[], columns: readonly ((row: R) => string | number | null)[]): string[] {
  return columns.map((column) => plainArray(rows.map(column)));
}

/** An instant as PostgreSQL reads it inside a JSON record: RFC 3339 text, also with a longer year or one BC, or infinity at the ends of time. */
export function instantText(instant: number): string;
export function instantText(instant: number | null): string | null;
export function instantText(instant: number | null): string | null {
  if (instant === null) return null;
  if (instant === Infinity) return 'infinity';
  if (instant === -Infinity) return '-infinity';
  const text = isoText(instant);
  if (instant >= FIRST_CE && instant <= LAST_OF_FOUR_DIGITS) return text;
  if (text.startsWith('+')) return text.replace(/^\+0*/, '');
  const year = new Date(instant).getUTCFullYear();
  return year >= 1 ? text : `${String(1 - year).padStart(4, '0')}${text.slice(text.indexOf('-', 1))} BC`;
}

/** A stored trace id, 16 bytes, as traces are written: 32 hex digits. */
export function traceText(column: string): string {
  return `replace(${column}::text, '-', '')`;
}

const FIRST_CE = Date.parse('0001-01-01T00:00:00Z');
const LAST_OF_FOUR_DIGITS = Date.parse('9999-12-31T23:59:59.999Z');

/** Rows of a query, typed by the caller. */
export async function rows<R>(db: Db, text: string, params: unknown[] = []): Promise<R[]> {
  return (await db.query<R>(text, params)).rows;
}

/** Whether this transaction holds a lock from here to its end that one holds at a time; false: another has it, and is not waited for. */
export async function takesTurn(db: Db, lock: number): Promise<boolean> {
  const [row] = await rows<{ mine: boolean }>(db, '/* takesTurn */ SELECT pg_try_advisory_xact_lock($1) AS mine', [lock]);
  return row!.mine;
}
