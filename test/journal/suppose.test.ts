import { entry, bySomebody, startNode, type JournalNode } from './node';
import { createDatabase, type TestDatabase } from '../kit/postgres';

describe('a supposed change', () => {
  let database: TestDatabase;
  let node: JournalNode;

  beforeAll(async () => {
    database = await createDatabase();
    node = await startNode(database.url, {
      reactions: [
        async (write) => {
          await write.db.query(`INSERT INTO fact SELECT name || ' followed', $1 FROM fact WHERE recorded_in = $1`, [
            write.change,
          ]);
        },
      ],
    });
    await node.pool.query('CREATE TABLE fact (name text NOT NULL, recorded_in bigint NOT NULL)');
  });
  afterAll(async () => {
    await node.stop();
    await database.drop();
  });

  const facts = async (): Promise<string[]> =>
    (await node.pool.query<{ name: string }>('SELECT name FROM fact ORDER BY name')).rows.map(({ name }) => name);
  const said = async (): Promise<unknown> =>
    (await node.pool.query('SELECT (SELECT count(*) FROM inbox) AS inbox, (SELECT count(*) FROM log) AS log')).rows[0];

  it('is seen with all that follows from it, and then was never there (N7)', async () => {
    const seen = await node.writer.suppose(
      bySomebody,
      async (write) => {
        write.run('INSERT INTO fact VALUES ($1, $2)', ['supposed', write.change]);
        write.record(entry());
        return 'value';
      },
      async (write, value) => [value, (await write.db.query<{ name: string }>('SELECT name FROM fact ORDER BY name')).rows],
    );
    expect(seen).toEqual(['value', [{ name: 'supposed' }, { name: 'supposed followed' }]]);
    expect(await facts()).toEqual([]);
    expect(await said()).toEqual({ inbox: 0, log: 0 });
  });

  it('that fails says so, whichever part of it fails, and leaves its connection in order', async () => {
    const nothing = async () => undefined;
    const broken = node.writer.suppose(bySomebody, async (write) => write.run('SELECT 1 / 0'), nothing);
    await expect(broken).rejects.toThrow('division by zero');
    const thrown = node.writer.suppose(bySomebody, nothing, async () => {
      throw new Error('cannot look');
    });
    await expect(thrown).rejects.toThrow('cannot look');
    for (let i = 0; i < 30; i++) await node.writer.suppose(bySomebody, nothing, nothing);
    expect(node.pool.driver.idleCount).toBe(node.pool.driver.totalCount);
  });

  it('is repeated after a deadlock, like a real one', async () => {
    let runs = 0;
    const seen = await node.writer.suppose(
      bySomebody,
      async (write) => {
        if (++runs === 1) await write.db.query(`DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$`);
      },
      async () => 'seen',
    );
    expect([runs, seen]).toEqual([2, 'seen']);
  });
});
