// One attempt against receivers that hang, drip, redirect and flood.
import type { ServerResponse } from 'node:http';
import { agentFor, post, type Posted } from '../../src/integrations/webhooks/post';
import { startReceiver, type Behaviour } from './receiver';

// the receivers of this file pass for public ones, or nothing of what they answer would be kept
jest.mock('../../src/integrations/webhooks/addresses', () => ({
  ...jest.requireActual<object>('../../src/integrations/webhooks/addresses'),
  isPublic: () => true,
}));

const policy = { permitted: async () => [{ address: '127.0.0.1', family: 4 }] };

async function attempt(behaviour: Behaviour, withinMs?: number): Promise<Posted> {
  const receiver = await startReceiver(behaviour);
  const target = { url: new URL(receiver.url), allowPrivate: true };
  const agent = agentFor(target, 1);
  try {
    const { signal } = new AbortController();
    return await post({ target, headers: {}, body: Buffer.from('{"data":{}}'), agent, policy, signal, withinMs });
  } finally {
    agent.destroy();
    await receiver.stop();
  }
}

/** Writes for as long as anybody reads; answers how much was taken. */
function flood(response: ServerResponse, until: number): Promise<number> {
  const chunk = Buffer.alloc(65_536, 0x41);
  let written = 0;
  return new Promise((resolve) => {
    response.on('close', () => resolve(written));
    const more = (): void => {
      while (written < until && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      if (written >= until) response.end();
    };
    more();
  });
}

describe('an attempt', () => {
  it('is cut after 15 s, when nothing comes and when something drips (C2)', async () => {
    const drip: Behaviour = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 500);
      response.on('close', () => clearInterval(timer));
    };
    const [hung, dripped] = await Promise.all([attempt(() => undefined), attempt(drip)]);
    for (const { outcome, error, latencyMs } of [hung, dripped]) {
      expect([outcome, error]).toEqual(['TIMED_OUT', 'ETIMEDOUT']);
      expect(latencyMs).toBeGreaterThan(14_900);
      expect(latencyMs).toBeLessThan(15_500);
    }
  }, 20_000);

  it('follows no redirection (C3)', async () => {
    const canary = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      const posted = await attempt((_, response) => void response.writeHead(status, { location: canary.url }).end());
      expect([posted.outcome, posted.status]).toEqual(['REDIRECTED', status]);
    }
    expect(canary.received).toEqual([]);
    await canary.stop();
  });

  it('reads 64 KB of a response of 1 GB, decompresses nothing, and hangs up (C4 C13)', async () => {
    for (const headers of [{}, { 'content-encoding': 'gzip' }]) {
      let taken = Promise.resolve(0);
      const before = process.memoryUsage();
      const posted = await attempt((_, response) => {
        response.writeHead(200, headers);
        taken = flood(response, 1_000_000_000);
      });
      const after = process.memoryUsage();
      expect(posted).toMatchObject({ outcome: 'DELIVERED', status: 200, response: 'A'.repeat(1_024) });
      // what the system buffers on the way is written as well
      expect(await taken).toBeLessThan(16_000_000);
      expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(5_000_000 + 16_000_000);
    }
  });

  it('keeps 1 KB of what is answered, as text that can be stored (C13)', async () => {
    const posted = await attempt(
      (_, response) => void response.writeHead(500).end(Buffer.from(Array.from({ length: 3_000 }, (_, i) => i % 256))),
    );
    expect(posted.outcome).toBe('REFUSED');
    expect(Buffer.byteLength(posted.response!)).toBeLessThanOrEqual(1_024);
    expect(posted.response).not.toContain('\u0000');
  });

  it.each<[string, Behaviour, Partial<Posted>]>([
    ['a connection that is cut', (_, response) => void response.destroy(), { outcome: 'UNREACHABLE', error: 'ECONNRESET' }],
    [
      'an answer that is cut',
      (_, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('abc', () => response.destroy());
      },
      { outcome: 'UNREACHABLE', error: 'ECONNRESET' },
    ],
    [
      'headers without end',
      (_, response) => void response.writeHead(200, { x: 'y'.repeat(100_000) }).end(),
      { outcome: 'UNREACHABLE' },
    ],
    [
      'another protocol',
      (_, response) =>
        void response.socket!.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      { outcome: 'UNREACHABLE' },
    ],
    ['no HTTP', (_, response) => void response.socket!.end('SSH-2.0-OpenSSH\r\n'), { outcome: 'UNREACHABLE' }],
    ['204', () => 204, { outcome: 'DELIVERED', status: 204, response: '' }],
    ['404', () => 404, { outcome: 'REFUSED', status: 404 }],
  ])('ends with what it met: %s', async (_, behaviour, expected) => {
    expect(await attempt(behaviour, 3_000)).toMatchObject(expected);
  });
});
