// Webhooks in the schema.
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Change, type Employee } from '../../graph/people/gql-types';
import { ChangeFilter, Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar, FloatScalar, JsonScalar } from '../../platform/graphql/scalars';
import { connectionOf, PagedArgs } from '../../platform/graphql/types';
import type { Outcome } from './post';
import type { DisabledBecause } from './state';
import type { DeliveryState } from './store';

const words = <T extends string>(names: readonly T[]): Record<T, T> =>
  Object.fromEntries(names.map((name) => [name, name])) as Record<T, T>;

export const WebhookStateEnum = words(['ENABLED', 'DISABLED']);
registerEnumType(WebhookStateEnum, {
  name: 'WebhookState',
  description: 'Whether a webhook is sent anything.',
  valuesConfig: {
    ENABLED: { description: 'It is told of every change its filter lets through.' },
    DISABLED: { description: 'Nothing is sent; what it misses waits until it is enabled.' },
  },
});

export const DisabledBecauseEnum = words<DisabledBecause>(['ASKED', 'GONE', 'FAILING', 'EXPIRED']);
registerEnumType(DisabledBecauseEnum, {
  name: 'WebhookDisabledBecause',
  description: 'Why a webhook is disabled.',
  valuesConfig: {
    ASKED: { description: 'Somebody asked for it.' },
    GONE: { description: 'The receiver answered 410 Gone.' },
    EXPIRED: {
      description: 'What it was to be told next is not kept any more: give it the state anew, and `replayWebhook` from there.',
    },
    FAILING: { description: 'Every attempt of five days failed.' },
  },
});

export const DeliveryStateEnum = words<DeliveryState>(['PENDING', 'DELIVERED', 'DEAD']);
registerEnumType(DeliveryStateEnum, {
  name: 'DeliveryState',
  description: 'How far a delivery is.',
  valuesConfig: {
    PENDING: { description: 'It is still to be sent, for the first time or again.' },
    DELIVERED: { description: 'The receiver has acknowledged it with a 2xx status.' },
    DEAD: { description: 'Every attempt of three days failed; `resendDelivery` sends it again.' },
  },
});

export const AttemptOutcomeEnum = words<Outcome>([
  ...(['DELIVERED', 'REFUSED', 'REDIRECTED', 'TIMED_OUT', 'UNREACHABLE', 'NOT_ALLOWED'] as const),
]);
registerEnumType(AttemptOutcomeEnum, {
  name: 'AttemptOutcome',
  description: 'How an attempt ended.',
  valuesConfig: {
    DELIVERED: { description: 'Acknowledged with a 2xx status.' },
    REFUSED: { description: 'Answered with another status.' },
    REDIRECTED: { description: 'Answered with a redirection, which is never followed.' },
    TIMED_OUT: { description: 'Not over within 15 seconds.' },
    UNREACHABLE: { description: 'No connection, or one that broke; `error` says how.' },
    NOT_ALLOWED: { description: 'The name led to an address that webhooks may not go to: nothing was sent.' },
  },
});

@ObjectType({ description: 'How far a webhook is behind the change log.', simpleResolvers: true })
export class WebhookLag {
  @Field(() => FloatScalar, { description: 'Entries of the log that were not looked through yet.' })
  entries: number;
  @Field(() => Int, { description: 'Deliveries still to be made.' })
  pending: number;
  @Field(() => Int, { description: 'Deliveries given up, to be sent again by hand.' })
  dead: number;
  @Field(() => FloatScalar, { description: 'Age in seconds of the oldest change it was not told of; 0 when there is none.' })
  seconds: number;
}

@ObjectType({ description: 'How a webhook did within the last 24 hours.', simpleResolvers: true })
export class WebhookFigures {
  @Field(() => Int, { description: 'Attempts made.' })
  attempts: number;
  @Field(() => FloatScalar, { nullable: true, description: 'Share of the attempts that succeeded, 0 to 1; null without any.' })
  successRate: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 revocations, 50 were acknowledged within so many seconds of being in the log; null without any.',
  })
  revocationP50Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 revocations, 95 were acknowledged within so many seconds of being in the log; null without any.',
  })
  revocationP95Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 revocations, 99 were acknowledged within so many seconds of being in the log; null without any.',
  })
  revocationP99Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 issues, 50 were acknowledged within so many seconds of being in the log; null without any.',
  })
  issuanceP50Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 issues, 95 were acknowledged within so many seconds of being in the log; null without any.',
  })
  issuanceP95Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Of 100 issues, 99 were acknowledged within so many seconds of being in the log; null without any.',
  })
  issuanceP99Seconds: number | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description:
      'How many times slower revocations are than issues, by 99 of 100 of each, what takes less than 0.1 s counting as that: 1 and less is as it should be. Null while one of the two is missing.',
  })
  revocationRatio: number | null;
}

