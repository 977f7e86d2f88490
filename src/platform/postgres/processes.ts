import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { StartError } from '../start-error';

/**
 * Names a running process so that another one which later gets the same number is not mistaken for it.
 * null: no such process (one that has ended but was not yet collected counts as gone).
 */
export function identify(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return null;
      return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    } catch {
      return null;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** The command line of a running process, or '' when it cannot be read. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Sends a signal; a process that has gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until a process has gone; false when it is still there after the time. */
export async function waitForEnd(pid: number, ms: number): Promise<boolean> {
  const began = process.hrtime.bigint();
  while (identify(pid) !== null) {
    if (Number(process.hrtime.bigint() - began) / 1e6 > ms) return false;
    await sleep(20);
  }
  return true;
}

interface Owner {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Takes a data folder for this process. What a server that is gone left behind is cleared away.
 * @returns a function that gives the folder back.
 * @throws StartError when another server is using it.
 */
export async function claimFolder(folder: string): Promise<() => void> {
  const file = path.join(folder, 'owner.json');
  const mine: Owner = { pid: process.pid, identity: identify(process.pid) ?? '' };
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        fs.linkSync(draft, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(file);
      // A process killed a moment ago takes a moment to go, and a server that was told to stop a few seconds.
      if (owner !== null && owner.identity !== '' && (await isAlive(owner, 4000))) {
        throw new StartError(
          `DATA_DIR ${folder} is in use by another server (process ${owner.pid}): stop it first, or give this one a DATA_DIR of its own.`,
        );
      }
      if (attempt === 5) throw new StartError(`DATA_DIR ${folder} could not be taken: remove ${file} if no server is running.`);
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return () => {
    if (readOwner(file)?.identity === mine.identity) fs.rmSync(file, { force: true });
  };
}

async function isAlive({ pid, identity }: Owner, patienceMs: number): Promise<boolean> {
  if (identify(pid) !== identity) return false;
  return pid === process.pid || !(await waitForEnd(pid, patienceMs));
}

function readOwner(file: string): Owner | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Owner;
  } catch {
    return null;
  }
}
