// Webhooks and what belongs to them, read in one statement for all that are asked for.
import { batchBy, type GraphContext, type View } from '../../graph/context';
import type { Batch } from '../../platform/context';
import { parsePage, type PageArgs } from '../../platform/graphql/paging';
import type { Acknowledgement, Webhook, WebhookDelivery } from './gql-types';
import { messageId, webhookId } from './ids';
import {
  acknowledgementsOfChanges,
  acknowledgementsOfCredentials,
  attemptCounts,
  attemptPages,
  deliveriesById,
  deliveriesOfChanges,
  deliveryCounts,
  deliveryPages,
  endpointsById,
  figures,
  lags,
  type AcknowledgementRow,
  type AttemptRow,
  type DeliveryRow,
  type DeliveryState,
  type EndpointRow,
  type FigureRow,
  type LagRow,
} from './store';

const DAY_MS = 86_400_000;

/** Webhooks are read as they are now, whatever instant a question is about. */
export const asNow = (context: GraphContext): View => ({ at: context.now, known: null, sight: null });

export function toWebhook(row: EndpointRow, context: GraphContext): Webhook {
  const { position } = row;
  return { ...row, id: webhookId(row.uuid), cursor: position === null ? null : context.graph.cursors.encodeCursor(position) };
}

export const toDelivery = (row: DeliveryRow): WebhookDelivery => ({ ...row, id: messageId(row.uuid) });

const byId = batchBy<null, Webhook | null>(
  async (context, ids) => {
    const found = await endpointsById(await context.db(), ids);
    return new Map([...found].map(([id, row]) => [id, toWebhook(row, context)]));
  },
  () => null,
);

/** Loads a webhook by uuid. */
export function loadWebhook(context: GraphContext, uuid: string): Promise<Webhook | null> {
  return context.load(byId, { id: uuid, view: asNow(context), args: null });
}

/** Loads a delivery by uuid. */
export async function loadDelivery(context: GraphContext, uuid: string): Promise<WebhookDelivery | null> {
  const row = (await deliveriesById(await context.db(), [uuid])).get(uuid);
  return row ? toDelivery(row) : null;
}

export const lagOf = batchBy<null, LagRow>(
  async (context, ids) => lags(await context.db(), ids, context.now),
  (id) => ({ id, entries: 0, pending: 0, dead: 0, seconds: 0 }),
);

const NO_LATENCIES = {
  ...{ revocationP50Seconds: null, revocationP95Seconds: null, revocationP99Seconds: null },
  ...{ issuanceP50Seconds: null, issuanceP95Seconds: null, issuanceP99Seconds: null },
};

export const figuresOf = batchBy<null, FigureRow>(
  async (context, ids) => figures(await context.db(), ids, context.now - DAY_MS),
  (id) => ({ id, attempts: 0, successes: 0, ...NO_LATENCIES }),
);

type DeliveryPageArgs = PageArgs & { readonly state?: DeliveryState | null };

export const deliveriesOf = batchBy<DeliveryPageArgs, DeliveryRow[]>(
  async (context, ids, _view, args) => {
    const found = await deliveryPages(await context.db(), ids, args.state ?? null, parsePage(args, 'deliveries', 2));
    return groupedBy(ids, found, (row) => row.endpointUuid);
  },
  () => [],
);

export const deliveryCountOf = batchBy<DeliveryState | null, number>(
  async (context, ids, _view, state) => deliveryCounts(await context.db(), ids, state),
  () => 0,
);

export const attemptsOf = batchBy<PageArgs, AttemptRow[]>(
  async (context, ids, _view, args) => {
    const found = await attemptPages(await context.db(), ids, parsePage(args, 'attempts', 1));
    return groupedBy(ids, found, (row) => row.deliveryUuid);
  },
  () => [],
);

export const attemptCountOf = batchBy<null, number>(
  async (context, ids) => attemptCounts(await context.db(), ids),
  () => 0,
);

export const acknowledgementsAt: Batch<GraphContext, number, readonly Acknowledgement[]> = {
  keyOf: String,
  fetch: async (context, positions) => {
    const found = groupedBy(positions, await acknowledgementsOfChanges(await context.db(), positions), (row) => row.position);
    return positions.map((position) => found.get(position)!);
  },
};

export const deliveriesAt: Batch<GraphContext, number, readonly WebhookDelivery[]> = {
  keyOf: String,
  fetch: async (context, positions) => {
    const found = groupedBy(positions, await deliveriesOfChanges(await context.db(), positions), (row) => row.position);
    return positions.map((position) => found.get(position)!.map(toDelivery));
  },
};

export const acknowledgementsAbout = batchBy<null, AcknowledgementRow[]>(
  async (context, ids) => groupedBy(ids, await acknowledgementsOfCredentials(await context.db(), ids), (row) => row.credential!),
  () => [],
);

function groupedBy<K, R>(keys: readonly K[], found: readonly R[], keyOf: (row: R) => K): Map<K, R[]> {
  const groups = new Map<K, R[]>(keys.map((key) => [key, []]));
  for (const row of found) groups.get(keyOf(row))?.push(row);
  return groups;
}
