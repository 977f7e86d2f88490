// A database as a dump of it holds it: every row of every table, as text.
import { createPool } from '../../src/platform/postgres/pool';

/** All rows there are; bytes are written as hexadecimal digits. */
export async function dumpOf(databaseUrl: string): Promise<string> {
  const pool = await createPool(databaseUrl, { max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      texts.push(`${name}:`, ...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await pool.end();
  }
}
