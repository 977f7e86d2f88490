// What a socket is told when it is cut off, and that what many are sent is written once.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString } from 'graphql';
import { WebSocket, WebSocketServer } from 'ws';
import { Outlet } from '../../src/platform/http/outlet';
import { startTestServer } from '../kit/http';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('an outlet', () => {
  let server: WebSocketServer;
  let client: WebSocket;
  let socket: WebSocket;
  const received: number[] = [];

  beforeEach(async () => {
    received.length = 0;
    server = new WebSocketServer({ port: 0 });
    const arriving = once(server, 'connection');
    client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.on('message', (data) => received.push(Number(/^\d+/.exec((data as Buffer).toString('utf8', 0, 20))![0])));
    [socket] = (await arriving) as [WebSocket];
    await once(client, 'open');
  });
  afterEach(() => {
    client.terminate();
    server.close();
  });

  const closed = async (): Promise<{ code: number; reason: string }> => {
    const [code, reason] = (await once(client, 'close')) as [number, Buffer];
    return { code, reason: String(reason) };
  };
  /** Sends numbered messages of 1 MiB until it is told not to; answers the last that the socket took. */
  const flood = (outlet: Outlet, id = '1') => {
    const state = { taken: 0 };
    void (async () => {
      for (let n = 1; socket.readyState === socket.OPEN; n++) {
        const text = `${n} ${'x'.repeat(2 ** 20)}`;
        await outlet.send({ text, id, position: `p${n}` });
        if (socket.readyState === socket.OPEN) state.taken = n;
      }
    })();
    return state;
  };

  it('closes a reader that takes nothing with 4408 and the last position it took, and buffers one message meanwhile (B6)', async () => {
    const outlet = new Outlet(socket, { now: Date.now, slowAfterMs: 300 });
    outlet.began('1');
    const state = flood(outlet);
    client.pause();
    await pause(250);
    expect(socket.bufferedAmount).toBeLessThan(2.1 * 2 ** 20);
    await pause(250);
    const { taken } = state;
    const closing = closed();
    client.resume();
    expect(await closing).toEqual({ code: 4408, reason: `Too slow: resume after position "p${taken}"` });
    expect(received.slice(0, taken)).toEqual(Array.from({ length: taken }, (_, i) => i + 1));
  });

  it('lets a large answer take as long as it takes, as long as some of it is taken', async () => {
    const underWay = (): number => (socket as any)._socket._handle.writeQueueSize;
    const outlet = new Outlet(socket, { now: Date.now, slowAfterMs: 300, underWay });
    outlet.began('1');
    client.pause();
    const began = performance.now();
    let isTaken = false;
    const taken = outlet.send({ text: `1 ${'x'.repeat(40 * 2 ** 20)}` }).then(() => (isTaken = true));
    while (!isTaken && socket.readyState === socket.OPEN) {
      client.resume();
      await pause(3);
      client.pause();
      await pause(60);
    }
    await taken;
    expect(performance.now() - began).toBeGreaterThan(600);
    client.resume();
    while (received.length === 0) await pause(10);
    expect([received, socket.readyState]).toEqual([[1], socket.OPEN]);
  });

  it('names no position where several subscriptions are at several places', async () => {
    const outlet = new Outlet(socket, { now: Date.now, slowAfterMs: 100 });
    for (const id of ['1', '2']) outlet.began(id);
    flood(outlet);
    client.pause();
    await pause(300);
    const closing = closed();
    client.resume();
    expect(await closing).toEqual({ code: 4408, reason: 'Too slow' });
  });

  it('closes with 4401 when credentials end, sends nothing from that instant on, and notices a clock that was put forward', async () => {
    let now = 1_000;
    const outlet = new Outlet(socket, { now: () => now, slowAfterMs: 30_000 });
    outlet.began('1');
    outlet.expireAt(100_000);
    await outlet.send({ text: '1', id: '1', position: 'p1' });
    now = 100_000;
    await outlet.send({ text: '2', id: '1', position: 'p2' });
    expect(await closed()).toEqual({ code: 4401, reason: 'Expired: resume after position "p1"' });
    expect(received).toEqual([1]);
  });

  it('closes with 4401 within a second also when nothing is to be sent', async () => {
    let now = 1_000;
    new Outlet(socket, { now: () => now, slowAfterMs: 30_000 }).expireAt(100_000);
    now = 100_000;
    const began = Date.now();
    expect(await closed()).toEqual({ code: 4401, reason: 'Expired' });
    expect(Date.now() - began).toBeLessThan(2_000);
  });
});

it('what many are sent of one event is written as JSON once, whatever they call their subscriptions', async () => {
  let written = 0;
  let failures = 0;
  const counted = new GraphQLScalarType({ name: 'Counted', serialize: (value) => ({ toJSON: () => (written++, value) }) });
  const events = [{ word: 'one' }, { word: 'two' }];
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const tested = await startTestServer({
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString } } }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: {
          word: {
            type: counted,
            async *subscribe() {
              await begun;
              yield* events;
            },
          },
          broken: {
            type: counted,
            async *subscribe() {
              await begun;
              yield* events;
            },
            resolve: () => {
              failures++;
              throw new TypeError('a bug');
            },
          },
        },
      }),
    }),
    classOf: () => 'everybody',
  });
  const sockets: WebSocket[] = [];
  const messages: any[][] = [];
  for (let i = 0; i < 20; i++) {
    const socket = new WebSocket(`${tested.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const received: any[] = [];
    sockets.push(socket);
    messages.push(received);
    socket.on('message', (data) => received.push(JSON.parse((data as Buffer).toString())));
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const send = (id: string, query: string) => socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
    send(`"${i}\\"}`, 'subscription { word }');
    send(`broken ${i}`, 'subscription { broken }');
  }
  await pause(100);
  begin();
  while (messages.some((list) => list.filter(({ type }) => type === 'complete').length < 2)) await pause(10);
  for (const [i, list] of messages.entries()) {
    const nexts = list.filter(({ type, id }) => type === 'next' && id === `"${i}\\"}`);
    expect(nexts.map(({ payload }) => payload.data)).toEqual(events);
    const failed = list.filter(({ type, id }) => type === 'next' && id === `broken ${i}`);
    expect(failed.map(({ payload }) => payload)).toEqual(
      messages[0]!.filter(({ type, id }) => type === 'next' && id === 'broken 0').map(({ payload }) => payload),
    );
  }
  expect(written).toBe(events.length);
  expect(failures).toBe(events.length);
  // one failure is one line of the log, not one per subscriber
  expect(tested.logged.filter((line) => line.includes('internal error'))).toHaveLength(events.length);
  for (const socket of sockets) socket.terminate();
  await tested.server.stop();
});
