// A migration while clients write and follow. What an expanding migration may be is what the earlier build has to get along with.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrations } from '../../migrations';
import { migrate } from '../../src/platform/postgres/migrate';
import { startTestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { ingestDocument } from '../kit/seed';

const UPSERT = ingestDocument('upsertEmployees');

/** Adds what a next version might: a column with a default, a nullable one, an index, a table that refers to people, a wider check. */
class Expand9999999999999 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE employee ADD COLUMN rating integer NOT NULL DEFAULT 0, ADD COLUMN remark text`);
    await db.query(`ALTER TABLE log ADD COLUMN shard integer`);
    await db.query(`CREATE INDEX employee_rating ON employee (rating) WHERE rating > 0`);
    await db.query(
      `CREATE TABLE badge (employee_id uuid NOT NULL REFERENCES employee, code text NOT NULL, PRIMARY KEY (employee_id, code))`,
    );
  }

  async down(): Promise<void> {
    throw new Error('never');
  }
}

describe('an expanding migration', () => {
  it('runs under traffic: the node from before it and one from after it both work, and no request fails for good (A17)', async () => {
    const database = await createDatabase();
    const before = await startTestApp({ databaseUrl: database.url });
    const nodes = [before];
    let isOver = false;
    const answered: string[] = [];
    const unexpected: unknown[] = [];
    try {
      const subscriber = before.subscribe<{ position: number }>('subscription { changed { position employee { externalId } } }');
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; !isOver; n++) {
          const key = `w${writer}-${n}`;
          const employees = [{ externalId: `P${writer}-${n % 5}`, jobTitle: `T${n}` }];
          for (let again = true; again;) {
            const { errors } = await nodes[n % nodes.length]!.send(UPSERT, {
              input: { source: 'hris', idempotencyKey: key, employees },
            });
            again = errors?.[0]?.extensions.code === 'UNAVAILABLE';
            if (errors && !again) unexpected.push(errors);
          }
          answered.push(key);
        }
      };
      const writers = [0, 1, 2, 3].map(write);
      const more = (count: number, from = answered.length) => untilTrue(() => answered.length >= from + count);
      await more(20);
      expect(await migrate(database.url, [...migrations, Expand9999999999999])).toEqual(['Expand9999999999999']);
      await more(20);
      // a node of this version on the newer schema: it finds nothing to migrate, and works
      nodes.push(await startTestApp({ databaseUrl: database.url }));
      await more(40);
      isOver = true;
      await Promise.all(writers);
      expect(unexpected).toEqual([]);
      await subscriber.atLeast(answered.length, 20_000);
      expect(subscriber.received.map(({ position }) => position)).toEqual(answered.map((_, i) => i + 1));
      const [row] = await before.execute('SELECT count(*) AS n, count(DISTINCT event_id) AS events FROM log WHERE shard IS NULL');
      expect(row).toEqual({ n: answered.length, events: answered.length });
    } finally {
      isOver = true;
      for (const node of nodes) await node.stop();
      await database.drop();
    }
  }, 60_000);
});

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
