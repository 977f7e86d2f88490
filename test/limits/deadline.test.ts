// What takes too long, and what nobody waits for any more, is given up: its caller is told, and its connection is free again.
import pg from 'pg';
import { until } from '../journal/node';
import { startTestApp, type TestApp } from '../kit/app';
import { overHttp, overSocket } from './ways';

const ASKED = '{ course(code: "C") { code } }';
const DEFINED = 'mutation { defineCourses(input: { courses: [{ code: "C", title: "later" }] }) { cursor } }';

describe('an operation that does not end', () => {
  let server: TestApp;
  let blocker: pg.Client;

  beforeAll(async () => {
    server = await startTestApp({ env: { QUERY_SECONDS: '1', MUTATION_SECONDS: '2' } });
    await server.query('mutation { defineCourses(input: { courses: [{ code: "C", title: "before" }] }) { cursor } }');
    blocker = new pg.Client({ connectionString: server.databaseUrl });
    await blocker.connect();
  });

  beforeEach(() => blocker.query('BEGIN; LOCK TABLE course IN ACCESS EXCLUSIVE MODE'));

  afterEach(async () => {
    await blocker.query('ROLLBACK');
    expect((await server.query(ASKED)).course).toEqual({ code: 'C' });
  });

  afterAll(async () => {
    await blocker.end();
    await server.stop();
  });

  /** Statements that wait for the lock. */
  const stuck = async (): Promise<number> => {
    const { rows } = await blocker.query(`SELECT count(*)::integer AS n FROM pg_locks WHERE NOT granted`);
    return rows[0].n;
  };
  const isOver = async (): Promise<void> => {
    const until5 = Date.now() + 20_000;
    while ((await stuck()) > 0) {
      if (Date.now() > until5) throw new Error('a statement still waits');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const isStuck = async (): Promise<void> => {
    while ((await stuck()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('is answered when its time is up, over HTTP and WebSocket, and its statement ends', async () => {
    const began = performance.now();
    const over = overHttp(server.url)({ query: ASKED });
    const { way, socket } = await overSocket(server.url);
    const [byHttp, bySocket] = await Promise.all([over, way({ query: ASKED })]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([byHttp.status, byHttp.body.errors![0]!.extensions.code, bySocket.body.errors![0]!.extensions.code]).toEqual([
      503,
      'UNAVAILABLE',
      'UNAVAILABLE',
    ]);
    expect(byHttp.body.errors![0]!.message).toContain('longer than 1 s');
    await isOver();
    socket.terminate();
  });

  it('that changes something has its own time, and changes nothing when it is over', async () => {
    const { status, body } = await overHttp(server.url)({ query: DEFINED });
    expect([status, body.errors![0]!.extensions.code, body.errors![0]!.message]).toEqual([
      503,
      'UNAVAILABLE',
      expect.stringContaining('longer than 2 s'),
    ]);
    await isOver();
    await blocker.query('ROLLBACK');
    expect((await server.query('{ course(code: "C") { title } }')).course).toEqual({ title: 'before' });
    await blocker.query('BEGIN');
  });

  it('ends when whoever asked has gone, whichever way', async () => {
    const gone = new AbortController();
    const asked = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-key' },
      body: JSON.stringify({ query: ASKED }),
      signal: gone.signal,
    });
    await isStuck();
    gone.abort();
    await expect(asked).rejects.toThrow();
    const { socket, send } = await overSocket(server.url);
    send({ id: '1', type: 'subscribe', payload: { query: ASKED } });
    await isStuck();
    send({ id: '1', type: 'complete' });
    send({ id: '2', type: 'subscribe', payload: { query: ASKED } });
    await isStuck();
    socket.terminate();
    await isOver();
    await until(async () => /^graphql_operations_working 0$/m.test(await (await fetch(`${server.url}/metrics`)).text()), 10_000);
  });

  it('of one caller leaves places to others, and its own wait', async () => {
    const { createApiKey } = await server.query(
      'mutation { createApiKey(input: { name: "quiet", scopes: ["graph:read"] }) { secret } }',
    );
    const noisy = Array.from({ length: 30 }, () => overHttp(server.url)({ query: ASKED }));
    await isStuck();
    const quiet = await overHttp(server.url, createApiKey.secret)({ query: '{ employees { totalCount } }' });
    expect([quiet.status, quiet.body.data]).toEqual([200, { employees: { totalCount: 0 } }]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^graphql_operations_working (1[0-2]|[1-9])$/m);
    const answers = await Promise.all(noisy);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    await isOver();
  });
});
