// Items that could not be applied: kept with the reason, and applied by themselves when what they wait for arrives.
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Refusal } from '../core/refusal';
import type { Db } from '../platform/postgres/pool';
import { keyset, type Page } from '../platform/graphql/paging';
import { instantText, Params, rowsParam, traceText } from '../platform/sql';
import type { ItemResult } from './ingest';
import type { Write } from './write';

// one lock for all arrivals: whoever brings people or definitions holds it shared, whoever sets items aside holds it alone,
// so an item is never set aside at the very moment when what it waits for arrives
const ARRIVALS_LOCK = 7_001;

/** Held by a change that may bring what others wait for. Take it after the catalogue's lock and before locking rows. */
export async function announceArrivals(db: Db): Promise<void> {
  await db.query('/* announceArrivals */ SELECT pg_advisory_xact_lock_shared($1)', [ARRIVALS_LOCK]);
}

/**
 * Held by a change that sets items aside because of people who are not there; look once more for them after taking it. Never taken by
 * a change that has announced people itself: two of those would wait for each other.
 */
export async function excludeArrivals(db: Db): Promise<void> {
  await db.query('/* excludeArrivals */ SELECT pg_advisory_xact_lock($1)', [ARRIVALS_LOCK]);
}

export interface KeptItem {
  readonly operation: string;
  readonly source: string;
  readonly waitsFor: string | null;
  readonly item: string;
  readonly refusal: Refusal;
}

/** Keeps items; one that is waiting already (same operation, source and content) is kept once. */
export async function keepItems(write: Write, items: readonly KeptItem[]): Promise<void> {
  if (items.length === 0) return;
  const records = items.map((item) => ({
    id: uuidv7(),
    operation: item.operation,
    source: item.source,
    waits_for: item.waitsFor,
    item: item.item,
    item_hash: createHash('sha256')
      .update(JSON.stringify([item.operation, item.source, item.item]))
      .digest('hex'),
    code: item.refusal.code,
    message: item.refusal.message,
    path: item.refusal.path,
  }));
  await write.db.query(
    `/* keepItems */ INSERT INTO quarantine (id, operation, source, actor, waits_for, item, item_hash, code, message, path, recorded_at, recorded_in,
       trace_id)
     SELECT DISTINCT ON (r.item_hash) r.id, r.operation, r.source, $2, r.waits_for, r.item, decode(r.item_hash, 'hex'), r.code, r.message, r.path, $3, $4, $5
     FROM jsonb_to_recordset($1) AS r(id uuid, operation text, source text, waits_for text, item text, item_hash text, code text, message text, path text[])
     WHERE NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.item_hash = decode(r.item_hash, 'hex') AND q.resolved_in IS NULL)`,
    [rowsParam(records), write.actor.id, instantText(write.now), write.change, write.trace],
  );
}

export interface WaitingItem {
  readonly id: string;
  readonly operation: string;
  readonly source: string;
  readonly item: unknown;
}

/** The items that wait for any of these keys, oldest first. */
export async function waitingFor(db: Db, keys: readonly string[]): Promise<WaitingItem[]> {
  const { rows } = await db.query<{ id: string; operation: string; source: string; item: string }>(
    `/* waitingFor */ SELECT id, operation, source, item FROM quarantine
     WHERE waits_for = ANY($1) AND resolved_in IS NULL ORDER BY id FOR UPDATE`,
    [keys],
  );
  return rows.map((row) => ({ ...row, item: JSON.parse(row.item) as unknown }));
}

/** Closes what was applied; what must go on waiting, or is refused now that it could be looked at, stays with its new reason. */
export async function resolveWaiting(
  write: Write,
  items: readonly WaitingItem[],
  waiting: readonly (ItemResult | null)[],
): Promise<void> {
  const done = items.filter((_, i) => waiting[i] === null).map((item) => item.id);
  await write.db.query('/* resolveWaiting */ UPDATE quarantine SET resolved_in = $2 WHERE id = ANY($1)', [done, write.change]);
  const again = items.flatMap((item, i) => {
    const result = waiting[i];
    return result ? [{ id: item.id, waits_for: result.waitsFor ?? null, ...result.refusal! }] : [];
  });
  if (again.length === 0) return;
  await write.db.query(
    `/* keepWaiting */ UPDATE quarantine q SET waits_for = r.waits_for, code = r.code, message = r.message, path = r.path
     FROM jsonb_to_recordset($1) AS r(id uuid, waits_for text, code text, message text, path text[]) WHERE q.id = r.id`,
    [rowsParam(again)],
  );
}

interface QuarantinedRow {
  readonly id: string;
  readonly operation: string;
  readonly source: string;
  readonly item: string;
  readonly waitsFor: string | null;
  readonly refusal: Refusal;
  readonly recordedAt: number;
  readonly traceId: string | null;
  readonly releaseTraceId: string | null;
}

const QUARANTINED = `q.id, q.operation, q.source, q.item, q.waits_for AS "waitsFor", q.code, q.message, q.path, q.recorded_at AS "recordedAt",
  ${traceText('q.trace_id')} AS "traceId", (SELECT ${traceText('c.trace_id')} FROM change c WHERE c.id = q.resolved_in) AS "releaseTraceId"`;

type FoundItem = Omit<QuarantinedRow, 'refusal'> & Refusal;
const toItem = ({ code, message, path, ...row }: FoundItem): QuarantinedRow => ({ ...row, refusal: { code, message, path } });

/** One page of what is kept and not applied, oldest first. */
export async function quarantinePage(db: Db, sources: readonly string[] | null, page: Page): Promise<QuarantinedRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'q.id', type: 'uuid' }], q);
  const { rows } = await db.query<FoundItem>(
    `/* quarantinePage */ SELECT ${QUARANTINED}
     FROM quarantine q WHERE q.resolved_in IS NULL AND (${q.add(sources)}::text[] IS NULL OR q.source = ANY(${q.add(sources)})) AND ${where} ${order} ${limit}`,
    q.values,
  );
  return rows.map(toItem);
}

/** One page of the items that a trace brought, or that its changes applied, oldest first. */
export async function tracedItems(db: Db, traceId: string, page: Page): Promise<QuarantinedRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'q.id', type: 'uuid' }], q);
  const { rows } = await db.query<FoundItem>(
    `/* tracedItems */ SELECT ${QUARANTINED} FROM quarantine q WHERE ${ofTrace(q.add(traceId))} AND ${where} ${order} ${limit}`,
    q.values,
  );
  return rows.map(toItem);
}

/** How many there are. */
export async function tracedItemCount(db: Db, traceId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `/* tracedItemCount */ SELECT count(*) AS count FROM quarantine q WHERE ${ofTrace('$1')}`,
    [traceId],
  );
  return rows[0]!.count;
}

function ofTrace(trace: string): string {
  return `(q.trace_id = ${trace}::uuid OR q.resolved_in IN (SELECT c.id FROM change c WHERE c.trace_id = ${trace}::uuid))`;
}

/** How many items are kept. */
export async function quarantineCount(db: Db, sources: readonly string[] | null): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    '/* quarantineCount */ SELECT count(*) AS count FROM quarantine WHERE resolved_in IS NULL AND ($1::text[] IS NULL OR source = ANY($1))',
    [sources],
  );
  return rows[0]!.count;
}
