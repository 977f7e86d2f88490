// The command line, run from the sources as a user would run what is built.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Runs `credential-graph` with nothing but this environment; answers how it ended and all it said. */
export function runCli(env: Readonly<Record<string, string>>, ...args: string[]): Promise<{ code: number; said: string }> {
  const script = path.join(__dirname, 'cli.cjs');
  return promisify(execFile)(process.execPath, [script, ...args], { env: { PATH: process.env['PATH'], ...env } }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, said: error.stdout + error.stderr }),
  );
}
