import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { type Embedded, startEmbedded } from '../../src/platform/postgres/launcher';
import { createPool } from '../../src/platform/postgres/pool';
import { commandOf, identify, waitForEnd } from '../../src/platform/postgres/processes';

const whenRoot = process.getuid?.() === 0 ? it : it.skip;
const whenLinux = process.platform === 'linux' ? it : it.skip;

/** The processes of the watchdog: the session that postgres was started in, but for postgres itself. */
function guardsOf(pid: number): number[] {
  const session = (of: string): string | undefined => {
    try {
      return fs.readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    } catch {
      // another process, which has ended meanwhile
      return undefined;
    }
  };
  const mine = session(String(pid));
  const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((name) => session(name) === mine && /^(sh|cat) /.test(commandOf(Number(name)))).map(Number);
}

describe('the embedded PostgreSQL', () => {
  let dir: string;
  const started: Embedded[] = [];
  const children: ChildProcess[] = [];

  const start = async (options: Partial<Parameters<typeof startEmbedded>[0]> = {}): Promise<Embedded> => {
    const embedded = await startEmbedded({ dir, fsync: false, ...options });
    started.push(embedded);
    return embedded;
  };

  const ask = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
    const pool = await createPool(url, { max: 1 });
    const { rows } = await pool.query(text);
    await pool.end();
    return rows;
  };

  /** A server in a process of its own, that counts up in table `acked` and tells each committed number. */
  const startWriter = async (): Promise<{ child: ChildProcess; pid: number; acked: () => number }> => {
    const child = fork(path.join(__dirname, '../kit/writer.cjs'), [dir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    let acked = 0;
    const [first] = (await once(child, 'message')) as [{ pid: number }];
    child.on('message', (message: { acked: number }) => (acked = message.acked));
    return { child, pid: first.pid, acked: () => acked };
  };

  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-launcher-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const embedded of started.splice(0)) await embedded.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  it('starts, keeps what was written, and stops within 2 s leaving no process', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const began = Date.now();
    await first.stop();
    expect(Date.now() - began).toBeLessThan(2000);
    expect(identify(first.pid)).toBeNull();

    const second = await start();
    expect(await ask(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    expect(await ask(second.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  it('lets nobody else reach its files or its socket', async () => {
    await start();
    for (const name of ['data', 'run']) expect(fs.statSync(path.join(dir, name)).mode & 0o077).toBe(0);
  });

  it('repairs a first start that was interrupted', async () => {
    fs.mkdirSync(path.join(dir, 'data.init', 'base'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'data.init', 'PG_VERSION'), '18\n');
    const { url } = await start();
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(fs.existsSync(path.join(dir, 'data.init'))).toBe(false);
  });

  it('works under a path too long for a socket', async () => {
    const { url } = await start({ dir: path.join(dir, 'x'.repeat(60), 'y'.repeat(60)) });
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a folder of another major version in one sentence', async () => {
    fs.mkdirSync(path.join(dir, 'data'));
    fs.writeFileSync(path.join(dir, 'data', 'PG_VERSION'), '16\n');
    await expect(start()).rejects.toThrow(/was written by PostgreSQL 16, and this release brings PostgreSQL 18: run .* pg_dump/);
    expect(fs.existsSync(path.join(dir, 'owner.json'))).toBe(false);
  });

  it('refuses a folder that another server uses', async () => {
    await start();
    await expect(start()).rejects.toThrow(/is in use by another server \(process \d+\): stop it first/);
  });

  it('N1 A1: after kill -9 no process is left within 1 s, every acknowledged row is there, and the next start recovers', async () => {
    const { child, pid, acked } = await startWriter();
    while (acked() < 200) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    expect(await waitForEnd(pid, 1000)).toBe(true);
    const last = acked();

    const { url } = await start();
    const [row] = await ask(url, 'SELECT max(n)::int AS last, count(*)::int AS rows FROM acked');
    expect(row?.rows).toBe(row?.last);
    expect(Number(row?.last)).toBeGreaterThanOrEqual(last);
  });

  it('starts at once after kill -9, while the old PostgreSQL is still going down', async () => {
    const { child, acked } = await startWriter();
    while (acked() < 20) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    const { url } = await start();
    expect(await ask(url, 'SELECT count(*) > 0 AS found FROM acked')).toEqual([{ found: true }]);
  });

  whenLinux(
    'ends an orphan whose watchdog was killed too, and starts',
    async () => {
      const { child, pid, acked } = await startWriter();
      while (acked() < 20) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const guard of guardsOf(pid)) process.kill(guard, 'SIGKILL');
      child.kill('SIGKILL');
      expect(await waitForEnd(pid, 1000)).toBe(false);
      const { url } = await start();
      expect(identify(pid)).toBeNull();
      expect(await ask(url, 'SELECT count(*) > 0 AS found FROM acked')).toEqual([{ found: true }]);
    },
    15_000,
  );

  it('starts although the number of the old PostgreSQL now belongs to another program', async () => {
    await (await start()).stop();
    fs.writeFileSync(path.join(dir, 'data', 'postmaster.pid'), `${process.ppid}\n${dir}/data\n1\n5432\n\n\n\nready   \n`);
    const { url } = await start();
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('A5: starts PostgreSQL again when it crashes', async () => {
    const embedded = await start();
    const before = embedded.pid;
    process.kill(before, 'SIGKILL');
    while (embedded.pid === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ask(embedded.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }, 15_000);

  it('A10: goes on trying to start PostgreSQL again for as long as something keeps it from starting', async () => {
    const embedded = await start();
    const before = embedded.pid;
    const control = path.join(dir, 'data', 'global', 'pg_control');
    fs.renameSync(control, `${control}.away`);
    process.kill(before, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    fs.renameSync(`${control}.away`, control);
    while (embedded.pid === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ask(embedded.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }, 30_000);

  whenRoot('runs as nobody when root may make no user namespace', async () => {
    const { url, pid } = await start({ rootMode: 'nobody' });
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(/Uid:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]).toBe('65534');
  });
});
