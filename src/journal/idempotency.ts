// Requests by idempotency key: the answer is stored in the transaction of the effect, so one key has one effect.
import { badInput } from '../platform/graphql/errors';
import type { Db } from '../platform/postgres/pool';
import { instantText } from '../platform/sql';
import type { ItemResult } from './ingest';
import type { Write } from './write';

/** The stored answer of an earlier request, and the change that was its effect. */
export interface EarlierAnswer {
  readonly results: readonly ItemResult[];
  readonly change: number;
}

/**
 * Claims a key for this change; null when it is new. A request with the same key that is still running is waited for, and its
 * answer returned. The same key with another body is a caller's mistake.
 */
export async function claimKey(
  write: Write,
  operation: string,
  source: string,
  key: string,
  hash: Buffer,
): Promise<EarlierAnswer | null> {
  const claimed = await write.db.query(
    `/* claimKey */ INSERT INTO idempotency (operation, source, key, request_hash, change_id, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [operation, source, key, hash, write.change, instantText(write.now)],
  );
  if (claimed.rowCount === 1) return null;
  const { rows } = await write.db.query<{ request_hash: Buffer; response: ItemResult[]; change_id: number }>(
    '/* earlierAnswer */ SELECT request_hash, response, change_id FROM idempotency WHERE operation = $1 AND source = $2 AND key = $3',
    [operation, source, key],
  );
  const earlier = rows[0]!;
  if (!earlier.request_hash.equals(hash)) {
    throw badInput('This idempotencyKey was used with another body: send a new key with a new request.');
  }
  return { results: earlier.response, change: earlier.change_id };
}

/** Where a change ended in the log; null for one that recorded nothing, or that the log does not hold yet. */
export async function positionOfChange(db: Db, change: number): Promise<number | null> {
  const { rows } = await db.query<{ last_pos: number }>('/* positionOfChange */ SELECT last_pos FROM change WHERE id = $1', [
    change,
  ]);
  return rows[0]?.last_pos ?? null;
}

/** Keeps the answer with its key. */
export async function storeAnswer(
  write: Write,
  operation: string,
  source: string,
  key: string,
  results: readonly ItemResult[],
): Promise<void> {
  await write.db.query(
    '/* storeAnswer */ UPDATE idempotency SET response = $4 WHERE operation = $1 AND source = $2 AND key = $3',
    [operation, source, key, JSON.stringify(results)],
  );
}
