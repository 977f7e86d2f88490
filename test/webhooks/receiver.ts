// A receiver that behaves as a test tells it to, and remembers what came.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A message as it arrived. */
export interface Message {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: any };
  /** Real time. */
  readonly at: number;
  /** What it was answered; 0: nothing. */
  status: number;
}

/** Answers a message: a status, or whatever it does to the response itself. */
export type Behaviour = (
  message: Message,
  response: ServerResponse,
  request: IncomingMessage,
) => number | void | Promise<number | void>;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that came, whatever was answered. */
  readonly received: Message[];
  /** What was acknowledged, each once, as a receiver that knows ids by heart has it. */
  accepted(): Message[];
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1, and acknowledges everything until told otherwise. */
export async function startReceiver(behaviour: Behaviour = () => 200): Promise<Receiver> {
  let current = behaviour;
  const received: Message[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const id = String(request.headers['webhook-id']);
      const message: Message = { id, headers: request.headers, raw, body: JSON.parse(raw), at: Date.now(), status: 0 };
      received.push(message);
      void Promise.resolve(current(message, response, request)).then((status) => {
        if (status === undefined) return;
        message.status = status;
        response.writeHead(status).end('seen');
      });
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    accepted: () => {
      const taken = received.filter(({ status }) => status >= 200 && status < 300);
      return taken.filter((message, i) => taken.findIndex(({ id }) => id === message.id) === i);
    },
    behave: (next) => void (current = next),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
