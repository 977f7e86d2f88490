// Results of checks, latest last.
import { uuidv7 } from 'uuidv7';
import { keyset, type Page } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import type { PruneRule } from '../../platform/pruner';
import { instantText, Params, rows } from '../../platform/sql';

/** What a check found out; the names are those of the GraphQL type. */
export interface CheckRow {
  readonly id: string;
  readonly at: number;
  readonly ok: boolean;
  /** One sentence. */
  readonly detail: string;
}

const CHECK = 'c.id, c.at, c.ok, c.detail';

export async function recordCheck(db: Db, { at, ok, detail }: Omit<CheckRow, 'id'>): Promise<void> {
  await db.query('/* recordCheck */ INSERT INTO access_check (id, at, ok, detail) VALUES ($1, $2, $3, $4)', [
    ...[uuidv7(), instantText(at), ok, detail],
  ]);
}

/** The latest result, of whichever node; null: there is none. */
export async function latestCheck(db: Db): Promise<CheckRow | null> {
  const [row] = await rows<CheckRow>(db, `/* latestCheck */ SELECT ${CHECK} FROM access_check c ORDER BY c.id DESC LIMIT 1`);
  return row ?? null;
}

/** A page of results, in the order in which they were found. */
export function checkPage(db: Db, page: Page): Promise<CheckRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'c.id', type: 'uuid' }], q);
  return rows(db, `/* checkPage */ SELECT ${CHECK} FROM access_check c WHERE ${where} ${order} ${limit}`, q.values);
}

export async function checkCount(db: Db): Promise<number> {
  const [row] = await rows<{ count: number }>(db, '/* checkCount */ SELECT count(*) AS count FROM access_check');
  return row!.count;
}

/** Results are kept for so many milliseconds. */
export function checkRule(keptFor: number): PruneRule {
  return {
    what: 'access_checks',
    keptFor,
    statement: `/* pruneChecks */ DELETE FROM access_check WHERE id IN (
             SELECT id FROM access_check WHERE at < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}
