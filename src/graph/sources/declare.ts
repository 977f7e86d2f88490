// declareCapabilities: what a source can say, so that silence is told from "no".
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import type { SilenceSubject } from '../../core/facts';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { instantText } from '../../platform/sql';
import { changeCatalogue } from '../catalogue';
import { recordDefinition } from '../definitions';
import { SINCE_EVER } from '../versions';
import { capabilitiesKnown, everybody, recordCapabilityRows, type CapabilityRow } from './store';

/** An item of declareCapabilities. */
export interface CapabilityItem {
  readonly subject: SilenceSubject;
  readonly code: string;
  readonly able?: boolean | null;
  readonly effectiveAt?: number | null;
  readonly reason?: string | null;
}

/** What there is to speak of, and what of it any rule asks for. */
export interface Subjects {
  readonly isDefined: (subject: SilenceSubject, code: string) => boolean;
  readonly isAsked: (subject: SilenceSubject, code: string) => boolean;
}

/** Applies items of declareCapabilities inside a change; when a rule asks for one of the subjects, everybody is judged anew. */
export async function applyCapabilities(
  write: Write,
  raw: readonly unknown[],
  source: string,
  subjectsOf: (db: Db) => Promise<Subjects>,
): Promise<ItemResult[]> {
  const items = raw as readonly CapabilityItem[];
  const version = await changeCatalogue(write);
  const subjects = await subjectsOf(write.db);
  const standing = await capabilitiesKnown(write.db, { at: write.now, known: null, sight: null });
  const known = standing.filter((row) => row.source === source);
  const added: CapabilityRow[] = [];
  const retired: string[] = [];
  const results = items.map((item): ItemResult => {
    const no = checkCapability(item, subjects);
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const own = known.filter((row) => row.subject === item.subject && row.code === item.code);
    const isAble = item.able !== false;
    const at = item.effectiveAt ?? (own.length === 0 && isAble ? SINCE_EVER : write.now);
    const last = own.filter((row) => row.at <= at).reduce<CapabilityRow | null>((a, b) => (a && a.at > b.at ? a : b), null);
    if (last?.isAble === isAble) return { outcome: 'UNCHANGED', id: null, refusal: null };
    if (last?.at === at) {
      known.splice(known.indexOf(last), 1);
      if (added.includes(last)) added.splice(added.indexOf(last), 1);
      else retired.push(last.uuid);
    }
    const reason = item.reason?.trim() || null;
    const row = { uuid: uuidv7(), source, subject: item.subject, code: item.code, isAble, at, reason };
    known.push(row);
    added.push(row);
    recordDefinition(write, 'capability.declared', row.uuid, version, { ...row, at: instantText(at) });
    return { outcome: 'APPLIED', id: null, refusal: null };
  });
  recordCapabilityRows(write, added, retired);
  const asked = added.filter((row) => subjects.isAsked(row.subject, row.code));
  if (asked.length > 0) {
    write.arrive(asked.map((row) => `capability:${row.subject}:${row.code}`));
    write.touch(await everybody(write.db));
  }
  return results;
}

function checkCapability(item: CapabilityItem, { isDefined }: Subjects): Refusal | null {
  if (item.code.trim() === '') return refusal('INVALID_CODE', 'code names what the source speaks of: it is not empty.', ['code']);
  const no =
    refuseDates(item, ['effectiveAt']) ??
    refuseLongText(item, ['code'], LONGEST_NAME) ??
    refuseLongText(item, ['reason'], LONGEST_ADDRESS);
  if (no) return no;
  if (isDefined(item.subject, item.code)) return null;
  return item.subject === 'TYPE'
    ? refusal('UNKNOWN_CREDENTIAL_TYPE', `There is no credential type "${item.code}": define it first, or correct its code.`, [
        'code',
      ])
    : refusal('UNKNOWN_COURSE', `There is no course "${item.code}": define it first, or correct its code.`, ['code']);
}
