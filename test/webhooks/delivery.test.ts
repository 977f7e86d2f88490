// What other systems are told: who asked for it, signed, in order, and until it is acknowledged.
import { secretBytes, verify } from '../../src/core/standard-webhooks';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from './receiver';
import { LOCAL, talkAboutWebhooks, type Registered } from './talk';

describe('webhooks', () => {
  let server: TestApp;
  let api: Talk;
  let hooks: ReturnType<typeof talkAboutWebhooks>;
  let receiver: Receiver;
  let hook: Registered;

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z', env: LOCAL });
    [api, hooks] = [talkTo(server), talkAboutWebhooks(server)];
    await nursesNeedCpr(api);
    receiver = await startReceiver();
    hook = await hooks.register(receiver.url);
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
  });

  it('tell every change behind the registration, as the feed tells it (F1)', async () => {
    const { cursor } = await api.upsert([{ externalId: 'A', department: 'ER' }]);
    await api.complete([{ employeeExternalId: 'A', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' }]);
    await api.revoke(['A', 'CPR'], 'fraud');
    await hooks.quiet(hook.id);
    const { found } = await api.changes('position occurredAt recordedAt employee { externalId } cursor', null, null);
    const told = receiver.received.map(({ body }) => body.data);
    const expected = found.filter(({ position }) => position >= told[0].position);
    expect(told.map(({ position }) => position).sort((a, b) => a - b)).toEqual(expected.map(({ position }) => position));
    for (const change of expected) {
      const data = told.find(({ position }) => position === change.position);
      expect(data).toMatchObject({
        ...{ cursor: change.cursor, occurredAt: change.occurredAt, recordedAt: change.recordedAt },
        employee: change.employee?.externalId ?? null,
      });
    }
    expect(cursor).toBe(told.find(({ kind }) => kind === 'ADDED')?.cursor);
    const types = receiver.received.map(({ body }) => body.type);
    expect(types).toEqual(
      expect.arrayContaining(['employee.added', 'completion.passed', 'credential.issued', 'credential.revoked']),
    );
    const revoked = receiver.received.find(({ body }) => body.type === 'credential.revoked')!.body.data;
    expect(revoked).toMatchObject({
      change: 'CredentialChange',
      kind: 'REVOKED',
      typeCode: 'CPR',
      reason: 'fraud',
      department: 'ER',
    });
    expect(revoked.credential).toMatch(/^crd_/);
    const verdict = receiver.received.filter(({ body }) => body.type === 'eligibility.transition').at(-1)!.body.data;
    expect(verdict).toMatchObject({ roleCode: 'NURSE', before: 'ELIGIBLE', after: 'NOT_ELIGIBLE', employee: 'A' });
    expect(verdict.because.length).toBeGreaterThan(0);
  });

  it('are signed so that the published algorithm verifies them (F2)', () => {
    const secret = secretBytes(hook.secret)!;
    const now = Date.parse('2026-06-01T12:00:00Z') / 1_000;
    for (const { headers, raw } of receiver.received) {
      const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
        String(headers[name]),
      );
      expect(verify({ id, timestamp, signature }, raw, [secret], now)).toBeNull();
      expect(verify({ id, timestamp, signature }, `${raw} `, [secret], now)).toBe('NO_MATCHING_SIGNATURE');
    }
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(receiver.received.length);
  });

  it('show every attempt (F4)', async () => {
    const deliveries = await hooks.deliveries(hook.id);
    expect(deliveries).toHaveLength(receiver.received.length);
    for (const { state, attempts, acknowledgedAt } of deliveries) {
      expect(state).toBe('DELIVERED');
      expect(acknowledgedAt).toBe('2026-06-01T12:00:00.000Z');
      // what answers on a private address is not shown to anybody (C13)
      expect(attempts.nodes).toEqual([
        {
          ...attempts.nodes[0],
          outcome: 'DELIVERED',
          status: 200,
          error: null,
          response: null,
          bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]);
    }
    expect((await hooks.one(hook.id)).figures).toMatchObject({ successRate: 1, revocationP95Seconds: 0, issuanceP95Seconds: 0 });
  });

  it('are acknowledged, which can be read from the change and the credential (F5)', async () => {
    const { found } = await api.changes('position acknowledgements { at type webhook { id url } }');
    const revoked = receiver.received.find(({ body }) => body.type === 'credential.revoked')!.body.data;
    expect(found.find(({ position }) => position === revoked.position).acknowledgements).toEqual([
      { at: '2026-06-01T12:00:00.000Z', type: 'credential.revoked', webhook: { id: hook.id, url: receiver.url } },
    ]);
    const [cpr] = await api.credentials('A', 'CPR', 'acknowledgements { type webhook { id } }');
    expect(cpr.acknowledgements.map(({ type }: any) => type)).toEqual(['credential.issued', 'credential.revoked']);
  });

  it('tell only the kinds and people that were asked for (F1)', async () => {
    const narrow = await startReceiver();
    const id = (await hooks.register(narrow.url, { kinds: ['ISSUED', 'credential.revoked'], filter: { department: ['ICU'] } }))
      .id;
    await api.upsert([
      { externalId: 'B', department: 'ICU' },
      { externalId: 'C', department: 'ER' },
    ]);
    for (const employeeExternalId of ['B', 'C'])
      await api.issue([{ employeeExternalId, typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    for (const name of ['B', 'C']) await api.suspend([name, 'CPR'], 'audit');
    for (const name of ['B', 'C']) await api.revoke([name, 'CPR'], 'fraud');
    await hooks.quiet(id);
    expect(narrow.received.map(({ body }) => [body.type, body.data.employee])).toEqual([
      ['credential.issued', 'B'],
      ['credential.revoked', 'B'],
    ]);
    await hooks.disable(id);
    await narrow.stop();
  });

  it('fan out: of four receivers one fails, and the others have everything (F6)', async () => {
    const four = await Promise.all([...Array(3).fill(() => 200), () => 500].map((behaviour) => startReceiver(behaviour)));
    const ids = await Promise.all(four.map(async ({ url }) => (await hooks.register(url, { kinds: ['ADDED'] })).id));
    await api.upsert(Array.from({ length: 30 }, (_, i) => ({ externalId: `F${i}` })));
    for (const id of ids.slice(0, 3)) await hooks.quiet(id);
    expect(four.map((one) => one.accepted().length)).toEqual([30, 30, 30, 0]);
    await eventually(
      () => hooks.one(ids[3]!),
      ({ figures }) => figures.attempts >= 5,
    );
    expect(await hooks.one(ids[3]!)).toMatchObject({ lag: { pending: 30 }, figures: { successRate: 0 } });
    for (const id of ids) await hooks.disable(id);
    for (const one of four) await one.stop();
  });

  it('sign with the old and the new secret for a day after a rotation (C9 G6)', async () => {
    const before = secretBytes(hook.secret)!;
    await hooks.quiet(hook.id);
    const rotated = await hooks.rotate(hook.id);
    expect(rotated.webhook.previousSecretUntil).toBe('2026-06-02T12:00:00.000Z');
    const after = secretBytes(rotated.secret)!;
    const verdicts = (from: number) =>
      receiver.received.slice(from).map(({ headers, raw }) => {
        const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
          String(headers[name]),
        );
        return [before, after].map((secret) => verify({ id, timestamp, signature }, raw, [secret], server.clock.now() / 1_000));
      });
    let count = receiver.received.length;
    await api.upsert([{ externalId: 'R1' }]);
    await hooks.quiet(hook.id);
    expect(verdicts(count).length).toBeGreaterThan(0);
    for (const verdict of verdicts(count)) expect(verdict).toEqual([null, null]);
    server.clock.advance(86_400_000);
    count = receiver.received.length;
    await api.upsert([{ externalId: 'R2' }]);
    await hooks.quiet(hook.id);
    expect(verdicts(count).length).toBeGreaterThan(0);
    for (const verdict of verdicts(count)) expect(verdict).toEqual(['NO_MATCHING_SIGNATURE', null]);
    const { found } = await api.changes('... on WebhookChange { kind webhook { id } }');
    expect(found.filter(({ kind }) => kind === 'WEBHOOK_SECRET_ROTATED')).toEqual([
      { __typename: 'WebhookChange', kind: 'WEBHOOK_SECRET_ROTATED', webhook: { id: hook.id } },
    ]);
  });

  it('say live when revocations are slower than issues, per receiver (N10)', async () => {
    const slow = await startReceiver(({ body }) => {
      // time stands still in this test but for what this receiver makes of it
      if (body.type === 'credential.revoked') server.clock.advance(7_000);
      return 200;
    });
    const { id } = await hooks.register(slow.url, { kinds: ['ISSUED', 'REVOKED'] });
    await api.upsert([{ externalId: 'N' }]);
    await api.issue([{ employeeExternalId: 'N', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    await hooks.quiet(id);
    await api.revoke(['N', 'CPR'], 'fraud');
    await hooks.quiet(id);
    expect((await hooks.one(id)).figures).toMatchObject({ issuanceP95Seconds: 0, revocationP95Seconds: 7, successRate: 1 });
    await hooks.disable(id);
    await slow.stop();
  });

  it('are counted for Prometheus, with the lag of each (I8)', async () => {
    const deaf = await startReceiver(() => 500);
    const { id } = await hooks.register(deaf.url, { kinds: ['ADDED'] });
    await api.upsert([{ externalId: 'M' }]);
    await eventually(
      () => hooks.one(id),
      ({ failuresInARow }) => failuresInARow === 1,
    );
    server.clock.advance(2_000);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string, labels: string) => Number(new RegExp(`^${name}\\{${labels}\\} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('webhook_attempts_total', `webhook="${id}",outcome="REFUSED"`)).toBe(1);
    expect(value('webhook_lag_seconds', `webhook="${id}"`)).toBe(2);
    expect(value('webhook_pending_deliveries', `webhook="${id}"`)).toBe(1);
    expect(value('webhook_dead_deliveries', `webhook="${id}"`)).toBe(0);
    expect(value('webhook_attempts_total', `webhook="${hook.id}",outcome="DELIVERED"`)).toBeGreaterThan(10);
    await hooks.disable(id);
    await deaf.stop();
  });

  it('forget whom they were filtered by, and what was answered about them, when a person is erased (N20)', async () => {
    const { id } = await hooks.register(receiver.url, { filter: { employeeExternalId: ['GONE', 'STAYS'] } });
    await api.upsert([{ externalId: 'GONE' }]);
    await hooks.quiet(id);
    await server.query('mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { refusal { code } } }', {
      input: { employee: { externalId: { value: 'GONE' } }, reason: 'asked' },
    });
    const { webhook } = await server.query('query ($id: ID!) { webhook(id: $id) { filter } }', { id });
    expect(webhook.filter).toEqual({ employeeExternalId: ['STAYS'] });
    await hooks.disable(id);
  });

  it('leave no secret in the database that anybody could sign with (G9)', async () => {
    const rows = await server.execute<Record<string, unknown>>('SELECT * FROM webhook_endpoint');
    const kept = JSON.stringify(
      rows.map((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value))),
    );
    for (const bytes of [secretBytes(hook.secret)!]) {
      for (const encoding of ['base64', 'hex', 'latin1'] as const) expect(kept).not.toContain(bytes.toString(encoding));
    }
  });
});
