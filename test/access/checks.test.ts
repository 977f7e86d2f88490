// Whether tokens would be accepted, tried on schedule (G8); and a server that starts while its issuer is down.
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Registry } from 'prom-client';
import { Checkup } from '../../src/access/checks/checkup';
import { readClientKey, type ClientKey } from '../../src/access/checks/client';
import { checkRule, latestCheck } from '../../src/access/checks/store';
import { IssuerKeys } from '../../src/access/tokens/issuer-keys';
import { tokenVerifier } from '../../src/access/tokens/verify';
import { createLog } from '../../src/platform/log';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { startIssuer, type Issuer } from '../kit/issuer';
import { createDatabase } from '../kit/postgres';
import { eventually } from '../kit/seed';
import { subscribePlainly } from '../kit/sockets';

jest.setTimeout(90_000);

const log = createLog('silent');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-checks-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const keyFile = (name: string, text: string): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
};

describe('a server whose issuer is down when it starts', () => {
  let issuer: Issuer;
  let server: TestApp;
  beforeAll(async () => {
    issuer = await startIssuer();
    await issuer.down();
    const client = { OIDC_CLIENT_ID: 'machine', OIDC_CLIENT_KEY_FILE: keyFile('machine.json', JSON.stringify(issuer.clientKey)) };
    server = await startTestApp({ env: { ...issuer.env, ...client, OIDC_CHECK_EVERY: 'PT1S' } });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const checks = async (): Promise<{ at: string; ok: boolean; detail: string }[]> =>
    (await server.query('{ accessChecks(last: 1) { nodes { at ok detail } } }')).accessChecks.nodes;
  const alerts = async (open: boolean): Promise<{ kind: string; message: string }[]> =>
    (await server.query('query ($open: Boolean) { alerts(open: $open) { nodes { kind message } } }', { open })).alerts.nodes;
  const gauge = async (): Promise<string | undefined> =>
    /^access_check_ok (\d)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];

  it('says so to tokens, serves keys, raises an alert, and accepts tokens once it is up', async () => {
    const token = await issuer.clientToken({ scope: 'graph:read operations:read' });
    const send = () => server.send('{ employees { totalCount } }', {}, { authorization: `Bearer ${token}` });
    const refused = await send();
    expect(refused.errors![0]).toEqual({
      message:
        'Access tokens cannot be checked just now, because their issuer cannot be reached: try again in a minute, or use an API key.',
      extensions: { code: 'UNAVAILABLE' },
    });
    const socket = await subscribePlainly(server.url, 'subscription { changed { position } }', {}, token);
    expect((await socket.closed).code).toBe(1013);

    const [failed] = await eventually(checks, ([check]) => check?.ok === false, 20_000);
    expect(failed!.detail).toBe(`${issuer.url}/.well-known/openid-configuration cannot be reached (ECONNREFUSED).`);
    const [alert] = await eventually(
      () => alerts(true),
      ([first]) => first !== undefined,
      20_000,
    );
    expect(alert).toEqual({ kind: 'ACCESS_CHECK_FAILED', message: `Access tokens might not be accepted: ${failed!.detail}` });
    expect(await gauge()).toBe('0');

    await issuer.up();
    const [passed] = await eventually(checks, ([check]) => check?.ok === true, 20_000);
    expect(passed!.detail).toMatch(
      /^The issuer answers, publishes 1 key and has the right time; a token for machine is accepted\. It took \d+ ms\.$/,
    );
    await eventually(
      () => alerts(true),
      (open) => open.length === 0,
      20_000,
    );
    expect((await alerts(false)).map(({ kind }) => kind)).toEqual(['ACCESS_CHECK_FAILED']);
    expect(await gauge()).toBe('1');
    await eventually(send, ({ errors }) => errors === undefined, 20_000);
    const page = await server.query('{ accessChecks(first: 1) { totalCount pageInfo { hasNextPage } } }');
    expect(page.accessChecks.pageInfo.hasNextPage).toBe(true);
    const other = await issuer.clientToken({ scope: 'graph:read' });
    const { errors } = await server.send('{ accessChecks { totalCount } }', {}, { authorization: `Bearer ${other}` });
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a check', () => {
  let issuer: Issuer;
  let pool: Pool;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    issuer = await startIssuer();
    const database = await createDatabase();
    pool = await createPool(database.url, { max: 2 });
    drop = () => database.drop();
  });
  afterAll(async () => {
    await pool.end();
    await drop();
    await issuer.stop();
  });

  const machine = (): ClientKey => readClientKey('machine', keyFile('own.json', JSON.stringify(issuer.clientKey)));
  const check = async (change: { client?: ClientKey | null; audience?: string; now?: () => number } = {}) => {
    const { client = machine(), audience = issuer.audience, now = Date.now } = change;
    const [clock, registry] = [{ now }, new Registry()];
    const keys = new IssuerKeys({ issuer: issuer.url, log, registry });
    const verify = tokenVerifier({ issuer: issuer.url, audience, keys, clock, log });
    const ok = await new Checkup({
      db: pool,
      clock,
      log,
      registry,
      issuer: issuer.url,
      audience: issuer.audience,
      client,
      verify,
      every: 1_000,
    }).check();
    const latest = (await latestCheck(pool))!;
    expect(latest.ok).toBe(ok);
    return latest.detail;
  };

  it('passes without a client, and says what it did not try', async () => {
    expect(await check({ client: null })).toMatch(
      /has the right time; no token was asked for, since OIDC_CLIENT_ID is not set\. It took/,
    );
  });

  it('takes the key of a client as PEM, and names it by its thumbprint', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { clientId, alg, kid } = readClientKey(
      'machine',
      keyFile('other.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' }))),
    );
    expect([clientId, alg, kid]).toEqual(['machine', 'ES256', null]);
    expect(() => readClientKey('machine', keyFile('no.pem', 'canary'))).toThrow(
      /^OIDC_CLIENT_KEY_FILE must be a private key as PEM or JWK: [^ ]*no\.pem is not \(\w+\)\.$/,
    );
    expect(() => readClientKey('machine', path.join(folder, 'absent'))).toThrow('(ENOENT)');
  });

  it('fails when the clocks differ by more than is allowed for', async () => {
    expect(await check({ client: null, now: () => Date.now() - 45_000 })).toMatch(
      /^the issuer's clock is 4[456] s ahead of this server's: check NTP/,
    );
    expect(await check({ client: null, now: () => Date.now() + 45_000 })).toMatch(/^the issuer's clock is 4[456] s behind/);
    expect(await check({ client: null, now: () => Date.now() + 20_000 })).toMatch(/has the right time/);
  });

  it('fails when the issuer does not know the client by its key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await check({ client: { ...machine(), key: privateKey } })).toBe(
      `${issuer.url}/token gives machine no token: it answers 401 (invalid_client).`,
    );
  });

  it('fails when the token would not be accepted', async () => {
    expect(await check({ audience: 'https://other.example' })).toBe(
      'the token that the issuer gave machine is not accepted here: This access token is not accepted: get a new one from your identity provider.',
    );
    issuer.answer((path) => (path === '/token' ? { body: '{"access_token":"opaque"}' } : null));
    expect(await check()).toMatch(/^the token that the issuer gave machine is not accepted here/);
    const person = await issuer.personToken({ sub: 'ada' });
    issuer.answer((path) => (path === '/token' ? { body: JSON.stringify({ access_token: person }) } : null));
    expect(await check()).toMatch(/speaks for a person: its sub must be its client_id\.$/);
    issuer.answer(() => null);
  });

  it('fails when the keys cannot be read', async () => {
    issuer.answer((path) => (path === '/jwks' ? { status: 503, body: '{}' } : null));
    expect(await check()).toBe(`${issuer.url}/jwks answers 503.`);
    issuer.answer(() => null);
    await issuer.down('fails');
    expect(await check()).toContain('answers 500 with something else than JSON');
    await issuer.up();
  });

  it('is kept for as long as its rule says', async () => {
    const count = async () =>
      (await pool.query<{ count: number }>('SELECT count(*)::integer AS count FROM access_check')).rows[0]!.count;
    const { statement } = checkRule(0);
    const before = await count();
    await pool.query(statement, [new Date(Date.now() - 3_600_000).toISOString(), 1_000]);
    expect(await count()).toBe(before);
    await pool.query(statement, [new Date(Date.now() + 3_600_000).toISOString(), 1_000]);
    expect(await count()).toBe(0);
  });
});
