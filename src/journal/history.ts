// What the journal keeps for a while only. The log itself is none of it.
import type { PruneRule } from '../platform/pruner';

/** How long, in milliseconds. */
export interface JournalHistory {
  readonly idempotencyKeys: number;
  readonly appliedItems: number;
  readonly unappliedItems: number;
}

/** Remembered keys with their answers, and payloads in quarantine: applied since, or waiting for what never came. */
export function journalRules(history: JournalHistory): PruneRule[] {
  return [
    {
      what: 'idempotency_keys',
      keptFor: history.idempotencyKeys,
      statement: `/* pruneKeys */ DELETE FROM idempotency i USING (
               SELECT operation, source, key FROM idempotency WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2 FOR UPDATE SKIP LOCKED
             ) old WHERE i.operation = old.operation AND i.source = old.source AND i.key = old.key`,
    },
    {
      what: 'applied_items',
      keptFor: history.appliedItems,
      // counted from when they were applied; ids of changes ascend with their instants
      statement: `/* pruneApplied */ DELETE FROM quarantine WHERE id IN (
               SELECT q.id FROM quarantine q JOIN change c ON c.id = q.resolved_in
               WHERE q.resolved_in IS NOT NULL AND c.recorded_at < $1 ORDER BY q.resolved_in LIMIT $2 FOR UPDATE OF q SKIP LOCKED)`,
    },
    {
      what: 'unapplied_items',
      keptFor: history.unappliedItems,
      statement: `/* pruneUnapplied */ DELETE FROM quarantine WHERE id IN (
               SELECT q.id FROM quarantine q WHERE q.resolved_in IS NULL AND q.recorded_at < $1 ORDER BY q.recorded_at LIMIT $2
               FOR UPDATE SKIP LOCKED)`,
    },
  ];
}
