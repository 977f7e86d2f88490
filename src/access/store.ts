// API keys: what is read and written. Of a secret only its hash is kept: 32 random bytes need no salt.
import type { Db } from '../platform/postgres/pool';
import { instantText, Params, rows } from '../platform/sql';
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

/** The key a secret opens, whatever has become of it since; `isEarlier`: it is the secret before the last rotation. */
export async function keyByHash(db: Db, hash: Buffer): Promise<(KeyRow & { readonly isEarlier: boolean }) | null> {
  const [row] = await rows<KeyRow & { isEarlier: boolean }>(
    db,
    `/* keyByHash */ SELECT ${KEY}, k.hash <> $1 AS "isEarlier" FROM api_key k WHERE k.hash = $1 OR k.earlier_hash = $1 LIMIT 1`,
    [hash],
  );
  return row ?? null;
}

/** Notes when keys were last used. */
export async function noteUses(db: Db, uses: ReadonlyMap<string, number>): Promise<void> {
  await db.query(
    `/* noteKeyUses */ UPDATE api_key k SET last_used_at = greatest(k.last_used_at, u.at)
     FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) WHERE k.id = u.id`,
    [[...uses.keys()], [...uses.values()].map((at) => instantText(at))],
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
