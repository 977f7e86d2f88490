// Everybody comes back at once: sockets that resume after a restart, what that costs the database, and a change told to all of them.
import { WebSocket } from 'ws';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';

const SIZES = [100, 1_000, 10_000];
/** Changes that everybody missed at most, and that everybody is told afterwards. */
const MISSED = 20;
/** Sockets whose handshake is under way: the backlog of a listening socket is some hundreds. */
const AT_ONCE = 200;
const QUERY =
  'subscription ($after: Cursor) { changed(after: $after) { __typename cursor position occurredAt recordedAt employee { externalId department } } }';

interface Page {
  readonly changes: {
    readonly changes: readonly { readonly cursor: string }[];
    readonly cursor: string;
    readonly hasMore: boolean;
  };
}

interface Resumed {
  readonly socket: WebSocket;
  /** Resolves with the milliseconds from the first byte to the last missed change. */
  readonly caughtUp: Promise<number>;
  heard: number;
}

/** Starts a server anew for each size, and lets so many sockets come back to it. */
export async function measureStorm(databases: Databases): Promise<Section> {
  const url = await databases.create('bench_storm');
  const first = await startServer({ DATABASE_URL: url });
  await upsert(first, 0, 600);
  const cursors = await lastCursors(first);
  await first.stop();
  const rows: (string | number)[][] = [];
  for (const size of SIZES) rows.push(await storm(url, size, cursors));
  return {
    title: 'A reconnect storm',
    text:
      `A server that has just started, and sockets of one other process that connect (${AT_ONCE} at once), authenticate and resume behind cursors up to ${MISSED} changes old, ` +
      `each selecting the person of the change. Statements are those of the request pool until all had caught up, after it ${MISSED} changes in one mutation, told to all. ` +
      'Memory is the server process, garbage included, over what it had before the sockets.',
    columns: [
      'sockets',
      'all resumed after s',
      'p99 of one socket s',
      'SQL statements',
      'KiB a socket',
      'deliveries/s afterwards',
    ],
    rows,
  };
}

async function storm(url: string, size: number, cursors: readonly string[]): Promise<(string | number)[]> {
  const server = await startServer({ DATABASE_URL: url });
  const before = await server.noted();
  const began = performance.now();
  const sockets: Resumed[] = [];
  let next = 0;
  const opening = async (): Promise<void> => {
    for (let i = next++; i < size; i = next++) {
      const missed = 1 + (i % MISSED);
      const resumed = await resume(server, cursors[MISSED - missed]!, missed);
      sockets.push(resumed);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opening));
  const each = await Promise.all(sockets.map(({ caughtUp }) => caughtUp));
  const seconds = (performance.now() - began) / 1_000;
  const after = await server.noted();
  say(`  ${size} sockets: all resumed after ${figure(seconds)} s`);
  for (const resumed of sockets) resumed.heard = 0;
  const told = performance.now();
  await upsert(server, 1_000 + size, MISSED);
  while (sockets.some(({ heard }) => heard < MISSED)) await new Promise((resolve) => setTimeout(resolve, 20));
  const rate = (size * MISSED) / ((performance.now() - told) / 1_000);
  for (const { socket } of sockets) socket.terminate();
  await server.stop();
  return [
    size.toLocaleString('en-US'),
    figure(seconds),
    figure(quantile(each, 0.99) / 1_000),
    after.statements - before.statements,
    figure((after.rss - before.rss) / size / 1_024),
    figure(rate),
  ];
}

function resume({ url, client }: MeasuredServer, after: string, missed: number): Promise<Resumed> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
    let isCaughtUp: (ms: number) => void = () => undefined;
    const resumed: Resumed = { socket, heard: 0, caughtUp: new Promise((done) => (isCaughtUp = done)) };
    socket.on('error', reject);
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${client.key}` } })),
    );
    socket.on('message', (data: Buffer) => {
      if (data.includes('"type":"connection_ack"')) {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after } } }));
        resolve(resumed);
      } else if (data.includes('"type":"next"') && ++resumed.heard === missed) isCaughtUp(performance.now() - began);
    });
  });
}

async function upsert({ client }: MeasuredServer, from: number, count: number): Promise<void> {
  const employees = Array.from({ length: count }, (_, i) => ({ externalId: `E${from + i}`, department: `D${from % 10}` }));
  const mutation = 'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }';
  await client.query(mutation, { input: { source: 'bench', employees } });
}

/** The last of all cursors, oldest first. */
async function lastCursors({ client }: MeasuredServer): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null; ;) {
    const query = 'query ($after: Cursor) { changes(after: $after, first: 200) { changes { cursor } cursor hasMore } }';
    const { changes }: Page = await client.query<Page>(query, { after });
    found.push(...changes.changes.map(({ cursor }) => cursor));
    if (!changes.hasMore) return found.slice(-MISSED - 1);
    after = changes.cursor;
  }
}
