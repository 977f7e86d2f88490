// defineRoles
import { uuidv7 } from 'uuidv7';
import { refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { rows, rowsParam } from '../../platform/sql';
import { changeCatalogue } from '../catalogue';
import { definitionResults, recordDefinition } from '../definitions';
import type { RoleKind, RoleRow } from './definitions';

/** An item of defineRoles. */
export interface RoleItem {
  readonly code: string;
  readonly title: string;
  readonly jobFamily?: string | null;
  readonly kind?: RoleKind | null;
}

/** Defines roles inside a change; the same definition again changes nothing. */
export async function applyRoles(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  const items = raw as readonly RoleItem[];
  const known = new Map(
    (
      await currentRoles(
        write,
        items.map((item) => item.code),
      )
    ).map((role) => [role.code, role]),
  );
  const records = new Map<
    string,
    { id: string; code: string; title: string; job_family: string | null; kind: RoleKind | null }
  >();
  const results = definitionResults(items, (item) => {
    const long = refuseLongText(item, ['code'], LONGEST_NAME);
    if (long) return long;
    if (item.code.trim() === '') return refusal('INVALID_CODE', 'code names the role: it is not empty.', ['code']);
    const earlier = known.get(item.code);
    const record = {
      id: records.get(item.code)?.id ?? earlier?.uuid ?? uuidv7(),
      code: item.code,
      title: item.title,
      job_family: item.jobFamily ?? null,
      kind: item.kind ?? null,
    };
    const isSame =
      earlier !== undefined &&
      !records.has(item.code) &&
      earlier.title === record.title &&
      earlier.jobFamily === record.job_family &&
      earlier.kind === record.kind;
    if (!isSame) records.set(item.code, record);
    return { id: nodeId('rol', record.id), isChanged: !isSame };
  });
  if (records.size === 0) return results;
  await write.db.query('/* retireRoles */ UPDATE role SET retired_in = $2 WHERE code = ANY($1) AND retired_in IS NULL', [
    [...records.keys()],
    write.change,
  ]);
  await write.db.query(
    `/* recordRoles */ INSERT INTO role (id, code, title, job_family, kind, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(id uuid, code text, title text, job_family text, kind text)`,
    [rowsParam([...records.values()]), write.change],
  );
  for (const record of records.values())
    recordDefinition(write, 'role.defined', record.id, version, { roleCode: record.code, ...record });
  return results;
}

async function currentRoles(write: Write, codes: readonly string[]): Promise<RoleRow[]> {
  return rows<RoleRow>(
    write.db,
    `/* currentRoles */ SELECT id AS uuid, code, title, job_family AS "jobFamily", kind FROM role WHERE code = ANY($1) AND retired_in IS NULL`,
    [codes],
  );
}
