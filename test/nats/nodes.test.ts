// Two and three nodes over one PostgreSQL: leadership passes on within seconds, nobody misses anything, and NATS may go away.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { Epochs } from '../../src/journal/epochs';
import { Hints } from '../../src/journal/hints';
import { KeyCache, PersonKeys } from '../../src/journal/keys';
import { Tail } from '../../src/journal/tail';
import { Nats } from '../../src/platform/nats/connection';
import { createPool } from '../../src/platform/postgres/pool';
import { Follower, sendUntilAnswered } from '../chaos/client';
import { KEY } from '../chaos/server';
import { checkLog, soundLog, until } from '../journal/node';
import { createDatabase } from '../kit/postgres';
import { eventually, ingestDocument } from '../kit/seed';
import { Nodes } from './nodes';
import { describeWithNats, Outsider, startNats, type NatsServer } from './server';

/** `npm run test:chaos` kills 200 times. */
const KILLS = Number(process.env['CHAOS_KILLS'] ?? 2);
jest.setTimeout(60_000 + KILLS * 15_000);

const UPSERT = ingestDocument('upsertEmployees');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWithNats('three nodes', () => {
  let nats: NatsServer;
  let nodes: Nodes;
  let outsider: Outsider;
  beforeAll(async () => {
    nats = await startNats();
    nodes = await Nodes.start(3, nats.url);
    outsider = await Outsider.connect(nats);
  });
  afterAll(async () => {
    await outsider.close();
    await nodes.end();
    await nats.remove();
  });

  const upsert = (name: string, to = nodes.anyone) =>
    sendUntilAnswered(to, 'upsertEmployees', UPSERT, {
      ...{ source: 'hris', employees: [{ externalId: name }] },
      ...{ idempotencyKey: name },
    });
  const logged = async (): Promise<number> => (await checkLog(nodes.pool)).count;
  const exported = async (): Promise<number[]> => {
    const count = await logged();
    await eventually(
      () => outsider.count(),
      (found) => found >= count,
      20_000,
    );
    return (await outsider.everything()).map(({ position }) => position);
  };
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

  it('replace the one that numbers the log when it is killed, and lose nothing, nor do subscribers and the export (A3)', async () => {
    expect(await nodes.leader()).toBe(nodes.all[0]);
    const followers = nodes.all.map((node) => new Follower(node));
    await eventually(
      async () => followers.map(({ connections }) => connections),
      (connections) => connections.every((count) => count > 0),
    );
    let isOver = false;
    const acknowledged: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        await upsert(`W${writer}-${n}`);
        acknowledged.push(`W${writer}-${n}`);
      }
    };
    const writers = [0, 1, 2].map(write);
    const takeovers: number[] = [];
    for (let round = 0; round < KILLS; round++) {
      await pause(300);
      const leader = await eventually(
        () => nodes.leader(),
        (found) => found !== undefined,
      );
      await leader!.kill();
      const killedAt = Date.now();
      await upsert(`after-${round}`);
      takeovers.push(Date.now() - killedAt);
      await eventually(
        () => nodes.leader(),
        (found) => found !== undefined,
      );
      await nodes.begin(leader!);
    }
    isOver = true;
    await Promise.all(writers);
    expect(Math.max(...takeovers)).toBeLessThan(5_000);

    const count = acknowledged.length + takeovers.length;
    expect(await checkLog(nodes.pool)).toEqual(soundLog(count));
    for (const follower of followers) {
      await follower.end(count, 10_000);
      expect(follower.positions).toEqual(upTo(count).slice(follower.positions[0]! - 1));
    }
    expect(await exported()).toEqual(upTo(count));
  });

  it('deliver everything in time while NATS is down, and export it once it is back (A13)', async () => {
    const [, , third] = nodes.all;
    const before = await logged();
    const seen = new Map<number, number>();
    const client = createClient({
      url: `${third!.url!.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${KEY}` },
    });
    await nats.kill();
    const document = 'subscription { changed { position } }';
    client.subscribe<any>({ query: document }, { next: ({ data }) => void seen.set(data.changed.position, Date.now()), error: () => undefined, complete: () => undefined }); // prettier-ignore
    await pause(300);
    const answeredAt: number[] = [];
    for (let i = 0; i < 100; i++) {
      await upsert(`down-${i}`, nodes.all[i % 2]);
      answeredAt.push(Date.now());
    }
    await eventually(
      async () => seen.size,
      (size) => size === 100,
    );
    expect([...seen.keys()]).toEqual(upTo(before + 100).slice(before));
    const late = [...seen.values()].map((at, i) => at - answeredAt[i]!).sort((a, b) => a - b);
    expect(late[98]).toBeLessThan(1_500);
    for (const node of nodes.all) {
      expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
      expect(await (await fetch(`${node.url}/metrics`)).text()).toContain('nats_up 0');
    }
    await client.dispose();
    await nats.start();
    expect(await exported()).toEqual(upTo(before + 100));
  });
});

describeWithNats('two nodes', () => {
  it('tell each other over NATS that there is news', async () => {
    const [nats, database] = [await startNats(), await createDatabase()];
    const pool = await createPool(database.url, { max: 1 });
    // it looks by itself once a minute only, and PostgreSQL announces nothing of what is done here
    const tail = new Tail({
      ...{ databaseUrl: database.url, keys: new KeyCache(new PersonKeys(Buffer.alloc(32))), epochs: await Epochs.load(pool) },
      pollMs: 60_000,
    });
    await tail.start();
    const [here, there] = [new Nats({ urls: [nats.url] }), new Nats({ urls: [nats.url] })];
    const own = new Hints(here, 'log', { head: 0, poke: () => undefined });
    const others = new Hints(there, 'log', tail);
    here.start();
    there.start();
    await until(() => here.connection !== null && there.connection !== null);
    await there.connection!.flush();
    await pool.query('UPDATE log_head SET pos = 7');
    own.sequenced({ head: 7 });
    await until(() => tail.head === 7);
    // after NATS was away, too
    await nats.kill();
    await until(() => here.connection === null && there.connection === null);
    own.sequenced({ head: 8 });
    await nats.start();
    await until(() => here.connection !== null && there.connection !== null);
    await there.connection!.flush();
    await pool.query('UPDATE log_head SET pos = 9');
    others.sequenced({ head: 9 });
    own.sequenced({ head: 9 });
    await until(() => tail.head === 9);
    await Promise.all([here.stop(), there.stop(), tail.stop(), pool.end()]);
    await database.drop();
    await nats.remove();
  });
});
