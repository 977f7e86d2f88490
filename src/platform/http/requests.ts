// The way of a request through the door and Apollo Server, and back.
import { Readable } from 'node:stream';

import {
  type ApolloServer,
  type ApolloServerPlugin,
  HeaderMap,
  type HTTPGraphQLRequest,
  type HTTPGraphQLResponse,
} from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError } from 'graphql';

import type { Deprecated } from '../graphql/deprecations';
import { badInput } from '../graphql/errors';
import type { Leave } from '../fair-queue';
import type { Metrics } from '../metrics';
import { inOperation } from '../operation';
import type { AddressOf } from './address';
import type { Handlers, Operation, Payer } from './context';
import { deprecationExtensions, deprecationHeaders } from './deprecated';
import { describeOperation } from './described';
import type { Documents } from './documents';
import type { Door } from './door';
import { type PresentError, statusOf } from './errors';
import { keepDeclared, keepMembers, weightOf } from './kept';
import { Life } from './life';
import type { AskedDocument, Reader } from './reader';

/** What requests need. */
export interface RequestOptions<C extends object> extends Handlers<C> {
  readonly metrics: Metrics;
  readonly documents: Documents;
  readonly reader: Reader;
  readonly door: Door<C>;
  readonly addressOf: AddressOf;
  readonly present: PresentError;
}

/** What is remembered of a request while it is answered. */
interface Asked<C> {
  readonly life: Life;
  readonly bytes: number;
  payer?: Payer;
  /** Apollo works on a shallow copy of the context it was given: that copy is the one that was used. */
  context?: C;
  /** What is wrong with its document. */
  mistakes?: readonly GraphQLError[];
  /** Nothing of its document was executed. */
  isRefused: boolean;
  /** Seconds after which the same may be sent again. */
  retryAfter?: number;
  leave?: Leave;
  /** What it uses that is deprecated. */
  deprecated: readonly Deprecated[];
  /** Query or mutation; none while it could not be parsed. */
  kind: string;
}

/** What Apollo is given in place of a document that is not asked: it would look for all its mistakes again. */
const STAND_IN = '{__typename}';

/** Answers requests. */
export class Requests<C extends object> {
  private readonly asked = new WeakMap<HTTPGraphQLRequest, Asked<C>>();

  constructor(private readonly options: RequestOptions<C>) {}

  plugin(): ApolloServerPlugin<C> {
    const { options, asked } = this;
    return {
      requestDidStart: async ({ request, contextValue }) => {
        const state = request.http && asked.get(request.http);
        if (!state) throw new Error('Apollo was asked by nobody');
        state.context = contextValue;
        return {
          didResolveOperation: async ({ schema, document, operation, operationName, request: { variables = {} } }) => {
            if (state.mistakes) return;
            const named = operationName ? { operationName } : {};
            if (!operation) return;
            keepDeclared(variables, operation);
            const asked = { schema, document, variables, ...named };
            await this.letIn(asked, operation.operation, state);
            state.deprecated = options.noteDeprecated?.(contextValue, asked) ?? [];
          },
          async responseForOperation() {
            if (!state.mistakes) return null;
            const singleResult = { errors: state.mistakes.map(options.present) };
            return { http: { status: 400, headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
          },
          async willSendResponse({ source, errors, response: { body, http }, operation }) {
            const isRefused = (http.status ?? 200) >= 400;
            state.isRefused = source !== undefined && http.status === 400;
            const outcome = http.status === 429 ? 'limited' : isRefused ? 'refused' : errors ? 'errors' : 'ok';
            state.kind = operation?.operation ?? 'none';
            options.metrics.operations.inc({ transport: 'http', kind: state.kind, outcome });
            describeOperation(operation, outcome, errors);
            if (body.kind !== 'single') return;
            for (const [name, value] of deprecationHeaders(state.deprecated)) http.headers.set(name, value);
            const extensions = {
              ...body.singleResult.extensions,
              ...(await options.onResponse?.(contextValue, isRefused)),
              ...deprecationExtensions(state.deprecated),
            };
            if (Object.keys(extensions).length > 0) body.singleResult.extensions = extensions;
          },
        };
      },
    };
  }

  /** Where Apollo looks for documents before it reads one itself, by a key that ends with the SHA-256 of the text. */
  store(): { get(key: string): Promise<DocumentNode | undefined>; set(): Promise<void>; delete(): Promise<boolean> } {
    const { documents } = this.options;
    return {
      get: (key) => Promise.resolve(documents.known(key.slice(-64))),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(false),
    };
  }

  async answer(apollo: ApolloServer<C>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const life = new Life();
    const state: Asked<C> = {
      life,
      bytes: Number(request.headers['content-length'] ?? 0),
      isRefused: false,
      deprecated: [],
      kind: 'none',
    };
    reply.raw.once('close', () => life.left());
    const took = this.options.metrics.operationSeconds.startTimer({ transport: 'http' });
    const answered = inOperation(life.signal, () => this.execute(apollo, request, state));
    // whoever was told that it took too long is told nothing else
    answered.catch(() => undefined);
    const late = life.late.then((error) => this.refuse(apollo, request, error));
    const { headers, status, body } = await Promise.race([answered, late]);
    took({ kind: state.kind });
    for (const [name, value] of headers) reply.header(name, value);
    this.showQuota(reply, state);
    // GraphQL over HTTP: with application/json, what is wrong in the document is no failure of the transport.
    const isPlainJson = headers.get('content-type')?.startsWith('application/json') ?? false;
    reply.code(state.isRefused && isPlainJson ? 200 : (status ?? 200));
    return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
  }

  private async execute(apollo: ApolloServer<C>, request: FastifyRequest, state: Asked<C>): Promise<HTTPGraphQLResponse> {
    const { options } = this;
    const httpGraphQLRequest = describeRequest(request);
    this.asked.set(httpGraphQLRequest, state);
    try {
      return await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => this.comeIn(request, httpGraphQLRequest, state).catch(withStatus(state)),
      });
    } finally {
      state.life.end();
      state.leave?.();
      if (state.context !== undefined) await options.releaseContext?.(state.context);
    }
  }

