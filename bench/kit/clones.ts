// Many people from few: copies of what the product has stored about each, under new ids.
import type { Pool } from '../../src/platform/postgres/pool';

/** What is stored about people, what they are known by first. Their past in the log is not copied. */
const TABLES = [
  'employee',
  'person_key',
  'employee_identity',
  'employee_fact',
  'employee_state',
  'credential',
  'credential_fact',
  'credential_segment',
] as const;

/** Copies everybody so many times. Every id of a copy is a hash of the original's and the number of the copy. */
export async function clonePeople(pool: Pool, times: number): Promise<void> {
  for (const table of TABLES) {
    const { rows: columns } = await pool.query<{ name: string; type: string; identity: string }>(
      `SELECT column_name AS name, data_type AS type, is_identity AS identity FROM information_schema.columns
       WHERE table_name = $1 AND table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY ordinal_position`,
      [table],
    );
    const kept = columns.filter(({ identity }) => identity === 'NO');
    const value = ({ name, type }: { name: string; type: string }): string => {
      if (type === 'uuid' && name !== 'type_id') return `md5(t.${name}::text || '-' || n)::uuid`;
      if (name === 'external_id' || (table === 'employee_identity' && name === 'value')) return `t.${name} || '-' || n`;
      return name === 'event_id' ? 'NULL' : `t.${name}`;
    };
    const names = kept.map(({ name }) => name).join(', ');
    await pool.query(`CREATE TEMP TABLE original AS SELECT * FROM ${table}`);
    await pool.query(
      `INSERT INTO ${table} (${names}) SELECT ${kept.map(value).join(', ')} FROM original t CROSS JOIN generate_series(1, $1::integer) AS n`,
      [times],
    );
    await pool.query('DROP TABLE original');
  }
  await pool.query('VACUUM ANALYZE');
}