@ObjectType({ description: 'Another system that is told of changes over HTTP.', simpleResolvers: true })
export class Webhook {
  uuid: string;
  @Field(() => ID, { description: 'Its id.' })
  id: string;
  @Field(() => String, { description: 'Where changes are sent.' })
  url: string;
  @Field(() => String, { nullable: true, description: 'What it is, in the words of whoever registered it.' })
  description: string | null;
  @Field(() => [String], { nullable: true, description: 'The kinds of change it is told of; null: all.' })
  kinds: string[] | null;
  @Field(() => JsonScalar, { nullable: true, description: 'The filter it was registered with; null: all changes.' })
  filter: object | null;
  @Field(() => Boolean, { description: 'Whether it may have a private address that the server allows.' })
  allowPrivate: boolean;
  @Field(() => WebhookStateEnum, { description: 'Whether anything is sent.' })
  state: 'ENABLED' | 'DISABLED';
  @Field(() => DisabledBecauseEnum, { nullable: true, description: 'Why not.' })
  disabledBecause: DisabledBecause | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when not.' })
  disabledAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when the secret before the last rotation signs as well.' })
  previousSecretUntil: number | null;
  @Field(() => DateTimeScalar, { description: 'When it was registered.' })
  registeredAt: number;
  @Field(() => CursorScalar, { nullable: true, description: 'Up to where the log was looked through for it.' })
  cursor: string | null;
  @Field(() => Int, { description: 'Failures since the last success; from the fifth on one attempt at a time is made.' })
  failuresInARow: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the first of them was; after five days it is disabled.' })
  failingSince: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When an attempt last failed.' })
  lastFailureAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When an attempt last succeeded.' })
  lastSuccessAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'It is left alone until then, as it asked or because it fails.' })
  pausedUntil: number | null;
}

export const WebhookConnection = connectionOf(Webhook, 'Webhook', 'webhooks, the first registered first');

@ObjectType({ description: 'One change on its way to one webhook.', simpleResolvers: true })
export class WebhookDelivery {
  uuid: string;
  endpointUuid: string;
  @Field(() => ID, { description: 'The `webhook-id` it is sent under, the same however often.' })
  id: string;
  @Field(() => String, { description: 'The `type` of the message, such as credential.revoked.' })
  type: string;
  @Field(() => FloatScalar, { description: 'Position of the change in the log.' })
  position: number;
  @Field(() => DateTimeScalar, { description: 'When the change was in the log.' })
  recordedAt: number;
  @Field(() => DeliveryStateEnum, { description: 'How far it is.' })
  state: DeliveryState;
  @Field(() => Int, { description: 'Attempts since it was queued, or queued again.' })
  attemptCount: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before then it is sent again; null when it is over.' })
  nextAttemptAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was acknowledged for the first time.' })
  acknowledgedAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was given up.' })
  diedAt: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'Trace id of the change, sent as `traceparent` with each attempt; null before traces were kept.',
  })
  traceId: string | null;
}

export const WebhookDeliveryConnection = connectionOf(WebhookDelivery, 'WebhookDelivery', 'deliveries, in the order of the log');

@ObjectType({ description: 'One attempt to deliver.', simpleResolvers: true })
export class WebhookAttempt {
  @Field(() => DateTimeScalar, { description: 'When it began.' })
  at: number;
  @Field(() => AttemptOutcomeEnum, { description: 'How it ended.' })
  outcome: Outcome;
  @Field(() => Int, { nullable: true, description: 'The HTTP status; null when no answer came.' })
  status: number | null;
  @Field(() => String, { nullable: true, description: 'What went wrong with the connection, such as ECONNREFUSED.' })
  error: string | null;
  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  latencyMs: number;
  @Field(() => String, { description: 'SHA-256 of the body that was sent, in hex.' })
  bodyHash: string;
  @Field(() => String, {
    nullable: true,
    description: 'The first 1,024 bytes a public receiver answered; null for private receivers, whose answers are not shown.',
  })
  response: string | null;
  @Field(() => String, { nullable: true, description: 'Trace id of the change; null before traces were kept.' })
  traceId: string | null;
  @Field(() => String, { nullable: true, description: 'The parent id in the `traceparent` it was sent with.' })
  spanId: string | null;
}

export const WebhookAttemptConnection = connectionOf(WebhookAttempt, 'WebhookAttempt', 'attempts, oldest first');

@ObjectType({ description: 'That another system has acknowledged a change.', simpleResolvers: true })
export class Acknowledgement {
  endpointUuid: string;
  @Field(() => String, { description: 'The `type` of the message, such as credential.revoked.' })
  type: string;
  @Field(() => FloatScalar, { description: 'Position of the change in the log.' })
  position: number;
  @Field(() => DateTimeScalar, { description: 'When it was acknowledged for the first time.' })
  at: number;
}

