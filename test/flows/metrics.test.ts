// What Prometheus is told, and that the page about it is right.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Snapshot } from '../../src/platform/context';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;

describe('metrics', () => {
  let server: TestApp;
  let api: Talk;
  let pool: Pool;
  beforeAll(async () => {
    // nobody is there: what is told of them is told all the same
    server = await startTestApp({
      at: '2026-06-01T12:00:00Z',
      env: { NATS_URL: 'nats://127.0.0.1:1', OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'graph' },
    });
    api = talkTo(server);
    pool = await createPool(server.databaseUrl, { max: 1 });
    await nursesNeedCpr(api);
    await api.upsert([{ externalId: 'P' }]);
    await api.issue([{ employeeExternalId: 'P', typeCode: 'CPR', issuedAt: '2026-05-01T00:00:00Z' }]);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const scrape = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
  /** The value of a metric with these labels; null when it has none. */
  const valueOf = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | null> => {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = (await scrape())
      .split('\n')
      .find((one) => one.split(/[ {]/)[0] === name && wanted.every((label) => one.includes(label)));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };
  /** Does something while somebody else has a lock. */
  const whileHeld = async (sql: string, work: () => Promise<void>): Promise<void> => {
    await pool.query('BEGIN');
    try {
      await pool.query(sql);
      await work();
    } finally {
      await pool.query('ROLLBACK');
    }
  };

  it('are those that docs/operations.md lists, and no others', async () => {
    const page = readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8');
    const section = /\n## Metrics\n(.*?)\n## /s.exec(page)![1]!;
    const listed = [...section.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names]) =>
      names!.split(', ').map((name) => name.replaceAll('`', '')),
    );
    const told = [...(await scrape()).matchAll(/^# HELP (\w+) /gm)]
      .map(([, name]) => name!)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(told.length).toBeGreaterThan(25);
    expect(told.sort()).toEqual(listed.sort());
  });

  it('tell of requests, on both transports', async () => {
    const labels = { kind: 'query', outcome: 'ok' };
    const [http, ws] = [
      { transport: 'http', ...labels },
      { transport: 'ws', ...labels },
    ];
    const before = (await valueOf('graphql_operations_total', http)) ?? 0;
    await api.ask('employees { totalCount }');
    expect(await valueOf('graphql_operations_total', http)).toBe(before + 1);
    expect(await valueOf('graphql_operation_seconds_count', { transport: 'http', kind: 'query' })).toBe(before + 1);
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer test-key' },
    });
    const ask = (query: string): Promise<unknown> =>
      new Promise((resolve) => {
        client.subscribe({ query }, { next: resolve, error: resolve, complete: () => undefined });
      });
    await ask('{ employees { totalCount } }');
    await ask('{ nope }');
    expect(await valueOf('graphql_operations_total', ws)).toBe(1);
    expect(await valueOf('graphql_operations_total', { transport: 'ws', kind: 'none', outcome: 'refused' })).toBe(1);
    client.subscribe(
      { query: 'subscription { changed { position } }' },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await eventually(
      () => valueOf('graphql_subscriptions'),
      (count) => count === 1,
    );
    expect(await valueOf('graphql_sockets')).toBe(1);
    await client.dispose();
  });

  it('tell of connections, by what they are for', async () => {
    for (const name of ['requests', 'webhooks', 'background', 'epochs']) {
      expect(await valueOf('database_connections', { pool: name, state: 'idle' })).toBeGreaterThanOrEqual(0);
      expect(await valueOf('database_connections_waiting', { pool: name })).toBeGreaterThanOrEqual(0);
    }
    const busy = () => valueOf('database_connections', { pool: 'requests', state: 'busy' });
    // past the door of requests, which lets fewer in
    const opened: Promise<Snapshot | null>[] = [];
    const open = async (): Promise<(number | null)[]> => {
      opened.push(...Array.from({ length: 5 }, () => server.app.graph.openSnapshot().catch(() => null)));
      return [await busy(), await valueOf('database_connections_waiting', { pool: 'requests' })];
    };
    await eventually(open, ([count, waiting]) => count! >= 20 && waiting! > 0, 20_000);
    for (const snapshot of opened) await (await snapshot)?.close();
    await eventually(busy, (count) => count === 0);
  });

  it('tell how late the log and the timers are', async () => {
    expect(await valueOf('log_inbox_entries')).toBe(0);
    const position = (await valueOf('log_position'))!;
    let written: Promise<unknown> = Promise.resolve();
    await whileHeld('SELECT FROM log_head FOR UPDATE', async () => {
      written = api.upsert([{ externalId: 'P', department: 'ER' }]);
      await eventually(
        () => valueOf('log_inbox_entries'),
        (count) => count === 1,
        20_000,
      );
      await eventually(
        () => valueOf('log_inbox_seconds'),
        (seconds) => seconds! > 0.5,
        20_000,
      );
    });
    await written;
    expect([await valueOf('log_inbox_entries'), await valueOf('log_inbox_seconds')]).toEqual([0, 0]);
    expect(await valueOf('log_position')).toBe(position + 1);
    await eventually(
      () => valueOf('log_unread_entries'),
      (count) => count === 0,
    );

    expect([await valueOf('timers_due_people'), await valueOf('timers_late_seconds')]).toEqual([0, 0]);
    // the lock of whoever tells what time brings
    await whileHeld('SELECT pg_advisory_xact_lock(7003)', async () => {
      server.clock.advance(400 * DAY_MS);
      await eventually(
        () => valueOf('timers_due_people'),
        (count) => count === 1,
      );
      expect(await valueOf('timers_late_seconds')).toBeGreaterThan(DAY_MS / 1_000);
    });
    await eventually(
      () => valueOf('timers_due_people'),
      (count) => count === 0,
      20_000,
    );
  });
});
