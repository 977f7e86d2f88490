// Changes with more facts than anybody should hold at once.
import { startTestApp, type TestApp } from '../kit/app';

describe('facts set aside until their change is closed', () => {
  let server: TestApp;
  beforeAll(async () => (server = await startTestApp({ at: '2026-06-01T12:00:00Z' })));
  afterAll(() => server.stop());

  const by = { actor: { id: 'test', scopes: new Set<string>() }, source: null };
  const entity = '00000000-0000-7000-8000-000000000001';
  const fact = (n: number) => ({
    kind: 'thing.counted',
    entity,
    entityVersion: n,
    subject: null,
    occurredAt: Date.UTC(2026, 0, 1),
    body: { n },
  });

  it('go into the log behind what was recorded, as one change, in order and without a gap (E7)', async () => {
    const { app } = server;
    const [{ pos }] = (await server.execute('SELECT pos FROM log_head')) as [{ pos: number }];
    const { position } = await app.graph.writer.write(by, async (write) => {
      write.record(fact(1));
      for (let portion = 0; portion < 25; portion++) {
        await write.stage.add(Array.from({ length: 1_000 }, (_, i) => fact(2 + portion * 1_000 + i)));
      }
      return Promise.resolve();
    });
    expect(position).toBe(pos + 25_001);
    const rows = await server.execute(
      `SELECT count(*)::int AS count, count(DISTINCT change_id)::int AS changes, bool_and(entity_version = pos - $1) AS "inOrder",
         count(DISTINCT leaf)::int AS leaves FROM log WHERE pos > $1`,
      [pos],
    );
    expect(rows).toEqual([{ count: 25_001, changes: 1, inOrder: true, leaves: 25_001 }]);
    expect(await server.execute('SELECT first_pos, last_pos FROM change ORDER BY id DESC LIMIT 1')).toEqual([
      { first_pos: pos + 1, last_pos: position },
    ]);
  });

  it('can be forgotten again, and leave nothing when the change fails (E7)', async () => {
    const { app } = server;
    const [{ pos }] = (await server.execute('SELECT pos FROM log_head')) as [{ pos: number }];
    await app.graph.writer.write(by, async (write) => {
      await write.stage.add([fact(7)]);
      await write.stage.drop(null);
      write.record(fact(8));
      await write.stage.add([fact(9)]);
    });
    expect(await server.execute('SELECT entity_version FROM log WHERE pos > $1 ORDER BY pos', [pos])).toEqual([
      { entity_version: 8 },
      { entity_version: 9 },
    ]);
    const failing = app.graph.writer.write(by, async (write) => {
      write.record(fact(10));
      await write.stage.add([fact(11)]);
      throw new Error('given up');
    });
    await expect(failing).rejects.toThrow('given up');
    expect(await server.execute('SELECT count(*)::int AS count FROM inbox')).toEqual([{ count: 0 }]);
    expect(await server.execute('SELECT pos FROM log_head')).toEqual([{ pos: pos + 2 }]);
  });
});
