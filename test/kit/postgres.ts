import { randomBytes } from 'node:crypto';

import { createPool, type Pool } from '../../src/platform/postgres/pool';

/** The migrated database that each test database is a copy of. */
export const TEMPLATE = 'template_app';

/** Where global-setup.ts leaves the cluster's URL for the test workers. */
export const URL_VARIABLE = 'CREDENTIAL_GRAPH_TEST_URL';

/** A database of a test's own. */
export interface TestDatabase {
  readonly url: string;
  /** Removes the database, ending whatever is still connected. */
  drop(): Promise<void>;
}

/** The same cluster, another database. */
export function databaseUrl(cluster: string, name: string): string {
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return url.href;
}

/** The URL of the run's cluster. */
export function clusterUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (url === undefined) throw new Error('the test cluster does not run: is globalSetup set in the jest configuration?');
  return url;
}

async function withCluster<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = await createPool(clusterUrl(), { max: 1, connectTimeoutMs: 20_000 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/**
 * Makes a fresh copy of the migrated template, some 50 ms; call it once per test file. Or a clone of another test's database, which
 * nobody may be connected to.
 */
export async function createDatabase(of?: TestDatabase): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = of === undefined ? TEMPLATE : new URL(of.url).pathname.slice(1);
  await withCluster((pool) => pool.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`));
  return {
    url: databaseUrl(clusterUrl(), name),
    drop: () => withCluster(async (pool) => void (await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/** Ends the first partition of an empty log at a position: those the tests are about are small. No node may be running. */
export async function endFirstPartition(url: string, last: number): Promise<void> {
  const pool = await createPool(url, { max: 1 });
  try {
    await pool.query(
      `ALTER TABLE log DETACH PARTITION log_1; ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM (MINVALUE) TO (${last + 1})`,
    );
  } finally {
    await pool.end();
  }
}
