// The disk of the database is full for a while. It is a small one of its own, which only root can make.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sendUntilAnswered } from '../chaos/client';
import { checkLog } from '../journal/node';
import { startTestApp, type TestApp } from '../kit/app';
import { clusterUrl, databaseUrl, TEMPLATE } from '../kit/postgres';
import { ingestDocument } from '../kit/seed';
import { createPool, type Pool } from '../../src/platform/postgres/pool';

const SIZE_MIB = 96;
const ITEMS = 500;
const UPSERT = ingestDocument('upsertEmployees');

const canMount = ((): boolean => {
  const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    fs.rmdirSync(probe);
  }
})();
if (!canMount) console.warn('SKIPPED: a full disk (A10) is tried only where this user may mount a small one.');

(canMount ? describe : describe.skip)('when the disk of the database is full', () => {
  const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-disk-'));
  const ballast = path.join(disk, 'ballast');
  const name = `test_disk_${process.pid}`;
  const tablespace = path.join(disk, 'tablespace');
  let cluster: Pool;
  let server: TestApp;

  beforeAll(async () => {
    cluster = await createPool(clusterUrl(), { max: 1, connectTimeoutMs: 20_000 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=0755`, 'tmpfs', disk]);
    fs.mkdirSync(tablespace, { mode: 0o700 });
    // PostgreSQL writes as whoever its data belong to
    const [data] = (await cluster.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`)).rows;
    const { uid, gid } = fs.statSync(data!.folder);
    fs.chownSync(tablespace, uid, gid);
    await cluster.query(`CREATE TABLESPACE ${name} LOCATION '${tablespace}'`);
    await cluster.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY TABLESPACE ${name}`);
    server = await startTestApp({ databaseUrl: databaseUrl(clusterUrl(), name) });
  }, 60_000);

  afterAll(async () => {
    await server?.stop();
    await cluster.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await cluster.query(`DROP TABLESPACE IF EXISTS ${name}`);
    await cluster.end();
    execFileSync('umount', ['-l', disk]);
    fs.rmdirSync(disk);
  }, 60_000);

  it('writes are refused as UNAVAILABLE and reads go on; with room again all goes on without a restart and without loss (A10)', async () => {
    const input = (n: number) => ({
      source: 'hris',
      idempotencyKey: `k${n}`,
      employees: Array.from({ length: ITEMS }, (_, i) => ({ externalId: `P${i}`, jobTitle: `T${n}` })),
    });
    const write = async (n: number): Promise<string | null> =>
      (await server.send(UPSERT, { input: input(n) })).errors?.[0]?.extensions.code ?? null;
    expect(await write(0)).toBeNull();
    fs.writeFileSync(ballast, Buffer.alloc(freeOf(disk) - 2 ** 20));
    const refused: { n: number; code: string }[] = [];
    let n = 1;
    for (; refused.length < 3 && n < 60; n++) {
      const code = await write(n);
      if (code !== null) refused.push({ n, code });
    }
    const reads = await server.send('{ employees(first: 2) { totalCount nodes { jobTitle } } }');
    console.info(
      `full: ${n - 1 - refused.length} of ${n - 1} writes were still saved and answered, then ${refused.length} were refused`,
    );
    expect(refused.map(({ code }) => code)).toEqual(refused.map(() => 'UNAVAILABLE'));
    expect(refused.length).toBe(3);
    expect(reads.errors).toBeUndefined();
    expect(reads.data).toMatchObject({ employees: { totalCount: ITEMS } });

    fs.rmSync(ballast);
    const door = { url: server.url, key: server.app.adminKey };
    for (const { n: again } of refused) await sendUntilAnswered(door, 'upsertEmployees', UPSERT, input(again));
    expect(await write(n)).toBeNull();
    const pool = await createPool(server.databaseUrl, { max: 1 });
    const facts = (n + 1) * ITEMS;
    expect(await checkLog(pool)).toMatchObject({
      count: facts,
      distinctEvents: facts,
      last: facts,
      waiting: 0,
      inversions: 0,
      splitChanges: 0,
    });
    await pool.end();
  }, 90_000);
});

function freeOf(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
