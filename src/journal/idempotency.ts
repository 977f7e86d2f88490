// Requests by idempotency key: the answer is stored in the transaction of the effect, so one key has one effect.
import { badInput } from '../platform/graphql/errors';
import { instantText } from '../platform/sql';
import type { ItemResult } from './ingest';
import type { Write } from './write';

/** The stored answer of an earlier request; `position` is where its change ended in the log. */
export interface EarlierAnswer {
  readonly results: readonly ItemResult[];
  readonly position: number | null;
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
  const { rows } = await write.db.query<{ request_hash: Buffer; response: ItemResult[]; last_pos: number | null }>(
    `/* earlierAnswer */ SELECT i.request_hash, i.response, c.last_pos
     FROM idempotency i LEFT JOIN change c ON c.id = i.change_id WHERE i.operation = $1 AND i.source = $2 AND i.key = $3`,
    [operation, source, key],
  );
  const earlier = rows[0]!;
  if (!earlier.request_hash.equals(hash)) {
    throw badInput('This idempotencyKey was used with another body: send a new key with a new request.');
  }
  return { results: earlier.response, position: earlier.last_pos };
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
