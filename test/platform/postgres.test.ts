import type { MigrationInterface, QueryRunner } from 'typeorm';

import { type Migration, migrate } from '../../src/platform/postgres/migrate';
import { createPool, isUnavailable, type Pool, transaction, ts } from '../../src/platform/postgres/pool';
import { createDatabase, type TestDatabase } from '../kit/postgres';

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('the pool', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createDatabase();
    pool = await createPool(database.url, { max: 4 });
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('reads instants as milliseconds, days as text, whole and exact numbers as numbers', async () => {
    const { rows, rowCount } = await pool.query(
      `SELECT timestamptz '2024-02-29 23:59:59.987654+02' AS instant, timestamptz 'infinity' AS forever, timestamptz '-infinity' AS ever,
         timestamptz '12026-01-02 03:04:05.6Z' AS far, timestamptz '0044-03-15 00:00Z BC' AS ides, timestamptz '0099-01-01Z' AS early,
         date '2024-02-29' AS day, date 'infinity' AS never, 9007199254740991::int8 AS big, 1.25::numeric AS exact,
         ARRAY[timestamptz '2024-01-01Z', NULL, 'infinity'] AS instants, ARRAY[date '2024-01-01'] AS days, ARRAY[1::int8] AS bigs`,
    );
    expect(rowCount).toBe(1);
    expect(rows[0]).toEqual({
      instant: Date.parse('2024-02-29T21:59:59.987Z'),
      forever: Infinity,
      ever: -Infinity,
      far: Date.parse('+012026-01-02T03:04:05.600Z'),
      ides: Date.parse('-000043-03-15T00:00:00Z'),
      early: Date.parse('0099-01-01T00:00:00Z'),
      day: '2024-02-29',
      never: 'infinity',
      big: Number.MAX_SAFE_INTEGER,
      exact: 1.25,
      instants: [Date.parse('2024-01-01'), null, Infinity],
      days: ['2024-01-01'],
      bigs: [1],
    });
    await expect(pool.query('SELECT 9007199254740993::int8')).rejects.toThrow('too large');
  });

  it('writes instants so that they read back the same', async () => {
    for (const instant of [
      0,
      -1,
      Date.parse('2024-02-29T12:00:00.123Z'),
      Date.parse('+012026-01-02T03:04:05Z'),
      Infinity,
      -Infinity,
    ]) {
      const { rows } = await pool.query<{ back: number }>('SELECT $1::timestamptz AS back', [ts(instant)]);
      expect(rows[0]?.back).toBe(instant);
    }
  });

  it('D8: runs every session in UTC, whatever the database prefers, and refuses a URL that asks for another zone', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await pool.query(`ALTER DATABASE ${name} SET TimeZone = 'America/New_York'`);
    const other = await createPool(database.url);
    expect((await other.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'UTC' }]);
    await other.end();

    const url = new URL(database.url);
    url.searchParams.set('options', '-c TimeZone=America/New_York');
    await expect(createPool(url.href)).rejects.toThrow(
      "DATABASE_URL sets the session's time zone to America/New_York, but it must be UTC: remove that option.",
    );
    url.searchParams.set('options', '-c timezone=UTC');
    await (await createPool(url.href)).end();
  });

  it('commits what returns and rolls back what throws', async () => {
    await pool.query('CREATE TABLE pebble (n integer)');
    await transaction(pool, (db) => db.query('INSERT INTO pebble VALUES (1)'));
    const thrown = new Error('no');
    const work = transaction(pool, async (db) => {
      await db.query('INSERT INTO pebble VALUES (2)');
      throw thrown;
    });
    expect(await failure(work)).toBe(thrown);
    expect((await pool.query('SELECT n FROM pebble')).rows).toEqual([{ n: 1 }]);
  });

  it('runs transactions in the isolation asked for', async () => {
    const ask = 'SELECT current_setting($1) AS isolation, current_setting($2) AS "readOnly"';
    const work = transaction(pool, (db) => db.query(ask, ['transaction_isolation', 'transaction_read_only']), {
      isolation: 'repeatable read',
      readOnly: true,
    });
    expect((await work).rows).toEqual([{ isolation: 'repeatable read', readOnly: 'on' }]);
  });

  describe('when the database fails', () => {
    it('A5 A6: tells a connection that was cut from a mistake, and works again afterwards', async () => {
      const cut = await failure(transaction(pool, (db) => db.query('SELECT pg_terminate_backend(pg_backend_pid())')));
      expect(isUnavailable(cut)).toBe(true);
      const mistake = await failure(pool.query('SELECT nonsense'));
      expect(isUnavailable(mistake)).toBe(false);
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    it('survives idle connections being cut', async () => {
      const other = await createPool(database.url, { max: 1, applicationName: 'to be cut' });
      await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be cut'");
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await other.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await other.end();
    });

    it('A11: waits for a free connection only so long', async () => {
      const small = await createPool(database.url, { max: 1, connectTimeoutMs: 100 });
      const [first, second] = await Promise.all([failure(small.query('SELECT pg_sleep(0.4)')), failure(small.query('SELECT 1'))]);
      expect(first).toBeNull();
      expect(isUnavailable(second)).toBe(true);
      await small.end();
    });

    it('says that nobody is there, in a sentence', async () => {
      const nobody = await failure(createPool('postgres://u@127.0.0.1:1/d'));
      expect((nobody as Error).message).toMatch(/^The database cannot be reached: /);
      expect(isUnavailable(nobody)).toBe(true);
    });

    it('calls deadlocks and serialisation failures worth trying again, other errors not', () => {
      const raised = (code: string): Error => Object.assign(new Error('x'), { severity: 'ERROR', code });
      expect(['40001', '40P01', '57P01', '57P03', '08006', '53300'].map(raised).every(isUnavailable)).toBe(true);
      expect(['23505', '42P01', '22P02'].map(raised).some(isUnavailable)).toBe(false);
      expect(isUnavailable(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe(false);
    });
  });
});

describe('the migrations', () => {
  class CreatePot1700000000001 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('CREATE TABLE pot (n integer); SELECT pg_sleep(0.1)');
    }
    async down(): Promise<void> {}
  }
  class FillPot1700000000002 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('INSERT INTO pot VALUES (1)');
    }
    async down(): Promise<void> {}
  }
  class Broken1700000000003 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('INSERT INTO pot VALUES (2)');
      await runner.query('SELECT nonsense');
    }
    async down(): Promise<void> {}
  }
  const first: Migration[] = [CreatePot1700000000001];
  const both: Migration[] = [CreatePot1700000000001, FillPot1700000000002];

  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  const pot = async (): Promise<unknown[]> => {
    const pool = await createPool(database.url, { max: 1 });
    const { rows } = await pool.query('SELECT n FROM pot');
    await pool.end();
    return rows;
  };

  it('run once, although two nodes start at once', async () => {
    const ran = await Promise.all([migrate(database.url, first), migrate(database.url, first)]);
    expect(ran.flat()).toEqual(['CreatePot1700000000001']);
    expect(await pot()).toEqual([]);
  });

  it('run only what is new, and then nothing, quickly', async () => {
    expect(await migrate(database.url, both)).toEqual(['FillPot1700000000002']);
    const began = performance.now();
    expect(await migrate(database.url, both)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(200);
    expect(await pot()).toEqual([{ n: 1 }]);
  });

  it('leave nothing of one that fails', async () => {
    await expect(migrate(database.url, [...both, Broken1700000000003])).rejects.toThrow('nonsense');
    expect(await pot()).toEqual([{ n: 1 }]);
  });
});
