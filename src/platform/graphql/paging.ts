import { type Params } from '../sql';
import { badInput, problem } from './errors';

/** The four arguments of every connection. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Published limits: a page has 50 rows unless asked otherwise, and never more than 200. */
export const pageLimits = { default: 50, max: 200 } as const;

/** One page to read: of which list, how many rows, which way, and between which keys. */
export interface Page {
  /** What the rows are and how they are ordered; a cursor is of use in lists of the same name only. */
  readonly list: string;
  readonly limit: number;
  readonly forward: boolean;
  readonly after: readonly string[] | null;
  readonly before: readonly string[] | null;
}

/** Checks the arguments; `list` names the rows and their order, `keys` is the number of columns it is ordered by. */
export function parsePage(args: PageArgs, list: string, keys: number): Page {
  if (args.first != null && args.last != null) throw badInput('Ask for `first` or for `last`, not both.');
  const limit = args.first ?? args.last ?? pageLimits.default;
  if (limit < 0 || limit > pageLimits.max) throw badInput(`A page holds 0 to ${pageLimits.max} rows; go on with \`after\`.`);
  return {
    list,
    limit,
    forward: args.last == null,
    after: args.after == null ? null : decodeKeys(args.after, list, keys),
    before: args.before == null ? null : decodeKeys(args.before, list, keys),
  };
}

/** The cursor of a row: its list and its sort keys. Opaque to the caller. */
export function encodeKeys(list: string, keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');
}

function decodeKeys(cursor: string, list: string, keys: number): string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parsed) &&
      parsed.length === keys + 1 &&
      parsed[0] === list &&
      parsed.every((key) => typeof key === 'string' && !key.includes('\u0000'))
    ) {
      return parsed.slice(1) as string[];
    }
  } catch {
    // falls through: whatever it was, it is not one of ours
  }
  throw strangeCursor();
}

function strangeCursor(): Error {
  return problem(
    'INVALID_CURSOR',
    'This page cursor is not one of this list: use a cursor from the same field, or leave it out.',
  );
}

/** How the values of sort keys are written in cursors of ours. */
const WRITTEN: Readonly<Record<SortKey['type'], RegExp>> = {
  text: /^/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  timestamptz: /^(-?infinity|\+?\d{4,6}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|\+00)( BC)?)$/,
  date: /^(-?infinity|\d{4,6}-\d\d-\d\d( BC)?)$/,
  bigint: /^-?\d{1,18}$/,
};

function isWritten(value: string, type: SortKey['type']): boolean {
  if (!WRITTEN[type].test(value)) return false;
  const day = type === 'date' || type === 'timestamptz' ? /^\+?(\d+)-(\d\d)-(\d\d)/.exec(value) : null;
  if (day === null) return true;
  const [year, month, dayOfMonth] = day.slice(1).map(Number) as [number, number, number];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && dayOfMonth >= 1 && dayOfMonth <= days;
}

/** A column a list is ordered by: its SQL, and its type for the comparison with a cursor. */
export interface SortKey {
  readonly sql: string;
  readonly type: 'text' | 'uuid' | 'timestamptz' | 'date' | 'bigint';
}

/** The WHERE condition (to be and-ed), ORDER BY and LIMIT of a page; one row more than asked tells whether there is a next page. */
export function keyset(page: Page, keys: readonly SortKey[], q: Params): { where: string; order: string; limit: string } {
  const columns = `(${keys.map((key) => key.sql).join(', ')})`;
  const bound = (values: readonly string[]) => {
    if (!values.every((value, i) => isWritten(value, keys[i]!.type))) throw strangeCursor();
    return `(${values.map((value, i) => `${q.add(value)}::${keys[i]!.type}`).join(', ')})`;
  };
  const conditions = ['true'];
  if (page.after) conditions.push(`${columns} > ${bound(page.after)}`);
  if (page.before) conditions.push(`${columns} < ${bound(page.before)}`);
  const direction = page.forward ? 'ASC' : 'DESC';
  return {
    where: conditions.join(' AND '),
    order: `ORDER BY ${keys.map((key) => `${key.sql} ${direction}`).join(', ')}`,
    limit: `LIMIT ${q.add(page.limit + 1)}`,
  };
}

/** A connection as GraphQL reads it. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** Counted only when asked for. */
  readonly totalCount: () => Promise<number>;
}

/** Makes the connection of the rows read with `keyset` (up to one more than the page holds). */
export function connection<T>(
  rows: readonly T[],
  page: Page,
  keysOf: (row: T) => readonly string[],
  totalCount: () => Promise<number>,
): Connection<T> {
  const more = rows.length > page.limit;
  const kept = more ? rows.slice(0, page.limit) : [...rows];
  if (!page.forward) kept.reverse();
  const edges = kept.map((node) => ({ cursor: encodeKeys(page.list, keysOf(node)), node }));
  return {
    edges,
    nodes: kept,
    pageInfo: {
      // what a cursor was taken from is not looked for again
      hasNextPage: page.before !== null || (page.forward && more),
      hasPreviousPage: page.after !== null || (!page.forward && more),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}

/** The connection of a list that is at hand as a whole, in the order of its keys. */
export function listConnection<T>(list: readonly T[], page: Page, keysOf: (row: T) => readonly string[]): Connection<T> {
  const { after, before } = page;
  const between = list.filter((row) => {
    const keys = keysOf(row);
    return (after === null || compareKeys(keys, after) > 0) && (before === null || compareKeys(keys, before) < 0);
  });
  if (!page.forward) between.reverse();
  return connection(between.slice(0, page.limit + 1), page, keysOf, () => Promise.resolve(list.length));
}

/** Orders rows by their keys. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  const place = a.findIndex((key, i) => key !== b[i]);
  return place < 0 ? 0 : a[place]! < b[place]! ? -1 : 1;
}
