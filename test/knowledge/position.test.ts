// Knowledge in real time: what a write's answer promises, and where to go on from an answer.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startTestApp, type TestApp } from '../kit/app';

const UPSERT = `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`;
const READ = `query ($knownAt: DateTime) { employees(orderBy: EXTERNAL_ID, knownAt: $knownAt) { nodes { externalId attributes } } }`;
const CHANGE = 'cursor position employee { externalId }';
const PEOPLE = ['E0', 'E1', 'E2', 'E3'];

describe('a write that was acknowledged', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.stop());

  it('is known at any instant after its answer and at none before it was sent', async () => {
    const sent: { from: number; until: number; n: number }[] = [];
    const counted = async (knownAt: number) => {
      const { employees } = await server.query(READ, { knownAt: new Date(knownAt).toISOString() });
      return employees.nodes.find((node: any) => node.externalId === 'COUNT')?.attributes.n ?? 0;
    };
    for (let n = 1; n <= 40; n++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const from = Date.now() - 1;
      await server.query(UPSERT, { employees: [{ externalId: 'COUNT', attributes: { n } }] });
      const until = Date.now() + 1;
      sent.push({ from, until, n });
      expect(await counted(until)).toBe(n);
    }
    for (const { from, until, n } of sent) {
      expect([await counted(from), await counted(until)]).toEqual([n - 1, n]);
    }
  });

  it('is in what was read or behind its position, never neither, while four writers write (B13)', async () => {
    const writes = new Map(PEOPLE.map((id) => [id, 0]));
    let isOver = false;
    const writer = async (externalId: string) => {
      for (let n = 1; !isOver; n++) {
        await server.query(UPSERT, { employees: [{ externalId, attributes: { n } }] });
        writes.set(externalId, n);
      }
    };
    const writers = PEOPLE.map(writer);
    const taken: { seen: Map<string, number>; position: string; feed: ReturnType<TestApp['subscribe']> }[] = [];
    while (taken.length < 25 || Math.min(...writes.values()) < 6) {
      const { data, extensions } = await server.send<any>(READ);
      const seen = new Map<string, number>(data.employees.nodes.map((node: any) => [node.externalId, node.attributes.n]));
      const feed = server.subscribe(`subscription ($after: Cursor) { changed(after: $after) { ${CHANGE} } }`, {
        after: extensions.position,
      });
      taken.push({ seen, position: extensions.position, feed });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    isOver = true;
    await Promise.all(writers);
    expect(Math.min(...writes.values())).toBeGreaterThan(0);
    const marker = await server.query(UPSERT, { employees: [{ externalId: 'END', jobTitle: 'x' }] });
    for (const { seen, feed, position } of taken) {
      const polled: any[] = [];
      for (let after: string = position, hasMore = true; hasMore;) {
        const { changes } = await server.query(
          `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { ${CHANGE} } } }`,
          { after },
        );
        polled.push(...changes.changes);
        ({ cursor: after, hasMore } = changes);
      }
      expect(polled.at(-1).cursor).toBe(marker.upsertEmployees.cursor);
      expect(polled.map((change) => change.position)).toEqual(polled.map((_, i) => polled[0]!.position + i));
      for (const id of PEOPLE) {
        const behind = polled.filter((change) => change.employee.externalId === id).length;
        const missing = writes.get(id)! - (seen.get(id) ?? 0);
        // a write that was committed and had no position yet is in both: the one that its writer was waiting for
        expect([missing, missing + 1]).toContain(behind);
      }
      expect(await feed.atLeast(polled.length)).toEqual(polled);
      feed.close();
    }
  }, 30_000);

  it('comes to a subscriber with its own position, so that who goes on from there misses nothing, however far behind (B6, B13)', async () => {
    const socket = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer test-key' },
    });
    const start = (await server.query(`{ changes(first: 1) { cursor } }`)).changes.cursor;
    const named: [string, unknown][] = [];
    const query = `subscription ($after: Cursor) { changed(after: $after) { cursor employee { name } } }`;
    for await (const { data, extensions } of socket.iterate<any>({ query, variables: { after: start } })) {
      named.push([data.changed.cursor, (extensions as { position?: string } | undefined)?.position]);
      if (named.length === 60) break;
    }
    await socket.dispose();
    expect(named.map(([, position]) => position)).toEqual(named.map(([cursor]) => cursor));
  });

  it('is seen by the same request and by every later one, whatever the connection', async () => {
    const { data, extensions } = await server.send<any>(UPSERT, { employees: [{ externalId: 'LAST', jobTitle: 'x' }] });
    expect(extensions.position).toBe(data.upsertEmployees.cursor);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.query(`{ employee(by: { externalId: { value: "LAST" } }) { jobTitle } }`)),
    );
    expect(new Set(answers.map(({ employee }) => employee?.jobTitle))).toEqual(new Set(['x']));
  });
});
