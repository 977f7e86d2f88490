// A connection outside the pool, kept for as long as the node runs and opened again whenever it is lost.
import pg from 'pg';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { inStatement } from '../platform/trace';
import { parserFor } from '../platform/postgres/types';
import { Doorbell } from './doorbell';

/** A way to speak to the database on this connection alone. */
export interface Session {
  readonly db: Db;
  /** The driver's client, for statements without parameters sent together and for notifications. */
  readonly client: pg.Client;
  /** To be called when something worked: the next loss is then followed by a quick return. */
  succeeded(): void;
}

/** How a session is kept. */
export interface SessionOptions {
  readonly databaseUrl: string;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  /** Run settings, besides the time zone, applied at connect. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A statement that has no answer after this long was sent into a dead connection. */
  readonly queryTimeoutMs?: number;
  /** What to do while connected; leaves when `stopped` is set, throws when the connection is lost. */
  readonly work: (session: Session) => Promise<void>;
  readonly log?: Log;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;
/** Unless said otherwise. */
const QUERY_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 2000;

/** Runs `work` on a connection of its own, again and again until stopped. Its loop never throws. */
export class KeptSession {
  /** Rung by `stop`; `work` sleeps on it. */
  readonly bell = new Doorbell();
  readonly #stopBell = new Doorbell();
  #stopped = true;
  #running: Promise<void> = Promise.resolve();
  #client: pg.Client | null = null;

  constructor(private readonly options: SessionOptions) {}

  get stopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#running = this.#run();
  }

  /** Waits until this connection holds a lock that one session of the database holds at a time; false: stopped before it did. */
  async hold(session: Session, lock: number, tryEveryMs: number): Promise<boolean> {
    while (!this.#stopped) {
      const { rows } = await session.db.query<{ taken: boolean }>('/* holdAlone */ SELECT pg_try_advisory_lock($1) AS taken', [
        lock,
      ]);
      if (rows[0]?.taken === true) return true;
      session.succeeded();
      await this.bell.sleep(tryEveryMs);
    }
    return false;
  }

  /** Ends after the statement under way; one that does not return is cut off after two seconds. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.bell.ring();
    this.#stopBell.ring();
    const cut = setTimeout(() => void this.#client?.end().catch(() => undefined), STOP_TIMEOUT_MS);
    await this.#running;
    clearTimeout(cut);
  }

  async #run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#stopped) {
      try {
        await this.#connected(() => {
          pause = FIRST_PAUSE_MS;
        });
      } catch (error) {
        if (this.#stopped) return;
        this.options.log?.warn({ err: error }, `${this.options.name}: connection lost, trying again`);
        await this.#stopBell.sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  async #connected(succeeded: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: this.options.name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: this.options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
      keepAlive: true,
      types: { getTypeParser: parserFor },
    });
    // The next statement fails of its own; without a listener the process would end.
    client.on('error', () => this.bell.ring());
    client.on('end', () => this.bell.ring());
    this.#client = client;
    try {
      await client.connect();
      const settings = { TimeZone: 'UTC', DateStyle: 'ISO', ...this.options.settings };
      for (const [name, value] of Object.entries(settings)) await client.query('SELECT set_config($1, $2, false)', [name, value]);
      await this.options.work({ client, db: dbOf(client), succeeded });
    } finally {
      this.#client = null;
      await client.end().catch(() => undefined);
    }
  }
}

/** A statement that may take its time on a connection whose others may not: the largest batch there may be. */
export function patiently(text: string, values?: unknown[]): pg.QueryConfig {
  const statement = { text, values, query_timeout: QUERY_TIMEOUT_MS };
  return statement;
}

/** The driver's client as the platform's interface. */
export function dbOf(client: pg.ClientBase): Db {
  return {
    async query<R>(text: string, params: readonly unknown[] = []) {
      const { rows, rowCount } = await inStatement(text, () => client.query(text, params as unknown[]));
      return { rows: rows as R[], rowCount: rowCount ?? 0 };
    },
  };
}
