// Revocations and issuances while a hundred thousand expiries are caught up: how long until a subscriber has each.
import path from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createPool } from '../src/platform/postgres/pool';
import { clonePeople } from './kit/clones';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';
import { range } from './sample';

const PEOPLE = 20_000;
const ORIGINALS = 2_000;
const TYPES = 5;
/** People whose credential is revoked, and as many to whom one is issued. */
const URGENT = 600;
const IDLE_ROUNDS = 100;
const DAYS_LATER = 200;
const DAY = 86_400_000;

const DEFINE = 'mutation ($input: DefineCredentialTypesInput!) { defineCredentialTypes(input: $input) { cursor } }';
const UPSERT = 'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }';
const ISSUE = 'mutation ($input: IssueCredentialsInput!) { issueCredentials(input: $input) { results { outcome } } }';
const REVOKE = 'mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }';
const PUSHED = 'subscription { credentialChanged(filter: { typeCode: ["URGENT"] }) { kind employee { externalId } } }';

/** Loads, lets time pass, starts again, and asks for something urgent until all is caught up; then once more in peace. */
export async function measureRevocations(databases: Databases): Promise<Section> {
  const url = await databases.create('bench_revocations');
  await load(url);
  const pool = await createPool(url, { max: 1, statementTimeoutMs: 600_000 });
  const before = await lastPosition(pool);
  const server = await startServer(
    { DATABASE_URL: url, DAYS_LATER: String(DAYS_LATER) },
    path.join(__dirname, 'kit', 'later.cjs'),
  );
  const pushes = new Pushes(server);
  await pushes.began();
  const isCaughtUp = async (): Promise<boolean> =>
    (await pool.query('SELECT FROM employee WHERE next_change_at <= $1 LIMIT 1', [new Date(Date.now() + DAYS_LATER * DAY)]))
      .rowCount === 0;
  const began = performance.now();
  const meanwhile = new Latencies(server, pushes);
  while (meanwhile.rounds < URGENT - IDLE_ROUNDS && !(await isCaughtUp())) await meanwhile.round();
  while (!(await isCaughtUp())) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - began) / 1_000;
  const idle = new Latencies(server, pushes, meanwhile.rounds);
  while (idle.rounds < meanwhile.rounds + IDLE_ROUNDS) await idle.round();
  const expiries = (
    await pool.query<{ n: number }>(`SELECT count(*) AS n FROM log WHERE pos > $1 AND kind = 'credential.expired'`, [before])
  ).rows[0]!.n;
  pushes.close();
  await pool.end();
  await server.stop();
  say(`  ${expiries} expiries in ${figure(seconds)} s`);
  return {
    title: 'Revocations during catching up',
    text:
      `${expiries.toLocaleString('en-US')} credentials of ${PEOPLE.toLocaleString('en-US')} people had expired while nobody was there; they were caught up in ${figure(seconds)} s. Meanwhile, in turn, a credential was revoked and one issued. ` +
      'Milliseconds from sending the mutation to its arrival at a subscriber over a socket. The targets are 1,000 ms at p99 for revocations, and a ratio of 1.1 to issuances.',
    columns: ['when', 'each', 'revocation p50', 'p99', 'issuance p50', 'p99', 'ratio of p50', 'ratio of p99'],
    rows: [meanwhile.row('while catching up'), idle.row('afterwards')],
  };
}

/** Urgent requests and their latencies; each person is used once. */
class Latencies {
  readonly revocations: number[] = [];
  readonly issuances: number[] = [];

  constructor(
    private readonly server: MeasuredServer,
    private readonly pushes: Pushes,
    public rounds = 0,
  ) {}

  async round(): Promise<void> {
    const n = this.rounds++;
    const revoke = async (): Promise<void> => {
      const credential = { holding: { employeeExternalId: `R${n}`, typeCode: 'URGENT' } };
      this.revocations.push(await this.measure(`REVOKED R${n}`, REVOKE, { credential, reason: 'fraud' }));
    };
    const issue = async (): Promise<void> => {
      const credentials = [{ employeeExternalId: `I${n}`, typeCode: 'URGENT', expiresAt: null }];
      this.issuances.push(await this.measure(`ISSUED I${n}`, ISSUE, { source: 'issuer', credentials }));
    };
    // whoever is first in a pair is no better off over all
    for (const act of n % 2 === 0 ? [revoke, issue] : [issue, revoke]) await act();
  }

