// Sources: what is read and written of what they can say.
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
