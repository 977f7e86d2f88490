import { randomUUID } from 'node:crypto';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { bySomebody, checkLog, entry, soundLog, startNode, type JournalNode } from './node';

const WRITERS = 16;
const EVENTS = Number(process.env.JOURNAL_EVENTS ?? 20_000);
const ENTITIES = 40;

describe('many writers at once', () => {
  let database: TestDatabase;
  let node: JournalNode;

  beforeAll(async () => {
    database = await createDatabase();
    node = await startNode(database.url, { poolSize: WRITERS });
    await node.pool.query('CREATE TABLE entity (id uuid PRIMARY KEY, version bigint NOT NULL)');
  });

  afterAll(async () => {
    await node?.stop();
    await database?.drop();
  });

  it('lose and double nothing, leave no gap (B1), keep each entity in order of its versions (B5) and no change is split', async () => {
    const ids = Array.from({ length: ENTITIES }, () => randomUUID());
    await node.pool.query('INSERT INTO entity SELECT id, 0 FROM unnest($1::uuid[]) AS id', [ids]);
    let started = 0;
    const acknowledged: { change: number; position: number; events: number }[] = [];

    /** 1 to 3 entities, each with 1 to 3 facts. */
    const writeOnce = async (): Promise<void> => {
      const chosen = [...new Set(Array.from({ length: 1 + (started % 3) }, () => ids[Math.floor(Math.random() * ENTITIES)]!))];
      const each = 1 + (started % 4 === 0 ? 2 : 0);
      started += chosen.length * each;
      let change = 0;
      const { position } = await node.writer.write(bySomebody, async (write) => {
        change = write.change;
        const { rows } = await write.db.query<{ id: string; version: number }>(
          'SELECT id, version FROM entity WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE',
          [chosen],
        );
        await write.db.query('UPDATE entity SET version = version + $2 WHERE id = ANY($1::uuid[])', [chosen, each]);
        for (const row of rows) {
          for (let i = 1; i <= each; i++) write.record(entry({ entity: row.id, entityVersion: row.version + i, body: { i } }));
        }
      });
      acknowledged.push({ change, position, events: chosen.length * each });
    };

    const began = Date.now();
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        while (started < EVENTS) await writeOnce();
      }),
    );
    const seconds = (Date.now() - began) / 1000;
    const events = acknowledged.reduce((sum, each) => sum + each.events, 0);
    console.log(
      `${WRITERS} writers: ${events} events in ${acknowledged.length} changes, ${Math.round(events / seconds)} events/s, ${Math.round(acknowledged.length / seconds)} changes/s`,
    );

    expect(events).toBeGreaterThanOrEqual(EVENTS);
    expect(await checkLog(node.pool)).toEqual(soundLog(events));
    const { rows } = await node.pool.query<{ id: number; last_pos: number }>('SELECT id, last_pos FROM change ORDER BY id');
    expect(rows).toEqual(
      acknowledged.map(({ change, position }) => ({ id: change, last_pos: position })).sort((a, b) => a.id - b.id),
    );
  }, 120_000);
});
