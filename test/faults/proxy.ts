// Stands between a node and PostgreSQL, and can let a connection die in silence: neither side is told anything.
import { once } from 'node:events';
import net from 'node:net';

/** Forwards connections of one node. */
export class Proxy {
  /** Connections opened so far, by what they call themselves. */
  readonly opened = new Map<string, number>();
  readonly #live = new Set<{ name: string; silence(): void }>();
  readonly #sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    /** The same database, through the proxy. */
    readonly url: string,
  ) {}

  /** Begins to forward to the database at a URL whose `host` is a folder of sockets. */
  static async start(databaseUrl: string): Promise<Proxy> {
    const target = new URL(databaseUrl);
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const proxy = new Proxy(server, `postgresql://postgres@127.0.0.1:${port}${target.pathname}`);
    server.on('connection', (client) => proxy.#forward(client, `${target.searchParams.get('host')}/.s.PGSQL.5432`));
    return proxy;
  }

  /** From now on nothing comes through the connections of this name that are open, in either direction. */
  silence(name: string): number {
    const found = [...this.#live].filter((connection) => connection.name === name);
    for (const connection of found) connection.silence();
    return found.length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #forward(client: net.Socket, path: string): void {
    const server = net.createConnection(path);
    let isSilent = false;
    const connection = { name: '', silence: () => void (isSilent = true) };
    this.#live.add(connection);
    client.once('data', (startup: Buffer) => {
      connection.name = /application_name\0([^\0]*)\0/.exec(startup.toString('latin1'))?.[1] ?? '';
      this.opened.set(connection.name, (this.opened.get(connection.name) ?? 0) + 1);
    });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (data) => isSilent || to.write(data));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        this.#live.delete(connection);
        if (!isSilent) to.destroy();
      });
    }
  }
}
