import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Log } from '../log';
import { StartError } from '../start-error';
import {
  type Binaries,
  copyBinaries,
  findBinaries,
  isUsable,
  ownerOf,
  privateTemporaryFolder,
  type RootMode,
  spawnUser,
  type User,
  wrap,
} from './binaries';
import { claimFolder, commandOf, identify, signal, waitForEnd } from './processes';

/** How to start the embedded database. */
export interface EmbeddedOptions {
  /** DATA_DIR: made when missing, kept between starts. */
  readonly dir: string;
  /** false only for data that may be lost, such as tests'. */
  readonly fsync?: boolean;
  /** Overrides the choice of who PostgreSQL runs as when the server runs as root. */
  readonly rootMode?: RootMode;
  readonly log?: Log;
}

/** A running embedded database. Only this operating system user can reach its socket; it listens on no port. */
export interface Embedded {
  readonly url: string;
  /** The postmaster's process; another one after a crash, since it is started again. */
  readonly pid: number;
  stop(): Promise<void>;
}

interface Cluster {
  readonly binaries: Binaries;
  readonly mode: RootMode;
  readonly home: string;
  readonly data: string;
  readonly sockets: string;
  readonly fsync: boolean;
}

/**
 * Runs postgres and keeps an eye on the server: descriptor 3 is a pipe that ends when the server does, in whatever way.
 * Then postgres is asked to stop at once, and told to after 0.7 s (it recovers from that at the next start).
 */
const WATCHDOG = `
"$@" </dev/null 3<&- & p=$!
trap 'kill -INT $p 2>/dev/null' INT TERM
( cat >/dev/null; kill -INT $p; sleep 0.7; kill -QUIT $p ) <&3 2>/dev/null & w=$!
exec 3<&-
while kill -0 $p 2>/dev/null; do wait $p; r=$?; done
kill $w 2>/dev/null
exit $r`;

const READY_WITHIN_MS = 60_000;
/** Between two attempts to start PostgreSQL again. */
const LONGEST_PAUSE_MS = 5_000;
const LONGEST_SOCKET_PATH = 103;

/**
 * Starts the embedded PostgreSQL on a data folder, making the folder on the first start. Clears up after whatever happened
 * before: a half-made folder, a killed server, a PostgreSQL that is still going down.
 * @throws StartError when the folder is in use, or holds another major version, or PostgreSQL will not run.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dir = path.resolve(options.dir);
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const release = await claimFolder(dir);
  try {
    const cluster = locate(dir, options);
    if (!fs.existsSync(path.join(cluster.data, 'PG_VERSION'))) initialise(cluster);
    assertVersion(cluster);
    takeOver(cluster.data, ownerOf(cluster.mode));
    await endPredecessor(cluster.data, options.log);
    return await supervise(cluster, release, options.log);
  } catch (error) {
    release();
    throw error;
  }
}

/** Decides who PostgreSQL runs as and where its files are, so that this user can reach them. */
function locate(dir: string, options: EmbeddedOptions): Cluster {
  const binaries = findBinaries();
  const at = (mode: RootMode, home: string, programs = binaries): Cluster => {
    const cluster = { binaries: programs, mode, home, data: path.join(home, 'data'), fsync: options.fsync ?? true };
    return { ...cluster, sockets: socketFolder(home, ownerOf(mode)) };
  };
  if (process.getuid?.() !== 0) return at('same-user', dir);
  if (options.rootMode !== 'nobody' && isUsable('user-namespace', binaries, dir)) return at('user-namespace', dir);
  if (options.rootMode === 'user-namespace') throw new StartError('This system lets root make no user namespace.');

  const { uid, gid } = ownerOf('nobody');
  const programs = copyBinaries(binaries, privateTemporaryFolder(`postgres-${binaries.version}`, 0o755, '/var/tmp'));
  fs.chownSync(dir, uid, gid);
  if (isUsable('nobody', programs, dir)) return at('nobody', dir, programs);
  fs.chownSync(dir, 0, 0);
  const home = elsewhere(dir);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const found = fs.lstatSync(home);
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== 0)) throw new StartError(`${home} belongs to somebody else.`);
  fs.chownSync(home, uid, gid);
  options.log?.warn({ home }, 'DATA_DIR is out of reach of the user PostgreSQL must run as; its files are kept elsewhere');
  return at('nobody', home, programs);
}

/** The URL of the embedded database that runs on a data folder already; null: none does. */
export function urlOfRunning(dataDir: string): string | null {
  const dir = path.resolve(dataDir);
  for (const home of [dir, elsewhere(dir)]) {
    const file = path.join(home, 'data', 'postmaster.pid');
    const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
    if (lines[4] && identify(Number(lines[0])) !== null) return socketUrl(lines[4]);
  }
  return null;
}

