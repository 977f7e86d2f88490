// Four operations of a dashboard through the public API, against one hand-written statement each on the same rows, in interleaved rounds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Client } from './kit/client';
import type { Databases } from './kit/databases';
import { figure, median, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';
import { departmentOf, loadCredentials, loadDefinitions, loadPeople } from './sample';

const PEOPLE = 3_000;
const CONNECTIONS = 32;
const ROUNDS = 3;
const SECONDS = 1.5;

interface Operation {
  readonly name: string;
  readonly what: string;
  readonly query: string;
  /** The variables of one request; `raw` is the only one the yardstick reads. */
  readonly variables: (n: number) => Readonly<Record<string, unknown>>;
}

const person = (n: number): string => `P${(n * 37) % PEOPLE}`;
const manager = (n: number): string => `P${(n * 37) % Math.floor(PEOPLE / 8)}`;
const CREDENTIALS = 'nodes { status expiresAt type { code name } }';

const OPERATIONS: readonly Operation[] = [
  {
    name: 'Q1',
    what: 'one person with credentials and types',
    query: `query Q1($by: EmployeeKey!) { employee(by: $by) { name jobTitle department credentials { ${CREDENTIALS} } } }`,
    variables: (n) => ({ raw: person(n), by: { externalId: { value: person(n) } } }),
  },
  {
    name: 'Q2',
    what: 'a department page: 50 people with manager, credentials, types, eligibilities, roles',
    query: `query Q2($department: [String!]) { employees(filter: { department: $department }, first: 50) { nodes { name jobTitle manager { name }
      credentials { ${CREDENTIALS} } eligibilities(filter: { verdict: [ELIGIBLE, AT_RISK] }) { nodes { verdict until role { code title } } } } } }`,
    variables: (n) => ({ raw: departmentOf((n * 50) % PEOPLE), department: [departmentOf((n * 50) % PEOPLE)] }),
  },
  {
    name: 'Q3',
    what: 'a manager, the reports, their active credentials',
    query: `query Q3($by: EmployeeKey!) { employee(by: $by) { name manager { name } reports { nodes { name credentials(filter: { status: [ACTIVE] }) { ${CREDENTIALS} } } } } }`,
    variables: (n) => ({ raw: manager(n), by: { externalId: { value: manager(n) } } }),
  },
  {
    name: 'Q4',
    what: '200 credentials expiring in so many days, with person, department, manager and type',
    query: `query Q4($before: DateTime!) { credentials(filter: { expiresBefore: $before }, first: 200) {
      nodes { expiresAt employee { name department manager { name } } type { name } } } }`,
    variables: (n) => ({ raw: `${30 + (n % 5)} days`, before: new Date(Date.now() + (30 + (n % 5)) * 86_400_000).toISOString() }),
  },
];

/** Loads an organisation, checks that both answer the same, then measures both in turn. */
export async function measureReads(databases: Databases): Promise<Section> {
  const databaseUrl = await databases.create('bench_reads');
  const server = await startServer({ DATABASE_URL: databaseUrl });
  say(`  loading ${PEOPLE} people, ${PEOPLE * 6} credentials, 10 rules`);
  await loadPeople(server.client, PEOPLE);
  await loadDefinitions(server.client);
  await loadCredentials(server.client, PEOPLE, (part) => say(`  ${Math.round(part * 100)} %`));
  const raw = await startRaw(databaseUrl);
  const rows: (string | number)[][] = [];
  for (const operation of OPERATIONS) {
    await assertSame(operation, server.client, raw.client);
    const statements = await statementsOf(operation, server);
    const rates = { product: [] as number[], raw: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const seconds = round === 0 ? 1 : SECONDS;
      const product = await perSecond(operation, server.client, seconds);
      const yardstick = await perSecond(operation, raw.client, seconds);
      if (round > 0) rates.product.push(product);
      if (round > 0) rates.raw.push(yardstick);
      say(`  ${operation.name} ${round === 0 ? 'warm-up' : `round ${round}`}: ${figure(product)}/s, raw ${figure(yardstick)}/s`);
    }
    const [mine, others] = [median(rates.product), median(rates.raw)];
    rows.push([operation.name, operation.what, statements, figure(mine), figure(others), figure(mine / others)]);
  }
  raw.stop();
  await server.stop();
  return {
    title: 'Reads',
    text:
      `Requests per second over ${CONNECTIONS} connections, medians of ${ROUNDS} interleaved rounds of ${SECONDS} s; ${PEOPLE} people in a manager tree, ` +
      `${PEOPLE * 6} credentials. "raw" is one hand-written statement with json_agg per operation behind plain node:http: no GraphQL, no views in time, no paging, ` +
      'no access control; both answers are compared first. Statements are those PostgreSQL saw for one request of the product, opening and closing its snapshot included.',
    columns: ['operation', 'what', 'statements', 'requests/s', 'raw', 'ratio'],
    rows,
  };
}

function bodyOf(operation: Operation, n: number): string {
  const { raw, ...variables } = operation.variables(n);
  return JSON.stringify({ operationName: operation.name, query: operation.query, variables: { ...variables }, raw }).replace(
    '"variables":{',
    `"variables":{"raw":${JSON.stringify(raw)},`,
  );
}

async function assertSame(operation: Operation, product: Client, raw: Client): Promise<void> {
  for (let n = 0; n < 5; n++) {
    const [mine, others] = (await Promise.all([product.send(bodyOf(operation, n)), raw.send(bodyOf(operation, n))])).map(
      (answer) => JSON.stringify((JSON.parse(String(answer)) as { data: unknown }).data),
    );
    if (mine !== others) throw new Error(`${operation.name} answers differ:\n${mine?.slice(0, 600)}\n${others?.slice(0, 600)}`);
  }
}

async function statementsOf(operation: Operation, server: MeasuredServer): Promise<number> {
  const counts: number[] = [];
  for (let n = 0; n < 5; n++) {
    const before = (await server.noted()).statements;
    await server.client.send(bodyOf(operation, n));
    counts.push((await server.noted()).statements - before);
  }
  // the worker that waits for boundaries asks now and then too
  return Math.min(...counts);
}

async function perSecond(operation: Operation, client: Client, seconds: number): Promise<number> {
  const began = performance.now();
  let done = 0;
  let n = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1_000) {
      await client.send(bodyOf(operation, n++));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return done / ((performance.now() - began) / 1_000);
}

async function startRaw(databaseUrl: string): Promise<{ client: Client; stop(): void }> {
  const child = spawn(process.execPath, [path.join(__dirname, 'raw.cjs'), databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const client = new Client(String(line).trim(), 'none');
  return {
    client,
    stop() {
      client.close();
      child.kill();
    },
  };
}
