// The product as users run it: its build, in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { Client } from './client';

/** What the probe inside the measured server has noted since it was asked last. */
export interface Noted {
  /** SQL statements of requests since the start. */
  readonly statements: number;
  /** Changes with facts for the log, and the wall-clock milliseconds at which they were committed. */
  readonly commits: readonly (readonly [change: number, at: number])[];
  readonly cpu: { readonly user: number; readonly system: number };
  /** Bytes of memory. */
  readonly rss: number;
}

/** A running server. */
export interface MeasuredServer {
  readonly url: string;
  /** Milliseconds from the spawn to the line that says it is ready. */
  readonly startedIn: number;
  readonly client: Client;
  noted(): Promise<Noted>;
  stop(): Promise<void>;
}

const ROOT = path.resolve(__dirname, '../..');
const KEY = 'bench-key';

/** Starts the build; `env` names its database or its data folder. `main` is what runs instead of the server's own main. */
export async function startServer(
  env: Readonly<Record<string, string>>,
  main = path.join(ROOT, 'dist/src/main.js'),
): Promise<MeasuredServer> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=32', '-r', path.join(__dirname, 'probe.cjs'), main], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'production',
      ADMIN_KEY: KEY,
      PORT: '0',
      LOG_LEVEL: 'error',
      DATA_DIR: path.join(os.tmpdir(), 'credential-graph-bench-data'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // a job that fails leaves no server behind
  const end = (): void => void child.kill();
  process.once('exit', end);
  const url = await readyUrl(child);
  const startedIn = performance.now() - began;
  const client = new Client(url, KEY);
  return {
    url,
    startedIn,
    client,
    async noted() {
      child.send('noted');
      const [message] = (await once(child, 'message')) as [Noted];
      return message;
    },
    async stop() {
      client.close();
      process.off('exit', end);
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let output = '';
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The server ended before it was ready:\n${output}`);
  });
  const ready = new Promise<string>((resolve) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      output += String(chunk);
      const found = /is ready at (http:\/\/\S+)\/graphql/.exec(output);
      if (found) resolve(found[1]!);
    });
  });
  return Promise.race([ready, ended]);
}
