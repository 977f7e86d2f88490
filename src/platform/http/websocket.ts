import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
} from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

import { censored } from '../../core/censor';
import { problem } from '../graphql/errors';
import type { Log } from '../log';
import type { Metrics } from '../metrics';
import { readTraceparent } from '../../core/trace-context';
import { inTrace, newTraceId, type Origin } from '../trace';
import type { Deprecated } from '../graphql/deprecations';
import type { Caller, Handlers } from './context';
import { deprecationExtensions } from './deprecated';
import { untilAvailable } from './available';
import type { PresentError } from './errors';
import { Documents } from './documents';
import { Frames } from './frames';
import { Gate } from './gate';
import { documentLimits, LIMITS } from './limits';
import { measured } from './measured';
import { Outlet } from './outlet';
import { AnotherClass, answerKey, believed, SharedAnswers } from './shared';

/** What the WebSocket side needs. */
export interface SocketOptions<C extends object> extends Handlers<C> {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly present: PresentError;
  /** Time between pings; a socket that answered none by the next is dropped. */
  readonly keepAliveMs?: number;
  /** A socket that takes nothing for this long is closed with 4408. */
  readonly slowAfterMs?: number;
}

/** The WebSocket side of /graphql. */
export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1012, which asks clients to come back. */
  close(): Promise<void>;
}

/** What one socket remembers. */
interface Extra {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  /** The traces of the operations that run, by their ids. */
  readonly traces: Map<string, string>;
  /** Called once the socket is closed. */
  onClosed: () => void;
}

/** Who asks, and the trace of the operation. */
type TracedCaller = Caller & Origin;

/** Closes the socket with this code instead of answering. */
class CloseSocket extends Error {
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(reason);
  }
}

const SUBSCRIPTIONS_PER_SOCKET = 100;
/** So many events of all subscriptions are read for at once: each takes a connection, and requests need some too. */
const EVENTS_AT_ONCE = 8;
/** So many events of one subscription are answered ahead of the one being sent: a burst is not read one after the other. */
const AHEAD = 8;
const CLOSE_CODES: Readonly<Record<string, number>> = { UNAUTHENTICATED: 4401, FORBIDDEN: 4403, UNAVAILABLE: 1013 };

/**
 * Serves graphql-transport-ws. One bad operation never costs the socket: it is answered with an `error` message.
 * Each event of a subscription is executed with a context of its own, because loaders must not outlive it.
 */
