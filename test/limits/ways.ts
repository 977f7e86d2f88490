// The two ways in, spoken to plainly: what was sent is what arrives.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { KEY } from '../kit/app';

/** An operation as it is sent. */
export interface Payload {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
}

export interface Shown {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly retryAfter?: number };
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers | null;
  readonly body: { readonly data?: any; readonly errors?: readonly Shown[]; readonly extensions?: Record<string, any> };
}

/** Sends one operation and answers what came back, with the text itself. */
export type Way = (payload: Payload | string) => Promise<Reply & { readonly text: string }>;

/** Over HTTP, each operation a request. */
export function overHttp(url: string, key = KEY): Way {
  return async (payload) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${key}`,
    };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Reply['body'], text };
  };
}

/** A socket that is acknowledged, and operations over it one after the other. */
export interface PlainSocket {
  readonly way: Way;
  /** The same for a subscription: null when nothing has come after so long; then it is ended. */
  briefly(payload: string, ms: number): Promise<Awaited<ReturnType<Way>> | null>;
  readonly socket: WebSocket;
  /** Resolves with the code it is closed with. */
  readonly closed: Promise<number>;
  send(message: unknown): void;
  /** The next message of a type, also one that has come already. */
  next(type: string, id?: string): Promise<any>;
}

/** Opens a socket; the answer to an operation is its first result or its error. */
export async function overSocket(url: string, key = KEY, params: object = {}): Promise<PlainSocket> {
  const plain = await openSocket(url);
  plain.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}`, ...params } });
  await plain.next('connection_ack');
  return plain;
}

/** Opens a socket and says nothing. */
export async function openSocket(url: string, protocol = 'graphql-transport-ws'): Promise<PlainSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const messages: any[] = [];
  const listeners = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(String(data)));
    for (const listen of listeners) listen();
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  const send = (message: unknown): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const nextOf = (types: readonly string[], id?: string): Promise<any> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const at = messages.findIndex((message) => types.includes(message.type) && (id === undefined || message.id === id));
        if (at < 0) return;
        listeners.delete(look);
        resolve(messages.splice(at, 1)[0]);
      };
      listeners.add(look);
      void closed.then((code) => reject(new Error(`closed with ${code}`)));
      look();
    });
  let operations = 0;
  const ask = (payload: Payload | string): { readonly id: string; readonly reply: ReturnType<Way> } => {
    const id = `o${++operations}`;
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    send(`{"id":"${id}","type":"subscribe","payload":${text}}`);
    const reply = nextOf(['next', 'error'], id).then((message) => {
      // a subscription that was let in is not wanted any more
      if (message.type === 'next') send({ id, type: 'complete' });
      const body = (message.type === 'next' ? message.payload : { errors: message.payload }) as Reply['body'];
      return { status: 0, headers: null, body, text: JSON.stringify(message) };
    });
    return { id, reply };
  };
  const way: Way = (payload) => ask(payload).reply;
  const briefly = async (payload: string, ms: number): Promise<Awaited<ReturnType<Way>> | null> => {
    const { id, reply } = ask(payload);
    reply.catch(() => undefined);
    const answer = await Promise.race([reply, new Promise<null>((resolve) => setTimeout(resolve, ms, null))]);
    if (answer === null) send({ id, type: 'complete' });
    return answer;
  };
  return { way, briefly, socket, closed, send, next: (type, id) => nextOf([type], id) };
}
