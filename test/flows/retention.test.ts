// What is kept for a while only: gone when its time is over, and nothing else with it (H7).
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readVerifier } from '../../src/core/checkpoint';
import { verifyLog } from '../../src/journal/audit/verify';
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { eventually, nursesNeedCpr, talkTo } from '../kit/seed';
import { startReceiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

const START = '2026-06-01T12:00:00Z';
const after = (days: number): string => new Date(Date.parse(START) + days * 86_400_000).toISOString();
const ACKNOWLEDGED = 'acknowledgements { type position at webhook { id } }';

describe('what is kept for a while', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-history-'));
  const SECRET_KEY_FILE = path.join(folder, 'key');
  fs.writeFileSync(SECRET_KEY_FILE, randomBytes(32).toString('base64'));
  // also when the test has failed, else what still runs keeps the run from ending
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const rowsOf = async (server: TestApp) => {
    const [row] = await server.execute<Record<string, number>>(
      `SELECT (SELECT count(*) FROM webhook_attempt) AS attempts,
         (SELECT count(*) FROM webhook_delivery WHERE state = 'DELIVERED') AS delivered,
         (SELECT count(*) FROM webhook_delivery WHERE state <> 'DELIVERED') AS others,
         (SELECT count(*) FROM idempotency) AS keys,
         (SELECT count(*) FROM quarantine WHERE resolved_in IS NOT NULL) AS applied,
         (SELECT count(*) FROM quarantine WHERE resolved_in IS NULL) AS unapplied,
         (SELECT pos FROM log_head) AS log`,
    );
    return row!;
  };

  it('is removed after its time; the log, who acknowledged what, and what is still to be done stay', async () => {
    const database = await createDatabase();
    stops.push(() => database.drop());
    const [good, down] = [await startReceiver(), await startReceiver(() => 503)];
    stops.push(
      () => good.stop(),
      () => down.stop(),
    );
    const start = async (at: string, env: Record<string, string> = {}) => {
      const server = await startTestApp({ at, databaseUrl: database.url, env: { ...LOCAL, SECRET_KEY_FILE, ...env } });
      stops.push(() => server.stop());
      return server;
    };
    const first = await start(START);
    const [api, hooks] = [talkTo(first), talkAboutWebhooks(first)];
    await nursesNeedCpr(api);
    const { id } = await hooks.register(good.url, { kinds: ['credential.issued', 'ADDED'] });
    const { id: failing } = await hooks.register(down.url, { kinds: ['credential.issued'] });
    const completion = { employeeExternalId: 'P', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' };
    await api.complete([completion, { ...completion, employeeExternalId: 'NEVER' }]);
    await api.upsert([{ externalId: 'P' }], { idempotencyKey: 'k1' });
    await hooks.quiet(id);
    await eventually(
      () => hooks.one(failing),
      ({ failuresInARow }) => failuresInARow > 0,
    );
    const [credential] = await api.credentials('P', 'CPR', `id ${ACKNOWLEDGED}`);
    expect(credential.acknowledgements).toHaveLength(1);
    const before = await rowsOf(first);
    expect(before).toMatchObject({ attempts: 3, delivered: 2, others: 1, keys: 1, applied: 1, unapplied: 1 });
    await first.stop();

    const early = await start(after(80));
    await eventually(
      async () => (await (await fetch(`${early.url}/metrics`)).text()).match(/pruned_last_seconds (\d+)/)![1],
      (seconds) => seconds !== '0',
    );
    expect(await rowsOf(early)).toMatchObject({ delivered: 2, keys: 1, applied: 1, unapplied: 1 });
    await early.stop();

    // the receiver that is down stays disabled for good, so that nothing new comes of it
    const second = await start(after(91));
    await eventually(
      () => rowsOf(second),
      ({ delivered, keys, applied }) => delivered === 0 && keys === 0 && applied === 0,
    );
    expect(await rowsOf(second)).toMatchObject({ others: 1, unapplied: 1 });
    expect(await second.execute('SELECT FROM webhook_attempt WHERE at < $1', [after(1)])).toEqual([]);
    const later = talkTo(second);
    expect((await later.credentials('P', 'CPR', `id ${ACKNOWLEDGED}`))[0]).toEqual(credential);
    const { auditTrail } = await later.ask(
      `auditTrail(node: "${credential.id}") { nodes { kind acknowledgements { type at } } }`,
    );
    expect(auditTrail.nodes).toEqual([
      { kind: 'credential.issued', acknowledgements: [{ type: 'credential.issued', at: credential.acknowledgements[0].at }] },
    ]);
    const { auditKeys } = await later.ask('auditKeys');
    const pool = await createPool(database.url, { max: 1 });
    const verified = await verifyLog(pool, { verifiers: auditKeys.map((key: string) => readVerifier(key)), witnesses: [] });
    await pool.end();
    expect(verified.finding).toBeNull();
    expect((await rowsOf(second))['log']).toBeGreaterThanOrEqual(before['log']!);
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toMatch(/pruned_rows_total\{what="webhook_deliveries"\} 2/);
    // sent again, it is acknowledged again, and what counts is the first time
    await talkAboutWebhooks(second).replay({ id, from: { instant: after(-1) } });
    await talkAboutWebhooks(second).quiet(id);
    expect((await rowsOf(second))['delivered']).toBe(2);
    expect((await later.credentials('P', 'CPR', `id ${ACKNOWLEDGED}`))[0]).toEqual(credential);
    await second.stop();

    const third = await start(after(60), { QUARANTINE_PATIENCE: 'P59D' });
    await eventually(
      () => rowsOf(third),
      ({ unapplied }) => unapplied === 0,
    );
    await third.stop();
  });
});
