// A server that is killed while it delivers: whoever starts next goes on, and the receiver has everything, in order per person.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sendUntilAnswered, send } from '../chaos/client';
import { ServerProcess } from '../chaos/server';
import { eventually, ingestDocument } from '../kit/seed';
import { startReceiver } from './receiver';

const KILLS = 3;
const PEOPLE = Array.from({ length: 25 }, (_, i) => `P${i}`);

describe('kill -9', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-webhooks-'));
  const server = new ServerProcess(dir, { WEBHOOK_ALLOW: '127.0.0.0/8' });
  afterAll(async () => {
    await server.abandon();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  it('loses no delivery and repeats one under its own id only (P7 F9)', async () => {
    const receiver = await startReceiver(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return 200;
    });
    await server.start();
    const register = 'mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) { webhook { id } } }';
    const input = { url: receiver.url, allowPrivate: true, kinds: ['ADDED', 'JOB_CHANGED'] };
    const { data } = await send(server, register, { input });
    const { id } = data.registerWebhook.webhook;
    const upsert = ingestDocument('upsertEmployees');
    for (let round = 0; round <= KILLS; round++) {
      const before = receiver.received.length;
      for (let version = 0; version < 3; version++) {
        const employees = PEOPLE.map((externalId) => ({ externalId, jobTitle: `v${round}.${version}` }));
        const key = { idempotencyKey: `${round}.${version}` };
        await sendUntilAnswered(server, 'upsertEmployees', upsert, { source: 'hris', employees, ...key } as never);
      }
      if (round === KILLS) break;
      await eventually(
        async () => receiver.received.length,
        (count) => count >= before + 10,
      );
      await server.kill();
      await server.start();
    }
    const lag = 'query ($id: ID!) { webhook(id: $id) { lag { entries pending dead } } }';
    await eventually(
      async () => (await send(server, lag, { id })).data.webhook.lag,
      (seen) => seen.entries === 0 && seen.pending === 0,
      60_000,
    );
    const accepted = receiver.accepted();
    expect(accepted).toHaveLength(PEOPLE.length * 3 * (KILLS + 1));
    for (const name of PEOPLE) {
      const own = accepted.flatMap(({ body }) => (body.data.employee === name ? [body.data.position] : []));
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    // what was sent again was the same message, byte by byte
    const messages = new Map<string, Set<string>>();
    for (const message of receiver.received) messages.set(message.id, (messages.get(message.id) ?? new Set()).add(message.raw));
    expect([...messages.values()].every((bodies) => bodies.size === 1)).toBe(true);
    expect(server.complaints.filter((line) => !line.includes('connection'))).toEqual([]);
    await server.stop();
    await receiver.stop();
  }, 120_000);
});
