// API keys and uses of what is deprecated: what is read and written. Of a secret only its hash is kept: 32 random bytes need no salt.
import { keyset, type Page } from '../platform/graphql/paging';
import type { Db } from '../platform/postgres/pool';
import type { PruneRule } from '../platform/pruner';
import { instantText, Params, rows, rowsParam } from '../platform/sql';
import type { Candidate } from './tokens/people';

/** A key without its secret. */
export interface KeyRow {
  readonly uuid: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The sources it may speak for; null: any. */
  readonly sources: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  /** Until when the secret before the last rotation still opens; null: it does not. */
  readonly earlierUntil: number | null;
}

const KEY = `k.id AS uuid, k.name, k.scopes, k.sources, k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt",
  k.last_used_at AS "lastUsedAt", k.earlier_until AS "earlierUntil"`;

/** All keys there ever were, by name. */
export function allKeys(db: Db): Promise<KeyRow[]> {
  return rows<KeyRow>(db, `/* allKeys */ SELECT ${KEY} FROM api_key k ORDER BY k.name`);
}

/** The key with an id. */
export async function keyById(db: Db, uuid: string): Promise<KeyRow> {
  const [row] = await rows<KeyRow>(db, `/* keyById */ SELECT ${KEY} FROM api_key k WHERE k.id = $1`, [uuid]);
  return row!;
}

/** Whether there is a key of this name that is not revoked. */
export async function keyNamed(db: Db, name: string): Promise<boolean> {
  return (await rows(db, '/* keyNamed */ SELECT 1 FROM api_key WHERE name = $1 AND revoked_at IS NULL', [name])).length > 0;
}

/** The key a secret opens, whatever has become of it since; `isEarlier`: it is the secret before the last rotation. */
export async function keyByHash(db: Db, hash: Buffer): Promise<(KeyRow & { readonly isEarlier: boolean }) | null> {
  const [row] = await rows<KeyRow & { isEarlier: boolean }>(
    db,
    `/* keyByHash */ SELECT ${KEY}, k.hash <> $1 AS "isEarlier" FROM api_key k WHERE k.hash = $1 OR k.earlier_hash = $1 LIMIT 1`,
    [hash],
  );
  return row ?? null;
}

/** When a key was used. */
export interface KeyUse {
  readonly uuid: string;
  readonly at: number;
}

/** Notes when keys were last used. */
export async function noteUses(db: Db, uses: readonly KeyUse[]): Promise<void> {
  await db.query(
    `/* noteKeyUses */ UPDATE api_key k SET last_used_at = greatest(k.last_used_at, u.at)
     FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) WHERE k.id = u.id`,
    [uses.map(({ uuid }) => uuid), uses.map(({ at }) => instantText(at))],
  );
}

/** Which of these secrets open at an instant, by their places from 1, and whom subjects may mean then: one statement, whatever their number. */
export async function stillBelieved(
  db: Db,
  hashes: readonly Buffer[],
  candidates: (q: Params) => string,
  now: number,
): Promise<(Candidate & { readonly isKey: boolean })[]> {
  const q = new Params();
  const at = q.add(instantText(now));
  return rows(
    db,
    `/* stillBelieved */ SELECT true AS "isKey", a.place::integer AS place, NULL::uuid AS person, true AS "isLinked", false AS "isTerminated"
     FROM unnest(${q.add(hashes)}::bytea[]) WITH ORDINALITY AS a(hash, place)
     WHERE EXISTS (SELECT FROM api_key k WHERE k.revoked_at IS NULL AND coalesce(k.expires_at, 'infinity') > ${at}
       AND (k.hash = a.hash OR k.earlier_hash = a.hash AND k.earlier_until > ${at}))
     UNION ALL SELECT false, p.* FROM (${candidates(q)}) AS p`,
    q.values,
  );
}
/** Uses of something deprecated by one client, since they were noted last. */
export interface NotedUse {
  /** Its schema coordinate. */
  readonly element: string;
  /** The id of the actor. */
  readonly client: string;
  readonly count: number;
  /** The last of them. */
  readonly at: number;
}

/** Adds uses to those noted before. */
export async function noteDeprecatedUses(db: Db, uses: readonly NotedUse[]): Promise<void> {
  // in one order on every node, so that no two of them wait for each other
  const sorted = [...uses].sort((a, b) => (a.element + a.client < b.element + b.client ? -1 : 1));
  await db.query(
    `/* noteDeprecatedUses */ INSERT INTO deprecated_use AS d (element, client, count, first_used_at, last_used_at)
     SELECT u.element, u.client, u.count, u.at, u.at
     FROM jsonb_to_recordset($1) AS u(element text, client text, count bigint, at timestamptz)
     ON CONFLICT (element, client) DO UPDATE SET count = d.count + EXCLUDED.count,
       last_used_at = greatest(d.last_used_at, EXCLUDED.last_used_at)`,
    [rowsParam(sorted.map((use) => ({ ...use, at: instantText(use.at) })))],
  );
}

/** What is known of the uses of one element. */
export interface ElementUses {
  readonly element: string;
  readonly count: number;
  readonly clients: number;
  readonly lastUsedAt: number | null;
}

/** How much elements were used, by all clients together. */
export async function elementUses(db: Db): Promise<Map<string, ElementUses>> {
  const found = await rows<ElementUses>(
    db,
    `/* elementUses */ SELECT element, sum(count)::bigint AS count, count(*) AS clients, max(last_used_at) AS "lastUsedAt"
     FROM deprecated_use GROUP BY element`,
  );
  return new Map(found.map((row) => [row.element, row]));
}

/** One client's uses of one element. */
export interface ClientUses {
  readonly element: string;
  readonly client: string;
  readonly count: number;
  readonly firstUsedAt: number;
  readonly lastUsedAt: number;
}

/** A page for each element of the clients that have used it, by name. */
export async function clientUses(db: Db, elements: readonly string[], page: Page): Promise<ClientUses[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, [{ sql: 'd.client', type: 'text' }], q);
  return rows(
    db,
    `/* clientUses */ SELECT u.* FROM unnest(${q.add(elements)}::text[]) AS e(element) CROSS JOIN LATERAL (
       SELECT d.element, d.client, d.count, d.first_used_at AS "firstUsedAt", d.last_used_at AS "lastUsedAt" FROM deprecated_use d
       WHERE d.element = e.element AND ${where} ${order} ${limit}) u`,
    q.values,
  );
}

/** Uses are kept for so many milliseconds after the last one. */
export function deprecatedUsesRule(keptFor: number): PruneRule {
  return {
    what: 'deprecated_uses',
    keptFor,
    statement: `/* pruneDeprecatedUses */ DELETE FROM deprecated_use d USING (
             SELECT element, client FROM deprecated_use WHERE last_used_at < $1 ORDER BY element, client LIMIT $2 FOR UPDATE SKIP LOCKED
           ) old WHERE d.element = old.element AND d.client = old.client`,
  };
}
