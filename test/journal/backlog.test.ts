import { setTimeout as sleep } from 'node:timers/promises';
import { Sequencer } from '../../src/journal/sequencer';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { checkLog, fillInbox, soundLog, until } from './node';

const FACTS = 100_000;
const clock = { now: () => Date.now() };

describe('a backlog', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createDatabase();
    pool = await createPool(database.url, { connectTimeoutMs: 10_000 });
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('of 100,000 facts that arrive at once after the sequencer ran idle is drained, each exactly once and no batch slow (A12)', async () => {
    const batches: { count: number; at: number }[] = [];
    const sequencer = new Sequencer({
      databaseUrl: database.url,
      clock,
      onSequenced: ({ count }) => batches.push({ count, at: performance.now() }),
    });
    sequencer.start();
    await fillInbox(pool, 10);
    await until(() => batches.length > 0);
    // Statistics of an empty inbox are what makes a bad plan.
    await pool.query('VACUUM ANALYZE inbox');
    await sleep(300);
    batches.length = 0;

    await fillInbox(pool, FACTS);
    let last = performance.now();
    const total = (): number => batches.reduce((sum, { count }) => sum + count, 0);
    const began = last;
    await until(() => total() === FACTS, 60_000);
    const seconds = (batches.at(-1)!.at - began) / 1000;
    await sequencer.stop();
    const took = batches.map(({ at }) => [at - last, (last = at)][0]!).sort((a, b) => a - b);
    const [median, worst] = [took[took.length >> 1]!, took.at(-1)!];
    console.log(
      `backlog of ${FACTS}: ${seconds.toFixed(1)} s, ${Math.round(FACTS / seconds)} facts/s, ${batches.length} batches, median ${Math.round(median)} ms, worst ${Math.round(worst)} ms`,
    );

    // a bad plan takes seconds for each batch; a busy machine now and then for one
    expect(median).toBeLessThan(1_000);
    expect(worst).toBeLessThan(10_000);
    expect(await checkLog(pool)).toEqual(soundLog(FACTS + 10));
    const { rows } = await pool.query(`SELECT count(DISTINCT convert_from(body, 'UTF8')::jsonb->>'n') AS n FROM log`);
    expect(rows).toEqual([{ n: FACTS }]);
  }, 60_000);
});
