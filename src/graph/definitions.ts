// What all definitions (courses, types, roles, paths, rules) have in common.
import { isRefusal, type Refusal } from '../core/refusal';
import type { Json } from '../journal/entry';
import type { ItemResult } from '../journal/ingest';
import type { Write } from '../journal/write';

/** Runs through the items of a definition in order: each is refused, or made, or found as it is. */
export function definitionResults<I>(
  items: readonly I[],
  define: (item: I) => Refusal | { readonly id: string; readonly isChanged: boolean },
): ItemResult[] {
  return items.map((item) => {
    const defined = define(item);
    if (isRefusal(defined)) return { outcome: 'REJECTED', id: null, refusal: defined };
    return { outcome: defined.isChanged ? 'APPLIED' : 'UNCHANGED', id: defined.id, refusal: null };
  });
}

/** Notes a definition in the log, and that this change reads definitions past the cache from here on. */
export function recordDefinition(
  write: Write,
  kind: string,
  entity: string,
  version: number,
  body: Record<string, unknown>,
): void {
  write.arrive(['catalogue']);
  write.record({ kind, entity, entityVersion: version, subject: null, occurredAt: write.now, body: body as unknown as Json });
}
