// A client that sends much and takes little waits itself: nothing piles up, and nothing is lost.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { BYTES_OF_ONE, MOST_UNTAKEN_BYTES, OTHERS_PER_SECOND } from '../../src/platform/http/incoming';
import { startTestServer, type TestServer } from '../kit/http';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a socket', () => {
  let tested: TestServer;
  let socket: WebSocket;
  let messages: { readonly type: string; readonly id?: string; readonly payload?: any }[];

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise(setImmediate);
  };
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const open = async (): Promise<void> => {
    messages = [];
    socket = new WebSocket(`${tested.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(String(data))));
    await once(socket, 'open');
  };

  beforeEach(async () => {
    tested = await startTestServer();
    await open();
  });
  afterEach(async () => {
    socket.terminate();
    await tested.server.stop();
  });

  it('whose client takes nothing is not read, and goes on when it does', async () => {
    send({ type: 'connection_init' });
    await until(() => messages.length === 1);
    socket.pause();
    const text = 'x'.repeat(100_000);
    const COUNT = 600;
    const asked = (async () => {
      for (let i = 0; i < COUNT; i++) {
        send({ id: `${i}`, type: 'subscribe', payload: { query: `{ hello(name: "${text}") }` } });
        await pause(2);
      }
    })();
    // what the system takes on the way is asked for as well
    let made = 0;
    for (let same = 0; same < 20; same = tested.contexts.made === made ? same + 1 : 0) {
      made = tested.contexts.made;
      await pause(50);
    }
    await asked;
    expect(made).toBeGreaterThan(MOST_UNTAKEN_BYTES / 100_000);
    // systems buffer some ten megabytes, and more where they are told to
    expect(made).toBeLessThan(COUNT - 100);
    expect(tested.contexts.made).toBe(made);
    socket.resume();
    await until(() => messages.filter(({ type }) => type === 'complete').length === COUNT);
    expect(messages.filter(({ type }) => type === 'next').map(({ id }) => Number(id))).toEqual(
      Array.from({ length: COUNT }, (_, i) => i),
    );
  });

  it('is read no faster than so many messages a second that ask for nothing, from whomever; each is answered', async () => {
    const began = performance.now();
    const COUNT = 2 * OTHERS_PER_SECOND + 200;
    for (let i = 0; i < COUNT; i++) send({ type: 'ping', payload: { i } });
    send({ type: 'connection_init' });
    await until(() => messages.at(-1)?.type === 'connection_ack');
    // two full seconds are begun after the one it begins in
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(messages.slice(0, -1)).toEqual(Array.from({ length: COUNT }, (_, i) => ({ type: 'pong', payload: { i } })));
  });

  it('is read the slower the longer its messages are', async () => {
    const began = performance.now();
    const x = 'x'.repeat((BYTES_OF_ONE * OTHERS_PER_SECOND) / 2);
    for (let i = 0; i < 5; i++) send({ type: 'ping', payload: { x } });
    await until(() => messages.length === 5);
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(messages.every(({ payload }) => payload.x === x)).toBe(true);
  });

  it('whose client pings in frames of WebSocket is read no faster either', async () => {
    let answered = 0;
    socket.on('pong', () => (answered += 1));
    const began = performance.now();
    for (let sent = 1; sent <= 2 * OTHERS_PER_SECOND + 200; sent++) {
      socket.ping();
      await until(() => answered === sent);
    }
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  it('whose client leaves in the middle is no news', async () => {
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 200; i++) send({ type: 'ping', payload: { x: 'x'.repeat(3_000) } });
      await pause(5);
      socket.terminate();
      await open();
    }
    await pause(100);
    expect(tested.logged.map((line) => JSON.parse(line)).filter(({ level }) => level !== 'debug' && !(level < 40))).toEqual([]);
  });

  it.each([
    ['at once', 0],
    ['while messages wait', OTHERS_PER_SECOND],
  ])('that was told to go is listened to no more, %s', async (_when, pings) => {
    for (let i = 0; i < pings; i++) send({ type: 'ping' });
    send({ type: 'subscribe', id: '1', payload: { query: '{ hello }' } });
    send({ type: 'connection_init' });
    send({ type: 'subscribe', id: '1', payload: { query: '{ hello }' } });
    const [code] = await once(socket, 'close');
    expect([code, tested.contexts.made]).toEqual([4401, 0]);
    expect(messages).toEqual(Array.from({ length: pings }, () => ({ type: 'pong' })));
  });
});
