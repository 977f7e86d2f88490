// What stands in the database opens nothing: no dump of it holds a secret that is of any use (G9).
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { PersonKeys } from '../../src/journal/keys';
import { openBody } from '../../src/journal/cipher';
import { createPool } from '../../src/platform/postgres/pool';
import { KEY, SECRET_KEY, startTestApp, type TestApp } from '../kit/app';
import { eventually, nursesNeedCpr, talkTo } from '../kit/seed';
import { dumpOf } from '../kit/dump';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

/** Every way in which bytes may be written; base64 in the three ways it can begin, without its ends. */
function spellings(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [hex, hex.toUpperCase(), ...base64, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** The same of a text, and of what it may be the text of. */
function allSpellings(secret: string): string[] {
  const bare = secret.replace(/^(cgk_|whsec_)/, '');
  const ways = [bare, ...spellings(Buffer.from(bare, 'utf8'))];
  if (/^[\w+/-]+=*$/.test(bare) && bare.length > 20) ways.push(...spellings(Buffer.from(bare, 'base64')));
  return ways.filter((text) => text.length >= 8);
}

describe('a dump of the database', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ env: LOCAL });
  });
  afterAll(() => server.stop());

  const keys = new PersonKeys(Buffer.from(SECRET_KEY, 'base64'));

  it('holds none of the secrets that were given out, in no spelling, and no key that opens what the log says of people', async () => {
    const api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([{ externalId: 'P1', givenName: 'Jane' }, { externalId: 'P2' }], { idempotencyKey: 'k' });
    const act = async (field: string, type: string, input: object): Promise<any> =>
      (await server.query(`mutation ($input: ${type}!) { ${field}(input: $input) { key { id } secret } }`, { input }))[field];
    const scopes = ['graph:read'];
    const made = await act('createApiKey', 'CreateApiKeyInput', { name: 'one', scopes });
    const rotated = await act('rotateApiKey', 'RotateApiKeyInput', { id: made.key.id, reason: 'yearly' });
    const ended = await act('createApiKey', 'CreateApiKeyInput', { name: 'two', scopes });
    await act('revokeApiKey', 'RevokeApiKeyInput', { id: ended.key.id, reason: 'over' });
    const webhooks = talkAboutWebhooks(server);
    const hook = await webhooks.register('http://127.0.0.1:9/hook');
    const renewed = await webhooks.rotate(hook.id);
    for (const key of [made.secret, rotated.secret]) {
      const { errors } = await server.send('{ __typename }', {}, { authorization: `Bearer ${key}` });
      expect(errors).toBeUndefined();
    }

    const rows = await server.execute<{ id: string }>('SELECT employee_id::text AS id FROM person_key');
    const pool = await createPool(server.databaseUrl, { max: 1 });
    const people = await keys.load(
      pool,
      rows.map(({ id }) => id),
    );
    const log = await pool.query<{ subject: string; event_id: string; body_format: number; body: Buffer }>(
      'SELECT subject, event_id, body_format, body FROM log WHERE subject IS NOT NULL',
    );
    await pool.end();
    expect([people.size, log.rows.length > 1]).toEqual([2, true]);
    const dump = await dumpOf(server.databaseUrl);
    // what is looked for would be found: it is the right dump, and the right way to look
    expect(dump).toContain('Jane');
    expect(
      spellings(
        createHash('sha256')
          .update(rotated.secret as string)
          .digest(),
      ).some((way) => dump.includes(way)),
    ).toBe(true);
    // PRIVATE+KEY+<name>+<base64>, and base64 has pluses of its own
    const signing = fs.readFileSync(path.join(server.dataDir, 'audit-key'), 'utf8').trim();
    const auditKey = signing.split('+').slice(3).join('+');
    expect(auditKey).toHaveLength(44);
    for (const secret of [KEY, SECRET_KEY, auditKey, made.secret, rotated.secret, ended.secret, hook.secret, renewed.secret]) {
      const ways = allSpellings(secret);
      expect(ways.length).toBeGreaterThan(2);
      expect(ways.filter((way) => dump.includes(way))).toEqual([]);
    }
    for (const key of people.values()) expect(spellings(key).filter((way) => dump.includes(way))).toEqual([]);
    // no 32 bytes of the dump open an entry, and the right key does
    const stored = [...dump.matchAll(/\\x([0-9a-f]{64,})/g)].map(([, hex]) => Buffer.from(hex!, 'hex'));
    const candidates = stored.flatMap((bytes) => (bytes.length <= 64 ? [bytes.subarray(0, 32), bytes.subarray(-32)] : []));
    expect(candidates.length).toBeGreaterThan(10);
    for (const { subject, event_id, body_format: format, body: bytes } of log.rows) {
      const opens = (key: Buffer): boolean => !openBody({ format, bytes }, key, event_id).damaged;
      expect([candidates.some(opens), opens(people.get(subject)!)]).toEqual([false, true]);
    }
  });

  it('of a version before is wrapped by itself, and what was sealed before still opens', async () => {
    const [{ id }] = (await server.execute<{ id: string }>('SELECT employee_id AS id FROM person_key LIMIT 1')) as [
      { id: string },
    ];
    const pool = await createPool(server.databaseUrl, { max: 1 });
    const bare = (await keys.load(pool, [id])).get(id)!;
    await pool.query('UPDATE person_key SET key = $2, wrapped = NULL WHERE employee_id = $1', [id, bare]);
    expect((await keys.load(pool, [id])).get(id)).toEqual(bare);
    const other = await startTestApp({ databaseUrl: server.databaseUrl });
    try {
      const look = async () =>
        (await pool.query<{ wrapped: Buffer | null }>('SELECT wrapped FROM person_key WHERE employee_id = $1', [id])).rows[0]!;
      expect((await eventually(look, ({ wrapped }) => wrapped !== null)).wrapped).toHaveLength(40);
      expect((await keys.load(pool, [id])).get(id)).toEqual(bare);
      const { found } = await talkTo(other).changes('... on EmployeeChange { employee { name } }');
      expect(found.length).toBeGreaterThan(2);
    } finally {
      await other.stop();
      await pool.end();
    }
  });

  it('belongs to one secret key: a node that has another, or none, does not start', async () => {
    const SECRET_KEY_FILE = path.join(server.dataDir, 'another');
    fs.writeFileSync(SECRET_KEY_FILE, randomBytes(32).toString('base64'));
    const { databaseUrl } = server;
    await expect(startTestApp({ databaseUrl, env: { SECRET_KEY_FILE } })).rejects.toThrow(
      /^The secret key in .+another is not the one this database was used with: put that one there, or name its file with SECRET_KEY_FILE\.$/,
    );
    const DATA_DIR = path.join(server.dataDir, 'empty');
    await expect(startTestApp({ databaseUrl, env: { DATA_DIR } })).rejects.toThrow(
      /^This database was used with a secret key that is not in .+empty.secret-key: put it there/,
    );
    expect(fs.existsSync(DATA_DIR)).toBe(false);
  });

  it('whose secret key is lost goes on with another, without what the log had said of people', async () => {
    const page = fs.readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8');
    const sql = /```sql\n(DELETE FROM installation;[^`]+)```/.exec(page)![1]!;
    const pool = await createPool(server.databaseUrl, { max: 1 });
    await pool.query(sql);
    await pool.end();
    const SECRET_KEY_FILE = path.join(server.dataDir, 'another');
    const other = await startTestApp({ databaseUrl: server.databaseUrl, env: { SECRET_KEY_FILE } });
    try {
      const api = talkTo(other);
      expect(await api.person('P1', 'name')).toEqual({ name: 'Jane' });
      await api.upsert([{ externalId: 'P1', givenName: 'Joan' }]);
      const { found } = await api.changes('... on EmployeeChange { employee { name } }');
      expect(found.at(-1)).toEqual({ __typename: 'EmployeeChange', employee: { name: 'Joan' } });
    } finally {
      await other.stop();
    }
  });
});
