// The audit: which entries of the log are about something.
import type { Db } from '../../platform/postgres/pool';
import type { NodeKind } from '../../platform/graphql/node-id';
import type { Page } from '../../platform/graphql/paging';
import { keyset } from '../../platform/graphql/paging';
import { Params, rows } from '../../platform/sql';
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

/** An entry's leaf; null: there is no entry at that position. */
export async function leafAt(db: Db, position: number): Promise<Buffer | null> {
  const [row] = await rows<{ leaf: Buffer }>(db, '/* leafAt */ SELECT leaf FROM log WHERE pos = $1', [position]);
  return row?.leaf ?? null;
}
