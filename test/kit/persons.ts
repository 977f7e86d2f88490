// People who ask: each by a bearer that names them, in place of an issuer's tokens.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { SCOPES } from '../../src/access/policy';
import type { Substitutes } from '../../src/app';
import type { Answer, TestApp } from './app';
import { keyOf } from './seed';

/** Takes `Bearer person <uuid> <groups>` for that person, in these groups, with a token of every scope; anything else is as ever. */
export const byPerson: NonNullable<Substitutes['authenticate']> = (real) => (credentials) => {
  const sent = credentials.headers['authorization'] ?? credentials.connectionParams?.['authorization'];
  const named = /^Bearer person (\S+) ?(.*)$/.exec(String(sent));
  if (!named) return real(credentials);
  const [, person, groups] = named;
  const actor = { id: `person:${person}`, person: person!, groups: groups ? groups.split(',') : [] };
  return { actor: { ...actor, scopes: new Set(Object.keys(SCOPES)) }, expiresAt: null };
};

/** Somebody who asks. */
export interface Asking {
  send<T = any>(document: string, variables?: object): Promise<Answer<T>>;
  /** Sends an operation and fails on errors. */
  query<T = any>(document: string, variables?: object): Promise<T>;
  /** Follows changes; `received` grows. */
  subscribe<T = any>(
    document: string,
    variables?: object,
  ): { readonly received: T[]; readonly closed: Promise<unknown>; end(): void };
}

/** Asks with a bearer. */
export function askWith(server: TestApp, bearer: string): Asking {
  const authorization = `Bearer ${bearer}`;
  const send = <T>(document: string, variables?: object): Promise<Answer<T>> =>
    server.send<T>(document, variables, { authorization });
  return {
    send,
    async query<T>(document: string, variables?: object) {
      const { data, errors } = await send<T>(document, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    subscribe<T>(query: string, variables?: object) {
      const client = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        retryAttempts: 0,
      });
      const received: T[] = [];
      // what is wrong with the operation is loud, how the socket ends is for the test to look at
      const closed = new Promise<unknown>((resolve, fail) => {
        client.subscribe<Record<string, T>>(
          { query, variables: variables as Record<string, unknown> },
          {
            next: ({ data, errors }) => (errors ? fail(asError(errors)) : received.push(Object.values(data!)[0]!)),
            error: (error) => (isRefusal(error) ? fail(asError(error)) : resolve(error)),
            complete: () => resolve(null),
          },
        );
      });
      return { received, closed, end: () => void client.dispose() };
    },
  };
}

const asError = (refused: unknown): Error => new Error(JSON.stringify(refused));
const isRefusal = (error: unknown): boolean => Array.isArray(error);

/** The uuid of the person with an external id. */
export async function uuidOfPerson(server: TestApp, externalId: string): Promise<string> {
  const { employee } = await server.query('query ($by: EmployeeKey!) { employee(by: $by) { id } }', { by: keyOf(externalId) });
  return (employee.id as string).slice('emp_'.length);
}

/** Asks as the person with an external id. */
export async function askAs(server: TestApp, externalId: string, ...groups: string[]): Promise<Asking> {
  return askWith(server, `person ${await uuidOfPerson(server, externalId)} ${groups.join(',')}`.trim());
}
