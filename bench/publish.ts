// Publishing a rule over a large workforce while facts go on arriving.
import { createPool, type Pool } from '../src/platform/postgres/pool';
import type { Client } from './kit/client';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer } from './kit/server';
import { clonePeople } from './kit/clones';

const PEOPLE = 200_000;
/** So many people come through the API; all others are copies of them. */
const ORIGINALS = 2_000;
const DAY = 86_400_000;

const holds = (typeCode: string) => ({ holds: { typeCode } });
const nurse = { attribute: { name: 'jobFamily', equals: 'NURSING' } };
/** Five conditions: about a third of the people has met them or will. */
const RULE = { all: [holds('LICENCE'), { any: [holds('CARDIAC'), holds('TRAUMA')] }, nurse, { not: holds('RESTRICTION') }] };
const STRICTER = { all: [holds('LICENCE'), holds('CARDIAC'), nurse, { not: { any: [holds('RESTRICTION'), holds('TRAUMA')] } }] };

/** What is published, one after the other. */
export const VERSIONS: readonly (readonly [what: string, rule: object, isQuiet: boolean])[] = [
  ['first version, nothing else going on', RULE, true],
  ['second version, facts arriving', STRICTER, false],
  ['third version, facts arriving', RULE, false],
];

/** Publishes a first version and a second one, and tells how long facts had to wait meanwhile. */
export async function measurePublishing(databases: Databases): Promise<Section> {
  const url = await databases.create('bench_publish');
  const server = await startServer({ DATABASE_URL: url });
  const pool = await createPool(url, { max: 2, statementTimeoutMs: 600_000 });
  say(`  loading ${ORIGINALS} people through the API, and ${PEOPLE - ORIGINALS} copies of them`);
  await load(server.client);
  await clonePeople(pool, PEOPLE / ORIGINALS - 1);
  const rows: (string | number)[][] = [];
  for (const [what, rule, quiet] of VERSIONS) {
    const found = await publish(server.client, pool, rule, quiet, () => server.noted().then(({ rss }) => rss));
    say(`  ${what}: ${figure(found.seconds)} s`);
    rows.push([
      what,
      figure(found.seconds),
      found.told.toLocaleString('en-US'),
      found.stored.toLocaleString('en-US'),
      quiet ? '-' : figure(found.perSecond),
      quiet ? '-' : figure(found.median),
      quiet ? '-' : figure(found.longest),
      figure(found.memory / 2 ** 20),
    ]);
  }
  await pool.end();
  await server.stop();
  return {
    title: 'Publishing a rule',
    text:
      `A rule of five conditions for ${PEOPLE.toLocaleString('en-US')} people, from the mutation to its answer over HTTP, which comes when the log has every ` +
      'change of verdict. The people are copies of 2,000 that came through the API, each with attributes and up to four credentials. While facts arrive, one ' +
      'client sends 50 credentials per mutation, one after the other; the longest of these mutations is how long facts had to wait for the publication. Memory is ' +
      'the most the server (one process, PostgreSQL apart) held, garbage included.',
    columns: ['publication', 'seconds', 'verdicts told', 'stretches stored', 'credentials/s', 'median ms', 'longest ms', 'MiB'],
    rows,
  };
}

/** Brings the originals. */
export async function load(client: Client): Promise<void> {
  const types = ['LICENCE', 'CARDIAC', 'TRAUMA', 'RESTRICTION', 'OTHER'].map((code) => ({
    code,
    name: code,
    kind: 'CERTIFICATION',
    issuer: 'Board',
    renewal: { life: 'P2Y', grace: 'P30D', graceCounts: true },
  }));
  await client.query('mutation ($input: DefineCredentialTypesInput!) { defineCredentialTypes(input: $input) { cursor } }', {
    input: { credentialTypes: types },
  });
  await client.query('mutation ($input: DefineRolesInput!) { defineRoles(input: $input) { cursor } }', {
    input: { roles: [{ code: 'LEAD', title: 'Lead' }] },
  });
  for (let from = 0; from < ORIGINALS; from += 400) {
    const people = Array.from({ length: 400 }, (_, i) => from + i);
    await client.query('mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }', {
      input: {
        source: 'hris',
        employees: people.map((i) => ({
          externalId: `P${i}`,
          givenName: `Given${i % 97}`,
          familyName: `Family${i}`,
          department: `D${i % 40}`,
          jobFamily: i % 3 === 0 ? 'MEDICINE' : 'NURSING',
          hiredOn: '2020-01-01',
          effectiveAt: '2020-01-01T00:00:00Z',
        })),
      },
    });
    const issues = people.flatMap((i) =>
      [
        i % 10 < 8 ? 'LICENCE' : null,
        i % 4 < 2 ? 'CARDIAC' : null,
        i % 5 < 2 ? 'TRAUMA' : null,
        i % 50 === 0 ? 'RESTRICTION' : null,
        i % 2 === 0 ? 'OTHER' : null,
      ].flatMap((typeCode, k) => (typeCode === null ? [] : [issue(`P${i}`, typeCode, (i * 37 + k * 101) % 900)])),
    );
    await client.query('mutation ($input: IssueCredentialsInput!) { issueCredentials(input: $input) { cursor } }', {
      input: { source: 'registry', credentials: issues },
    });
  }
}

function issue(employeeExternalId: string, typeCode: string, daysAgo: number): object {
  return { employeeExternalId, typeCode, issuedOn: new Date(Date.now() - daysAgo * DAY).toISOString().slice(0, 10) };
}

/** Publishes a version, watched by somebody who sends facts meanwhile unless it `isQuiet`. */
export async function publish(client: Client, pool: Pool, rule: object, isQuiet: boolean, memory: () => Promise<number>) {
  const [before] = (await pool.query<{ pos: number }>('SELECT pos FROM log_head')).rows;
  let isOver = false;
  let most = 0;
  const took: number[] = [];
  const watch = async (): Promise<void> => {
    while (!isOver) {
      most = Math.max(most, await memory());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const send = async (): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const credentials = Array.from({ length: 50 }, (_, i) =>
        issue(`P${(n * 50 + i) % ORIGINALS}`, 'OTHER', (n * 50 + i) % 300),
      );
      const began = performance.now();
      await client.query('mutation ($input: IssueCredentialsInput!) { issueCredentials(input: $input) { cursor } }', {
        input: { source: 'registry', credentials },
      });
      took.push(performance.now() - began);
    }
  };
  const others = Promise.all([watch(), isQuiet ? undefined : send()]);
  const began = performance.now();
  const answer = await client.query(
    'mutation ($input: RuleDraftInput!) { publishRule(input: $input) { version { version } refusal { message } } }',
    { input: { roleCode: 'LEAD', rule } },
  );
  const seconds = (performance.now() - began) / 1_000;
  isOver = true;
  await others;
  const version = (answer as { publishRule: { version: { version: number } | null } }).publishRule.version?.version;
  if (version === undefined) throw new Error(`The rule was not published: ${JSON.stringify(answer)}`);
  const count = async (sql: string, params: unknown[]) => (await pool.query<{ count: number }>(sql, params)).rows[0]!.count;
  return {
    seconds,
    told: await count("SELECT count(*) AS count FROM log WHERE pos > $1 AND kind = 'eligibility.changed'", [before!.pos]),
    stored: await count('SELECT count(*) AS count FROM eligibility_segment WHERE rule_version = $1', [version]),
    perSecond: (took.length * 50) / seconds,
    median: quantile(took, 0.5),
    longest: Math.max(...took),
    memory: most,
  };
}
