// Consumers that were away for longer than changes are kept: told so, each by name, and back by way of the state.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase, endFirstPartition, type TestDatabase } from '../kit/postgres';
import { eventually, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

const PARTITION = 256;
const folder = mkdtempSync(path.join(tmpdir(), 'expired-cursors-'));
/** Several processes share the key that seals webhook secrets. */
const SHARED = { ...LOCAL, SECRET_KEY_FILE: path.join(folder, 'secret-key') };
const KEPT = { LOG_RETENTION: 'P30D' };

describe('after two months, of which one is kept', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  let server: TestApp;
  let api: Talk;
  let hooks: ReturnType<typeof talkAboutWebhooks>;
  let old: string;
  let webhook: string;
  let told: string;

  const people = (department: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ externalId: `E${from + i}`, department }));
  const gone = async (on = server): Promise<number> => (await on.query('{ auditKeptFrom }')).auditKeptFrom - 1;

  beforeAll(async () => {
    writeFileSync(SHARED.SECRET_KEY_FILE, Buffer.alloc(32, 7).toString('base64'));
    database = await createDatabase();
    await endFirstPartition(database.url, PARTITION);
    receiver = await startReceiver();
    server = await startTestApp({ databaseUrl: database.url, at: '2026-06-01T12:00:00Z', env: SHARED });
    [api, hooks] = [talkTo(server), talkAboutWebhooks(server)];
    ({ id: webhook } = await hooks.register(receiver.url, { kinds: ['ADDED'] }));
    old = (await api.changes('position')).cursor;
    receiver.behave(() => 500);
    await api.upsert(people('ER', 0, 400));
    told = (await api.person('E3', 'department', { knownAt: '2026-06-01T12:00:00Z' })).department;
    await eventually(async () => (await hooks.one(webhook)).failuresInARow, (failures) => failures > 0); // prettier-ignore
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** Two months later: the same database, another process. */
  const later = async (env: Record<string, string> = {}): Promise<void> => {
    await server.stop();
    server = await startTestApp({ databaseUrl: database.url, at: '2026-08-01T12:00:00Z', env: { ...SHARED, ...env } });
    [api, hooks] = [talkTo(server), talkAboutWebhooks(server)];
  };

  it('nothing is let go of unless that was asked for, nor what a webhook has yet to be told', async () => {
    await later();
    expect(await gone()).toBe(0);
    expect((await api.changes('position', null, old)).found.length).toBeGreaterThan(400 - PARTITION);
    await later(KEPT);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await gone()).toBe(0);
  });

  it('a cursor from then is refused by every door, with a cursor to go on from; what is told of the state is complete (B8)', async () => {
    await hooks.disable(webhook);
    await later(KEPT);
    await eventually(gone, (last) => last === PARTITION);
    const expired = { code: 'CURSOR_EXPIRED', snapshot: expect.any(String) };
    const refused = await server.send('query ($old: Cursor) { changes(after: $old) { cursor } }', { old });
    expect(refused.errors![0]!.extensions).toEqual(expired);
    const subscription =
      'subscription ($after: Cursor) { changed(after: $after) { position employee { externalId department } } }';
    const error: unknown = await server.subscribe(subscription, { after: old }).atLeast(1).catch((failure: Error) => failure.message); // prettier-ignore
    expect(JSON.parse(error as string)[0].extensions).toEqual(expired);
    const file = await fetch(`${server.url}/exports/changes.csv?after=${old}`, { headers: { authorization: 'Bearer test-key' } });
    expect([file.status, ((await file.json()) as any).errors[0].extensions]).toEqual([400, expired]);
    // from the beginning is from the first that is kept
    expect((await api.changes('position')).found[0].position).toBe(PARTITION + 1);

    // the cursor of the refusal, then the state, then what follows: nothing is missed
    const { snapshot } = refused.errors![0]!.extensions as unknown as { snapshot: string };
    await api.upsert(people('ICU', 0, 5));
    const copy = new Map<string, string>();
    for (let after: string | null = null; ;) {
      const { employees }: any = await server.query(
        'query ($after: String) { employees(first: 200, after: $after) { nodes { externalId department } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      for (const { externalId, department } of employees.nodes) copy.set(externalId, department);
      if (!employees.pageInfo.hasNextPage) break;
      after = employees.pageInfo.endCursor;
    }
    const live = server.subscribe<any>(subscription, { after: snapshot });
    await api.upsert(people('OR', 3, 8));
    for (const { employee } of await live.atLeast(10)) copy.set(employee.externalId, employee.department);
    expect(copy.size).toBe(400);
    expect([2, 4, 7, 8].map((n) => copy.get(`E${n}`))).toEqual(['ICU', 'OR', 'OR', 'ER']);
  });

  it('what was known then is known still', async () => {
    expect((await api.person('E3', 'department', { knownAt: '2026-06-01T12:00:00Z' })).department).toBe(told);
    expect(told).toBe('ER');
  });

  it('a webhook that missed what is gone is not enabled before that was accepted, and then told of all that is left', async () => {
    const [delivery] = await hooks.deliveries(webhook, 'PENDING');
    expect(delivery.position).toBeLessThanOrEqual(PARTITION);
    expect((await hooks.resend(delivery.id)).refusal).toMatchObject({ code: 'DELIVERY_EXPIRED', path: ['id'] });
    expect((await hooks.enable(webhook)).refusal).toMatchObject({ code: 'WEBHOOK_EXPIRED', path: ['id'] });
    const replayed = await server.send(
      'mutation ($input: ReplayWebhookInput!) { replayWebhook(input: $input) { refusal { code } } }',
      { input: { id: webhook, from: { cursor: old }, reason: 'asked to' } },
    );
    expect(replayed.errors![0]!.extensions.code).toBe('CURSOR_EXPIRED');
    receiver.behave(() => 200);
    const { cursor } = (await server.query('{ changes(first: 1) { cursor } }')).changes;
    expect((await hooks.replay({ id: webhook, from: { cursor } })).refusal).toBeNull();
    expect((await hooks.enable(webhook)).refusal).toBeNull();
    await hooks.quiet(webhook, 30_000);
    const { found } = await api.changes('position ... on EmployeeChange { kind }', { kind: ['ADDED'] }, cursor);
    const acknowledged = (await hooks.deliveries(webhook, 'DELIVERED')).map(({ position }) => position);
    // the replay begins behind the first that is kept, which was waiting anyway
    expect(new Set(acknowledged)).toEqual(new Set([PARTITION + 1, ...found.map(({ position }) => position)]));
  });
});
