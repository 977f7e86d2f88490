import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';

/** By what people are known outside, by their ids. */
export async function externalIds(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ id: string; externalId: string }>(
    db,
    '/* externalIds */ SELECT id, external_id AS "externalId" FROM employee WHERE id = ANY($1)',
    [ids],
  );
  return new Map(found.map((row) => [row.id, row.externalId]));
}
