// How long it takes to find out whether an access token is to be believed: with nothing known of the issuer, and as it goes on.
import { Registry } from 'prom-client';
import { IssuerKeys } from '../src/access/tokens/issuer-keys';
import { tokenVerifier, type VerifyToken } from '../src/access/tokens/verify';
import { createLog } from '../src/platform/log';
import { startIssuer, type Issuer } from '../test/kit/issuer';
import type { Databases } from './kit/databases';
import { figure, quantile, say, type Section } from './kit/report';
import { startServer, type MeasuredServer } from './kit/server';

const COLD = 300;
const WARM = 5_000;
const PEOPLE = 500;
const QUERY = '{ roles { totalCount } }';

/** In process and over HTTP. */
export async function measureTokens(databases: Databases): Promise<Section> {
  const rows: (string | number)[][] = [];
  const row = (what: string, sample: readonly number[], promised = '-'): void => {
    rows.push([what, sample.length, figure(quantile(sample, 0.5)), figure(quantile(sample, 0.99)), promised]);
    say(`  ${rows.at(-1)!.join(', ')}`);
  };
  for (const alg of ['RS256', 'ES256'] as const) {
    const issuer = await startIssuer({ alg });
    const token = await issuer.clientToken({ scope: 'graph:read' });
    const cold: number[] = [];
    for (let i = 0; i < COLD; i += 1) cold.push(await timed(() => verifier(issuer)(token)));
    row(`${alg}, cold: discovery, keys, signature, claims`, cold, 'p99 under 500');
    const verify = verifier(issuer);
    await verify(token);
    const warm: number[] = [];
    for (let i = 0; i < WARM; i += 1) warm.push(await timed(() => verify(token)));
    row(`${alg}, warm: signature, claims`, warm, 'p99 under 500');
    await issuer.stop();
  }
  const issuer = await startIssuer({ alg: 'RS256' });
  const server = await startServer({ DATABASE_URL: await databases.create('bench_tokens'), ...issuer.env });
  const people = Array.from({ length: PEOPLE }, (_, i) => ({
    externalId: `P${i}`,
    email: `p${i}@example.org`,
    status: 'ACTIVE',
  }));
  await server.client.query('mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }', {
    input: { source: 'hris', employees: people },
  });
  const tokens = await Promise.all(
    people.map(({ externalId, email }) => issuer.personToken({ sub: externalId, email }, { scope: 'graph:read' })),
  );
  row('request, the first with a token of a server that has just started', [await timed(() => ask(server, tokens[0]!))]);
  const first: number[] = [];
  for (const token of tokens.slice(1)) first.push(await timed(() => ask(server, token)));
  row('request, the first of each person', first);
  const again: number[] = [];
  const byKey: number[] = [];
  for (let i = 0; i < 1_000; i += 1) {
    again.push(await timed(() => ask(server, tokens[0]!)));
    byKey.push(await timed(() => ask(server, 'bench-key')));
  }
  row('request, one person again and again', again);
  row('request, API key again and again', byKey);
  await server.stop();
  await issuer.stop();
  return {
    title: 'Access tokens',
    text:
      'Milliseconds to find out whether an access token is to be believed, one after the other; the issuer is an OpenID provider in the measuring process. Requests go over HTTP ' +
      `(\`${QUERY}\`) and have all that a request has.`,
    columns: ['what', 'samples', 'p50 ms', 'p99 ms', 'promised'],
    rows,
  };
}

function verifier(issuer: Issuer): VerifyToken {
  const [log, clock] = [createLog('silent'), { now: Date.now }];
  const keys = new IssuerKeys({ issuer: issuer.url, log, registry: new Registry() });
  return tokenVerifier({ issuer: issuer.url, audience: issuer.audience, keys, clock, log });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function ask(server: MeasuredServer, secret: string): Promise<void> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query: QUERY }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
}
