// What calls for somebody: each alert fires once and is resolved once, over restarts and with two nodes (I8).
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import { latenessConditions } from '../../src/integrations/alerts/conditions';
import type { Condition } from '../../src/integrations/alerts/kinds';
import { volumeConditions } from '../../src/integrations/alerts/volumes';
import { Watch } from '../../src/integrations/alerts/watch';
import { createLog } from '../../src/platform/log';
import { createPool, type Db } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { eventually, talkTo } from '../kit/seed';
import { startReceiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(90_000);

const START = '2026-06-01T12:00:00Z';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Two looks of the watch. */
const LOOKS = 2_300;

interface Line {
  readonly msg: string;
  readonly kind: string;
}

describe('alerts', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-alerts-'));
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('fire once and are resolved once, also over a restart and with two nodes', async () => {
    const SECRET_KEY_FILE = path.join(folder, 'key');
    fs.writeFileSync(SECRET_KEY_FILE, randomBytes(32).toString('base64'));
    const database = await createDatabase();
    stops.push(() => database.drop());
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const env = { ...LOCAL, SECRET_KEY_FILE, ALERT_REVOCATIONS: '5' };
    const nodes: TestApp[] = [];
    const start = async (at: string): Promise<TestApp> => {
      const node = await startTestApp({ at, databaseUrl: database.url, env, log });
      nodes.push(node);
      stops.push(() => node.stop());
      return node;
    };
    let one = await start(START);
    const two = await start(START);
    const pass = (ms: number) => [one, two].forEach((node) => node.clock.advance(ms));
    const said = (msg: string): string[] =>
      lines
        .map((line) => JSON.parse(line) as Line)
        .filter((line) => line.msg === msg)
        .map(({ kind }) => kind)
        .sort();
    const alerts = async (args = ''): Promise<any[]> =>
      (await one.query(`{ alerts${args} { totalCount nodes { kind subject message openedAt resolvedAt } } }`)).alerts.nodes;
    const kinds = async (args: string): Promise<string[]> => (await alerts(args)).map(({ kind }) => kind).sort();

    let isDown = true;
    const receiver = await startReceiver(() => (isDown ? 500 : 200));
    stops.push(() => receiver.stop());
    const [api, hooks] = [talkTo(one), talkAboutWebhooks(one)];
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    await api.defineTypes({ code: 'T' });
    const people = Array.from({ length: 12 }, (_, i) => ({ externalId: `P${i}` }));
    await api.upsert(people);
    await api.issue(people.map(({ externalId }) => ({ employeeExternalId: externalId, typeCode: 'T', issuedOn: '2026-05-01' })));

    // a receiver that fails, revocations, and payloads nobody can use: all at once
    for (let i = 0; i < 6; i++) await api.revoke([`P${i}`, 'T'], 'found out');
    const strangers = Array.from({ length: 120 }, (_, i) => ({
      ...{ employeeExternalId: `S${i}`, courseCode: 'C', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    }));
    await api.complete(strangers);
    const FIRST = ['MANY_REVOCATIONS', 'UNUSUAL_QUARANTINE', 'WEBHOOK_FAILING'];
    await eventually(
      async () => {
        pass(1_000);
        return kinds('(open: true)');
      },
      (found) => found.length === 3,
      20_000,
    );
    expect(await kinds('(open: true)')).toEqual(FIRST);
    expect((await alerts('(open: true)')).find(({ kind }) => kind === 'WEBHOOK_FAILING')).toMatchObject({
      subject: id,
      resolvedAt: null,
    });
    // as many as there were when it was looked for
    expect((await alerts('(open: true)')).find(({ kind }) => kind === 'MANY_REVOCATIONS')!.message).toMatch(
      /^[56] credentials revoked within an hour; usual are 0\.$/,
    );
    // the names of nobody are in what everybody may read
    expect(JSON.stringify(await alerts())).not.toMatch(/S\d|P\d/);

    // both nodes look on, and one is started anew: nothing fires again
    await pause(LOOKS);
    const at = new Date(one.clock.now()).toISOString();
    await one.stop();
    one = await start(at);
    two.clock.set(one.clock.now());
    await pause(LOOKS);
    expect(await kinds('')).toEqual(FIRST);
    expect(said('an alert is open')).toEqual(FIRST);
    expect(said('an alert is resolved')).toEqual([]);
    const metrics = async () => (await fetch(`${two.url}/metrics`)).text();
    expect(await metrics()).toMatch(/alerts_open\{kind="WEBHOOK_FAILING"\} 1/);
    expect(await metrics()).toMatch(/alerts_open\{kind="LOG_BEHIND"\} 0/);

    // the receiver is back, the hour is over
    isDown = false;
    pass(2 * 3_600_000);
    await eventually(
      async () => {
        pass(31_000);
        return kinds('(open: true)');
      },
      (found) => found.length === 0,
      20_000,
    );
    await pause(LOOKS);
    expect(said('an alert is resolved')).toEqual(FIRST);
    expect((await alerts('(open: false)')).every(({ openedAt, resolvedAt }) => openedAt < resolvedAt)).toBe(true);
    expect(await metrics()).toMatch(/alerts_open\{kind="WEBHOOK_FAILING"\} 0/);

    // dead letters of a receiver, and one that was given up
    lines.length = 0;
    await one.execute(`UPDATE webhook_endpoint SET state = 'DISABLED', disabled_because = 'FAILING', disabled_at = now()`);
    await one.execute(
      `UPDATE webhook_delivery SET state = 'DEAD', died_at = now() WHERE position = (SELECT min(position) FROM webhook_delivery)`,
    );
    const SECOND = ['WEBHOOK_DEAD_LETTERS', 'WEBHOOK_DISABLED'];
    await eventually(
      () => kinds('(open: true)'),
      (open) => open.length === 2,
      15_000,
    );
    expect(await kinds('(open: true)')).toEqual(SECOND);
    await talkAboutWebhooks(one).enable(id);
    const [dead] = await talkAboutWebhooks(one).deliveries(id, 'DEAD');
    await talkAboutWebhooks(one).resend(dead.id);
    await eventually(
      () => kinds('(open: true)'),
      (open) => open.length === 0,
      15_000,
    );
    expect(said('an alert is open')).toEqual(SECOND);
    expect(said('an alert is resolved')).toEqual(SECOND);
  });

  describe('are due', () => {
    const NOW = Date.parse(START);
    /** Does something to a database of its own that is forgotten again. */
    const supposing = async (statements: string, look: (db: Db) => Promise<Condition[]>): Promise<string[]> => {
      const database = await createDatabase();
      const pool = await createPool(database.url, { max: 1 });
      try {
        await pool.query(statements);
        return (await look(pool)).map(({ kind }) => kind);
      } finally {
        await pool.end();
        await database.drop();
      }
    };
    const fact = (event: string) =>
      `INSERT INTO inbox (change_id, event_id, kind, entity, entity_version, actor, occurred_at, body_format, body)
       VALUES (1, '${event}', 'role.defined', gen_random_uuid(), 1, 'x', now(), 0, '{}')`;
    const hours = (count: number, each: number) =>
      `INSERT INTO volume SELECT timestamptz '${START}' - i * interval '1 hour', 'UNUSUAL_CHANGES', ${each} FROM generate_series(2, ${count + 1}) i;`;
    const lately = (count: number) =>
      `INSERT INTO volume VALUES (timestamptz '${START}' - interval '10 minutes', 'UNUSUAL_CHANGES', ${count})`;

    it('when the log is late, and not because somebody is just writing', async () => {
      const lateness = (db: Db) => latenessConditions(db, NOW);
      expect(await supposing(fact('00000000-0000-7000-8000-000000000000'), lateness)).toEqual(['LOG_BEHIND']);
      expect(await supposing(fact(uuidv7()), lateness)).toEqual([]);
    });

    it('when timers are late', async () => {
      const due = (at: string) =>
        `INSERT INTO employee (id, external_id, version, recorded_in, settled_until, next_change_at) VALUES (gen_random_uuid(), 'x', 1, 1, now(), timestamptz '${START}' - interval '${at}')`;
      const lateness = (db: Db) => latenessConditions(db, NOW);
      expect(await supposing(due('61 seconds'), lateness)).toEqual(['TIMERS_BEHIND']);
      expect(await supposing(due('59 seconds'), lateness)).toEqual([]);
    });

    it('when ten times as much is recorded as usual, and stay until it is half of that; a first load is no surprise', async () => {
      const volumes = (isOpen: boolean) => (db: Db) => volumeConditions(db, NOW, 50, () => isOpen);
      expect(await supposing(hours(24, 200) + lately(2_000), volumes(false))).toEqual(['UNUSUAL_CHANGES']);
      expect(await supposing(hours(24, 200) + lately(1_999), volumes(false))).toEqual([]);
      expect(await supposing(hours(24, 200) + lately(1_000), volumes(true))).toEqual(['UNUSUAL_CHANGES']);
      expect(await supposing(hours(24, 200) + lately(999), volumes(true))).toEqual([]);
      expect(await supposing(hours(24, 1) + lately(999), volumes(false))).toEqual([]);
      expect(await supposing(hours(23, 200) + lately(1_000_000), volumes(false))).toEqual([]);
    });

    it('when the clock of a node stands still, until it runs again', async () => {
      const database = await createDatabase();
      const pool = await createPool(database.url, { max: 2 });
      let isFrozen = true;
      const said: string[] = [];
      const log = createLog('info', { write: (line: string) => void said.push((JSON.parse(line) as Line).msg) });
      const clock = { now: () => NOW, isFrozen: () => isFrozen };
      const watch = new Watch({ db: pool, clock, registry: new Registry(), log, accessCheckEvery: null, revocations: 50 });
      watch.start();
      await eventually(
        async () => said,
        (found) => found.includes('an alert is open'),
      );
      isFrozen = false;
      await eventually(
        async () => said,
        (found) => found.length === 2,
      );
      expect(said).toEqual(['an alert is open', 'an alert is resolved']);
      await watch.stop();
      await pool.end();
      await database.drop();
    });
  });
});