  /** Answers a request with an error in the form that it accepts. */
  private refuse(apollo: ApolloServer<C>, request: FastifyRequest, error: GraphQLError): Promise<HTTPGraphQLResponse> {
    const context = (): Promise<never> => Promise.reject(withHttpStatus(error, statusOf(error.extensions.code)));
    return apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest: describeRequest(request), context });
  }

  /** Who asks, and what. */
  private async comeIn(request: FastifyRequest, asked: HTTPGraphQLRequest, state: Asked<C>): Promise<C> {
    const { options } = this;
    keepMembers(request.body);
    const { operationName } = (request.body ?? {}) as { operationName?: unknown };
    const named = typeof operationName === 'string' ? { operationName } : {};
    const context = await options.createContext({ headers: request.headers, address: options.addressOf(request.raw), ...named });
    state.context = context;
    state.payer = options.door.payerOf(context);
    const refused = options.door.admit(state.payer);
    if (refused) throw refused;
    await this.read(asked, state, state.payer);
    return context;
  }

  /** What is asked may be executed; waits until it is its turn. @throws why not */
  private async letIn(operation: Operation, kind: string, state: Asked<C>): Promise<void> {
    const { door } = this.options;
    const { life, payer = { name: '', times: 1 } } = state;
    const error =
      door.charge(payer, operation) ??
      (kind === 'subscription' ? badInput('Subscribe over WebSocket (graphql-transport-ws), at the same address.') : null);
    if (error) throw withHttpStatus(error, 400);
    life.lasts(kind === 'mutation' ? door.shares.mutationSeconds : door.shares.querySeconds);
    state.leave = await door.turn(payer, weightOf(state.bytes, operation.variables), life.signal).catch(withStatus(state));
    if (kind === 'mutation') life.isWantedAnyway();
  }

  /** The fields of draft-ietf-httpapi-ratelimit-headers. */
  private showQuota(reply: FastifyReply, { payer, retryAfter }: Asked<C>): void {
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    if (!payer) return;
    const { limit, windowSeconds, remaining, resetSeconds } = this.options.door.quotaOf(payer);
    reply.header('ratelimit-policy', `"cost";q=${limit};w=${windowSeconds}`);
    reply.header('ratelimit', `"cost";r=${remaining};t=${resetSeconds}`);
  }

  /** Reads the document of a request before Apollo does; what is not a document at all is left to Apollo, which says so. */
  private async read(request: HTTPGraphQLRequest, state: Asked<C>, payer: Payer): Promise<void> {
    const asked = documentOf(request);
    const read = asked && (await this.options.reader.read(asked, payer));
    if (!read) return;
    if (!('document' in read)) state.mistakes = read;
    sayInstead(request, 'document' in read ? read.text : STAND_IN);
  }
}

function documentOf(request: HTTPGraphQLRequest): AskedDocument | null {
  if (request.method === 'GET') {
    const search = new URLSearchParams(request.search);
    const extensions = parsed(search.get('extensions'));
    return { query: search.get('query') ?? undefined, documentId: search.get('documentId') ?? undefined, extensions };
  }
  const { body } = request;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : null;
}

/** Has a request say its document itself. */
function sayInstead(request: HTTPGraphQLRequest, text: string): void {
  if (request.method === 'GET') {
    const search = new URLSearchParams(request.search);
    search.set('query', text);
    search.delete('documentId');
    search.delete('extensions');
    request.search = search.toString();
  } else {
    const { documentId: _, ...body } = request.body as Record<string, unknown>;
    const { extensions } = body;
    if (typeof extensions === 'object' && extensions !== null && 'persistedQuery' in extensions) {
      const { persistedQuery: __, ...others } = extensions;
      body['extensions'] = others;
    }
    request.body = { ...body, query: text };
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    // Apollo says so
    return undefined;
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

/** A request that is refused before anything is executed fails as a whole, with the status that fits. */
function withStatus(state: { retryAfter?: number }): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GraphQLError)) throw error;
    const { code, retryAfter } = error.extensions;
    if (typeof retryAfter === 'number') state.retryAfter = retryAfter;
    throw withHttpStatus(error, statusOf(code));
  };
}

function withHttpStatus(error: GraphQLError, status: number): GraphQLError {
  const { message, nodes, extensions } = error;
  return new GraphQLError(message, { nodes, originalError: error, extensions: { ...extensions, http: { status } } });
}
