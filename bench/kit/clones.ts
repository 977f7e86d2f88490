// Many people from few: copies of what the product has stored about each, under new ids.
import type { Pool } from '../../src/platform/postgres/pool';

/** The SQL of an id n times `APART_MS` later. */
function later(id: string): string {
  const hex = `replace(${id}::text, '-', '')`;
  return `(lpad(to_hex(('x' || left(${hex}, 12))::bit(48)::bigint + n::bigint * ${APART_MS}), 12, '0') || substr(${hex}, 13))::uuid`;
}

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

/** Ids begin with the millisecond they were made in; a copy's are as if it had been made so much later, so that rows lie as they do in life. */
const APART_MS = 1_800_000;

/** Copies everybody so many times. */
export async function clonePeople(pool: Pool, times: number): Promise<void> {
  for (const table of TABLES) {
    const { rows: columns } = await pool.query<{ name: string; type: string; identity: string }>(
      `SELECT column_name AS name, data_type AS type, is_identity AS identity FROM information_schema.columns
       WHERE table_name = $1 AND table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY ordinal_position`,
      [table],
    );
    const kept = columns.filter(({ identity }) => identity === 'NO');
    const value = ({ name, type }: { name: string; type: string }): string => {
      if (type === 'uuid' && name !== 'type_id') return later(`t.${name}`);
      if (name === 'external_id' || (table === 'employee_identity' && name === 'value')) return `t.${name} || '-' || n`;
      return name === 'event_id' ? 'NULL' : `t.${name}`;
    };
    const names = kept.map(({ name }) => name).join(', ');
    await pool.query(`CREATE TEMP TABLE original AS SELECT * FROM ${table}`);
    await pool.query(
      `INSERT INTO ${table} (${names}) SELECT ${kept.map(value).join(', ')} FROM generate_series(1, $1::integer) AS n CROSS JOIN original t ORDER BY n`,
      [times],
    );
    await pool.query('DROP TABLE original');
  }
  await pool.query('VACUUM ANALYZE');
}
