// What the resolvers of this room work with beside the graph; built once, in app.ts.
import type { Graph, GraphContext } from '../../graph/context';
import type { AddressPolicy } from './addresses';
import type { Secrets } from './secrets';

export interface WebhookGraph extends Graph {
  readonly webhooks: {
    readonly policy: AddressPolicy;
    readonly secrets: Secrets;
    /** An endpoint was changed, or something is to be sent again. */
    readonly poke: () => void;
  };
}

/** The context of an operation that is about webhooks. */
export type WebhookContext = GraphContext & { readonly graph: WebhookGraph };
