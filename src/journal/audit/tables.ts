// The audit's tables: what proofs are put together from, and the heads that were signed.
import { bigint, bytes, instant, key, smallint, table, text } from '../../platform/postgres/table';

export const logNodeTable = table('log_node', {
  columns: { height: key(smallint), index: key(bigint), hash: bytes },
});

/** The leaves of entries that are no longer in the log, 256 to a row. */
export const logLeafTable = table('log_leaf', { columns: { index: key(bigint), leaves: bytes } });

export const checkpointTable = table('checkpoint', {
  columns: { size: key(bigint), root: bytes, note: text, recorded_at: instant },
});

export const auditKeyTable = table('audit_key', { columns: { verifier: key(text), recorded_at: instant } });
