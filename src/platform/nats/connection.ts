// The connection to NATS, opened again whenever it is lost. Nothing of the product waits for it.
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../log';

/** Where NATS is. */
export interface NatsOptions {
  /** Servers of one cluster, as NATS_URL names them; user and password, or a token, stand in any of them. */
  readonly urls: readonly string[];
  readonly log?: Log;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A server that answers none of two pings is gone, whatever the socket says. */
const PING_EVERY_MS = 5_000;

/** Keeps a connection to NATS until stopped, and never throws: while there is none, hints are dropped and the export waits. */
export class Nats {
  readonly #options: NatsOptions;
  readonly #stopping = new AbortController();
  readonly #hints = new Map<string, (text: string) => void>();
  #connection: NatsConnection | null = null;
  #isRefused = false;

  constructor(options: NatsOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.close();
  }

  /** The open connection; null while there is none. One that was lost is never open again: there is another then. */
  get connection(): NatsConnection | null {
    return this.#connection;
  }

  /** Tells all other nodes; lost without a sound when that is not possible now. */
  hint(subject: string, text: string): void {
    if (this.#connection !== null && !this.#connection.isClosed()) this.#connection.publish(subject, text);
  }

  /** Calls `told` with what other nodes hint at, from the next connection on: to be called before `start`. */
  onHint(subject: string, told: (text: string) => void): void {
    this.#hints.set(subject, told);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = FIRST_PAUSE_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      const lost = await this.#connected(() => (wait = FIRST_PAUSE_MS));
      if (signal.aborted) return;
      if (!this.#isRefused) this.#options.log?.warn({ err: lost }, 'NATS cannot be reached; trying again for ever');
      this.#isRefused = true;
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Connects and waits for the end of it; answers why it ended. */
  async #connected(succeeded: () => void): Promise<unknown> {
    try {
      const connection = await connect({ ...addressed(this.#options.urls), ...HOW });
      if (this.#stopping.signal.aborted) return void (await connection.close());
      for (const [subject, told] of this.#hints) {
        connection.subscribe(subject, { callback: (error, message) => void (error === null && told(message.string())) });
      }
      this.#connection = connection;
      this.#isRefused = false;
      succeeded();
      this.#options.log?.info({ server: connection.getServer() }, 'connected to NATS');
      return await connection.closed();
    } catch (error) {
      return error;
    } finally {
      this.#connection = null;
    }
  }
}

const HOW: ConnectionOptions = {
  name: 'credential-graph',
  timeout: CONNECT_TIMEOUT_MS,
  pingInterval: PING_EVERY_MS,
  maxPingOut: 2,
  // what this node hints at it knows itself
  noEcho: true,
  // reconnecting is done here: so nothing is kept in memory for a server that is away, and what is under way fails at once
  reconnect: false,
};

/** The driver takes addresses and credentials apart from each other. */
function addressed(urls: readonly string[]): ConnectionOptions {
  const parsed = urls.map((url) => new URL(url));
  const { username, password } = parsed.find((url) => url.username !== '') ?? { username: '', password: '' };
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: parsed.map(({ host }) => host),
    ...(parsed.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    ...(user !== '' && (pass === '' ? { token: user } : { user, pass })),
  };
}
