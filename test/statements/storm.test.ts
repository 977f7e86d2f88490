// A server that comes back, and everybody with it: what they missed is read once, and not once for each of them.
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { talkTo } from '../kit/seed';
import { subscribePlainly } from '../kit/sockets';
import { StatementCounter } from './count';

jest.setTimeout(60_000);

const AT = '2026-06-01T12:00:00Z';
const MISSED = 60;
/** Asked for again and again, whether anybody is there or not; the tail reads on while somebody is. */
const POLLED = new Set(['probeInbox', 'standOfLog', 'enabledEndpoints', 'holdAlone', 'readEntries', 'fullEndpoints']);
const SUBSCRIPTION = 'subscription ($after: Cursor) { changed(after: $after) { position employee { externalId } } }';

describe('a reconnect storm', () => {
  let database: TestDatabase;
  let cursors: string[];
  let head: number;
  const counter = new StatementCounter(true);

  beforeAll(async () => {
    database = await createDatabase();
    const server = await startTestApp({ databaseUrl: database.url, at: AT });
    const api = talkTo(server);
    const employees = Array.from({ length: 600 }, (_, i) => ({ externalId: `E${i}` }));
    await api.upsert(employees);
    const { found } = await api.changes('position cursor');
    cursors = found.slice(-MISSED - 1).map(({ cursor }) => cursor);
    head = found.at(-1).position;
    await server.stop();
    counter.start();
  });
  afterAll(async () => {
    counter.stop();
    await database.drop();
  });

  /** A fresh node, so many sockets that resume within what was missed, and one change more. */
  const storm = async (sockets: number): Promise<string[]> => {
    const server: TestApp = await startTestApp({ databaseUrl: database.url, at: AT });
    try {
      const { statements } = await counter.during(async () => {
        const open = await Promise.all(
          Array.from({ length: sockets }, async (_, i) => {
            const missed = i % MISSED;
            const subscriber = await subscribePlainly(server.url, SUBSCRIPTION, { after: cursors[MISSED - missed] });
            return { missed, subscriber };
          }),
        );
        const end = Date.now() + 30_000;
        const isDone = () => open.every(({ missed, subscriber }) => subscriber.positions.length >= missed);
        while (!isDone() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { missed, subscriber } of open) {
          expect(subscriber.errors).toBeNull();
          expect(subscriber.positions).toEqual(Array.from({ length: missed }, (_, n) => head - missed + 1 + n));
          subscriber.socket.terminate();
        }
      });
      return statements;
    } finally {
      await server.stop();
    }
  };

  it('sends the database as many statements for 800 sockets as for 60 (B7)', async () => {
    const few = await storm(60);
    const many = await storm(800);
    // what was missed lies on one page or two; beside that only time makes statements, and the larger storm takes longer
    const bySockets = (statements: readonly string[]) => statements.filter((name) => !POLLED.has(name)).length;
    const asked = (statements: readonly string[]) => statements.filter((name) => name === 'employeesById').length;
    const pages = (statements: readonly string[]) => statements.filter((name) => name === 'readEntries').length;
    expect([asked(few), asked(many)]).toEqual([MISSED - 1, MISSED - 1]);
    // were they by the sockets, there would be thirteen times as many
    expect(bySockets(many)).toBeLessThanOrEqual(3 * bySockets(few));
    expect(pages(few)).toBeLessThanOrEqual(10);
    expect(pages(many)).toBeLessThanOrEqual(40);
  });
});
