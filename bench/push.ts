// From commit to subscriber: a thousand sockets, each with a person of its own, while a thousand people change every second.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createPool } from '../src/platform/postgres/pool';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';
import { loadPeople, range } from './sample';

const SUBSCRIBERS = 1_000;
const PER_SECOND = 1_000;
const PER_MUTATION = 100;
const MUTATIONS_AT_ONCE = 3;
const SECONDS = 12;
const UPSERT = 'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }';
const SELECTIONS = {
  'position only': 'position',
  'position, person and their job': 'position employee { externalId jobTitle }',
};

/** One run per selection. */
export async function measurePush(databases: Databases): Promise<Section> {
  const databaseUrl = await databases.create('bench_push');
  const rows: (string | number)[][] = [];
  const server = await startServer({ DATABASE_URL: databaseUrl });
  say(`  loading ${SUBSCRIBERS} people`);
  await loadPeople(server.client, SUBSCRIBERS);
  for (const [what, selection] of Object.entries(SELECTIONS)) {
    const { latencies, rate, cpu } = await push(server, databaseUrl, selection, Object.keys(SELECTIONS).indexOf(what));
    const cells = [0.5, 0.99, 1].map((part) => figure(quantile(latencies, part)));
    say(`  ${what}: ${figure(rate)} events/s, p50 ${cells[0]} ms, p99 ${cells[1]} ms, longest ${cells[2]} ms`);
    rows.push([what, figure(rate), latencies.length, ...cells, figure(cpu)]);
  }
  await server.stop();
  return {
    title: 'From commit to subscriber',
    text:
      `${SUBSCRIBERS.toLocaleString('en-US')} sockets in a process of their own, each subscribed to one person; ${PER_MUTATION} people changed per mutation, ${PER_SECOND.toLocaleString('en-US')} a second for ${SECONDS} s, ${MUTATIONS_AT_ONCE} mutations at ` +
      'a time at most. From the commit of the change to the arrival at the socket, milliseconds; every delivery is counted, and all must come. The target is 500 ms at p99.',
    columns: ['selected', 'events/s', 'deliveries', 'p50', 'p99', 'longest', 'CPU s of the server per s'],
    rows,
  };
}

async function push(server: MeasuredServer, databaseUrl: string, selection: string, run: number) {
  const document = `subscription ($who: [String!], $after: Cursor) { changed(after: $after, filter: { employeeExternalId: $who }) { ${selection} } }`;
  const input = { source: 'hris', employees: [{ externalId: 'P0', jobTitle: `before ${run}` }] };
  const { upsertEmployees: present } = await server.client.query<{ upsertEmployees: { cursor: string } }>(UPSERT, { input });
  const about = [server.url, server.client.key, String(SUBSCRIBERS), document, present.cursor];
  const swarm = fork(path.join(__dirname, 'kit', 'swarm.cjs'), about);
  const end = (): void => void swarm.kill();
  process.once('exit', end);
  swarm.once('exit', (code) => {
    if (code) throw new Error('The subscribers gave up.');
  });
  await once(swarm, 'message');
  const before = await server.noted();
  const began = performance.now();
  let sent = 0;
  const writer = async (): Promise<void> => {
    while (sent < PER_SECOND * SECONDS) {
      const from = sent;
      sent += PER_MUTATION;
      await new Promise((resolve) => setTimeout(resolve, began + (from / PER_SECOND) * 1_000 - performance.now()));
      const employees = range(PER_MUTATION, (i) => ({ externalId: `P${(from + i) % SUBSCRIBERS}`, jobTitle: `J${run}-${from}` }));
      await server.client.query(UPSERT, { input: { source: 'hris', employees } });
    }
  };
  await Promise.all(range(MUTATIONS_AT_ONCE, writer));
  const seconds = (performance.now() - began) / 1_000;
  const { commits, cpu } = await server.noted();
  const received = await collect(swarm, sent);
  swarm.kill();
  process.off('exit', end);
  const pool = await createPool(databaseUrl, { max: 1 });
  const committed = new Map(commits);
  const { rows } = await pool.query<{ pos: number; change: number }>(
    'SELECT pos, change_id AS change FROM log WHERE change_id >= $1',
    [Math.min(...committed.keys())],
  );
  await pool.end();
  const changes = new Map(rows.map(({ pos, change }) => [pos, change]));
  const latencies = received.map(([position, at]) => at - committed.get(changes.get(position)!)!);
  const used = (cpu.user + cpu.system - before.cpu.user - before.cpu.system) / 1e6;
  return { latencies, rate: sent / seconds, cpu: used / seconds };
}

async function collect(swarm: ReturnType<typeof fork>, count: number): Promise<[number, number][]> {
  const all: [number, number][] = [];
  for (const end = performance.now() + 30_000; all.length < count;) {
    if (performance.now() > end) throw new Error(`Only ${all.length} of ${count} changes were delivered.`);
    swarm.send('received');
    const [message] = (await once(swarm, 'message')) as [{ received: [number, number][] }];
    all.push(...message.received);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return all;
}
