import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';

import type { Change } from '../../demo/operations';
import { watch } from '../../demo/watch';

const SCHEMA = buildSchema(readFileSync('schema.graphql', 'utf8'));

function change(position: number): object {
  const at = '2026-04-10T14:05:22.000Z';
  const employee = { externalId: 'E12345', name: 'Jane Smith' };
  return {
    __typename: 'EmployeeChange',
    cursor: `c${position}`,
    position,
    occurredAt: at,
    recordedAt: at,
    employee,
    kind: 'CHANGED',
  };
}

describe('watching changes', () => {
  let http: HttpServer;
  let server: { url: string; key: string };
  let sockets: Set<WebSocket>;
  let asked: (string | null)[];
  let deliver: (after: string | null, connection: number) => AsyncGenerator<object>;

  beforeEach(async () => {
    asked = [];
    sockets = new Set();
    http = createServer();
    const wss = new WebSocketServer({ server: http, path: '/graphql' });
    wss.on('connection', (socket) => sockets.add(socket));
    useServer(
      {
        schema: SCHEMA,
        onConnect: ({ connectionParams }) => connectionParams?.['authorization'] === 'Bearer k',
        roots: {
          subscription: {
            changed: async function* ({ after }: { after: string | null }) {
              asked.push(after);
              for await (const item of deliver(after, asked.length)) yield { changed: item };
            },
          },
        },
      },
      wss,
    );
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    server = { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, key: 'k' };
  });

  afterEach(async () => {
    for (const socket of sockets) socket.terminate();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  it('goes on from its cursor after the connection broke, and hears nothing twice (F7)', async () => {
    const ending = new AbortController();
    const heard: number[] = [];
    deliver = async function* (_, connection) {
      const [from, to] = connection === 1 ? [1, 3] : [3, 6];
      for (let position = from; position <= to; position++) yield change(position);
      if (connection === 1) setTimeout(() => sockets.forEach((socket) => socket.terminate()), 20);
      await new Promise((resolve) => setTimeout(resolve, 30_000).unref());
    };
    const listener = {
      onChange: (item: Change) => {
        heard.push(item.position);
        if (item.position === 6) ending.abort();
      },
      onReconnect: jest.fn(),
    };
    const watched = await watch(server, 'c0', listener, ending.signal);
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked).toEqual(['c0', 'c3']);
    expect(listener.onReconnect).toHaveBeenCalledTimes(1);
    expect(watched).toEqual({ changes: 6, missing: 0, cursor: 'c6' });
  });

  it('counts what never came', async () => {
    const ending = new AbortController();
    deliver = async function* () {
      yield change(1);
      yield change(4);
      setTimeout(() => ending.abort(), 20);
      await new Promise((resolve) => setTimeout(resolve, 30_000).unref());
    };
    expect(await watch(server, null, { onChange: () => undefined }, ending.signal)).toMatchObject({ changes: 2, missing: 2 });
  });

  it('gives up when the key is refused', async () => {
    const listener = { onChange: () => undefined };
    await expect(watch({ ...server, key: 'wrong' }, null, listener, new AbortController().signal)).rejects.toMatchObject({
      code: '4403',
    });
  });
});
