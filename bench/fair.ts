// A noisy client beside quiet ones: what it costs them that one asks ten times as much as each of them, or as much as it can.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Client } from './kit/client';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';
import { loadCredentials, loadDefinitions, loadPeople, range } from './sample';

const PEOPLE = 1_000;
const QUIET = 4;
const PER_SECOND = 5;
const ROUNDS = 5;
const SECONDS = 8;
const CONNECTIONS = 64;
const PERSON = `query ($by: EmployeeKey!) { employee(by: $by) { name department credentials { nodes { status expiresAt type { code name } } } } }`;
const PAGE = `{ employees(first: 50) { nodes { name manager { name } credentials { nodes { status type { code } } } } } }`;

interface Noise {
  readonly name: string;
  readonly query: string;
  /** 0: as fast as it is answered, over all connections. */
  readonly perSecond: number;
}

const NOISES: readonly Noise[] = [
  {
    name: `the same question, ${10 * PER_SECOND} a second: ten times as often as each of the others`,
    query: PERSON,
    perSecond: 10 * PER_SECOND,
  },
  { name: `the same question as fast as it is answered, ${CONNECTIONS} at a time`, query: PERSON, perSecond: 0 },
  { name: `pages of 50 people as fast as they are answered, ${CONNECTIONS} at a time`, query: PAGE, perSecond: 0 },
];

const bodyOf = (query: string, n: number): string =>
  JSON.stringify({ query, variables: query === PERSON ? { by: { externalId: { value: `P${n % PEOPLE}` } } } : {} });

/** For each noise, rounds without and with it in turn. */
export async function measureFairness(databases: Databases): Promise<Section> {
  const server = await startServer({ DATABASE_URL: await databases.create('bench_fair') });
  say(`  loading ${PEOPLE} people`);
  await loadPeople(server.client, PEOPLE);
  await loadDefinitions(server.client);
  await loadCredentials(server.client, PEOPLE, () => undefined);
  const keys = await Promise.all(range(QUIET + 1, (i) => keyOf(server, `client ${i}`)));
  const clients = keys.slice(1).map((key) => new Client(server.url, key));
  await quiet(clients, 2);
  const rows: (string | number)[][] = [];
  for (const noise of NOISES) {
    const [alone, beside]: [number[], number[]] = [[], []];
    let answered = 0;
    let limited = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const before = await quiet(clients, SECONDS);
      const noisy = fork(path.join(__dirname, 'kit', 'noisy.cjs'), [
        ...[server.url, keys[0]!, bodyOf(noise.query, 1)],
        ...[String(noise.perSecond), String(CONNECTIONS)],
      ]);
      await once(noisy, 'message');
      const after = await quiet(clients, SECONDS);
      noisy.send('counts');
      const [{ counts }] = (await once(noisy, 'message')) as [{ counts: Record<string, number> }];
      noisy.kill();
      await once(noisy, 'exit');
      alone.push(...before);
      beside.push(...after);
      answered += (counts['200'] ?? 0) / SECONDS / ROUNDS;
      limited += (counts['429'] ?? 0) / SECONDS / ROUNDS;
      const [p, q] = [before, after].map((took) => figure(quantile(took, 0.99)));
      say(`  ${noise.name}, round ${round}: p99 ${p} ms alone, ${q} ms beside it (${JSON.stringify(counts)})`);
    }
    const at = (part: number): string[] => {
      const [before, after] = [quantile(alone, part), quantile(beside, part)];
      return [figure(before), figure(after), figure(after / before)];
    };
    rows.push([noise.name, ...at(0.5), ...at(0.99), figure(answered), figure(limited)]);
  }
  for (const client of clients) client.close();
  await server.stop();
  return {
    title: 'A noisy client',
    text:
      `${QUIET} clients that each ask for a person with credentials ${PER_SECOND} times a second, with and without a noisy one in a process of its own, in turn, ${ROUNDS} rounds of ${SECONDS} s; what the answers to the ` +
      'quiet ones took, milliseconds. Server, PostgreSQL and all clients share the processors: what the noisy one takes of them is part of what it costs. The target is a p99 ratio below 1.5 beside one that asks ten times as often.',
    columns: [
      'noise',
      'median alone',
      'beside it',
      'ratio',
      'p99 alone',
      'beside it',
      'ratio',
      'answers/s to the noisy one',
      'refused with 429/s',
    ],
    rows,
  };
}

async function keyOf({ client }: MeasuredServer, name: string): Promise<string> {
  const mutation = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
  const { createApiKey } = await client.query<{ createApiKey: { secret: string } }>(mutation, {
    input: { name, scopes: ['graph:read'] },
  });
  return createApiKey.secret;
}

/** Milliseconds of each answer, asked for at a rate however long the others take. */
async function quiet(clients: readonly Client[], seconds: number): Promise<number[]> {
  const took: number[] = [];
  let n = 0;
  const one = async (client: Client): Promise<void> => {
    const began = performance.now();
    await client.send(bodyOf(PERSON, (n += 37)));
    took.push(performance.now() - began);
  };
  const asked: Promise<void>[] = [];
  const began = performance.now();
  for (let i = 0; i < seconds * PER_SECOND; i++) {
    for (const [c, client] of clients.entries()) {
      const due = began + ((i + c / clients.length) / PER_SECOND) * 1_000;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      asked.push(one(client));
    }
  }
  await Promise.all(asked);
  return took;
}
