import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { getOperationAST, type ExecutionArgs, type GraphQLError, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';

import { readTraceparent } from '../../core/trace-context';
import { badInput, problem } from '../graphql/errors';
import type { Log } from '../log';
import type { Metrics } from '../metrics';
import { inTrace, newTraceId, type Origin } from '../trace';
import type { AddressOf } from './address';
import { closeSocket } from './closing';
import type { Caller, Handlers, Payer } from './context';
import type { Door } from './door';
import type { PresentError } from './errors';
import { MOST_MISTAKES } from './documents';
import { Execution, type Asking } from './execution';
import { Frames } from './frames';
import { Incoming } from './incoming';
import { checkLength, keepDeclared, keepMembers, keepParams, weightOf } from './kept';
import { Life } from './life';
import { LIMITS } from './limits';
import { asErrors, guarded } from './messages';
import { Outlet } from './outlet';
import { namedDocument, type Reader } from './reader';

/** What the WebSocket side needs. */
export interface SocketOptions<C extends object> extends Handlers<C> {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly reader: Reader;
  readonly door: Door<C>;
  readonly addressOf: AddressOf;
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
  /** Who pays for what comes over it; known once it is connected. */
  payer: Payer;
  /** The traces of the operations that run, by their ids. */
  readonly traces: Map<string, string>;
  /** The queries and mutations that run, by their ids. */
  readonly lives: Map<string, Life>;
  /** What the protocol still wants answers to, by id. */
  wanted: object;
  /** Length of the message that is being read. */
  bytes: number;
  /** Called once the socket is closed. */
  onClosed: () => void;
}

/** Closes the socket with this code instead of answering. */
class CloseSocket extends Error {
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(reason);
  }
}

/** Queries, mutations and subscriptions. */
export const OPERATIONS_PER_SOCKET = 100;
export const INIT_WITHIN_MS = 3_000;
export const SLOW_AFTER_MS = 30_000;
const CLOSE_CODES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  UNAVAILABLE: 1013,
  RATE_LIMITED: 1013,
};

/**
 * Serves graphql-transport-ws. One bad operation never costs the socket: it is answered with an `error` message.
 * Each event of a subscription is executed with a context of its own, because loaders must not outlive it.
 */
