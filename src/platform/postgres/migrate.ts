import pg from 'pg';
import type { DataSource, Logger, MigrationInterface } from 'typeorm';

/** A migration: its class name ends in the 13 digits of its time, which give the order. */
export type Migration = new () => MigrationInterface;

const TABLE = 'schema_migration';
/** Any number, as long as nothing else in this database locks it. */
const LOCK = 4_672_118_340;

/** TypeORM prints failures by itself; they are thrown as well, and that is enough. */
const QUIET: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * Brings the database up to date. Nodes that start at once wait for each other; a database that is up to date costs one
 * connection and one statement.
 * @returns the names of the migrations that ran now.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'credential-graph migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    if ((await pending(client, migrations)).length === 0) return [];
    await client.query('/* lockMigrations */ SELECT pg_advisory_lock($1)', [LOCK]);
    const names = await pending(client, migrations);
    if (names.length > 0) await run(url, migrations);
    return names;
  } finally {
    await client.end();
  }
}

async function pending(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  const exists = await client.query<{ table: string | null }>('/* findMigrationTable */ SELECT to_regclass($1) AS table', [
    TABLE,
  ]);
  const names = migrations.map(({ name }) => name);
  if (exists.rows[0]?.table == null) return names;
  const { rows } = await client.query<{ name: string }>(`/* readMigrations */ SELECT name FROM ${TABLE}`);
  const done = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !done.has(name));
}

async function run(url: string, migrations: readonly Migration[]): Promise<void> {
  // Loading TypeORM takes longer than the rest of a start, so it is loaded only when there is something to do.
  const { DataSource } = require('typeorm') as typeof import('typeorm');
  const source: DataSource = new DataSource({
    type: 'postgres',
    migrations: [...migrations],
    migrationsTableName: TABLE,
    migrationsTransactionMode: 'each',
    logger: QUIET,
    installExtensions: false,
    extra: { connectionString: url, application_name: 'credential-graph migrate', max: 2, options: '-c TimeZone=UTC' },
  });
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}
