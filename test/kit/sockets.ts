// Plain sockets that speak graphql-transport-ws: many of them, and nothing done for them.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { KEY } from './app';

/** A socket with one subscription. */
export interface PlainSubscriber {
  readonly socket: WebSocket;
  /** Positions received, in order. */
  readonly positions: number[];
  /** `errors` of the first error message; null while there is none. */
  errors: readonly { readonly extensions: Record<string, unknown> }[] | null;
  /** Resolves with code and reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Opens a socket and subscribes; the subscription must select `position` of the change. */
export async function subscribePlainly(
  url: string,
  query: string,
  variables: object = {},
  key: string = KEY,
): Promise<PlainSubscriber> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: Number(code), reason: String(reason) }));
  const subscriber: PlainSubscriber = { socket, positions: [], errors: null, closed };
  socket.on('message', (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: any };
    if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
    if (type === 'next') subscriber.positions.push((Object.values(payload.data)[0] as { position: number }).position);
    if (type === 'error') subscriber.errors ??= payload;
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  return subscriber;
}
