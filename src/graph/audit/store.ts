// The audit: which entries of the log are about something.
import type { Db } from '../../platform/postgres/pool';
import type { NodeKind } from '../../platform/graphql/node-id';
import type { Page } from '../../platform/graphql/paging';
import { keyset } from '../../platform/graphql/paging';
import { Params, rows, traceText } from '../../platform/sql';
import { keptLeaves } from '../../journal/audit/kept-leaves';
import { LOG_COLUMNS, type LogRow } from '../../journal/decode';

/** Which entries: all about a person, or those about something that is nobody's. */
export type About = { readonly subject: string } | { readonly entity: string };

/** An entry with what vouches for it. */
export type TrailRow = LogRow & { readonly leaf: Buffer };

const OWNERS: Partial<Record<NodeKind, string>> = {
  crd: 'SELECT employee_id FROM credential WHERE id = $1',
  cmp: 'SELECT employee_id FROM completion WHERE id = $1 LIMIT 1',
  apr: 'SELECT employee_id FROM approval_fact WHERE id = $1',
  inc: 'SELECT employee_id FROM incident WHERE id = $1',
};

/** Whose a thing is; null: nobody's, or there is none. */
export async function ownerOf(db: Db, kind: NodeKind, uuid: string): Promise<string | null> {
  const statement = OWNERS[kind];
  if (statement === undefined) return null;
  const [row] = await rows<{ employee_id: string }>(db, `/* ownerOf */ ${statement}`, [uuid]);
  return row?.employee_id ?? null;
}

export const trailKeys = (row: Pick<LogRow, 'pos'>): string[] => [String(row.pos)];

function about(what: About, q: Params): string {
  return 'subject' in what ? `subject = ${q.add(what.subject)}` : `entity = ${q.add(what.entity)} AND subject IS NULL`;
}

/** One page of the entries of the changes of a trace, oldest first. */
export async function tracedEntries(db: Db, traceId: string, page: Page): Promise<TrailRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'pos', type: 'bigint' }], q);
  return rows<TrailRow>(
    db,
    `/* tracedEntries */ SELECT ${LOG_COLUMNS}, leaf FROM (SELECT first_pos, last_pos FROM change WHERE trace_id = ${q.add(traceId)}::uuid) c
     JOIN log ON pos BETWEEN c.first_pos AND c.last_pos WHERE ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many there are. */
export async function tracedEntryCount(db: Db, traceId: string): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    '/* tracedEntryCount */ SELECT coalesce(sum(last_pos - first_pos + 1), 0)::bigint AS count FROM change WHERE trace_id = $1::uuid',
    [traceId],
  );
  return row!.count;
}

/** The trace of a change, and those of the items that had been set aside until it came. */
export interface ChangeTraces {
  readonly position: number;
  readonly traceId: string | null;
  readonly released: readonly string[];
}

/** The traces of the changes that these positions belong to. */
export async function tracesOfChanges(db: Db, positions: readonly number[]): Promise<ChangeTraces[]> {
  return rows<ChangeTraces>(
    db,
    `/* tracesOfChanges */ SELECT l.pos AS position, ${traceText('c.trace_id')} AS "traceId",
       ARRAY(SELECT DISTINCT ${traceText('q.trace_id')} FROM quarantine q WHERE q.resolved_in = c.id AND q.trace_id IS NOT NULL ORDER BY 1) AS released
     FROM log l JOIN change c ON c.id = l.change_id WHERE l.pos = ANY($1::bigint[])`,
    [positions],
  );
}

/** What changes say about people, beside and behind these entries; `MOST_OF_A_CHANGE` per person at most. */
export async function entriesBeside(
  db: Db,
  among: readonly { readonly changeId: number; readonly subject: string }[],
): Promise<TrailRow[]> {
  return rows<TrailRow>(
    db,
    `/* entriesBeside */ SELECT ${columnsOf('found')}, found.leaf FROM unnest($1::bigint[], $2::uuid[]) AS a(change_id, subject)
     JOIN change c ON c.id = a.change_id
     CROSS JOIN LATERAL (
       SELECT * FROM log l WHERE l.subject = a.subject AND l.pos BETWEEN c.first_pos AND c.last_pos ORDER BY l.pos LIMIT ${MOST_OF_A_CHANGE}
     ) found ORDER BY found.pos`,
    [among.map(({ changeId }) => changeId), among.map(({ subject }) => subject)],
  );
}

/** One change says at most so much about a person that is looked through for what followed from what. */
const MOST_OF_A_CHANGE = 2_000;

function columnsOf(alias: string): string {
  return LOG_COLUMNS.split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');
}

/** One page of the entries about something, oldest first. */
export async function trailPage(db: Db, what: About, page: Page): Promise<TrailRow[]> {
  const q = new Params();
  const entries = about(what, q);
  const { where, order, limit } = keyset(page, [{ sql: 'pos', type: 'bigint' }], q);
  return rows<TrailRow>(
    db,
    `/* trailPage */ SELECT ${LOG_COLUMNS}, leaf FROM log WHERE ${entries} AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many entries are about something. */
export async function trailCount(db: Db, what: About): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* trailCount */ SELECT count(*) AS count FROM log WHERE ${about(what, q)}`,
    q.values,
  );
  return row!.count;
}

/** An entry's leaf, also when the entry itself is not kept any more; null: there is no entry at that position. */
export async function leafAt(db: Db, position: number): Promise<Buffer | null> {
  const [row] = await rows<{ leaf: Buffer }>(
    db,
    `/* leafAt */ SELECT leaf FROM log WHERE pos = $1::bigint UNION ALL SELECT leaf FROM (${keptLeaves('$1::bigint', '$1::bigint')}) kept`,
    [position],
  );
  return row?.leaf ?? null;
}
