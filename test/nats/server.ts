// A nats-server of the test's own, and what another system sees of the stream.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { jetstream, jetstreamManager, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** As docs/operations.md tells other systems. */
export const STREAM = 'CREDENTIAL_GRAPH';
const places = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
const BINARY = places.map((folder) => path.join(folder, 'nats-server')).find((file) => existsSync(file));

const started = new Set<NatsServer>();

/** A `describe` that needs nats-server. Without it nothing runs, which is said aloud, and fails where it must not happen. */
export function describeWithNats(name: string, tests: () => void): void {
  if (BINARY !== undefined) {
    return describe(name, () => {
      tests();
      // also after a test that failed half-way
      afterAll(async () => {
        for (const server of started) await server.remove();
      });
    });
  }
  const missing = 'nats-server is not on this machine (apt-get install nats-server)';
  process.stderr.write(`\n*** NOT RUN: ${name}: ${missing} ***\n`);
  if (process.env['CI'] !== 'true') return describe.skip(name, tests);
  describe(name, () => {
    it('needs nats-server', () => {
      throw new Error(missing);
    });
  });
}

export interface NatsServer {
  readonly url: string;
  /** Where it keeps streams. */
  readonly dir: string;
  /** kill -9; what it kept stays. */
  kill(): Promise<void>;
  /** On the same port, with what it kept. */
  start(): Promise<void>;
  /** For good. */
  remove(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; ;) {
    const socket = createConnection(port, '127.0.0.1');
    const isThere = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    if (Date.now() > end) throw new Error('nats-server did not start');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** With JetStream, on a free port; with `user` and `password` it lets nobody else in. */
export async function startNats(login?: { user: string; password: string }): Promise<NatsServer> {
  const port = await freePort();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'credential-graph-nats-'));
  let child: ChildProcess | null = null;
  const server: NatsServer = {
    url: `nats://${login ? `${login.user}:${encodeURIComponent(login.password)}@` : ''}127.0.0.1:${port}`,
    dir,
    async start() {
      const access = login ? ['--user', login.user, '--pass', login.password] : [];
      const args = ['--jetstream', '--store_dir', dir, '--addr', '127.0.0.1', '--port', String(port), ...access];
      child = spawn(BINARY!, args, { stdio: 'ignore' });
      await listens(port);
    },
    async kill() {
      const exit = child && once(child, 'exit');
      child?.kill('SIGKILL');
      child = null;
      await exit;
    },
    async remove() {
      await server.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  started.add(server);
  await server.start();
  return server;
}

/** A change as another system gets it. */
export interface Exported {
  readonly subject: string;
  readonly sequence: number;
  readonly position: number;
  readonly event: Record<string, any>;
}

/** Another system: it speaks to NATS alone. */
export class Outsider {
  private constructor(
    readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
  ) {}

  static async connect({ url }: NatsServer): Promise<Outsider> {
    const { host } = new URL(url);
    const connection = await connect({ servers: host, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    return new Outsider(connection, await jetstreamManager(connection, { checkAPI: false }));
  }

  /** All that the stream holds now. */
  async everything(): Promise<Exported[]> {
    const { state } = await this.manager.streams.info(STREAM);
    if (state.messages === 0) return [];
    const consumer = await jetstream(this.connection).consumers.get(STREAM);
    const found: Exported[] = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 10_000 })) {
      found.push(exported(message));
      if (found.length === state.messages) break;
    }
    return found;
  }

  /** How many messages the stream holds; 0 when there is no stream. */
  async count(): Promise<number> {
    return this.manager.streams.info(STREAM).then(
      ({ state }) => state.messages,
      () => 0,
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

function exported(message: JsMsg): Exported {
  const position = Number(message.headers!.get('Credential-Graph-Position'));
  return { subject: message.subject, sequence: message.seq, position, event: message.json() };
}
