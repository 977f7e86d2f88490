import {
  GraphQLError,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';

import type { Caller } from '../../src/platform/http/context';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/platform/http/server';
import { createLog, type Log } from '../../src/platform/log';
import { createMetrics } from '../../src/platform/metrics';

/** The context of the little test server: numbered, so that sharing one shows. */
export interface TestContext {
  readonly id: number;
  readonly caller: Caller;
}

/** A server with a schema of a few fields, and what it was seen doing. */
export interface TestServer {
  readonly server: HttpServer;
  readonly url: string;
  readonly logged: string[];
  readonly contexts: { made: number; released: number };
  /** Ends the subscription `wait`. */
  readonly ended: { waits: number };
}

const string = { type: GraphQLString };

function queryFields(): GraphQLFieldConfigMap<unknown, TestContext> {
  return {
    hello: { ...string, args: { name: string }, resolve: (_root, { name }: { name?: string }) => `hello ${name ?? 'you'}` },
    me: { ...string, resolve: (_root, _args, context: TestContext) => context.caller.headers.authorization ?? null },
    self: { type: new GraphQLNonNull(query()), resolve: () => ({}) },
    bug: { ...string, resolve: () => { throw new TypeError('secret detail'); } }, // prettier-ignore
    down: { ...string, resolve: () => { throw Object.assign(new Error('x'), { code: '57P01', severity: 'FATAL' }); } }, // prettier-ignore
    forbidden: { ...string, resolve: () => { throw new GraphQLError('Not yours.', { extensions: { code: 'FORBIDDEN' } }); } }, // prettier-ignore
    missing: { type: new GraphQLNonNull(GraphQLString), resolve: () => null },
    slow: { ...string, resolve: () => new Promise((resolve) => setTimeout(resolve, 400, 'at last')) },
  };
}

let queryType: GraphQLObjectType<unknown, TestContext> | undefined;
function query(): GraphQLObjectType<unknown, TestContext> {
  queryType ??= new GraphQLObjectType<unknown, TestContext>({ name: 'Query', fields: queryFields });
  return queryType;
}

/** Starts the test server on a free port. */
export async function startTestServer(options: Partial<HttpServerOptions<TestContext>> = {}): Promise<TestServer> {
  const logged: string[] = [];
  const contexts = { made: 0, released: 0 };
  const ended = { waits: 0 };
  const log: Log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const subscription = new GraphQLObjectType<unknown, TestContext>({
    name: 'Subscription',
    fields: {
      count: {
        type: new GraphQLObjectType<{ n: number }, TestContext>({
          name: 'Count',
          fields: { n: { type: GraphQLInt }, context: { type: GraphQLInt, resolve: (_root, _args, context) => context.id } },
        }),
        args: { to: { type: new GraphQLNonNull(GraphQLInt) } },
        async *subscribe(_root, { to }: { to: number }) {
          for (let n = 1; n <= to; n += 1) yield { count: { n } };
        },
      },
      wait: {
        ...string,
        subscribe: () => ({
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise<never>(() => undefined),
            return: async () => { ended.waits += 1; return { done: true as const, value: undefined }; }, // prettier-ignore
          }),
        }),
      },
      breaks: {
        ...string,

        async *subscribe() {
          throw new GraphQLError('Start again.', { extensions: { code: 'RESYNC_REQUIRED' } });
        },
      },
      boom: {
        ...string,
        async *subscribe() {
          yield { boom: 'one' };
          throw new TypeError('secret detail');
        },
      },
    },
  });
  const server = await createHttpServer<TestContext>({
    config: { host: '127.0.0.1', port: 0, production: false, introspection: true },
    schema: new GraphQLSchema({
      query: query(),
      mutation: new GraphQLObjectType({ name: 'Mutation', fields: { change: string } }),
      subscription,
    }),
    metrics: createMetrics(false),
    log,
    graphiql: true,
    isReady: () => true,
    createContext: async (caller) => {
      const key = caller.connectionParams?.authorization ?? caller.headers.authorization;
      if (key === 'Bearer wrong') throw new GraphQLError('Unknown key.', { extensions: { code: 'UNAUTHENTICATED' } });
      if (key === 'Bearer nodb')
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
      contexts.made += 1;
      return { id: contexts.made, caller };
    },
    onResponse: (context) => ({ position: context.id }),
    releaseContext: () => void (contexts.released += 1),
    ...options,
  });
  return { server, url: await server.listen(), logged, contexts, ended };
}

/** Posts one operation. */
export async function post(
  url: string,
  query: string,
  {
    headers = {},
    ...rest
  }: { headers?: Record<string, string>; variables?: Record<string, unknown>; operationName?: string } = {},
): Promise<{
  status: number;
  body: {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: Record<string, unknown> }[];
    extensions?: Record<string, unknown>;
  };
}> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...rest }),
  });
  return { status: response.status, body: (await response.json()) as never };
}
