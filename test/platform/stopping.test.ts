// A server that is told to stop waits for what it is doing, and gives up what takes longer than a stop may.
import { startTestApp } from '../kit/app';
import { talkTo } from '../kit/seed';

jest.setTimeout(30_000);

describe('a server that stops', () => {
  const whileWriting = async (seconds: number) => {
    const server = await startTestApp({
      at: '2026-06-01T12:00:00Z',
      reactions: [async (write) => void (await write.db.query('SELECT pg_sleep($1)', [seconds]))],
    });
    const answer = server.send(`mutation { defineRoles(input: { roles: [{ code: "R", title: "R" }] }) { results { outcome } } }`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    await server.app.stop();
    const stoppedIn = performance.now() - began;
    const again = await startTestApp({ databaseUrl: server.databaseUrl });
    const { nodes } = (await talkTo(again).ask('roles { nodes { code } }')).roles;
    await again.stop();
    await server.stop();
    return { answer: await answer, stoppedIn, roles: nodes.length };
  };

  it('answers what can be finished', async () => {
    const { answer, roles } = await whileWriting(2);
    expect(answer.data).toEqual({ defineRoles: { results: [{ outcome: 'APPLIED' }] } });
    expect(roles).toBe(1);
  });

  it('gives up what takes too long: the caller is told that nothing was changed, and it stops in time', async () => {
    const { answer, roles, stoppedIn } = await whileWriting(60);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(answer.errors![0]!.message).toContain('nothing was changed');
    expect(stoppedIn).toBeLessThan(9_000);
    expect(roles).toBe(0);
  });
});
