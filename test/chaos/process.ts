// The product as a process of its own, to be killed, paused and stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../kit/files';

export const KEY = 'chaos-key';
const READY_WITHIN_MS = 30_000;

/** Where requests go; `url` is null while nobody listens. */
export interface Door {
  readonly url: string | null;
  /** Absent: that of the nodes here. */
  readonly key?: string;
  /** To be told that a request got no answer, so that the next may go elsewhere. */
  failed?(): void;
}

/** How a node is run. */
export interface NodeOptions {
  readonly env: Readonly<Record<string, string>>;
  /** The build in `dist`, which starts faster than the sources. */
  readonly isBuilt?: boolean;
}

/** One node; at most one process at a time. */
export class NodeProcess implements Door {
  url: string | null = null;
  /** What it wrote to stderr that is no line of its log: crashes. */
  readonly complaints: string[] = [];
  /** Lines of its log, of level error, by what they say. */
  readonly logged = new Map<string, number>();
  protected child: ChildProcess | null = null;
  #isAsked = false;

  constructor(private readonly options: NodeOptions) {}

  get isRunning(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  async start(): Promise<void> {
    const main = this.options.isBuilt
      ? [path.join('dist', 'src', 'main.js')]
      : ['-r', './test/kit/register.cjs', path.join('src', 'main.ts')];
    const child = spawn(process.execPath, main, {
      cwd: root,
      env: { PATH: process.env['PATH'], ADMIN_KEY: KEY, PORT: '0', LOG_LEVEL: 'error', ...this.options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.#isAsked = false;
    child.once('exit', (code, signal) => {
      if (this.url === null || child !== this.child) return;
      this.url = null;
      if (!this.#isAsked) this.complaints.push(`it ended by itself (${code ?? signal})`);
    });
    let said = '';
    const collect = (data: Buffer): void => {
      if (this.url === null) said += data.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    createInterface({ input: child.stderr }).on('line', (line) => this.url !== null && this.#note(line));
    for (const end = Date.now() + READY_WITHIN_MS; ;) {
      const url = /ready at (\S+)\/graphql/.exec(said)?.[1];
      if (url !== undefined && child === this.child) return void (this.url = url);
      if (!this.isRunning || Date.now() > end) throw new Error(`the server did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** kill -9. */
  async kill(): Promise<unknown> {
    this.url = null;
    if (this.isRunning) {
      const exit = once(this.child!, 'exit');
      this.child!.kill('SIGKILL');
      await exit;
    }
    return undefined;
  }

  /** Asks it to stop; answers its exit code. Clients find out by themselves. */
  async stop(): Promise<number | null> {
    this.#isAsked = true;
    const exit = once(this.child!, 'exit');
    this.child!.kill('SIGTERM');
    return ((await exit) as [number | null])[0];
  }

  pause(): void {
    this.child!.kill('SIGSTOP');
  }

  resume(): void {
    this.child!.kill('SIGCONT');
  }

  /** Leaves nothing behind, whatever happened. */
  async abandon(): Promise<void> {
    await this.kill().catch(() => undefined);
  }

  #note(line: string): void {
    if (!line.startsWith('{"level":')) return void this.complaints.push(line);
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { message: string; stack: string } };
    if (msg === 'internal error') this.complaints.push(`internal error: ${err?.stack}`);
    else this.logged.set(msg, (this.logged.get(msg) ?? 0) + 1);
  }
}
