// A whole server on a database of its own, spoken to as its users do.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import pino from 'pino';
import WebSocket from 'ws';
import { startApp, type App, type Substitutes } from '../../src/app';
import { testClock, type TestClock } from '../../src/platform/clock';
import { loadConfig } from '../../src/platform/config';
import { createPool } from '../../src/platform/postgres/pool';
import { createDatabase } from './postgres';

export interface Answer<T = Record<string, unknown>> {
  readonly data: T;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly retryAfter?: number };
  }[];
  readonly extensions: { readonly position: string };
}

/** Changes as a subscriber received them. */
export interface Subscriber<T> {
  readonly received: T[];
  /** Resolves once so many were received; fails after `withinMs`. */
  atLeast(count: number, withinMs?: number): Promise<T[]>;
  close(): void;
}

export interface TestApp {
  readonly app: App;
  readonly url: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Null when the app runs on real time. */
  readonly clock: TestClock;
  /** Sends an operation and fails on errors. */
  query<T = any>(document: string, variables?: object): Promise<T>;
  /** Sends an operation and answers everything. */
  send<T = any>(document: string, variables?: object, headers?: Record<string, string>): Promise<Answer<T>>;
  subscribe<T = any>(document: string, variables?: object): Subscriber<T>;
  /** Does to the database what the product would not, or looks where it does not let anybody look. */
  execute<R = any>(sql: string, params?: unknown[]): Promise<R[]>;
  stop(): Promise<void>;
}

/** The secret key of every test server. */
export const SECRET_KEY = Buffer.alloc(32, 's').toString('base64');
/** The bootstrap key of every test server. */
export const KEY = 'test-key';

/**
 * Starts the product on a fresh database. With `at` its clock stands still at that instant until the test moves it; without, it runs on real
 * time. TEST_LOG=error shows what the server logs; `log` takes it instead.
 */
export async function startTestApp(
  options: { at?: string; zone?: string; databaseUrl?: string; env?: Record<string, string> } & Omit<Substitutes, 'clock'> = {},
): Promise<TestApp> {
  const database = options.databaseUrl === undefined ? await createDatabase() : null;
  const databaseUrl = options.databaseUrl ?? database!.url;
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-'));
  // of a database that several servers share, each has the same
  fs.writeFileSync(path.join(dataDir, 'secret-key'), SECRET_KEY);
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    ADMIN_KEY: KEY,
    PORT: '0',
    TIME_ZONE: options.zone ?? 'UTC',
    LOG_LEVEL: 'silent',
    ...options.env,
  });
  const clock = options.at === undefined ? undefined : testClock(options.at);
  const app = await startApp(config, {
    clock,
    log: options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' }),
    reactions: options.reactions,
    schema: options.schema,
    resolve: options.resolve,
    authenticate: options.authenticate,
  });
  const clients: Client[] = [];
  const send = async <T>(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer<T>> => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<T>;
  };
  return {
    app,
    url: app.url,
    databaseUrl,
    dataDir,
    clock: clock as TestClock,
    send,
    async query<T>(document: string, variables?: object) {
      const answer = await send<T>(document, variables);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 1));
      return answer.data;
    },
    subscribe<T>(query: string, variables?: object): Subscriber<T> {
      const client = createClient({
        url: `${app.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${KEY}` },
        retryAttempts: 0,
      });
      clients.push(client);
      const received: T[] = [];
      let failure: unknown;
      client.subscribe<Record<string, T>>(
        { query, variables: variables as Record<string, unknown> },
        {
          next: ({ data, errors }) => (errors ? (failure = errors) : received.push(Object.values(data!)[0]!)),
          error: (error) => (failure = error),
          complete: () => undefined,
        },
      );
      return {
        received,
        async atLeast(count, withinMs = 5_000) {
          const end = Date.now() + withinMs;
          while (received.length < count && failure === undefined) {
            if (Date.now() > end)
              throw new Error(`${received.length} of ${count} changes came within ${withinMs} ms: ${JSON.stringify(received)}`);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          if (failure !== undefined) throw new Error(JSON.stringify(failure));
          return received;
        },
        close: () => void client.dispose(),
      };
    },
    async execute<R>(sql: string, params?: unknown[]) {
      const pool = await createPool(databaseUrl, { max: 1 });
      try {
        return (await pool.query<R>(sql, params)).rows;
      } finally {
        await pool.end();
      }
    },
    async stop() {
      for (const client of clients) await client.dispose();
      await app.stop();
      await database?.drop();
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
