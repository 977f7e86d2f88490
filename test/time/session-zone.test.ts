// A database session in another time zone would shift every day: the server does not start on one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp } from '../kit/app';
import { clusterUrl, createDatabase, databaseUrl, type TestDatabase } from '../kit/postgres';
import { root } from '../kit/files';

describe('a DATABASE_URL that sets another time zone (D8)', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  const withOptions = (options: string): string => {
    const url = new URL(database.url);
    url.searchParams.set('options', options);
    return url.href;
  };

  it.each([
    '-c TimeZone=America/New_York',
    '-ctimezone=Europe/Berlin',
    '--timezone=Asia/Tokyo',
    '-c statement_timeout=0 -c timezone=+03',
  ])('is refused before anything is done with it: %s', async (options) => {
    await expect(startTestApp({ databaseUrl: withOptions(options) })).rejects.toThrow(
      /^DATABASE_URL sets the session's time zone to \S+, but it must be UTC: remove that option\.$/,
    );
  });

  it('is refused before an empty database is touched', async () => {
    const name = `empty_${process.pid}`;
    const cluster = await createPool(clusterUrl(), { max: 1 });
    await cluster.query(`CREATE DATABASE ${name}`);
    const url = new URL(databaseUrl(clusterUrl(), name));
    const pool = await createPool(url.href, { max: 1 });
    url.searchParams.set('options', '-c TimeZone=America/New_York');
    await expect(startTestApp({ databaseUrl: url.href })).rejects.toThrow(/must be UTC/);
    expect((await pool.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).rowCount).toBe(0);
    await pool.end();
    await cluster.query(`DROP DATABASE ${name}`);
    await cluster.end();
  });

  it('ends the process with that one sentence', async () => {
    const server = spawn(process.execPath, ['-r', './test/kit/register.cjs', path.join('src', 'main.ts')], {
      cwd: root,
      env: { PATH: process.env['PATH'], DATABASE_URL: withOptions('-c TimeZone=America/New_York'), ADMIN_KEY: 'k', PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
    const [code] = await once(server, 'close');
    expect({ code, said }).toEqual({
      code: 1,
      said: "DATABASE_URL sets the session's time zone to America/New_York, but it must be UTC: remove that option.\n",
    });
  }, 20_000);

  it('that says UTC, or a database that prefers another zone, does no harm', async () => {
    const pool = await createPool(database.url, { max: 1 });
    await pool.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET TimeZone = 'Asia/Tokyo'`);
    await pool.end();
    for (const url of [withOptions('-c TimeZone=UTC'), database.url]) {
      const server = await startTestApp({ databaseUrl: url, at: '2026-06-01T12:00:00Z', zone: 'America/New_York' });
      await server.query(
        `mutation { defineCredentialTypes(input: { credentialTypes: [{ code: "T", name: "T", kind: BADGE, issuer: "I", renewal: { life: "P1Y" } }] }) { cursor } }`,
      );
      await server.query(`mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "E" }] }) { cursor } }`);
      await server.query(
        `mutation { issueCredentials(input: { source: "api", credentials: [{ employeeExternalId: "E", typeCode: "T", issuedOn: "2026-01-15" }] }) { cursor } }`,
      );
      const { credentials } = await server.query(`{ credentials { nodes { issuedAt expiresAt } } }`);
      expect(credentials.nodes).toEqual([{ issuedAt: '2026-01-15T05:00:00.000Z', expiresAt: '2027-01-15T05:00:00.000Z' }]);
      await server.stop();
    }
  });
});
