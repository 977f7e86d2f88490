import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { refuseReason } from '../../core/reason';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { cursorRefused } from '../../journal/cursor-refused';
import { lastGone, positionAt } from '../../journal/known';
import type { Write } from '../../journal/write';
import { badInput } from '../../platform/graphql/errors';
import {
  RegisterWebhookInput,
  ReplayWebhookInput,
  UpdateWebhookInput,
  WebhookDeliveryPayload,
  WebhookPayload,
  WebhookSecretPayload,
  type LogPlaceInput,
} from './gql-types';
import { messageUuid, webhookUuid } from './ids';
import type { WebhookContext } from './kit';
import { loadDelivery, loadWebhook } from './load';
import { refuseDraft, registerEndpoint, rotateSecret, updateEndpoint, type WithSecret } from './register';
import { replay, resend } from './replay';
import { disableEndpoint, enableEndpoint, unknownWebhook } from './state';

const WHICH = { description: 'Its id.' } as const;
const WHY = { nullable: true, description: 'Why; kept in the audit. An act without is refused.' } as const;

@Resolver()
export class WebhookMutationResolver {
  @Mutation(() => WebhookSecretPayload, {
    description:
      'Tells another system of every change from now on: signed (Standard Webhooks 1.0.0), at least once, in order per person.',
  })
  async registerWebhook(
    @Arg('input', () => RegisterWebhookInput, { description: 'Where, and of what.' }) input: RegisterWebhookInput,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookSecretPayload> {
    const { policy, secrets } = context.graph.webhooks;
    const refused = await refuseDraft(input, policy);
    if (refused) return { webhook: null, secret: null, refusal: refused, cursor: null };
    return withSecret(context, (write) => registerEndpoint(write, input, secrets));
  }

  @Mutation(() => WebhookPayload, { description: 'Changes where a webhook is, or what it is told of from its cursor on.' })
  async updateWebhook(
    @Arg('input', () => UpdateWebhookInput, { description: 'What is to be different.' }) input: UpdateWebhookInput,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookPayload> {
    const { id, reason, ...draft } = input;
    const silent = refuseReason(reason);
    if (silent) return refused(silent);
    const known = await knownOf(context, id);
    if (known === null) return refused(unknownWebhook());
    const no = await refuseDraft(draft, context.graph.webhooks.policy, known);
    if (no) return refused(no);
    return change(context, id, reason, (write, uuid, why) => updateEndpoint(write, uuid, draft, why));
  }

  @Mutation(() => WebhookSecretPayload, {
    description: 'Gives a webhook a new secret. For 24 hours every message is signed with the old one as well.',
  })
  async rotateWebhookSecret(
    @Arg('id', () => ID, WHICH) id: string,
    @Arg('reason', () => String, WHY) reason: string | null,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookSecretPayload> {
    const uuid = webhookUuid(id);
    const no = refuseReason(reason) ?? (uuid === null ? unknownWebhook() : null);
    if (uuid === null || no) return { webhook: null, secret: null, refusal: no, cursor: null };
    return withSecret(context, (write) => rotateSecret(write, uuid, context.graph.webhooks.secrets, reason!.trim()));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Sends to a webhook again: first all it missed while it was disabled or failing, in order.',
  })
  enableWebhook(
    @Arg('id', () => ID, WHICH) id: string,
    @Arg('reason', () => String, WHY) reason: string | null,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookPayload> {
    return change(context, id, reason, enableEndpoint);
  }

  @Mutation(() => WebhookPayload, { description: 'Stops sending to a webhook. What it misses waits until it is enabled.' })
  disableWebhook(
    @Arg('id', () => ID, WHICH) id: string,
    @Arg('reason', () => String, WHY) reason: string | null,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookPayload> {
    return change(context, id, reason, (write, uuid, why) => disableEndpoint(write, uuid, 'ASKED', why));
  }

  @Mutation(() => WebhookPayload, {
    description:
      'Sends a webhook again what it was sent, under the same ids. What happens meanwhile is sent after that, so that the order holds.',
  })
  async replayWebhook(
    @Arg('input', () => ReplayWebhookInput, { description: 'Which one, and from where.' }) input: ReplayWebhookInput,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookPayload> {
    const from = await positionOf(context, input.from);
    const until = input.until == null ? null : await positionOf(context, input.until);
    if (until !== null && until <= from)
      return refused(refusal('WEBHOOK_REPLAY_EMPTY', 'until is not behind from: nothing would be sent.', ['until']));
    return change(context, input.id, input.reason, (write, uuid, why) => replay(write, uuid, { from, until }, why));
  }

  @Mutation(() => WebhookDeliveryPayload, {
    description: 'Sends one delivery again, dead or delivered, before what follows it for the same person.',
  })
  async resendDelivery(
    @Arg('id', () => ID, { description: 'The id of the delivery.' }) id: string,
    @Arg('reason', () => String, WHY) reason: string | null,
    @Ctx() context: WebhookContext,
  ): Promise<WebhookDeliveryPayload> {
    // no delivery has an id that cannot be one
    const uuid = messageUuid(id) ?? '00000000-0000-0000-0000-000000000000';
    const { value, cursor } = await context.write(
      'api',
      async (write) => refuseReason(reason) ?? resend(write, uuid, reason!.trim()),
    );
    context.graph.webhooks.poke();
    return { delivery: value ? null : await loadDelivery(context, uuid), refusal: value, cursor };
  }
}

const refused = (no: Refusal): WebhookPayload => ({ webhook: null, refusal: no, cursor: null });

async function change(
  context: WebhookContext,
  id: string,
  reason: string | null | undefined,
  work: (write: Write, uuid: string, reason: string) => Promise<Refusal | null>,
): Promise<WebhookPayload> {
  const uuid = webhookUuid(id);
  const no = refuseReason(reason) ?? (uuid === null ? unknownWebhook() : null);
  if (uuid === null || no) return refused(no!);
  const { value, cursor } = await context.write('api', (write) => work(write, uuid, reason!.trim()));
  context.graph.webhooks.poke();
  return { webhook: value ? null : await loadWebhook(context, uuid), refusal: value, cursor };
}

async function withSecret(
  context: WebhookContext,
  work: (write: Write) => Promise<WithSecret | Refusal>,
): Promise<WebhookSecretPayload> {
  const { value, cursor } = await context.write('api', work);
  context.graph.webhooks.poke();
  if (isRefusal(value)) return { webhook: null, secret: null, refusal: value, cursor };
  return { webhook: await loadWebhook(context, value.id), secret: value.secret, refusal: null, cursor };
}

async function knownOf(context: WebhookContext, id: string): Promise<{ url: string; allowPrivate: boolean } | null> {
  const uuid = webhookUuid(id);
  return uuid === null ? null : loadWebhook(context, uuid);
}

async function positionOf(context: WebhookContext, place: LogPlaceInput): Promise<number> {
  const db = await context.db();
  const position = await placeOf(context, place);
  if (position >= (await lastGone(db))) return position;
  throw await cursorRefused('CURSOR_EXPIRED', context.graph.cursors, context.graph.feed.head());
}

async function placeOf(context: WebhookContext, place: LogPlaceInput): Promise<number> {
  if ((place.cursor == null) === (place.instant == null))
    throw badInput('A place in the log is a cursor or an instant: give one.');
  const db = await context.db();
  if (place.instant != null) return positionAt(db, place.instant);
  const decoded = await context.graph.cursors.decodeCursor(place.cursor!);
  if (typeof decoded !== 'string') return decoded.pos;
  throw await cursorRefused(decoded, context.graph.cursors, context.graph.feed.head());
}
