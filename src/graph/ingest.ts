import { problem } from '../platform/graphql/errors';
import type { IngestPayload } from '../journal/graphql';
import type { GraphContext } from './context';

/** Sends items through the journal's ingestion; what the same request reads afterwards sees them. */
export async function ingest(
  context: GraphContext,
  operation: string,
  input: { readonly source: string; readonly idempotencyKey?: string | null; readonly atomic?: boolean | null },
  items: readonly unknown[],
): Promise<IngestPayload> {
  const { source, idempotencyKey, atomic } = input;
  const { sources } = context.actor;
  if (sources && !sources.has(source)) {
    throw problem('FORBIDDEN', `Your key may not speak for "${source.slice(0, 40)}": it may for ${[...sources].join(', ')}.`);
  }
  const answer = await context.graph.ingestion.ingest(context.actor, { operation, source, idempotencyKey, atomic, items });
  await context.wrote(answer.position);
  return answer as unknown as IngestPayload;
}
