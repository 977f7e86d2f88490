// Alerts as they are kept: opened once, resolved once.
import { uuidv7 } from 'uuidv7';
import { keyset, type Page } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import type { PruneRule } from '../../platform/pruner';
import { instantText, Params, rows, rowsParam } from '../../platform/sql';
import type { AlertKind, Condition } from './kinds';

/** An alert; the names are those of the GraphQL type. */
export interface AlertRow extends Condition {
  readonly id: string;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
}

const ALERT = `a.id, a.kind, a.subject, a.message, a.opened_at AS "openedAt", a.resolved_at AS "resolvedAt"`;

/** Opens what is not open yet; answers that. */
export async function openAlerts(db: Db, conditions: readonly Condition[], now: number): Promise<AlertRow[]> {
  if (conditions.length === 0) return [];
  return rows<AlertRow>(
    db,
    `/* openAlerts */ INSERT INTO alert AS a (id, kind, subject, message, opened_at)
     SELECT c.id, c.kind, c.subject, c.message, $2 FROM jsonb_to_recordset($1) AS c(id uuid, kind text, subject text, message text)
     ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO NOTHING RETURNING ${ALERT}`,
    [rowsParam(conditions.map((condition) => ({ ...condition, id: uuidv7() }))), instantText(now)],
  );
}

/** What is open. */
export async function allOpen(db: Db): Promise<AlertRow[]> {
  return rows<AlertRow>(db, `/* allOpen */ SELECT ${ALERT} FROM alert a WHERE a.resolved_at IS NULL`);
}

/** Resolves alerts; answers those that nobody had resolved. */
export async function resolveAlerts(db: Db, ids: readonly string[], now: number): Promise<AlertRow[]> {
  if (ids.length === 0) return [];
  return rows<AlertRow>(
    db,
    `/* resolveAlerts */ UPDATE alert a SET resolved_at = greatest($2::timestamptz, a.opened_at) WHERE a.id = ANY($1) AND a.resolved_at IS NULL
     RETURNING ${ALERT}`,
    [ids, instantText(now)],
  );
}

/** How many alerts of each kind are open. */
export async function openCounts(db: Db): Promise<Map<AlertKind, number>> {
  const found = await rows<{ kind: AlertKind; count: number }>(
    db,
    '/* openCounts */ SELECT kind, count(*) AS count FROM alert WHERE resolved_at IS NULL GROUP BY kind',
  );
  return new Map(found.map((row) => [row.kind, row.count]));
}

const inState = (open: boolean | null): string =>
  open === null ? 'true' : open ? 'a.resolved_at IS NULL' : 'a.resolved_at IS NOT NULL';

/** A page of alerts, in the order in which they were opened. */
export async function alertPage(db: Db, open: boolean | null, page: Page): Promise<AlertRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'a.id', type: 'uuid' }], q);
  return rows(db, `/* alertPage */ SELECT ${ALERT} FROM alert a WHERE ${inState(open)} AND ${where} ${order} ${limit}`, q.values);
}

/** How many alerts there are. */
export async function alertCount(db: Db, open: boolean | null): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    `/* alertCount */ SELECT count(*) AS count FROM alert a WHERE ${inState(open)}`,
  );
  return row!.count;
}

/** Resolved alerts are kept for so many milliseconds. */
export function alertRule(keptFor: number): PruneRule {
  return {
    what: 'alerts',
    keptFor,
    statement: `/* pruneAlerts */ DELETE FROM alert WHERE id IN (
             SELECT id FROM alert WHERE resolved_at < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}