function socketUrl(folder: string): string {
  return `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`;
}

function elsewhere(dir: string): string {
  return path.join('/var/tmp', `credential-graph-data-${shortHash(dir)}`);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Socket paths have a length limit, so a deep DATA_DIR gets a short folder elsewhere. */
function socketFolder(home: string, owner: User): string {
  let folder = path.join(home, 'run');
  if (Buffer.byteLength(path.join(folder, '.s.PGSQL.5432.lock')) > LONGEST_SOCKET_PATH) {
    folder = privateTemporaryFolder(shortHash(home), 0o700);
    if (Buffer.byteLength(path.join(folder, '.s.PGSQL.5432.lock')) > LONGEST_SOCKET_PATH) {
      folder = privateTemporaryFolder(shortHash(home), 0o700, '/tmp');
    }
    if (owner.uid !== process.getuid?.()) {
      folder = path.join(folder, 'run');
      fs.chmodSync(path.dirname(folder), 0o711);
    }
  }
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (fs.statSync(folder).uid !== owner.uid) fs.chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** Makes the data folder under another name first, so that an interrupted first start leaves nothing half made. */
function initialise({ binaries, mode, home, data, fsync }: Cluster): void {
  for (const name of fs.readdirSync(home)) {
    if (name.startsWith('data.init')) fs.rmSync(path.join(home, name), { recursive: true, force: true });
  }
  if (fs.existsSync(data) && fs.readdirSync(data).length > 0) {
    throw new StartError(`${data} is not empty and holds no PostgreSQL database: move it away, or choose another DATA_DIR.`);
  }
  const half = `${data}.init`;
  const [command, args] = wrap(mode, path.join(binaries.native, 'bin', 'initdb'), [
    ...['-D', half, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    ...(fsync ? [] : ['--no-sync']),
  ]);
  const made = spawnSync(command, args, { encoding: 'utf8', cwd: '/', env: cleanEnvironment(), ...spawnUser(mode) });
  if (made.status !== 0) {
    throw new StartError(`The database could not be made in ${home}: ${made.error?.message ?? lastLine(made.stderr)}`);
  }
  fs.renameSync(half, data);
}

function assertVersion({ binaries, data }: Cluster): void {
  const found = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (Number(found) === binaries.major) return;
  throw new StartError(
    `${data} was written by PostgreSQL ${found}, and this release brings PostgreSQL ${binaries.major}: ` +
      `run PostgreSQL ${found} on it and set DATABASE_URL, or move its contents with pg_dump into a new DATA_DIR.`,
  );
}

/** Files written in another root mode get the owner that this mode needs. */
function takeOver(data: string, owner: User): void {
  if (fs.statSync(data).uid === owner.uid) return;
  const entries = fs.readdirSync(data, { recursive: true, withFileTypes: true });
  try {
    fs.chownSync(data, owner.uid, owner.gid);
    for (const entry of entries) fs.lchownSync(path.join(entry.parentPath, entry.name), owner.uid, owner.gid);
  } catch {
    throw new StartError(`${data} belongs to another user: start the server as that user, or choose another DATA_DIR.`);
  }
}

/** A killed server's PostgreSQL is given three seconds to finish, then asked to stop, then made to. */
async function endPredecessor(data: string, log?: Log): Promise<void> {
  const pidFile = path.join(data, 'postmaster.pid');
  const pid = readPostmaster(pidFile).pid;
  if (identify(pid) === null) return;
  if (!commandOf(pid).includes(data)) {
    // The number was given to some other program meanwhile; PostgreSQL would take that for itself.
    fs.rmSync(pidFile, { force: true });
    return;
  }
  log?.warn({ pid }, 'waiting for the PostgreSQL of an earlier run to end');
  if (await waitForEnd(pid, 3000)) return;
  for (const [name, patience] of [
    ['SIGINT', 5000],
    ['SIGQUIT', 2000],
    ['SIGKILL', 2000],
  ] as const) {
    signal(pid, name);
    if (await waitForEnd(pid, patience)) return;
  }
  throw new StartError(`The PostgreSQL of an earlier run (process ${pid}) does not end: stop it, then start again.`);
}

/** What postgres writes of itself: process, start and, when it takes connections, `ready`. */
function readPostmaster(file: string): { pid: number; run: string; isReady: boolean } {
  try {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    return { pid: Number(lines[0]), run: `${lines[0]}/${lines[2]}`, isReady: lines[7]?.trim() === 'ready' };
  } catch {
    return { pid: 0, run: '', isReady: false };
  }
}

/** Keeps one PostgreSQL running until told to stop; after a crash it is started again. */
async function supervise(cluster: Cluster, release: () => void, log?: Log): Promise<Embedded> {
  let running = await launch(cluster);
  let stopping = false;
  const watch = (child: ChildProcess): void => {
    child.once('exit', (code) => {
      if (stopping) return;
      log?.error({ code }, 'PostgreSQL ended unexpectedly and is started again');
      void again();
    });
  };
  // what keeps it from starting may pass, such as a disk that is full
  const again = async (): Promise<void> => {
    for (let pause = 200; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await sleep(pause);
      if (stopping) return;
      try {
        running = await launch(cluster);
        return watch(running.child);
      } catch (error) {
        log?.error({ err: error }, 'PostgreSQL could not be started again; trying once more');
      }
    }
  };
  watch(running.child);
  return {
    url: socketUrl(cluster.sockets),
    get pid() {
      return running.pid;
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      await end(running);
      if (!cluster.sockets.startsWith(cluster.home)) fs.rmSync(cluster.sockets, { recursive: true, force: true });
      release();
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
}

async function end({ child, pid }: Running): Promise<void> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (hasEnded()) return;
  child.ref();
  const exit = once(child, 'exit');
  signal(pid, 'SIGINT');
  const patience = [setTimeout(() => signal(pid, 'SIGQUIT'), 4000), setTimeout(() => signal(pid, 'SIGKILL'), 6000)];
  if (!hasEnded()) await exit;
  for (const timer of patience) clearTimeout(timer);
}

/** One run of postgres, ready for connections. */
async function launch(cluster: Cluster): Promise<Running> {
  const pidFile = path.join(cluster.data, 'postmaster.pid');
  const logFile = path.join(cluster.home, 'postgres.log');
  const began = process.hrtime.bigint();
  for (;;) {
    const before = readPostmaster(pidFile).run;
    const child = spawnPostgres(cluster, logFile);
    const failure = new Promise<Error>((resolve) => child.once('error', resolve));
    for (;;) {
      const now = readPostmaster(pidFile);
      if (now.isReady && now.run !== before) return { child, pid: now.pid };
      const failed = await Promise.race([failure, sleep(5, null)]);
      if (failed !== null) throw new StartError(`PostgreSQL could not be started: ${failed.message}.`);
      if (child.exitCode !== null || child.signalCode !== null) break;
    }
    const waited = Number(process.hrtime.bigint() - began) / 1e6;
    const reason = fs.readFileSync(logFile, 'utf8');
    // Processes of a killed postmaster may live on for a moment and hold its shared memory.
    const mayPass = /shared memory block|lock file "postmaster.pid" already exists/.test(reason);
    if (waited > (mayPass ? 5000 : 0) || waited > READY_WITHIN_MS) {
      throw new StartError(`PostgreSQL could not be started on ${cluster.data}: ${lastLine(reason)}`);
    }
    await sleep(100);
  }
}

function spawnPostgres({ binaries, mode, data, sockets, fsync }: Cluster, logFile: string): ChildProcess {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'log',
    log_checkpoints: 'off',
    max_wal_size: '2GB',
    random_page_cost: '1.1',
    jit: 'off',
    // taken as they are needed; the defaults (128 and 8 MB) made a publication over 200,000 people a fifth slower
    shared_buffers: '256MB',
    temp_buffers: '64MB',
    wal_compression: 'on',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const postgres = path.join(binaries.native, 'bin', 'postgres');
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, args] = wrap(mode, 'sh', ['-c', WATCHDOG, 'sh', postgres, '-D', data, ...flags]);
  const output = fs.openSync(logFile, 'w', 0o600);
  const child = spawn(command, args, {
    // A session of its own: Ctrl-C must not stop the database before the server has answered what is in flight.
    detached: true,
    cwd: '/',
    stdio: ['ignore', output, output, 'pipe'],
    env: cleanEnvironment(),
    ...spawnUser(mode),
  });
  fs.closeSync(output);
  child.unref();
  (child.stdio[3] as Socket | null)?.unref();
  return child;
}

/** Variables such as PGDATA and PGTZ would change what PostgreSQL does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  const fatal = lines.findLast((line) => /FATAL|PANIC|error/i.test(line));
  return (fatal ?? lines.at(-1) ?? 'it gave no reason').replace(/^.*?(FATAL|PANIC): +/, '');
}