export function createSockets<C extends object>(options: SocketOptions<C>): Sockets {
  const { schema, log, metrics, present, keepAliveMs = 12_000, slowAfterMs = 30_000 } = options;
  const rules = [documentLimits, ...specifiedRules, ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const shared = new SharedAnswers();
  const documents = new Documents((document) => validate(schema, document, rules, { hideSuggestions: !options.introspection }));
  const frames = new Frames(present);
  const now = options.now ?? Date.now;
  const gate = new Gate(EVENTS_AT_ONCE);
  let isClosed = false;
  const server = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bodyBytes, handleProtocols });

  const callerOf = (extra: Extra, connectionParams: unknown, operationName?: string | null): Caller => ({
    headers: extra.request.headers,
    connectionParams: (connectionParams ?? {}) as Record<string, unknown>,
    ...(operationName ? { operationName } : {}),
  });

  const refuse = (error: unknown): CloseSocket => {
    const { message, extensions } = present(error);
    return new CloseSocket(CLOSE_CODES[String(extensions?.code)] ?? 4500, message.slice(0, 120));
  };

  const release = async (context: C): Promise<void> => {
    await options.releaseContext?.(context);
  };

  const finish = async (result: ExecutionResult, context: C, used: readonly Deprecated[]): Promise<ExecutionResult> => {
    const extensions = { ...result.extensions, ...(await options.onResponse?.(context)), ...deprecationExtensions(used) };
    return Object.keys(extensions).length > 0 ? { ...result, extensions } : result;
  };

  const noteDeprecated = (context: C, { document, operationName, variableValues }: ExecutionArgs): readonly Deprecated[] =>
    options.noteDeprecated?.(context, {
      ...{ schema, document, variables: variableValues ?? {} },
      ...(operationName ? { operationName } : {}),
    }) ?? [];

  /** Under which key an answer is shared; null: it is not. */
  const keyOf = (context: C, args: ExecutionArgs, used: readonly Deprecated[]): string | null => {
    const classOfAnswer = [options.classOf?.(context), ...used.map(({ element }) => element)].join(' ');
    return options.classOf ? answerKey(classOfAnswer, args) : null;
  };

  /**
   * Executes with a fresh context: a query, a mutation, or one event of a subscription whose deprecated parts were noted before. What is to be
   * shared under a key is not answered to another class.
   */
  const executeOnce = (
    args: ExecutionArgs,
    caller: TracedCaller,
    noted?: readonly Deprecated[],
    key: string | null = null,
  ): Promise<ExecutionResult> =>
    measured(options, caller, args, noted !== undefined, async () => {
      const context = await options.createContext(caller);
      try {
        const used = noted ?? noteDeprecated(context, args);
        if (key !== null && keyOf(context, args, used) !== key) throw new AnotherClass();
        return await finish(await execute({ ...args, contextValue: context }), context, used);
      } finally {
        await release(context);
      }
    });

  const subscribe = async (
    args: ExecutionArgs,
    caller: TracedCaller,
  ): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> => {
    const opening = await options.createContext(caller);
    const used = noteDeprecated(opening, args);
    let source: Awaited<ReturnType<typeof createSourceEventStream>>;
    try {
      source = await createSourceEventStream({ ...args, contextValue: opening });
      if (!(Symbol.asyncIterator in source)) return await finish(source, opening, used);
    } catch (error) {
      await release(opening);
      throw error;
    }
    const events = source[Symbol.asyncIterator]();
    const once = (event: unknown, key: string | null) =>
      gate.pass(() => executeOnce({ ...args, rootValue: event }, caller, used, key));
    const execution = (event: unknown, key: string | null = null) =>
      untilAvailable(
        () => once(event, key),
        () => isClosed,
      );
    // asked again and again: whoever has lost a role is not told what those are who still have it, nor the other way about
    const keyNow = believed(async () => {
      const context = await untilAvailable(
        () => options.createContext(caller),
        () => isClosed,
      );
      const key = keyOf(context, args, used)!;
      await release(context);
      return key;
    });
    const answer = (event: unknown): Promise<ExecutionResult> =>
      options.classOf ? shared.getNow(event, keyNow, (key) => execution(event, key)) : execution(event);
    const ahead: Promise<ExecutionResult | null>[] = [];
    const take = (): Promise<ExecutionResult | null> => {
      const taken = events.next().then((event) => (event.done || !isOpen ? null : answer(event.value)));
      // a failure comes out when its turn has come
      taken.catch(() => undefined);
      return taken;
    };
    let isOpen = true;
    metrics.subscriptions.inc();
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      metrics.subscriptions.dec();
      await release(opening);
    };
    // Not an async generator: its `return` would wait for the event that never comes.
    const end = async (): Promise<{ done: true; value: undefined }> => {
      await close();
      await events.return?.();
      return { done: true, value: undefined };
    };
    const results: AsyncIterableIterator<ExecutionResult> = {
      [Symbol.asyncIterator]: () => results,
      async next() {
        while (ahead.length < AHEAD) ahead.push(take());
        try {
          const result = await ahead.shift()!;
          if (result !== null) return { done: false, value: result };
        } catch (error) {
          await end();
          throw error;
        }
        await close();
        return { done: true, value: undefined };
      },
      return: end,
      async throw(error) {
        await end();
        throw error;
      },
    };
    return results;
  };

  const prepare = (extra: Extra, payload: SubscribePayload, running: number): ExecutionArgs | GraphQLError[] => {
    if (running > SUBSCRIPTIONS_PER_SOCKET) {
      return [problem('RATE_LIMITED', `At most ${SUBSCRIPTIONS_PER_SOCKET} operations can run on one socket.`)];
    }
    const { operationName, variables, query } = payload;
    try {
      const document = documents.read(query);
      if (!('kind' in document)) return document.map(asInputError);
      const operation = { schema, document, ...(operationName ? { operationName } : {}) };
      const refused = options.checkOperation?.({ ...operation, variables: variables ?? {} });
      if (refused) return [refused];
      return { ...operation, variableValues: variables };
    } catch (error) {
      return [asInputError(asGraphQLError(error))];
    }
  };

  // One caller per operation is kept here between onSubscribe and execute, which gets the same arguments object.
  const callers = new WeakMap<object, TracedCaller>();
  const callerFor = (args: object): TracedCaller => callers.get(args) ?? { headers: {}, traceId: newTraceId() };
  const traced = <T>(extra: Extra, id: string, work: () => T): T => inTrace(extra.traces.get(id) ?? newTraceId(), work);

  const protocol = makeServer<Record<string, unknown>, Extra>({
    async onConnect({ extra, connectionParams }) {
      try {
        const context = await options.createContext(callerOf(extra, connectionParams));
        extra.outlet.expireAt(options.expiryOf?.(context) ?? null);
        // one that was closed meanwhile has said so already
        if (extra.socket.readyState === extra.socket.OPEN)
          extra.onClosed = options.onSocket?.(context, (why) => extra.outlet.end(why)) ?? extra.onClosed;
        await release(context);
      } catch (error) {
        throw refuse(error);
      }
    },
    jsonMessageReplacer: frames.replacer,
    onSubscribe({ extra, connectionParams, subscriptions }, id, payload) {
      extra.outlet.began(id);
      const prepared = prepare(extra, payload, Object.keys(subscriptions).length);
      const origin = originOf(extra, connectionParams, payload);
      extra.traces.set(id, origin.traceId);
      if (Array.isArray(prepared)) metrics.operations.inc({ transport: 'ws', kind: 'none', outcome: 'refused' });
      else callers.set(prepared, { ...callerOf(extra, connectionParams, payload.operationName), ...origin });
      return prepared;
    },
    execute: (args) => guarded(() => executeOnce(args, callerFor(args))),
    subscribe: (args) => guarded(() => inTrace(callerFor(args).traceId, () => subscribe(args, callerFor(args)))),
    onNext({ extra }, id, _payload, _args, result) {
      metrics.eventsSent.inc();
      // what many are sent is shown once, in the trace of the first of them
      return traced(extra, id, () => frames.shown(result));
    },
    onComplete({ extra }, id) {
      extra.traces.delete(id);
      extra.outlet.ended(id);
    },
    onError({ extra }, id, _payload, errors) {
      const shown = traced(extra, id, () => errors.map(present));
      extra.traces.delete(id);
      extra.outlet.ended(id);
      const fatal = shown.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
      if (fatal) extra.socket.close(4401, fatal.message.slice(0, 120));
      return shown;
    },
  });

  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const outlet = new Outlet(socket, { now, slowAfterMs });
    const extra: Extra = { request, socket, outlet, traces: new Map(), onClosed: () => undefined };
    metrics.sockets.inc();
    const stopPinging = keepAlive(socket, keepAliveMs);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => outlet.send(frames.complete(text)),
        // the protocol quotes ids of operations, which are the client's to choose
        close: (code, reason) => socket.close(code, reason && censored(reason)),
        onMessage: (handle) =>
          socket.on('message', (data: RawData) => {
            handle(textOf(data)).catch((error: unknown) => {
              if (error instanceof CloseSocket) return socket.close(error.code, error.message);
              log.error({ err: error }, 'a socket message could not be handled');
              return socket.close(4500, 'Internal error');
            });
          }),
      },
      extra,
    );
    socket.on('error', (error) => log.debug({ err: error }, 'a socket broke'));
    socket.once('close', (code, reason) => {
      metrics.sockets.dec();
      stopPinging();
      extra.onClosed();
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a subscription could not be ended'));
    });
  });

  return {
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    },
    async close() {
      isClosed = true;
      for (const client of server.clients) client.close(1012, 'Service restart');
      const late = setTimeout(() => server.clients.forEach((client) => client.terminate()), 1000);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      while (server.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      clearTimeout(late);
    },
  };
}

/** The trace of an operation: as its own `extensions` say, else as the socket's connection_init or its upgrade did, else a new one. */
function originOf({ request }: Extra, connectionParams: unknown, { extensions }: SubscribePayload): Origin {
  const params = (connectionParams ?? {}) as Record<string, unknown>;
  const sent = [extensions?.['traceparent'], params['traceparent'], request.headers['traceparent']];
  const from = sent.map(readTraceparent).find((found) => found !== null);
  return { traceId: from?.traceId ?? newTraceId(), parentId: from?.spanId };
}

/** A failure before there is a result is a result too: what `execute` throws would end the socket. */
async function guarded<T>(work: () => Promise<T>): Promise<T | ExecutionResult> {
  try {
    return await work();
  } catch (error) {
    return { errors: [asGraphQLError(error)] };
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error });
}

/** Gives errors of parsing and validation, which have none, the code that the HTTP side gives them. */
function asInputError(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined || error.originalError !== undefined) return error;
  const { message, nodes, source, positions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

/** ws delivers what it received as one buffer or several. */
function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');
}

function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
