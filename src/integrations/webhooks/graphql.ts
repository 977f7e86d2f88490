import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { AuditEntry, Trace } from '../../graph/audit/gql-types';
import { Credential } from '../../graph/credentials/gql-types';
import { Change } from '../../graph/people/gql-types';
import type { GraphContext } from '../../graph/context';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import {
  Acknowledgement,
  DeliveryArgs,
  Webhook,
  WebhookAttemptConnection,
  WebhookChange,
  WebhookConnection,
  WebhookDelivery,
  WebhookDeliveryConnection,
  WebhookFigures,
  WebhookLag,
  type WebhookAttempt,
} from './gql-types';
import { webhookUuid } from './ids';
import {
  acknowledgementsAbout,
  acknowledgementsAt,
  asNow,
  attemptCountOf,
  attemptsOf,
  deliveriesAt,
  deliveriesOf,
  deliveryCountOf,
  figuresOf,
  lagOf,
  loadWebhook,
  toDelivery,
  toWebhook,
} from './load';
import {
  attemptKeys,
  deliveryKeys,
  endpointCount,
  endpointPage,
  revocationRatio,
  tracedDeliveries,
  tracedDeliveryCount,
} from './store';

@Resolver(() => Webhook)
export class WebhookResolver {
  @Query(() => WebhookConnection, { description: 'The systems that are told of changes over HTTP, and how they do.' })
  async webhooks(@Args(() => PagedArgs) args: PagedArgs, @Ctx() context: GraphContext): Promise<Connection<Webhook>> {
    const page = parsePage(args, 'webhooks', 1);
    const db = await context.db();
    const rows = await endpointPage(db, page);
    return connection(
      rows.map((row) => toWebhook(row, context)),
      page,
      (webhook) => [webhook.uuid],
      () => endpointCount(db),
    );
  }

  @Query(() => Webhook, { nullable: true, description: 'One webhook; null when there is none with this id.' })
  async webhook(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: GraphContext,
  ): Promise<Webhook | null> {
    const uuid = webhookUuid(id);
    return uuid === null ? null : loadWebhook(context, uuid);
  }

  @FieldResolver(() => WebhookLag, { description: 'How far it is behind.' })
  lag(@Root() webhook: Webhook, @Ctx() context: GraphContext): Promise<WebhookLag> {
    return context.load(lagOf, { id: webhook.uuid, view: asNow(context), args: null });
  }

  @FieldResolver(() => WebhookFigures, { description: 'How it did lately.' })
  async figures(@Root() webhook: Webhook, @Ctx() context: GraphContext): Promise<WebhookFigures> {
    const found = await context.load(figuresOf, { id: webhook.uuid, view: asNow(context), args: null });
    return {
      ...found,
      successRate: found.attempts === 0 ? null : found.successes / found.attempts,
      revocationRatio: revocationRatio(found),
    };
  }

  @FieldResolver(() => WebhookDeliveryConnection, { description: 'What it was told and is to be told, in the order of the log.' })
  async deliveries(
    @Root() webhook: Webhook,
    @Args(() => DeliveryArgs) args: DeliveryArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<WebhookDelivery>> {
    const about = { id: webhook.uuid, view: asNow(context) };
    const rows = await context.load(deliveriesOf, { ...about, args: { ...args } });
    const count = () => context.load(deliveryCountOf, { ...about, args: args.state ?? null });
    const page = parsePage(args, 'deliveries', 2);
    const found = connection(rows, page, deliveryKeys, count);
    return {
      ...found,
      nodes: found.nodes.map(toDelivery),
      edges: found.edges.map(({ cursor, node }) => ({ cursor, node: toDelivery(node) })),
    };
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  @FieldResolver(() => Webhook, { description: 'To which webhook.' })
  webhook(@Root() delivery: WebhookDelivery, @Ctx() context: GraphContext): Promise<Webhook | null> {
    return loadWebhook(context, delivery.endpointUuid);
  }

  @FieldResolver(() => WebhookAttemptConnection, { description: 'Every attempt to make it, oldest first.' })
  async attempts(
    @Root() delivery: WebhookDelivery,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<WebhookAttempt>> {
    const about = { id: delivery.uuid, view: asNow(context) };
    const rows = await context.load(attemptsOf, { ...about, args: { ...args } });
    const count = () => context.load(attemptCountOf, { ...about, args: null });
    return connection(rows, parsePage(args, 'attempts', 1), attemptKeys, count);
  }
}

@Resolver(() => Acknowledgement)
export class AcknowledgementResolver {
  @FieldResolver(() => Webhook, { description: 'Who has acknowledged it.' })
  webhook(@Root() acknowledgement: Acknowledgement, @Ctx() context: GraphContext): Promise<Webhook | null> {
    return loadWebhook(context, acknowledgement.endpointUuid);
  }
}

@Resolver(() => Change)
export class ChangeAcknowledgementsResolver {
  @FieldResolver(() => [Acknowledgement], { description: 'Which webhooks have acknowledged this change, and when.' })
  acknowledgements(@Root() change: Change, @Ctx() context: GraphContext): Promise<readonly Acknowledgement[]> {
    return context.load(acknowledgementsAt, change.position);
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryDeliveriesResolver {
  @FieldResolver(() => [WebhookDelivery], {
    description: 'Which webhooks it was sent to or is to be sent to, and how far that is.',
  })
  deliveries(@Root() entry: AuditEntry, @Ctx() context: GraphContext): Promise<readonly WebhookDelivery[]> {
    return context.load(deliveriesAt, entry.position);
  }

  @FieldResolver(() => [Acknowledgement], { description: 'Which webhooks have acknowledged it, and when.' })
  acknowledgements(@Root() entry: AuditEntry, @Ctx() context: GraphContext): Promise<readonly Acknowledgement[]> {
    return context.load(acknowledgementsAt, entry.position);
  }
}

@Resolver(() => Trace)
export class TraceDeliveriesResolver {
  @FieldResolver(() => WebhookDeliveryConnection, { description: 'What webhooks were told of it, in the order of the log.' })
  async deliveries(
    @Root() trace: Trace,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<WebhookDelivery>> {
    const page = parsePage(args, 'tracedDeliveries', 2);
    const db = await context.db();
    const found = (await tracedDeliveries(db, trace.id, page)).map(toDelivery);
    return connection(found, page, deliveryKeys, () => tracedDeliveryCount(db, trace.id));
  }
}

@Resolver(() => Credential)
export class CredentialAcknowledgementsResolver {
  @FieldResolver(() => [Acknowledgement], {
    description: 'Which webhooks have acknowledged what about this credential, in the order of the log.',
  })
  async acknowledgements(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<readonly Acknowledgement[]> {
    const { uuid: id, employeeUuid, view } = credential;
    const all = await context.load(acknowledgementsAbout, { id, view: asNow(context), args: null });
    return (await context.mayFollow(employeeUuid, view)) ? all : all.filter(({ at }) => at <= view.at);
  }
}

@Resolver(() => WebhookChange)
export class WebhookChangeResolver {
  @FieldResolver(() => Webhook, { nullable: true, description: 'Which webhook, as it is now.' })
  webhook(@Root() change: WebhookChange, @Ctx() context: GraphContext): Promise<Webhook | null> {
    return loadWebhook(context, change.webhookUuid);
  }
}
