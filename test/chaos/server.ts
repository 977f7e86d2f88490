// The product as a process of its own, on its own embedded database, to be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { waitForEnd } from '../../src/platform/postgres/processes';
import { root } from '../kit/files';

export const KEY = 'chaos-key';
const READY_WITHIN_MS = 30_000;

/** Processes whose command line names a folder, this test's own aside. */
export function processesOn(dir: string): string[] {
  if (process.platform !== 'linux') return [];
  return fs.readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(dir) ? [`${pid} ${command.slice(0, 120)}`] : [];
    } catch {
      return [];
    }
  });
}

/** Starts, kills and stops the server; one at a time. */
export class ServerProcess {
  /** Where it listens; null while it does not. */
  url: string | null = null;
  readonly complaints: string[] = [];
  protected child: ChildProcess | null = null;

  constructor(
    readonly dir: string,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** The same database without the server in between. */
  get databaseUrl(): string {
    return `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(path.join(this.dir, 'run'))}`;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['-r', './test/kit/register.cjs', path.join('src', 'main.ts')], {
      cwd: root,
      env: { PATH: process.env['PATH'], DATA_DIR: this.dir, ADMIN_KEY: KEY, PORT: '0', LOG_LEVEL: 'error', ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let said = '';
    const collect = (data: Buffer) => (said += data.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stderr.on('data', (data: Buffer) => this.complaints.push(data.toString()));
    for (const end = Date.now() + READY_WITHIN_MS; ;) {
      const url = /ready at (\S+)\/graphql/.exec(said)?.[1];
      if (url !== undefined) return void (this.url = url);
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the server did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** kill -9. Answers the process of its PostgreSQL. */
  async kill(): Promise<number> {
    const postgres = Number(fs.readFileSync(path.join(this.dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    this.url = null;
    this.child!.kill('SIGKILL');
    await once(this.child!, 'exit');
    return postgres;
  }

  /** Asks it to stop; answers its exit code, once PostgreSQL is gone as well. */
  async stop(): Promise<number | null> {
    const postgres = Number(fs.readFileSync(path.join(this.dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    this.url = null;
    const exit = once(this.child!, 'exit');
    this.child!.kill('SIGTERM');
    const [code] = (await exit) as [number | null];
    if (!(await waitForEnd(postgres, 1_000))) throw new Error('PostgreSQL outlived the server that was asked to stop');
    return code;
  }

  /** Leaves nothing behind, whatever happened. */
  async abandon(): Promise<void> {
    if (this.child !== null && this.child.exitCode === null && this.child.signalCode === null)
      await this.kill().catch(() => undefined);
  }
}
