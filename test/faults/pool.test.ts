// Five hundred requests that all wait for the same lock: those that get no connection are told so, and the log goes on.
import pg from 'pg';
import { fillInbox, until } from '../journal/node';
import { startTestApp, type TestApp } from '../kit/app';
import { createPool, type Pool } from '../../src/platform/postgres/pool';

const REQUESTS = 500;

describe('when all connections are taken', () => {
  let server: TestApp;
  let pool: Pool;

  beforeAll(async () => {
    server = await startTestApp();
    pool = await createPool(server.databaseUrl, { max: 2 });
  });

  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it('requests wait two seconds at most and are refused as UNAVAILABLE; the log and its subscribers go on (A11)', async () => {
    const subscriber = server.subscribe<{ position: number }>('subscription { changed { position } }');
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "C", title: "C" }] }) { cursor } }`);
    const [{ position: before }] = (await subscriber.atLeast(1)) as [{ position: number }];
    const blocker = new pg.Client({ connectionString: server.databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE course IN ACCESS EXCLUSIVE MODE');
    const began = performance.now();
    const answers = Array.from({ length: REQUESTS }, async () => {
      const { errors } = await server.send('{ course(code: "C") { code } }');
      return { code: errors?.[0]?.extensions.code ?? null, ms: performance.now() - began };
    });
    let answered = 0;
    for (const answer of answers) void answer.then(() => (answered += 1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await fillInbox(pool, 50);
    const sent = performance.now();
    await subscriber.atLeast(51, 10_000);
    const delivered = performance.now() - sent;

    // all but those that hold the connections are refused while the lock is still held
    await until(() => answered >= REQUESTS - 30, 20_000);
    await blocker.query('ROLLBACK');
    await blocker.end();
    const all = await Promise.all(answers);
    const refused = all.filter(({ code }) => code !== null);
    const slowest = Math.max(...refused.map(({ ms }) => ms));
    console.info(
      `${refused.length} of ${REQUESTS} refused, the last after ${Math.round(slowest)} ms; 50 entries delivered within ${Math.round(delivered)} ms`,
    );
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    expect(refused.length).toBeLessThan(REQUESTS);
    // 2 s are promised; five hundred requests at once on a busy machine add to them
    expect(slowest).toBeLessThan(15_000);
    expect(subscriber.received.map(({ position }) => position)).toEqual(Array.from({ length: 51 }, (_, i) => before + i));
    expect((await server.send('{ course(code: "C") { code } }')).errors).toBeUndefined();
  }, 60_000);
});
