// Changes for other systems in a NATS stream: whole, in order, the same as webhooks tell, and put right when NATS loses something.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { eventually, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { startReceiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';
import { describeWithNats, Outsider, startNats, STREAM, type Exported, type NatsServer } from './server';

jest.setTimeout(60_000);

const positionsOf = (changes: readonly { readonly position: number }[]): number[] => changes.map(({ position }) => position);

describeWithNats('the export to NATS', () => {
  let nats: NatsServer;
  let server: TestApp;
  let api: Talk;
  let outsider: Outsider;
  beforeAll(async () => {
    nats = await startNats();
    server = await startTestApp({ env: { ...LOCAL, NATS_URL: nats.url } });
    api = talkTo(server);
    outsider = await Outsider.connect(nats);
    await upsert('Z', 8);
  });
  afterAll(async () => {
    await outsider.close();
    await server.stop();
    await nats.remove();
  });

  const log = async (): Promise<number[]> =>
    (await server.execute<{ pos: number }>('SELECT pos FROM log ORDER BY pos')).map(({ pos }) => pos);
  /** What is in the stream, once that is as much as is in the log. */
  const whole = async (withinMs = 15_000): Promise<Exported[]> => {
    const { length } = await log();
    await eventually(
      () => outsider.count(),
      (count) => count >= length,
      withinMs,
    );
    return outsider.everything();
  };
  const metric = async (name: string): Promise<number | null> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? null : Number(line.split(' ')[1]);
  };
  const losses = (): Promise<number | null> => metric('nats_export_losses_total');
  const upsert = (prefix: string, count: number) =>
    api.upsert(Array.from({ length: count }, (_, i) => ({ externalId: `${prefix}-${i}`, department: prefix })));

  it('has every change once, in the order of the log, in the words of a webhook, as CloudEvents', async () => {
    const receiver = await startReceiver();
    const { id } = await talkAboutWebhooks(server).register(receiver.url);
    await nursesNeedCpr(api);
    await upsert('A', 30);
    await api.complete([
      { employeeExternalId: 'A-0', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    await talkAboutWebhooks(server).quiet(id);
    const found = await whole();
    expect(positionsOf(found)).toEqual(await log());
    expect(found.map(({ sequence }) => sequence)).toEqual(positionsOf(found));
    const told = new Map(receiver.accepted().map(({ body }) => [body.data.position, body]));
    expect(told.size).toBeGreaterThan(30);
    for (const { position, event, subject } of found) {
      expect(event).toMatchObject({ specversion: '1.0', datacontenttype: 'application/json', time: event['data'].occurredAt });
      expect(event['source']).toMatch(/^\/credential-graph\/[0-9a-f]{16}$/);
      expect(subject).toBe(`credential-graph.changes.${event['type']}.${event['subject'] ?? '-'}`);
      const body = told.get(position);
      if (body !== undefined) expect([event['type'], event['data']]).toEqual([body.type, body.data]);
    }
    const ids = await server.execute<{ event_id: string }>('SELECT event_id FROM log ORDER BY pos');
    expect(found.map(({ event }) => event['id'])).toEqual(ids.map(({ event_id }) => event_id));
    const { id: person } = await api.person('A-0', 'id');
    const issued = found.find(({ event }) => event['type'] === 'credential.issued');
    expect(issued?.subject).toBe(`credential-graph.changes.credential.issued.${person}`);
    expect(await metric('nats_up')).toBe(1);
    expect(await metric('nats_export_position')).toBe(found.length);
    expect(await metric('nats_export_lag')).toBe(0);
    await receiver.stop();
  });

  it('takes no change twice (A15)', async () => {
    const before = await whole();
    const { subject, position } = before.at(-1)!;
    const again = await jetstream(outsider.connection).publish(subject, 'again', { msgID: String(position) });
    expect(again).toMatchObject({ duplicate: true, seq: before.at(-1)!.sequence });
    expect(await whole()).toEqual(before);
  });

  it('is begun anew when the stream is deleted (A14)', async () => {
    await whole();
    const before = (await losses())!;
    await outsider.manager.streams.delete(STREAM);
    expect(positionsOf(await whole())).toEqual(await log());
    expect(await losses()).toBe(before + 1);
    await upsert('B', 3);
    expect(positionsOf(await whole())).toEqual(await log());
  });

  it('is put right when the stream is emptied, although NATS remembers the ids (A14)', async () => {
    await whole();
    const before = (await losses())!;
    await outsider.manager.streams.purge(STREAM);
    expect(positionsOf(await whole())).toEqual(await log());
    expect(await losses()).toBe(before + 1);
  });

  it('is put right when a message in the middle, or the first, is lost; whoever follows it has all of them (A14)', async () => {
    await outsider.manager.consumers.add(STREAM, { durable_name: 'payroll', ack_policy: 'explicit' });
    const consumer = await jetstream(outsider.connection).consumers.get(STREAM, 'payroll');
    const seen: number[] = [];
    const messages = await consumer.consume({
      callback: (message) => {
        const position = Number(message.headers!.get('Credential-Graph-Position'));
        // as the manual says: what is not behind the last position is known already
        if (position > (seen.at(-1) ?? 0)) seen.push(position);
        message.ack();
      },
    });
    for (const place of [5, 0]) {
      const [before, lost] = [await whole(), (await losses())!];
      await outsider.manager.streams.deleteMessage(STREAM, before[place]!.sequence);
      await eventually(losses, (count) => count === lost + 1, 15_000);
      await upsert(`C${place}`, 2);
      expect(positionsOf(await whole())).toEqual(await log());
    }
    const all = await log();
    await eventually(
      async () => seen.length,
      (count) => count >= all.length,
    );
    expect(seen).toEqual(all);
    await messages.close();
  });

  it('waits while NATS is down and goes on where it was (A13)', async () => {
    const [before, lost] = [await whole(), await losses()];
    await nats.kill();
    await eventually(
      () => metric('nats_up'),
      (up) => up === 0,
    );
    await upsert('D', 700);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await metric('nats_export_position')).toBeNull();
    await nats.start();
    const after = await whole(20_000);
    expect(positionsOf(after)).toEqual(await log());
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await losses()).toBe(lost);
  });

  it('forgets who is erased, on disk too, and says whom to forget', async () => {
    await api.upsert([
      { externalId: 'canary-1', department: 'A' },
      { externalId: 'canary-2', department: 'A' },
    ]);
    const before = await whole();
    const [one, two] = [await api.person('canary-1', 'id'), await api.person('canary-2', 'id')];
    const about = (found: readonly Exported[], { id }: { id: string }) => found.filter(({ event }) => event['subject'] === id);
    expect([about(before, one).length, about(before, two).length]).toEqual([1, 1]);
    const files = () =>
      readdirSync(nats.dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
        .join();
    const erase = 'mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { refusal { code } } }';
    await server.query(erase, { input: { employee: keyOf('canary-1'), reason: 'asked' } });
    const after = await eventually(
      () => outsider.everything(),
      (found) => found.at(-1)?.event['type'] === 'employee.erasure',
    );
    expect(about(after, one)).toMatchObject([{ event: { data: { change: 'ErasedChange', employeeId: one.id } } }]);
    expect([about(after, two).length, positionsOf(after).at(-1)]).toEqual([1, (await log()).at(-1)]);
    expect([files().includes('canary-1'), files().includes('canary-2')]).toEqual([false, true]);
    // the gap is no loss, and what is published anew leaves the person out
    await outsider.manager.streams.delete(STREAM);
    const anew = await eventually(
      async () => ((await outsider.count()) >= after.length ? outsider.everything() : []),
      (found) => found.length >= after.length,
      15_000,
    );
    expect(positionsOf(anew)).toEqual(positionsOf(after));
    expect(files().includes('canary-1')).toBe(false);
    const lost = await losses();
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(await losses()).toBe(lost);
  });
});

describeWithNats('an installation', () => {
  it('starts without NATS, and finds it when it is there, by name and password that no line of the log repeats', async () => {
    const nats = await startNats({ user: 'graph', password: 'do-not-tell' });
    await nats.kill();
    const server = await startTestApp({ env: { NATS_URL: `nats://127.0.0.1:9,${nats.url}` } });
    await talkTo(server).upsert([{ externalId: 'A' }]);
    await nats.start();
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await eventually(metrics, (text) => text.includes('nats_export_position 1'), 15_000);
    await server.stop();
    await nats.remove();
  });

  it('leaves alone a stream that is not of its log, as after a restore from a backup', async () => {
    const nats = await startNats();
    const [one, other] = [await createDatabase(), await createDatabase()];
    const env = { NATS_URL: nats.url };
    const first = await startTestApp({ databaseUrl: one.url, env });
    await talkTo(first).upsert([{ externalId: 'A' }]);
    const outsider = await Outsider.connect(nats);
    await eventually(
      () => outsider.count(),
      (count) => count === 1,
    );
    await first.stop();
    // of this log nothing is in the stream, although it is as long as that
    const second = await startTestApp({ databaseUrl: other.url, env });
    await talkTo(second).upsert([{ externalId: 'B' }, { externalId: 'C' }]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await outsider.everything()).map(({ event }) => event['data'].employee)).toEqual(['A']);
    await second.stop();
    await outsider.close();
    await nats.remove();
    for (const database of [one, other]) await database.drop();
  });
});
