// What tests say to the product about webhooks, in short sentences.
import type { TestApp } from '../kit/app';
import { eventually } from '../kit/seed';

export const FIELDS = `id url state disabledBecause failuresInARow failingSince cursor kinds previousSecretUntil
  lag { entries pending dead seconds } figures { attempts successRate revocationP95Seconds issuanceP95Seconds }`;
const ATTEMPTS = 'attempts(first: 200) { totalCount nodes { at outcome status error latencyMs bodyHash response } }';
export const DELIVERY = `id type position state attemptCount nextAttemptAt acknowledgedAt ${ATTEMPTS}`;

export interface Registered {
  readonly id: string;
  readonly secret: string;
}

/** The environment of a server that may talk to receivers on this machine. */
export const LOCAL = { WEBHOOK_ALLOW: '127.0.0.1' };

/** What an id does not say. */
const WHY: Readonly<Record<string, string>> = { id: ', reason: "asked to"', input: '' };

export function talkAboutWebhooks(server: Pick<TestApp, 'query'>) {
  const mutate = async (field: string, type: string, name: string, value: unknown, selection: string): Promise<any> =>
    (
      await server.query(
        `mutation ($v: ${type}!) { ${field}(${name}: $v${WHY[name]}) { ${selection} refusal { code message path } } }`,
        {
          v: value,
        },
      )
    )[field];
  const one = async (id: string): Promise<any> =>
    (await server.query(`query ($id: ID!) { webhook(id: $id) { ${FIELDS} } }`, { id })).webhook;
  return {
    /** Answers everything. */
    tryRegister: (input: object) =>
      mutate('registerWebhook', 'RegisterWebhookInput', 'input', input, 'webhook { id } secret cursor'),
    /** Registers a receiver on this machine. */
    register: async (url: string, more: object = {}): Promise<Registered> => {
      const input = { url, allowPrivate: true, ...more };
      const { webhook, secret, refusal } = await mutate(
        'registerWebhook',
        'RegisterWebhookInput',
        'input',
        input,
        'webhook { id } secret',
      );
      if (refusal) throw new Error(JSON.stringify(refusal));
      return { id: webhook.id, secret };
    },
    update: (input: object) =>
      mutate('updateWebhook', 'UpdateWebhookInput', 'input', { reason: 'asked to', ...input }, `webhook { ${FIELDS} }`),
    rotate: (id: string) => mutate('rotateWebhookSecret', 'ID', 'id', id, 'webhook { previousSecretUntil } secret'),
    enable: (id: string) => mutate('enableWebhook', 'ID', 'id', id, `webhook { ${FIELDS} }`),
    disable: (id: string) => mutate('disableWebhook', 'ID', 'id', id, `webhook { ${FIELDS} }`),
    replay: (input: object) =>
      mutate('replayWebhook', 'ReplayWebhookInput', 'input', { reason: 'asked to', ...input }, `webhook { ${FIELDS} }`),
    resend: (id: string) => mutate('resendDelivery', 'ID', 'id', id, `delivery { ${DELIVERY} }`),
    one,
    deliveries: async (id: string, state: string | null = null): Promise<any[]> => {
      const query = `query ($id: ID!, $state: DeliveryState) { webhook(id: $id) { deliveries(state: $state, first: 200) { totalCount nodes { ${DELIVERY} } } } }`;
      return (await server.query(query, { id, state })).webhook.deliveries.nodes;
    },
    /** Waits until nothing is to be sent to it any more. */
    quiet: (id: string, withinMs = 10_000): Promise<any> =>
      eventually(
        () => one(id),
        ({ lag }) => lag.entries === 0 && lag.pending === 0,
        withinMs,
      ),
  };
}
