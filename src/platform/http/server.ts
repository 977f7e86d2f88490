import { Readable } from 'node:stream';

import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';

import { censored } from '../../core/censor';
import type { Config } from '../config';
import { problem } from '../graphql/errors';
import type { Log } from '../log';
import type { Metrics } from '../metrics';
import { inTrace } from '../trace';
import type { Deprecated } from '../graphql/deprecations';
import type { Handlers } from './context';
import { deprecationExtensions, deprecationHeaders } from './deprecated';
import { describeOperation } from './described';
import { errorPresenter, statusOf } from './errors';
import { loadGraphiql } from './graphiql';
import { documentLimits, LIMITS } from './limits';
import { traceRequests } from './tracing';
import { createSockets } from './websocket';

/** What the HTTP server is made of. */
export interface HttpServerOptions<C extends object> extends Handlers<C> {
  readonly config: Pick<Config, 'host' | 'port' | 'production' | 'introspection'>;
  readonly schema: GraphQLSchema;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly graphiql: boolean;
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

const ANSWER_WITHIN_MS = 5000;
const GIVE_UP_WITHIN_MS = 1000;

/** Builds the server; it listens when told to. */
export async function createHttpServer<C extends object>(options: HttpServerOptions<C>): Promise<HttpServer> {
  const { config, metrics, log } = options;
  const present = errorPresenter(log);
  const app = fastify({
    bodyLimit: LIMITS.bodyBytes,
    forceCloseConnections: true,
    trustProxy: false,
    logger: false,
    // what is merged from input is merged by known names; a `__proto__` in it is some item's mistake, not the request's
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const requests = new Requests<C>(options);
  const apollo = new ApolloServer<C>({
    schema: options.schema,
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [documentLimits],
    formatError: (_formatted, error) => present(error),
    logger: apolloLog(log),
    plugins: [ApolloServerPluginLandingPageDisabled(), requests.plugin()],
  });
  await apollo.start();
  const sockets = createSockets({ ...options, introspection: config.introspection, present });

  let isDraining = false;
  let inFlight = 0;
  const traceOf = traceRequests(app, options.tracer);
  app.addHook('onRequest', async (_request, reply) => {
    inFlight += 1;
    if (isDraining) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async () => {
    inFlight -= 1;
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

/** What is remembered of a request while it is answered. */
interface Asked<C> {
  /** Apollo works on a shallow copy of the context it was given: that copy is the one that was used. */
  context?: C;
  /** The document could not be parsed or validated, or its variables did not fit. */
  isRefused: boolean;
  /** What it uses that is deprecated. */
  deprecated: readonly Deprecated[];
  /** Query or mutation; none while it could not be parsed. */
  kind: string;
}

/** The way of a request through Apollo Server and back. */
class Requests<C extends object> {
  private readonly asked = new WeakMap<HTTPGraphQLRequest, Asked<C>>();

  constructor(private readonly options: HttpServerOptions<C>) {}

  plugin(): ApolloServerPlugin<C> {
    const { options, asked } = this;
    return {
      async requestDidStart({ request, contextValue }) {
        const state = (request.http && asked.get(request.http)) ?? { isRefused: false, deprecated: [], kind: 'none' };
        state.context = contextValue;
        return {
          async didResolveOperation({ schema, document, operationName, request: { variables = {} } }) {
            const operation = { schema, document, ...(operationName ? { operationName } : {}), variables };
            const error = options.checkOperation?.(operation);
            if (error) throw withHttpStatus(error, 400);
            state.deprecated = options.noteDeprecated?.(contextValue, operation) ?? [];
          },
          async willSendResponse({ source, errors, response: { body, http }, operation }) {
            state.isRefused = source !== undefined && http.status === 400;
            const outcome = http.status === 400 ? 'refused' : errors ? 'errors' : 'ok';
            state.kind = operation?.operation ?? 'none';
            options.metrics.operations.inc({ transport: 'http', kind: state.kind, outcome });
            describeOperation(operation, outcome, errors);
            if (body.kind !== 'single') return;
            for (const [name, value] of deprecationHeaders(state.deprecated)) http.headers.set(name, value);
            const extensions = {
              ...body.singleResult.extensions,
              ...(await options.onResponse?.(contextValue)),
              ...deprecationExtensions(state.deprecated),
            };
            if (Object.keys(extensions).length > 0) body.singleResult.extensions = extensions;
          },
        };
      },
    };
  }

  async answer(apollo: ApolloServer<C>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { options, asked } = this;
    const httpGraphQLRequest = describeRequest(request);
    const state: Asked<C> = { isRefused: false, deprecated: [], kind: 'none' };
    asked.set(httpGraphQLRequest, state);
    const took = options.metrics.operationSeconds.startTimer({ transport: 'http' });
    try {
      const { headers, status, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: async () => {
          const { operationName } = (request.body ?? {}) as { operationName?: unknown };
          const named = typeof operationName === 'string' ? { operationName } : {};
          state.context = await options.createContext({ headers: request.headers, ...named }).catch(withStatus);
          return state.context;
        },
      });
      for (const [name, value] of headers) reply.header(name, value);
      // GraphQL over HTTP: with application/json, what is wrong in the document is no failure of the transport.
      const isPlainJson = headers.get('content-type')?.startsWith('application/json') ?? false;
      reply.code(state.isRefused && isPlainJson ? 200 : (status ?? 200));
      return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
    } finally {
      took({ kind: state.kind });
      if (state.context !== undefined) await options.releaseContext?.(state.context);
    }
  }
}

function describeRequest(request: FastifyRequest): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const [, search = ''] = request.url.split('?', 2);
  return { method: request.method, headers, search, body: request.body };
}

/** A request whose context cannot be made fails as a whole, with the status that fits. */
function withStatus(error: unknown): never {
  throw error instanceof GraphQLError ? withHttpStatus(error, statusOf(error.extensions.code)) : error;
}

function withHttpStatus(error: GraphQLError, status: number): GraphQLError {
  const { message, nodes, extensions } = error;
  return new GraphQLError(message, { nodes, originalError: error, extensions: { ...extensions, http: { status } } });
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