export function createSockets<C extends object>(options: SocketOptions<C>): Sockets {
  const { schema, door, log, metrics, present, keepAliveMs = 12_000, slowAfterMs = SLOW_AFTER_MS } = options;
  const frames = new Frames(present);
  const now = options.now ?? Date.now;
  let isClosed = false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.bodyBytes,
    handleProtocols,
    // whoever does not take the answers to pings is not read, and is not cut off for it
    ...({ maxPendingAutoPongs: 0 } as object),
  });

  const callerOf = (extra: Extra, connectionParams: unknown, operationName?: string | null): Caller => ({
    headers: extra.request.headers,
    address: options.addressOf(extra.request),
    connectionParams: (connectionParams ?? {}) as Record<string, unknown>,
    ...(operationName ? { operationName } : {}),
  });

  const refuse = (error: unknown): CloseSocket => {
    const { message, extensions } = present(error);
    return new CloseSocket(CLOSE_CODES[String(extensions?.code)] ?? 4500, message);
  };

  const execution = new Execution<C>({ ...options, isClosed: () => isClosed });

  /** Why an operation is not executed, or how it is. */
  const prepare = async (
    extra: Extra,
    payload: SubscribePayload,
    bytes: number,
    running: number,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    if (running > OPERATIONS_PER_SOCKET) {
      return [problem('RATE_LIMITED', `At most ${OPERATIONS_PER_SOCKET} operations can run on one socket.`)];
    }
    const refused = door.admit(extra.payer);
    if (refused) return [refused];
    const read = await options.reader.read(payload, extra.payer);
    if (read === null)
      return [badInput(namedDocument(payload) === null ? 'Send a document: `query` is empty.' : 'PersistedQueryNotSupported')];
    if (!('document' in read)) return read;
    const { operationName, variables } = payload;
    const asked = getOperationAST(read.document, operationName);
    keepDeclared(variables, asked);
    const operation = { schema, document: read.document, ...(operationName ? { operationName } : {}) };
    const error = checkLength(asked, bytes) ?? door.charge(extra.payer, { ...operation, variables: variables ?? {} });
    if (error) return [error];
    const limits = { hideSuggestions: !options.introspection, options: { maxCoercionErrors: MOST_MISTAKES } };
    return { ...operation, variableValues: variables, ...limits };
  };

  // What is known of an operation is kept here between onSubscribe and execute, which gets the same arguments object.
  const askings = new WeakMap<object, Asking>();
  const askingFor = (args: object): Asking => {
    const asking = askings.get(args);
    if (!asking) throw new Error('an operation was executed that nobody has asked for');
    return asking;
  };
  const ask = (extra: Extra, id: string, caller: Caller & Origin, bytes: number): Asking => {
    const life = new Life();
    extra.lives.set(id, life);
    const end = (): void => {
      life.end();
      if (extra.lives.get(id) === life) extra.lives.delete(id);
    };
    return { ...caller, payer: extra.payer, bytes, life, end };
  };
  const forget = (extra: Extra, id: string): void => {
    extra.traces.delete(id);
    extra.outlet.ended(id);
  };
  const traced = <T>(extra: Extra, id: string, work: () => T): T => inTrace(extra.traces.get(id) ?? newTraceId(), work);

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    async onConnect({ extra, connectionParams }) {
      keepParams(connectionParams);
      try {
        const context = await options.createContext(callerOf(extra, connectionParams));
        extra.outlet.expireAt(options.expiryOf?.(context) ?? null);
        extra.payer = door.payerOf(context);
        // one that was closed meanwhile has said so already
        if (extra.socket.readyState === extra.socket.OPEN)
          extra.onClosed = options.onSocket?.(context, (why) => extra.outlet.end(why)) ?? extra.onClosed;
        await options.releaseContext?.(context);
      } catch (error) {
        throw refuse(error);
      }
    },
    jsonMessageReplacer: frames.replacer,
    async onSubscribe({ extra, connectionParams, subscriptions }, id, payload) {
      const { bytes } = extra;
      keepMembers(payload);
      extra.outlet.began(id);
      const origin = originOf(extra, connectionParams, payload);
      extra.traces.set(id, origin.traceId);
      extra.wanted = subscriptions;
      const prepared = await prepare(extra, payload, bytes, Object.keys(subscriptions).length).catch(asErrors);
      if ('document' in prepared) {
        const caller = { ...callerOf(extra, connectionParams, payload.operationName), ...origin };
        askings.set(prepared, ask(extra, id, caller, weightOf(bytes, payload.variables)));
        return prepared;
      }
      const outcome = prepared[0]?.extensions.code === 'RATE_LIMITED' ? 'limited' : 'refused';
      metrics.operations.inc({ transport: 'ws', kind: 'none', outcome });
      // nobody is told any more
      if (!(id in subscriptions)) forget(extra, id);
      return [...prepared];
    },
    execute: (args) => guarded(() => execution.operation(args, askingFor(args))),
    subscribe: (args) => guarded(() => execution.open(args, askingFor(args))),
    onNext({ extra }, id, _payload, _args, result) {
      metrics.eventsSent.inc();
      // what many are sent is shown once, in the trace of the first of them
      return traced(extra, id, () => frames.shown(result));
    },
    onComplete: ({ extra }, id) => forget(extra, id),
    onError({ extra }, id, _payload, errors) {
      const shown = traced(extra, id, () => errors.map(present));
      forget(extra, id);
      extra.lives.delete(id);
      const fatal = shown.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
      if (fatal) closeSocket(extra.socket, 4401, fatal.message);
      return shown;
    },
  });

  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const outlet = new Outlet(socket, { now, slowAfterMs, underWay: () => bytesUnderWay(request) });
    const nobody: Payer = { name: '', times: 1 };
    const extra: Extra = {
      request,
      socket,
      outlet,
      payer: nobody,
      traces: new Map(),
      lives: new Map(),
      wanted: {},
      bytes: 0,
      onClosed: () => undefined,
    };
    metrics.sockets.inc();
    const stopPinging = keepAlive(socket, outlet, keepAliveMs);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => outlet.send(frames.complete(text)),
        close: (code = 1000, reason) => closeSocket(socket, code, reason),
        onMessage: (handle) =>
          new Incoming(socket, {
            handle(message, bytes) {
              extra.bytes = bytes;
              // it takes what is parsed already as well
              handle(message as never).catch((error: unknown) => {
                if (error instanceof CloseSocket) return closeSocket(socket, error.code, error.message);
                log.error({ err: error }, 'a socket message could not be handled');
                return closeSocket(socket, 4500, 'Internal error');
              });
              for (const [id, life] of extra.lives) if (!(id in extra.wanted)) life.left();
            },
            // costs what any message does; when nothing is left it is answered all the same
            onOther: () => void (extra.payer === nobody || door.admit(extra.payer)),
          }),
      },
      extra,
    );
    socket.on('error', (error) => log.debug({ err: error }, 'a socket broke'));
    socket.once('close', (code, reason) => {
      metrics.sockets.dec();
      stopPinging();
      extra.onClosed();
      for (const life of extra.lives.values()) life.left();
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

function keepAlive(socket: WebSocket, outlet: Outlet, everyMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    // the ping waits behind what is sent, and the outlet finds out who takes nothing; or the answer waits to be read
    if (outlet.isSending || (socket.isPaused && socket.bufferedAmount === 0)) return void (isAlive = true);
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** What net.Socket itself looks at to tell a slow peer from a silent one, and says nowhere else. */
function bytesUnderWay({ socket }: IncomingMessage): number {
  return (socket as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0;
}