  row(when: string): (string | number)[] {
    const of = (sample: number[], part: number): number => quantile(sample, part);
    const ratio = (part: number): string => figure(of(this.revocations, part) / of(this.issuances, part));
    const cells = [this.revocations, this.issuances].flatMap((sample) => [figure(of(sample, 0.5)), figure(of(sample, 0.99))]);
    say(`  ${when}: revocation p50 ${cells[0]} p99 ${cells[1]}, issuance p50 ${cells[2]} p99 ${cells[3]}`);
    return [when, this.revocations.length, ...cells, ratio(0.5), ratio(0.99)];
  }

  private async measure(what: string, mutation: string, input: object): Promise<number> {
    const sent = performance.now();
    const [, arrived] = await Promise.all([this.server.client.query(mutation, { input }), this.pushes.arrival(what)]);
    return arrived - sent;
  }
}

/** What a subscriber is told, and when. */
class Pushes {
  private readonly client;
  private readonly waiting = new Map<string, (at: number) => void>();

  constructor(server: MeasuredServer) {
    this.client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${server.client.key}` },
      lazy: false,
    });
    this.client.subscribe<{ credentialChanged: { kind: string; employee: { externalId: string } } }>(
      { query: PUSHED },
      {
        next: ({ data }) => {
          const { kind, employee } = data!.credentialChanged;
          this.waiting.get(`${kind} ${employee.externalId}`)?.(performance.now());
        },
        error: (error) => {
          throw new Error(JSON.stringify(error));
        },
        complete: () => undefined,
      },
    );
  }

  /** It begins to follow when it is subscribed, which nobody tells: a moment is enough. */
  async began(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  arrival(what: string): Promise<number> {
    return new Promise((resolve) => this.waiting.set(what, resolve));
  }

  close(): void {
    void this.client.dispose();
  }
}

async function load(url: string): Promise<void> {
  say(`  loading ${ORIGINALS} people with ${TYPES} credentials through the API, and ${PEOPLE - ORIGINALS} copies of them`);
  const server = await startServer({ DATABASE_URL: url });
  const { client } = server;
  const define = (code: string) => ({ code, name: code, kind: 'CERTIFICATION', issuer: 'Board' });
  await client.query(DEFINE, { input: { credentialTypes: ['URGENT', ...range(TYPES, (i) => `T${i}`)].map(define) } });
  const hire = async (names: string[]): Promise<void> => {
    for (let from = 0; from < names.length; from += 500) {
      const employees = names.slice(from, from + 500).map((externalId) => ({ externalId }));
      await client.query(UPSERT, { input: { source: 'hris', employees } });
    }
  };
  const issue = async (credentials: object[]): Promise<void> => {
    for (let from = 0; from < credentials.length; from += 500)
      await client.query(ISSUE, { input: { source: 'issuer', credentials: credentials.slice(from, from + 500) } });
  };
  await hire(range(ORIGINALS, (i) => `P${i}`));
  const expiry = (i: number): string => new Date(Date.now() + 2 * DAY + ((i * 7_919) % (88 * 1_440)) * 60_000).toISOString();
  await issue(
    range(ORIGINALS * TYPES, (i) => ({
      employeeExternalId: `P${i % ORIGINALS}`,
      typeCode: `T${Math.floor(i / ORIGINALS)}`,
      expiresAt: expiry(i),
    })),
  );
  const pool = await createPool(url, { max: 1, statementTimeoutMs: 600_000 });
  await clonePeople(pool, PEOPLE / ORIGINALS - 1);
  await pool.end();
  await hire(range(URGENT, (i) => `R${i}`));
  await hire(range(URGENT, (i) => `I${i}`));
  await issue(range(URGENT, (i) => ({ employeeExternalId: `R${i}`, typeCode: 'URGENT', expiresAt: null })));
  await server.stop();
}

async function lastPosition(pool: Awaited<ReturnType<typeof createPool>>): Promise<number> {
  return (await pool.query<{ pos: number }>('SELECT pos FROM log_head')).rows[0]!.pos;
}
