import { once } from 'node:events';

import { WebSocket } from 'ws';

import { startTestServer, type TestServer } from '../kit/http';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { data?: Record<string, unknown>; extensions?: Record<string, unknown> } & {
    code?: string;
    extensions?: Record<string, unknown>;
  }[];
}

describe('the WebSocket side of the server', () => {
  let tested: TestServer;
  const open: WebSocket[] = [];

  const connect = async (
    authorization?: string,
  ): Promise<{ socket: WebSocket; messages: Message[]; until: (type: string, id?: string) => Promise<Message> }> => {
    const socket = new WebSocket(`${tested.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    open.push(socket);
    const messages: Message[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: authorization ? { authorization } : {} }));
    const until = async (type: string, id?: string): Promise<Message> => {
      for (;;) {
        const found = messages.find((message) => message.type === type && message.id === id);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    return { socket, messages, until };
  };
  const subscribe = (socket: WebSocket, id: string, query: string): void =>
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
  const closing = async (socket: WebSocket): Promise<number> => Number((await once(socket, 'close'))[0]);

  beforeEach(async () => {
    tested = await startTestServer();
  });

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate();
    await tested.server.stop();
  });

  it('executes each event with a context of its own, and gives every context back', async () => {
    const { socket, messages, until } = await connect('Bearer right');
    await until('connection_ack');
    subscribe(socket, '1', 'subscription { count(to: 3) { n context } }');
    await until('complete', '1');
    const events = messages.filter(({ type }) => type === 'next').map(({ payload }) => payload);
    expect(events.map((event) => event?.data?.count)).toEqual([
      { n: 1, context: 3 },
      { n: 2, context: 4 },
      { n: 3, context: 5 },
    ]);
    expect(events.map((event) => event?.extensions)).toEqual([{ position: 3 }, { position: 4 }, { position: 5 }]);
    expect(tested.contexts).toEqual({ made: 5, released: 5 });
  });

  it('answers queries as well', async () => {
    const { socket, until } = await connect();
    await until('connection_ack');
    subscribe(socket, '1', '{ hello(name: "socket") }');
    expect((await until('next', '1')).payload?.data).toEqual({ hello: 'hello socket' });
  });

  it.each([
    ['a syntax error', 'subscription {', 'BAD_USER_INPUT'],
    ['an unknown field', 'subscription { nonsense }', 'BAD_USER_INPUT'],
    ['a document beyond the limits', `{ ${'self{'.repeat(13)}hello${'}'.repeat(14)}`, 'QUERY_TOO_EXPENSIVE'],
    ['too many tokens', `{ ${'hello '.repeat(2000)} }`, 'QUERY_TOO_EXPENSIVE'],
    ['a root field that is skipped', 'subscription { wait @skip(if: true) }', 'BAD_USER_INPUT'],
    ['a root field on a condition', 'subscription ($a: Boolean!) { wait @include(if: $a) }', 'BAD_USER_INPUT'],
    [
      'a root fragment that is skipped',
      'subscription { ...F @skip(if: true) } fragment F on Subscription { wait }',
      'BAD_USER_INPUT',
    ],
    [
      'a skipped fragment in a fragment',
      'subscription { ...F } fragment F on Subscription { ... @skip(if: true) { wait } }',
      'BAD_USER_INPUT',
    ],
    ['a fragment of itself', 'subscription { ...F } fragment F on Subscription { ...F }', 'BAD_USER_INPUT'],
    ['a source that fails', 'subscription { breaks }', 'RESYNC_REQUIRED'],
  ])('answers %s with an error message and keeps the socket', async (_what, query, code) => {
    const { socket, until } = await connect();
    await until('connection_ack');
    subscribe(socket, '1', query);
    expect((await until('error', '1')).payload?.[0]?.extensions).toEqual({ code });
    subscribe(socket, '1', 'subscription { count(to: 1) { n } }');
    expect((await until('next', '1')).payload?.data).toEqual({ count: { n: 1 } });
    expect(socket.readyState).toBe(socket.OPEN);
    // also the context of what was refused: whoever is refused again and again must not use anything up
    await until('complete', '1');
    expect(tested.contexts.released).toBe(tested.contexts.made);
  });

  it('masks a bug in the middle of a subscription', async () => {
    const { socket, until } = await connect();
    await until('connection_ack');
    subscribe(socket, '1', 'subscription { boom }');
    expect((await until('next', '1')).payload?.data).toEqual({ boom: 'one' });
    expect((await until('error', '1')).payload?.[0]).toMatchObject({
      message: expect.stringMatching(/^Internal error \(reference \w+\)$/),
      extensions: { code: 'INTERNAL' },
    });
  });

  it('closes with 4401 when the key is wrong, and with 1013 when the database cannot be asked', async () => {
    expect(await closing((await connect('Bearer wrong')).socket)).toBe(4401);
    expect(await closing((await connect('Bearer nodb')).socket)).toBe(1013);
  });

  it('ends the source at once when the client completes or leaves, although no event is due', async () => {
    const { socket, until } = await connect();
    await until('connection_ack');
    for (const id of ['1', '2']) subscribe(socket, id, 'subscription { wait }');
    while (tested.contexts.made < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.send(JSON.stringify({ id: '1', type: 'complete' }));
    while (tested.ended.waits < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.terminate();
    while (tested.ended.waits < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(tested.contexts.released).toBe(tested.contexts.made);
  });

  it('says which sockets are open, and ends one with 4401 when it is told to', async () => {
    const ends: ((why: string) => void)[] = [];
    let gone = 0;
    await tested.server.stop();
    tested = await startTestServer({
      onSocket: (_context, end) => {
        ends.push(end);
        return () => void (gone += 1);
      },
    });
    const { socket, until } = await connect('Bearer right');
    await until('connection_ack');
    const other = await connect('Bearer right');
    await other.until('connection_ack');
    expect([ends.length, gone]).toEqual([2, 0]);
    subscribe(socket, '1', 'subscription { wait }');
    const closed = once(socket, 'close');
    ends[0]!('Left');
    ends[0]!('Left again');
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4401, 'Left']);
    other.socket.terminate();
    while (gone < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    // whoever is not let in is not among them
    const refused = await connect('Bearer wrong');
    expect([await closing(refused.socket), ends.length, gone]).toEqual([4401, 2, 2]);
  });

  it('refuses a message over 1 MiB, and another path', async () => {
    const { socket, until } = await connect();
    await until('connection_ack');
    subscribe(socket, '1', `{ hello } # ${'x'.repeat(1024 * 1024)}`);
    expect(await closing(socket)).toBe(1009);
    const elsewhere = new WebSocket(`${tested.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws');
    await expect(once(elsewhere, 'open')).rejects.toThrow('404');
  });

  it('B12: closes with 1012 on shutdown', async () => {
    const { socket, until } = await connect();
    await until('connection_ack');
    subscribe(socket, '1', 'subscription { wait }');
    const closed = closing(socket);
    await tested.server.stop();
    expect(await closed).toBe(1012);
    expect(tested.contexts.released).toBe(tested.contexts.made);
  });
});
