// The connection to NATS: it comes back by itself, and says nothing that is secret.
import { createLog } from '../../src/platform/log';
import { Nats } from '../../src/platform/nats/connection';
import { until } from '../journal/node';
import { describeWithNats, startNats } from './server';

describeWithNats('the connection to NATS', () => {
  it('is tried for ever, over all servers, and no line of the log repeats a password', async () => {
    const nats = await startNats({ user: 'graph', password: 'do-not/tell' });
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => void lines.push(line) });
    const { host } = new URL(nats.url);
    const refused = new Nats({ urls: [`nats://graph:wrong-secret@${host}`], log });
    const taken = new Nats({ urls: ['nats://127.0.0.1:9', nats.url], log });
    for (const connection of [refused, taken]) connection.start();
    await until(() => taken.connection !== null && lines.some((line) => line.includes('cannot be reached')));
    for (let round = 0; round < 2; round++) {
      await nats.kill();
      await until(() => taken.connection === null);
      await nats.start();
      await until(() => taken.connection !== null);
    }
    expect(refused.connection).toBeNull();
    await Promise.all([refused.stop(), taken.stop()]);
    expect(taken.connection).toBeNull();
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => /wrong-secret|do-not/.test(line))).toEqual([]);
    await nats.remove();
  });
});
