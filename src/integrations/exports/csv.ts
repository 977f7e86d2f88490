// The changes of the log as a CSV file, for systems that can only read files.
import { csvLine } from '../../core/csv-text';
import type { Cursors } from '../../journal/cursor';
import type { Feed } from '../../journal/feed';
import { changeData, messageType } from '../webhooks/message';

/** The columns; what a change says beside them stands as JSON in the last. */
const COLUMNS = [
  ...['position', 'type', 'occurredAt', 'recordedAt', 'employee', 'department', 'credential', 'typeCode', 'role', 'roleCode'],
  ...['before', 'after', 'until', 'because', 'reason', 'attributes'],
] as const;
/** Told by other columns, or by the trailer. */
const LEFT_OUT: ReadonlySet<string> = new Set([...COLUMNS, 'change', 'kind', 'cursor']);
const PAGE = 500;

/** Most rows of one file, and how many it has unless asked otherwise. */
export const rowLimits = { default: 10_000, max: 100_000 } as const;

/** What an export reads from. */
export interface ExportSource {
  readonly feed: Pick<Feed, 'page' | 'head' | 'gone'>;
  readonly cursors: Pick<Cursors, 'encodeCursor'>;
}

/**
 * The file, page by page as its reader takes it: a header, one row per change behind `after`, and a trailer with the number of rows and
 * the cursor to go on from. A file without its trailer is not whole.
 */
export async function* changesCsv({ feed, cursors }: ExportSource, after: number, limit: number): AsyncGenerator<string> {
  yield csvLine([...COLUMNS, 'more']);
  let [position, count] = [after, 0];
  for (let isEnd = false; !isEnd && count < limit;) {
    const asked = Math.min(PAGE, limit - count);
    const page = await feed.page(position, asked);
    isEnd = page.length < asked;
    count += page.length;
    position = page.at(-1)?.pos ?? position;
    yield page
      .map((entry) => rowOf({ ...changeData(entry, cursors.encodeCursor(entry.pos)), type: messageType(entry) }))
      .join('');
  }
  yield `#rows,${count},${cursors.encodeCursor(position)}\r\n`;
}

function rowOf(change: Readonly<Record<string, unknown>>): string {
  const more = Object.entries(change).filter(([name, value]) => !LEFT_OUT.has(name) && value !== null);
  return csvLine([
    ...COLUMNS.map((name) => textOf(change[name])),
    more.length === 0 ? null : JSON.stringify(Object.fromEntries(more)),
  ]);
}

function textOf(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.join('; ');
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
