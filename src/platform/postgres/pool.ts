import { types } from 'node:util';

import pg from 'pg';

import { isoText } from '../../core/instant-text';
import type { Log } from '../log';
import { StartError } from '../start-error';
import type { Instant } from '../clock';
import { inStatement, outsideTraces } from '../trace';
import { parserFor } from './types';

/** Where statements go: the pool, or one transaction. */
export interface Db {
  query<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number }>;
}

/** A bounded set of connections, all in UTC. */
export interface Pool extends Db {
  /** The driver's pool, for those who need a connection of their own (LISTEN, advisory locks); release what you take. */
  readonly driver: pg.Pool;
  end(): Promise<void>;
  /** Ends every connection at once: whatever is under way fails as unavailable, and nothing of it is kept. */
  cut(): void;
}

/** How a pool is opened. */
export interface PoolOptions {
  /** Most connections at once. */
  readonly max?: number;
  /** A statement that runs longer is cancelled. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a connection before the caller is told that the database is unavailable. */
  readonly connectTimeoutMs?: number;
  readonly applicationName?: string;
  readonly log?: Log;
}

/** How a transaction is run. */
export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
}

const OLDEST_VERSION = 15;

/**
 * Opens a pool and makes one connection, to find out at start what would fail later.
 * @throws StartError when the URL asks for another time zone, the server is older than 15, or it cannot be reached.
 */
export async function createPool(url: string, options: PoolOptions = {}): Promise<Pool> {
  assertNoZone(url);
  const driver = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: options.applicationName ?? 'credential-graph',
    types: { getTypeParser: parserFor },
    // pg waits for the promise, which its types do not say
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: (client) => prepare(client, options.statementTimeoutMs ?? 30_000),
  });
  // Without listeners, a connection that breaks while idle or between statements would end the process.
  // A pool that ends does not wait for the server to close its last connections: that they break then is no news.
  driver.on('error', (error) => {
    if (!driver.ending) outsideTraces(() => options.log?.warn({ err: error }, 'a database connection broke'));
  });
  const clients = new Set<pg.PoolClient>();
  driver.on('connect', (client) => {
    clients.add(client);
    client.on('error', () => undefined);
  });
  driver.on('remove', (client) => clients.delete(client));
  try {
    (await driver.connect()).release();
  } catch (error) {
    await driver.end();
    if (error instanceof StartError) throw error;
    throw new StartError(`The database cannot be reached: ${(error as Error).message}.`, { cause: error });
  }
  return { ...dbOf(driver), driver, end: () => driver.end(), cut: () => clients.forEach(cutConnection) };
}

/** Closes a connection, whatever it does: its statement fails as unavailable, its transaction is rolled back, and the server stops within a second. */
export function cutConnection(client: pg.ClientBase): void {
  // typed as if it released the client: it closes its connection
  void (client as pg.Client).end().catch(() => undefined);
}

/** A zone set in the URL would be overruled by ours in silence; whoever set it should know. */
function assertNoZone(url: string): void {
  const asked = /timezone=([^\s&]+)/i.exec(
    `${new URL(url).searchParams.get('options') ?? ''} ${process.env.PGOPTIONS ?? ''}`,
  )?.[1];
  if (asked !== undefined && !/^'?(etc\/)?(utc|uct|zulu|universal)'?$/i.test(asked)) {
    throw new StartError(`DATABASE_URL sets the session's time zone to ${asked}, but it must be UTC: remove that option.`);
  }
}

/** Whoever is gone is noticed while a statement runs; not every system can. */
const NOTICE_THE_GONE = `DO /* noticeTheGone */ $$ BEGIN PERFORM set_config('client_connection_check_interval', '1000', false);
  EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$`;

async function prepare(client: pg.ClientBase, statementTimeoutMs: number): Promise<void> {
  const { rows } = await client.query<{ zone: string; version: string }>(
    `/* prepareSession */ SELECT set_config('TimeZone', 'UTC', false) AS zone, current_setting('server_version_num') AS version,
       set_config('DateStyle', 'ISO', false), set_config('IntervalStyle', 'iso_8601', false),
       set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', '60000', false)`,
    [String(statementTimeoutMs)],
  );
  await client.query(NOTICE_THE_GONE);
  const version = Math.floor(Number(rows[0]?.version) / 10_000);
  if (rows[0]?.zone !== 'UTC') throw new StartError(`The database session runs in ${rows[0]?.zone} instead of UTC.`);
  if (version < OLDEST_VERSION) {
    throw new StartError(`The database is PostgreSQL ${version}; PostgreSQL ${OLDEST_VERSION} or newer is needed.`);
  }
}

function dbOf(driver: Pick<pg.ClientBase, 'query'>): Db {
  return {
    async query<R>(text: string, params: readonly unknown[] = []) {
      const { rows, rowCount } = await inStatement(text, () => driver.query(text, params as unknown[]));
      return { rows: rows as R[], rowCount: rowCount ?? 0 };
    },
  };
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws.
 * Nothing is tried again here; `isUnavailable` tells whether the caller may.
 */
export async function transaction<T>(pool: Pool, work: (db: Db) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const client = await pool.driver.connect();
  let broken: Error | undefined;
  try {
    const isolation = options.isolation ? ` ISOLATION LEVEL ${options.isolation.toUpperCase()}` : '';
    await client.query(`BEGIN${isolation}${options.readOnly ? ' READ ONLY' : ''}`);
    const value = await work(dbOf(client));
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** SQLSTATE of a statement that was cancelled. */
const CANCELLED = '57014';
const UNAVAILABLE_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['57P01', '57P02', '57P03', '57P05', '53300', '40001', '40P01', '25P03'],
  // the server has no room: its disk is full, or its memory
  ...['53100', '53200'],
  // a statement waited or ran for too long, or an administrator cancelled it
  CANCELLED,
]);
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;

/**
 * True when the database could not be asked, or gave up a transaction through no fault of the request, so that the same
 * request may succeed later: no connection, a server going down or up or without room, no connection free in time, a deadlock, a statement cancelled
 * after its time.
 */
export function isUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isSystem = 'syscall' in error || 'severity' in error || error.name === 'AggregateError';
  if (code.startsWith('08') || (isSystem && UNAVAILABLE_CODES.has(code))) return true;
  return UNAVAILABLE_MESSAGE.test(error.message) || (error.cause !== undefined && isUnavailable(error.cause));
}

/** True when the database could be asked and took too long: asking again at once would take as long. */
export function isOverdue(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === CANCELLED;
}

/** Writes an instant as text that PostgreSQL reads, with the ends of time. */
export function ts(instant: Instant): string {
  if (instant === Infinity) return 'infinity';
  if (instant === -Infinity) return '-infinity';
  return isoText(instant).replace(/^\+0*(\d{5,})/, '$1');
}
