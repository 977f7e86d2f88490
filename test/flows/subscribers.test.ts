// What subscribers cost: those that do not read, and those that come and go.
import type { WebSocket } from 'ws';
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { bytesHeld } from '../kit/heap';
import { subscribePlainly, type PlainSubscriber } from '../kit/sockets';

jest.setTimeout(180_000);

const ENTRIES = 4_000;
const MIB = 2 ** 20;
/** Messages of some 6 KB, so that what the kernel takes of them is soon full. */
const WIDE = `... on DefinitionChange { ${Array.from({ length: 6 }, (_, i) => `c${i}: code`).join(' ')} }`;

describe('subscribers', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp();
    const pool = await createPool(server.databaseUrl, { max: 1 });
    await pool.query(
      `INSERT INTO inbox (change_id, event_id, kind, entity, entity_version, actor, occurred_at, body_format, body)
       SELECT nextval('change_id_seq'), gen_random_uuid(), 'thing.happened', gen_random_uuid(), 1, 'key:test', now(), 0,
         convert_to(json_build_object('code', repeat('x', 1000))::text, 'UTF8') FROM generate_series(1, $1::int) n`,
      [ENTRIES],
    );
    while ((await pool.query<{ n: number }>('SELECT count(*) AS n FROM inbox')).rows[0]!.n > 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await pool.end();
  });
  afterAll(() => server.stop());

  const gauge = async (name: string): Promise<number> => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return Number(new RegExp(`^graphql_${name} (\\d+)`, 'm').exec(metrics)![1]);
  };
  /** Cursors so far apart that no two readers can share a page. */
  const cursors = async (count: number): Promise<string[]> => {
    const found: string[] = [];
    for (let after: string | null = null; found.length < count;) {
      const { changes }: any = await server.query('query ($after: Cursor) { changes(after: $after, first: 200) { cursor } }', {
        after,
      });
      found.push((after = changes.cursor));
    }
    return found;
  };

  it('that take nothing cost less than 1 MiB each, each at a place of its own in the log (B6)', async () => {
    const places = await cursors(10);
    // what the server keeps for all together is there already
    const query = `subscription ($after: Cursor) { changed(after: $after) { position ${WIDE} } }`;
    const quick = await subscribePlainly(server.url, query, { after: places[0] });
    while (quick.positions.length < 800) await new Promise((resolve) => setTimeout(resolve, 20));
    quick.socket.terminate();
    const before = await bytesHeld();
    const slow: PlainSubscriber[] = [];
    for (const after of places) {
      const subscriber = await subscribePlainly(server.url, query, { after });
      subscriber.socket.once('message', () => setTimeout(() => subscriber.socket.pause(), 5));
      slow.push(subscriber);
    }
    // until nothing moves any more: all are full
    for (let sent = -1, now = 0; sent !== now;) {
      sent = now;
      await new Promise((resolve) => setTimeout(resolve, 700));
      now = await gauge('events_sent_total');
    }
    const held = (await bytesHeld()) - before;
    expect(slow.every(({ positions }) => positions.length < ENTRIES / 3)).toBe(true);
    expect(held / places.length).toBeLessThan(MIB);
    // and are complete when they read again
    const [first, second] = slow as [PlainSubscriber, PlainSubscriber];
    for (const { socket } of slow.slice(2)) socket.terminate();
    for (const { socket } of [first, second]) socket.resume();
    while (second.positions.length < 600) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(second.positions.slice(0, 600)).toEqual(Array.from({ length: 600 }, (_, i) => 401 + i));
    for (const { socket } of [first, second]) socket.terminate();
  });

  it('that come and go leave nothing (B14)', async () => {
    const { socket } = await subscribePlainly(server.url, 'subscription { changed { position } }');
    const { changes } = await server.query('{ changes(first: 1) { cursor } }');
    let completed = 0;
    let pongs = 0;
    socket.on('message', (data: Buffer) => (pongs += Number(String(data) === '{"type":"pong"}')));
    /** All that was sent has been read. */
    const read = async (): Promise<void> => {
      const before = pongs;
      socket.send('{"type":"ping"}');
      while (pongs === before) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const comeAndGo = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const [id, isLive] = [`s${completed++}`, i % 2 === 0];
        const query = `subscription ($after: Cursor) { changed(after: $after) { position } }`;
        const variables = isLive ? {} : { after: changes.cursor };
        socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
        socket.send(JSON.stringify({ id, type: 'complete' }));
        if (i % 100 !== 99) continue;
        await read();
        while ((await gauge('subscriptions')) > 1) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await comeAndGo(500);
    const before = await bytesHeld();
    await comeAndGo(1_000);
    const perSubscription = ((await bytesHeld()) - before) / 1_000;
    expect(perSubscription).toBeLessThan(1_500);
    expect(await gauge('subscriptions')).toBe(1);
    socket.terminate();
    while ((await gauge('sockets')) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await gauge('subscriptions')).toBe(0);
  });

  it('cost no more for what they send along and nobody reads', async () => {
    const sockets: WebSocket[] = [];
    let wanted = 0;
    const strange = Array.from({ length: 10_000 }, () => ({}));
    const open = async (count: number): Promise<void> => {
      const { socket } = await subscribePlainly(server.url, 'subscription { changed { position } }');
      sockets.push(socket);
      const query = 'subscription { changed { position } }';
      const payload = { query, variables: { strange }, extensions: { strange }, strange };
      for (let i = 0; i < count; i++) socket.send(JSON.stringify({ id: `x${i}`, type: 'subscribe', payload }));
      wanted += count + 1;
      while ((await gauge('subscriptions')) < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await open(10);
    const before = await bytesHeld();
    await open(50);
    // the 30,000 values of each would take two megabytes; what else the server holds goes up and down by some
    expect(((await bytesHeld()) - before) / 50).toBeLessThan(300_000);
    for (const socket of sockets) socket.terminate();
  });
});
