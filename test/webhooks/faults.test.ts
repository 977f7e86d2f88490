// Receivers that fail: when they are tried again, when they are given up, and that nothing they missed is lost.
import { NOMINAL_WAITS } from '../../src/core/backoff';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from './receiver';
import { LOCAL, talkAboutWebhooks } from './talk';

const START = '2026-06-01T12:00:00Z';
const DAY = 86_400_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a receiver', () => {
  let server: TestApp;
  let api: Talk;
  let hooks: ReturnType<typeof talkAboutWebhooks>;
  let receiver: Receiver;
  beforeEach(async () => {
    server = await startTestApp({ at: START, env: LOCAL });
    [api, hooks] = [talkTo(server), talkAboutWebhooks(server)];
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await server.stop();
    await receiver.stop();
  });

  /** The only delivery, once it has had so many attempts. */
  const after = async (id: string, attempts: number): Promise<any> =>
    (
      await eventually(
        () => hooks.deliveries(id),
        (found) => (found[0]?.attempts.totalCount ?? 0) >= attempts,
      )
    )[0];

  it('that answers 500 is tried on the schedule for three days, then the delivery is dead; resending it delivers it (C1 F3)', async () => {
    receiver.behave(() => 500);
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    await api.upsert([{ externalId: 'A' }]);
    for (const [i, nominal] of NOMINAL_WAITS.entries()) {
      const { state, nextAttemptAt, attempts } = await after(id, i + 1);
      expect([state, attempts.totalCount]).toEqual(['PENDING', i + 1]);
      const wait = Date.parse(nextAttemptAt) - server.clock.now();
      expect(Math.abs(wait / nominal - 1)).toBeLessThanOrEqual(0.2);
      // not a moment too early
      if (i === 1) {
        server.clock.set(Date.parse(nextAttemptAt) - 1);
        await pause(400);
        expect(receiver.received).toHaveLength(2);
      }
      server.clock.set(nextAttemptAt);
    }
    const dead = await eventually(
      () => hooks.deliveries(id, 'DEAD'),
      (found) => found.length === 1,
    );
    expect(dead[0].attempts.totalCount).toBe(NOMINAL_WAITS.length + 1);
    const times = dead[0].attempts.nodes.map(({ at }: any) => Date.parse(at));
    NOMINAL_WAITS.forEach((nominal, i) => expect(Math.abs((times[i + 1] - times[i]) / nominal - 1)).toBeLessThanOrEqual(0.2));
    expect(new Set(receiver.received.map((message) => message.id))).toEqual(new Set([dead[0].id]));
    expect(new Set(receiver.received.map((message) => message.raw)).size).toBe(1);

    receiver.behave(() => 200);
    expect((await hooks.resend(dead[0].id)).delivery.state).toBe('PENDING');
    const [noted] = await server.execute<{ body: string }>(
      `SELECT convert_from(body, 'UTF8') AS body FROM log WHERE kind = 'webhook.delivery_resent'`,
    );
    expect(JSON.parse(noted!.body)).toEqual({ webhook: expect.any(String), delivery: dead[0].id, reason: 'asked to' });
    await hooks.quiet(id);
    expect(receiver.accepted().map((message) => message.id)).toEqual([dead[0].id]);
    expect((await hooks.resend('msg_nothing')).refusal.code).toBe('DELIVERY_NOT_FOUND');
  }, 60_000);

  it('that was down for two hours has everything afterwards, in order (F3)', async () => {
    receiver.behave(() => 503);
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED', 'JOB_CHANGED'] });
    for (let version = 0; version < 4; version++) {
      await api.upsert(Array.from({ length: 5 }, (_, i) => ({ externalId: `P${i}`, jobTitle: `v${version}` })));
      server.clock.advance(30 * 60_000);
      await pause(300);
    }
    receiver.behave(() => 200);
    server.clock.advance(60_000);
    await hooks.quiet(id);
    expect(receiver.accepted()).toHaveLength(20);
    for (let i = 0; i < 5; i++) {
      const own = receiver.accepted().filter(({ body }) => body.data.employee === `P${i}`);
      expect(own.map(({ body }) => body.data.position)).toEqual(own.map(({ body }) => body.data.position).sort((a, b) => a - b));
    }
  }, 30_000);

  it('that is dead for five days is disabled, seen in the feed, and has all it missed once enabled (C5 P7 I8)', async () => {
    const { id } = await hooks.register(receiver.url, { filter: { kind: ['ADDED', 'JOB_CHANGED'] } });
    await receiver.stop();
    let tried = 0;
    for (let day = 0; day <= 5; day++) {
      await api.upsert(['A', 'B'].map((externalId) => ({ externalId, jobTitle: `day ${day}` })));
      const before = tried;
      await eventually(
        async () => {
          tried = (await hooks.deliveries(id)).reduce((sum, { attempts }) => sum + attempts.totalCount, 0);
          return (await hooks.one(id)).state;
        },
        (state) => state === 'DISABLED' || tried > before,
      );
      if (day < 5) server.clock.advance(DAY);
    }
    const disabled = await eventually(
      () => hooks.one(id),
      ({ state }) => state === 'DISABLED',
    );
    expect(disabled.disabledBecause).toBe('FAILING');
    const watch = await api.changes('... on WebhookChange { kind disabledBecause webhook { id } }', {
      kind: ['WEBHOOK_DISABLED'],
    });
    expect(watch.found).toMatchObject([{ kind: 'WEBHOOK_DISABLED', disabledBecause: 'FAILING', webhook: { id } }]);
    // what happens while it is disabled waits in the log
    await api.upsert([{ externalId: 'C' }]);
    server.clock.advance(DAY);
    await pause(400);
    expect((await hooks.one(id)).cursor).toBe(disabled.cursor);

    const back = await startReceiver();
    await hooks.update({ id, url: back.url });
    await hooks.enable(id);
    await hooks.quiet(id);
    const { found } = await api.changes('position', { kind: ['ADDED', 'JOB_CHANGED'] });
    expect(
      back
        .accepted()
        .map(({ body }) => body.data.position)
        .sort((a, b) => a - b),
    ).toEqual(found.map(({ position }) => position));
    for (const name of ['A', 'B']) {
      const own = back.accepted().flatMap(({ body }) => (body.data.employee === name ? [body.data.position] : []));
      expect(own).toEqual([...own].sort((a, b) => a - b));
      expect(own).toHaveLength(6);
    }
    await back.stop();
  }, 60_000);

  it('that says 410 is disabled at once; what it was being told waits (F3)', async () => {
    receiver.behave(() => 410);
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    await api.upsert([{ externalId: 'A' }]);
    const gone = await eventually(
      () => hooks.one(id),
      ({ state }) => state === 'DISABLED',
    );
    expect(gone).toMatchObject({ disabledBecause: 'GONE', lag: { pending: 1 } });
    const [delivery] = await hooks.deliveries(id);
    expect((await hooks.resend(delivery.id)).refusal.code).toBe('WEBHOOK_DISABLED');
    receiver.behave(() => 200);
    await hooks.enable(id);
    await hooks.quiet(id);
    expect(receiver.accepted()).toHaveLength(1);
  });

  it('that asks for time is left alone so long, in seconds and until a date, also for others (C1)', async () => {
    for (const [i, { header, wait }] of [
      { header: '120', wait: 120_000 },
      { header: new Date(Date.parse(START) + 1_200_000).toUTCString(), wait: null },
    ].entries()) {
      receiver.behave((_, response) => void response.writeHead(i === 0 ? 429 : 503, { 'retry-after': header }).end());
      const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
      const begun = server.clock.now();
      await api.upsert([{ externalId: `R${i}` }]);
      const until = begun + (wait ?? Date.parse(START) + 1_200_000 - begun);
      expect(Date.parse((await after(id, 1)).nextAttemptAt)).toBe(until);
      receiver.behave(() => 200);
      await api.upsert([{ externalId: `S${i}` }]);
      server.clock.set(until - 1);
      await pause(400);
      expect((await hooks.one(id)).lag.pending).toBe(2);
      server.clock.set(until);
      await hooks.quiet(id);
      await hooks.disable(id);
    }
  });

  it('whose acknowledgement is lost gets the message again under the same id (C8)', async () => {
    let lost = 2;
    receiver.behave((message, response) => {
      if (lost-- <= 0) return 200;
      // it was taken, and nobody will ever know
      message.status = 200;
      response.socket!.destroy();
    });
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    await api.upsert([{ externalId: 'A' }]);
    for (let attempts = 1; attempts <= 2; attempts++) server.clock.set((await after(id, attempts)).nextAttemptAt);
    await hooks.quiet(id);
    expect(receiver.received.length).toBeGreaterThanOrEqual(3);
    expect(receiver.accepted()).toHaveLength(1);
  });

  it('that is down is tried by one attempt at a time, and has everything as soon as one succeeds', async () => {
    let [atOnce, most] = [0, 0];
    receiver.behave(async () => {
      most = Math.max(most, ++atOnce);
      await pause(20);
      atOnce -= 1;
      return 500;
    });
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    await api.upsert(Array.from({ length: 60 }, (_, i) => ({ externalId: `P${i}` })));
    await eventually(
      () => hooks.one(id),
      ({ failuresInARow }) => failuresInARow >= 5,
    );
    await pause(400);
    [most, atOnce] = [0, 0];
    const before = receiver.received.length;
    expect(before).toBeLessThanOrEqual(16);
    for (let probe = 1; probe <= 3; probe++) {
      server.clock.advance(30_000);
      await eventually(
        () => hooks.one(id),
        ({ figures }) => figures.attempts >= before + probe,
      );
    }
    await pause(300);
    expect([receiver.received.length, most]).toEqual([before + 3, 1]);
    receiver.behave(() => 200);
    server.clock.advance(30_000);
    await hooks.quiet(id);
    expect(receiver.accepted()).toHaveLength(60);
  }, 20_000);

  it('gets again what it asks for: from a cursor on, from an instant on, or a stretch (F3)', async () => {
    const { id } = await hooks.register(receiver.url, { kinds: ['ADDED'] });
    const cursors: string[] = [];
    for (const name of ['A', 'B', 'C', 'D']) {
      cursors.push((await api.upsert([{ externalId: name }])).cursor);
      server.clock.advance(60_000);
    }
    await hooks.quiet(id);
    const told = (from: number) => receiver.received.slice(from).map(({ body }) => body.data.employee);
    const again = async (input: object): Promise<string[]> => {
      const before = receiver.received.length;
      expect((await hooks.replay({ id, ...input })).refusal).toBeNull();
      await hooks.quiet(id);
      return told(before).sort();
    };
    expect(told(0).sort()).toEqual(['A', 'B', 'C', 'D']);
    expect(await again({ from: { cursor: cursors[1] } })).toEqual(['C', 'D']);
    expect(await again({ from: { instant: '2026-06-01T12:00:30Z' } })).toEqual(['B', 'C', 'D']);
    expect(await again({ from: { cursor: cursors[0] }, until: { cursor: cursors[2] } })).toEqual(['B', 'C']);
    expect(receiver.accepted()).toHaveLength(4);
    expect(receiver.received.length).toBe(4 + 2 + 3 + 2);
    const { cursor } = await api.upsert([{ externalId: 'E' }]);
    await hooks.quiet(id);
    expect(told(11)).toEqual(['E']);
    await hooks.disable(id);
    const { cursor: ahead } = await api.upsert([{ externalId: 'F' }]);
    expect((await hooks.replay({ id, from: { cursor: ahead } })).refusal.code).toBe('WEBHOOK_REPLAY_AHEAD');
    expect((await hooks.replay({ id, from: { cursor }, until: { cursor: cursors[0] } })).refusal.code).toBe(
      'WEBHOOK_REPLAY_EMPTY',
    );
    expect((await hooks.replay({ id: 'whk_none', from: { cursor } })).refusal.code).toBe('WEBHOOK_NOT_FOUND');
  }, 20_000);

  it('is refused with a code for a kind that is none, and for an id that is none', async () => {
    expect((await hooks.tryRegister({ url: receiver.url, allowPrivate: true, kinds: ['ADDED', 'what?'] })).refusal).toMatchObject(
      {
        code: 'WEBHOOK_KIND_INVALID',
        path: ['kinds'],
      },
    );
    expect((await hooks.tryRegister({ url: receiver.url })).refusal.code).toBe('WEBHOOK_ADDRESS_REFUSED');
    for (const refused of [
      await hooks.enable('whk_x'),
      await hooks.disable('x'),
      await hooks.rotate('x'),
      await hooks.update({ id: 'x' }),
    ])
      expect(refused.refusal.code).toBe('WEBHOOK_NOT_FOUND');
  });
});
