// A node on an embedded database of its own, which is to end with it.
import fs from 'node:fs';
import path from 'node:path';
import { waitForEnd } from '../../src/platform/postgres/processes';
import { NodeProcess } from './process';

export { KEY } from './process';

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
export class ServerProcess extends NodeProcess {
  constructor(
    readonly dir: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    super({ env: { DATA_DIR: dir, ...env } });
  }

  /** The same database without the server in between. */
  get databaseUrl(): string {
    return `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(path.join(this.dir, 'run'))}`;
  }

  /** kill -9. Answers the process of its PostgreSQL. */
  override async kill(): Promise<number> {
    const postgres = this.postmaster();
    await super.kill();
    return postgres;
  }

  /** Asks it to stop; answers its exit code, once PostgreSQL is gone as well. */
  override async stop(): Promise<number | null> {
    const postgres = this.postmaster();
    const code = await super.stop();
    if (!(await waitForEnd(postgres, 1_000))) throw new Error('PostgreSQL outlived the server that was asked to stop');
    return code;
  }

  private postmaster(): number {
    return Number(fs.readFileSync(path.join(this.dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }
}