@ObjectType({
  implements: Change,
  description: 'Something was done to a webhook, or it was disabled because nothing got through.',
  simpleResolvers: true,
})
export class WebhookChange implements Change {
  __typename: 'WebhookChange';
  webhookUuid: string;
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  employee: Employee | null;
  @Field(() => String, {
    description:
      'WEBHOOK_REGISTERED, WEBHOOK_UPDATED, WEBHOOK_SECRET_ROTATED, WEBHOOK_ENABLED, WEBHOOK_DISABLED, WEBHOOK_REPLAYED or WEBHOOK_DELIVERY_RESENT.',
  })
  kind: string;
  @Field(() => DisabledBecauseEnum, { nullable: true, description: 'Why it was disabled.' })
  disabledBecause: DisabledBecause | null;
}

@ArgsType()
export class DeliveryArgs extends PagedArgs {
  @Field(() => DeliveryStateEnum, { nullable: true, description: 'Only those in this state.' })
  state?: DeliveryState | null;
}

@InputType({ description: 'A system that wants to be told of changes.' })
export class RegisterWebhookInput {
  @Field(() => String, { description: 'Where to send them: https:// and a public address.' })
  url: string;
  @Field(() => [String], {
    nullable: true,
    description: 'Kinds of change, as the feed names them (REVOKED) or as messages do (credential.revoked); default all.',
  })
  kinds?: string[] | null;
  @Field(() => ChangeFilter, { nullable: true, description: 'Which changes; default all.' })
  filter?: ChangeFilter | null;
  @Field(() => String, { nullable: true, description: 'What it is, for people.' })
  description?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Also private addresses, and http:// to them, if the server allows them by WEBHOOK_ALLOW; default false.',
  })
  allowPrivate?: boolean | null;
}

@InputType({ description: 'What is to be different about a webhook; what is left out stays, null takes back.' })
export class UpdateWebhookInput {
  @Field(() => ID, { description: 'Which one.' })
  id: string;
  @Field(() => String, { nullable: true, description: 'Where to send changes from now on.' })
  url?: string | null;
  @Field(() => [String], { nullable: true, description: 'Kinds of change; null: all.' })
  kinds?: string[] | null;
  @Field(() => ChangeFilter, { nullable: true, description: 'Which changes; null: all.' })
  filter?: ChangeFilter | null;
  @Field(() => String, { nullable: true, description: 'What it is, for people.' })
  description?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether it may have a private address that the server allows.' })
  allowPrivate?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Why; kept in the audit. An act without is refused.' })
  reason?: string | null;
}

@InputType({ description: 'A place in the change log, by its cursor or by an instant: give one of the two.' })
export class LogPlaceInput {
  @Field(() => CursorScalar, { nullable: true, description: 'Behind this cursor.' })
  cursor?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Behind everything recorded up to this instant.' })
  instant?: number | null;
}

@InputType({ description: 'What to send again.' })
export class ReplayWebhookInput {
  @Field(() => ID, { description: 'To which webhook.' })
  id: string;
  @Field(() => LogPlaceInput, { description: 'What stands behind this place.' })
  from: LogPlaceInput;
  @Field(() => LogPlaceInput, { nullable: true, description: 'Up to here; default all.' })
  until?: LogPlaceInput | null;
  @Field(() => String, { nullable: true, description: 'Why; kept in the audit. An act without is refused.' })
  reason?: string | null;
}

@ObjectType({ description: 'What became of a webhook.', simpleResolvers: true })
export class WebhookPayload {
  @Field(() => Webhook, { nullable: true, description: 'The webhook after it; null when refused.' })
  webhook: Webhook | null;
  @Field(() => Refusal, { nullable: true, description: 'Why not.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { nullable: true, description: 'Position in the change log after it; null when refused at once.' })
  cursor: string | null;
}

@ObjectType({ description: 'A webhook with its secret.', simpleResolvers: true })
export class WebhookSecretPayload extends WebhookPayload {
  @Field(() => String, {
    nullable: true,
    description: 'Signs what is sent (Standard Webhooks 1.0.0). Shown this once: keep it where the receiver finds it.',
  })
  secret: string | null;
}

@ObjectType({ description: 'What became of a delivery.', simpleResolvers: true })
export class WebhookDeliveryPayload {
  @Field(() => WebhookDelivery, { nullable: true, description: 'The delivery after it; null when refused.' })
  delivery: WebhookDelivery | null;
  @Field(() => Refusal, { nullable: true, description: 'Why not.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { nullable: true, description: 'Position in the change log after it; null when refused at once.' })
  cursor: string | null;
}
