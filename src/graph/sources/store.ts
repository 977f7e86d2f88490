// Sources: what is read and written of what they can say.
import type { LimitedOperation } from '../../core/allow-list';
import type { Silence, SilenceSubject } from '../../core/facts';
import { silencesOf } from '../../core/silence';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, plainArray, rows, rowsParam } from '../../platform/sql';
import { known, type View } from '../context';

/** A source's word: from `at` on it can say whether there is such a thing, or cannot. */
export interface CapabilityRow {
  readonly uuid: string;
  readonly source: string;
  readonly subject: SilenceSubject;
  readonly code: string;
  readonly isAble: boolean;
  readonly at: number;
  readonly reason: string | null;
}

const CAPABILITY = 'c.id AS uuid, c.source, c.subject, c.code, c.is_able AS "isAble", c.at, c.reason';

/** All words of sources, as a view knows them, over all of time. */
export async function capabilitiesKnown(db: Db, view: View): Promise<CapabilityRow[]> {
  const q = new Params();
  return rows<CapabilityRow>(
    db,
    `/* capabilitiesKnown */ SELECT ${CAPABILITY} FROM source_capability c WHERE ${known('c', view, q)}
     ORDER BY c.subject, c.code, c.source, c.at`,
    q.values,
  );
}

/** When nothing can be said of a subject. */
export type Silences = (subject: SilenceSubject, code: string) => readonly Silence[];

/** The silences that follow from words. */
export function silencesFrom(words: readonly CapabilityRow[]): Silences {
  const byName = new Map<string, CapabilityRow[]>();
  const nameOf = (subject: string, code: string): string => JSON.stringify([subject, code]);
  for (const word of words) {
    const name = nameOf(word.subject, word.code);
    byName.set(name, [...(byName.get(name) ?? []), word]);
  }
  const silences = new Map([...byName].map(([name, list]) => [name, silencesOf(list)]));
  const none: readonly Silence[] = [];
  return (subject, code) => (silences.size === 0 ? none : (silences.get(nameOf(subject, code)) ?? none));
}

/** Records words and retires those they replace. */
export function recordCapabilityRows(write: Write, added: readonly CapabilityRow[], retired: readonly string[]): void {
  if (retired.length > 0) {
    write.run('/* retireCapabilities */ UPDATE source_capability SET retired_in = $2 WHERE id = ANY($1)', [
      plainArray(retired),
      write.change,
    ]);
  }
  if (added.length === 0) return;
  const records = added.map((row) => ({
    id: row.uuid,
    source: row.source,
    subject: row.subject,
    code: row.code,
    is_able: row.isAble,
    at: instantText(row.at),
    reason: row.reason,
  }));
  write.run(
    `/* recordCapabilities */ INSERT INTO source_capability (id, source, subject, code, is_able, at, reason, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1)
     AS r(id uuid, source text, subject text, code text, is_able boolean, at timestamptz, reason text)`,
    [rowsParam(records), write.change],
  );
}

/** Everybody. */
export async function everybody(db: Db): Promise<string[]> {
  const found = await rows<{ id: string }>(db, '/* everybody */ SELECT id FROM employee');
  return found.map((row) => row.id);
}

/** What a source may tell by a mutation; `fields` is null when it may tell everything (again). */
export interface AllowListRow {
  readonly uuid: string;
  readonly source: string;
  readonly operation: LimitedOperation;
  readonly fields: readonly string[] | null;
  readonly reason: string | null;
}

const ALLOW_LIST = 'a.id AS uuid, a.source, a.operation, a.fields, a.reason';

/** All lists there are, as a view knows them, by source and mutation. */
export async function allowListsKnown(db: Db, view: View): Promise<AllowListRow[]> {
  const q = new Params();
  return rows<AllowListRow>(
    db,
    `/* allowListsKnown */ SELECT ${ALLOW_LIST} FROM allow_list a WHERE ${known('a', view, q)} ORDER BY a.source, a.operation`,
    q.values,
  );
}

/** What a source may tell by a mutation just now; null: everything. */
export async function fieldsAllowed(db: Db, operation: string, source: string): Promise<readonly string[] | null> {
  const [row] = await rows<{ fields: string[] | null }>(
    db,
    '/* fieldsAllowed */ SELECT fields FROM allow_list WHERE source = $1 AND operation = $2 AND retired_in IS NULL',
    [source, operation],
  );
  return row?.fields ?? null;
}

/** Records lists in place of those there were. */
export function recordAllowLists(write: Write, lists: readonly AllowListRow[]): void {
  if (lists.length === 0) return;
  write.run('/* retireAllowLists */ UPDATE allow_list SET retired_in = $2 WHERE id = ANY($1) AND retired_in IS NULL', [
    plainArray(lists.map(({ uuid }) => uuid)),
    write.change,
  ]);
  write.run(
    `/* recordAllowLists */ INSERT INTO allow_list (id, source, operation, fields, reason, recorded_in)
     SELECT r.uuid, r.source, r.operation, r.fields, r.reason, $2
     FROM jsonb_to_recordset($1) AS r(uuid uuid, source text, operation text, fields text[], reason text)`,
    [rowsParam(lists), write.change],
  );
}

/** A field that was left out, since it was counted last. */
export interface DroppedCount {
  readonly source: string;
  readonly operation: string;
  readonly field: string;
  readonly count: number;
  readonly at: number;
}

/** Adds counts to those there are. */
export async function addDropped(db: Db, counts: readonly DroppedCount[]): Promise<void> {
  // in one order on every node, so that no two of them wait for each other
  const keyOf = ({ source, operation, field }: DroppedCount): string => JSON.stringify([source, operation, field]);
  const sorted = [...counts].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await db.query(
    `/* addDropped */ INSERT INTO dropped_field AS d (source, operation, field, count, last_at)
     SELECT r.source, r.operation, r.field, r.count, r.at
     FROM jsonb_to_recordset($1) AS r(source text, operation text, field text, count bigint, at timestamptz)
     ON CONFLICT (source, operation, field) DO UPDATE SET count = d.count + EXCLUDED.count, last_at = greatest(d.last_at, EXCLUDED.last_at)`,
    [rowsParam(sorted.map((count) => ({ ...count, at: instantText(count.at) })))],
  );
}

/** What was left out of what a source sent. */
export interface DroppedRow {
  readonly source: string;
  readonly operation: string;
  readonly field: string;
  readonly count: number;
  readonly lastAt: number;
}

/** What was ever left out, by field. */
export async function droppedFields(db: Db): Promise<DroppedRow[]> {
  return rows<DroppedRow>(
    db,
    '/* droppedFields */ SELECT source, operation, field, count, last_at AS "lastAt" FROM dropped_field ORDER BY source, operation, field',
  );
}
