// Rows of the log as auditors read them.
import { causeOf, reasonOf } from '../../core/audit-cause';
import { sealedEntries } from '../../journal/decode';
import type { GraphContext } from '../context';
import type { AuditEntry } from './gql-types';
import type { TrailRow } from './store';

/** Opens rows, each with its cause in words. */
export async function toEntries(context: GraphContext, rows: readonly TrailRow[]): Promise<(AuditEntry & { pos: number })[]> {
  const sealed = await sealedEntries(await context.db(), context.graph.keys, rows);
  return rows.map((row, i) => {
    const { body, erased, ...entry } = sealed[i]!.open();
    return {
      ...entry,
      position: row.pos,
      cause: causeOf({ ...entry, body }),
      why: reasonOf(body),
      body,
      isErased: erased,
      leaf: row.leaf.toString('base64'),
    };
  });
}
