import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import { Gauge } from 'prom-client';

import { censored } from '../../core/censor';
import type { Config } from '../config';
import { problem } from '../graphql/errors';
import type { Log } from '../log';
import type { Metrics } from '../metrics';
import { inTrace } from '../trace';
import type { Handlers } from './context';
import { addressesBehind, type AddressOf } from './address';
import { redactSchema } from './disclosure';
import { Door, type Shares } from './door';
import { Documents, MOST_MISTAKES } from './documents';
import { errorPresenter } from './errors';
import { loadGraphiql } from './graphiql';
import { LIMITS } from './limits';
import { Reader, type TrustedSource } from './reader';
import { Requests } from './requests';
import { traceRequests } from './tracing';
import { createSockets } from './websocket';

/** What the HTTP server is made of. */
export interface HttpServerOptions<C extends object> extends Handlers<C> {
  readonly config: Pick<Config, 'host' | 'port' | 'production' | 'introspection'>;
  readonly schema: GraphQLSchema;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly graphiql: boolean;
  /** What callers may take of the node, where it is not the usual. */
  readonly shares?: Partial<Shares>;
  /** Documents that clients may name; absent: there are none, and everything may be sent. */
  readonly trusted?: TrustedSource;
  /** From where a request comes; absent: what its connection says. */
  readonly addressOf?: AddressOf;
  /** False keeps /health/ready at 503. */
  readonly isReady: () => boolean;
  /** How long to go on listening, not ready, before closing, so that load balancers can look away. */
  readonly drainMs?: number;
  readonly keepAliveMs?: number;
  /** A socket that takes nothing for this long is closed. */
  readonly slowAfterMs?: number;
  /** Makes what is still being answered when the time is up fail, so that its caller is told. */
  readonly giveUp?: () => void;
}

/** The server: GraphQL over HTTP and WebSocket, health, metrics, GraphiQL. */
export interface HttpServer {
  /** For further plain routes; add them before `listen`. */
  readonly app: FastifyInstance;
  /** Begins to listen. @returns the address, such as http://127.0.0.1:4000 */
  listen(): Promise<string>;
  /** Not ready at once; sockets closed with 1012; requests in flight answered, up to five seconds, or given up; then everything closed. */
  stop(): Promise<void>;
}

const REQUEST_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 5000;
const GIVE_UP_WITHIN_MS = 1000;

/** Builds the server; it listens when told to. */
export async function createHttpServer<C extends object>(options: HttpServerOptions<C>): Promise<HttpServer> {
  const { config, metrics, log } = options;
  const { introspection } = config;
  const present = errorPresenter(log, introspection ? undefined : redactSchema(options.schema));
  const documents = new Documents({ schema: options.schema, introspection });
  const app = fastify({
    bodyLimit: LIMITS.bodyBytes,
    forceCloseConnections: true,
    // whoever sends a request byte by byte holds a connection for so long
    requestTimeout: REQUEST_WITHIN_MS,
    trustProxy: false,
    logger: false,
    // what is merged from input is merged by known names; a `__proto__` in it is some item's mistake, not the request's
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const door = new Door<C>(options, options.shares);
  for (const is of ['working', 'waiting'] as const) {
    new Gauge({
      name: `graphql_operations_${is}`,
      help: is === 'working' ? 'Operations that are executed.' : 'Operations that wait for their turn.',
      registers: [metrics.registry],
      collect() {
        this.set(door.queue.load[is]);
      },
    });
  }
  const addressOf = options.addressOf ?? addressesBehind([]);
  const reader = new Reader(documents, options.trusted ?? null);
  const requests = new Requests<C>({ ...options, addressOf, documents, reader, door, present });
  const apollo = new ApolloServer<C>({
    schema: options.schema,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    executionOptions: { maxCoercionErrors: MOST_MISTAKES },
    documentStore: requests.store(),
    formatError: (_formatted, error) => present(error),
    logger: apolloLog(log),
    plugins: [ApolloServerPluginLandingPageDisabled(), requests.plugin()],
  });
  await apollo.start();
  const sockets = createSockets({ ...options, addressOf, introspection, reader, door, present });

  let isDraining = false;
  let inFlight = 0;
  const traceOf = traceRequests(app, options.tracer);
  app.addHook('onRequest', async (_request, reply) => {
    inFlight += 1;
    // also when whoever asked has gone before the answer
    reply.raw.once('close', () => (inFlight -= 1));
    if (isDraining) reply.header('connection', 'close');
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    // The rest of a body that is too large is not read.
    if (status === 413) reply.header('connection', 'close');
    const shown = inTrace(traceOf(request), () => {
      // without what was asked, which may name people: neither the URL nor the words of a parser that quotes the body
      log.debug({ status, code: error.code, method: request.method }, 'request refused');
      return status < 500 ? { message: refusalOf(error), extensions: { code: 'BAD_USER_INPUT' } } : present(error);
    });
    return reply
      .code(status)
      .type('application/json; charset=utf-8')
      .send({ errors: [shown] });
  });

  // what was asked for is not repeated: it may hold a key
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ errors: [problem('BAD_USER_INPUT', 'There is nothing here: GraphQL is at /graphql.')] }),
  );
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const isReady = !isDraining && options.isReady();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));

  const page = options.graphiql ? loadGraphiql() : null;
  page?.register(app);
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: async (request, reply) => {
      if (isReadable(request)) return undefined;
      return reply.code(415).send({ errors: [problem('BAD_USER_INPUT', 'Send application/json in UTF-8, not compressed.')] });
    },
    handler: async (request, reply) => {
      if (page !== null && wantsPage(request)) return reply.headers(page.headers).send(page.html);
      return requests.answer(apollo, request, reply);
    },
  });
  app.server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] === '/graphql' && !isDraining) return sockets.upgrade(request, socket, head);
    return socket.end(`HTTP/1.1 ${isDraining ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
  });

  return {
    app,
    listen: () => app.listen({ host: config.host, port: config.port }),
    async stop() {
      if (isDraining) return;
      isDraining = true;
      await Promise.all([sockets.close(), new Promise((resolve) => setTimeout(resolve, options.drainMs ?? 0))]);
      const answered = async (withinMs: number): Promise<boolean> => {
        const deadline = performance.now() + withinMs;
        while (inFlight > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
        return inFlight === 0;
      };
      if (!(await answered(ANSWER_WITHIN_MS))) {
        options.giveUp?.();
        await answered(GIVE_UP_WITHIN_MS);
      }
      await app.close();
      await apollo.stop();
    },
  };
}

function wantsPage(request: FastifyRequest): boolean {
  const { query } = request.query as { query?: unknown };
  return request.method === 'GET' && query === undefined && (request.headers.accept ?? '').includes('text/html');
}

/** What a body is refused with; the words of a parser would quote it. */
function refusalOf(error: FastifyError): string {
  return error.code?.startsWith('FST_')
    ? censored(error.message)
    : 'The body cannot be read: send JSON such as {"query": "{ __typename }"}.';
}

/** Other character sets and compressed bodies are not for us to decode. */
function isReadable(request: FastifyRequest): boolean {
  const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  const encoding = request.headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' && (charset === undefined || /^utf-?8$/i.test(charset));
}

function apolloLog(log: Log): {
  debug(m?: unknown): void;
  info(m?: unknown): void;
  warn(m?: unknown): void;
  error(m?: unknown): void;
} {
  const tell = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) => log[level](String(message));
  return { debug: tell('debug'), info: tell('debug'), warn: tell('warn'), error: tell('error') };
}
