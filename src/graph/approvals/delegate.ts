// delegateApprovals: over a time a manager lets somebody else decide.
import { uuidv7 } from 'uuidv7';
import { canonicalJson } from '../../core/canonical-json';
import { refuseDates } from '../../core/dates';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { findPeople, lockFound, personOf } from '../people/find';
import { delegationsOf, recordDelegationRows, type DelegationRow } from './store';

/** An item of delegateApprovals. */
export interface DelegationItem {
  readonly managerExternalId: string;
  readonly delegateExternalId: string;
  readonly kinds?: readonly string[] | null;
  readonly from?: number | null;
  readonly until?: number | null;
  readonly reason?: string | null;
}

/** Why an item cannot be taken as it is; null when it can. */
export function checkDelegation(item: DelegationItem): Refusal | null {
  for (const field of ['managerExternalId', 'delegateExternalId'] as const) {
    if (item[field].trim() === '') return refusal('INVALID_EXTERNAL_ID', `${field} names a person: it is not empty.`, [field]);
  }
  if (item.kinds && (item.kinds.length === 0 || item.kinds.some((kind) => kind.trim() === ''))) {
    return refusal('INVALID_KIND', 'kinds says what may be decided: name each, or leave it out for all.', ['kinds']);
  }
  return (
    refuseDates(item, ['from', 'until']) ??
    refuseLongText(item, ['managerExternalId', 'delegateExternalId', 'kinds'], LONGEST_NAME) ??
    refuseLongText(item, ['reason'], LONGEST_ADDRESS)
  );
}

/** Applies items of delegateApprovals inside a change. The same manager, delegate and beginning again replace what was said before. */
export async function applyDelegations(write: Write, raw: readonly unknown[], source: string): Promise<ItemResult[]> {
  const items = raw as readonly DelegationItem[];
  const refused = items.map(checkDelegation);
  const found = await findPeople(
    write,
    source,
    items.flatMap((item, i) => (refused[i] ? [] : [item.managerExternalId, item.delegateExternalId])),
  );
  const standing = new Map((await delegationsOf(write.db, await lockFound(write, found))).map((row) => [keyOf(row), row]));
  const added = new Map<string, DelegationRow>();
  const retired: string[] = [];
  const results = items.map((item, i): ItemResult => {
    const no = refused[i] ?? refuseBackwards(item, write.now);
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const kept = { ...item, from: item.from ?? write.now };
    const manager = personOf(found, item.managerExternalId, 'managerExternalId');
    if (typeof manager !== 'string') return { ...manager, kept };
    const delegate = personOf(found, item.delegateExternalId, 'delegateExternalId');
    if (typeof delegate !== 'string') return { ...delegate, kept };
    // the two ids may differ and name one person
    if (delegate === manager) return { outcome: 'REJECTED', id: null, refusal: toThemselves() };
    const row: DelegationRow = {
      uuid: uuidv7(),
      managerUuid: manager,
      delegateUuid: delegate,
      kinds: item.kinds ? [...new Set(item.kinds)].sort() : null,
      from: kept.from,
      to: item.until ?? Infinity,
      reason: item.reason?.trim() || null,
      actor: write.actor.id,
      source,
    };
    const earlier = added.get(keyOf(row)) ?? standing.get(keyOf(row));
    if (earlier && sameWords(earlier, row)) return { outcome: 'UNCHANGED', id: nodeId('dlg', earlier.uuid), refusal: null };
    if (earlier && !added.has(keyOf(row))) retired.push(earlier.uuid);
    added.set(keyOf(row), row);
    write.record({
      kind: 'approval.delegated',
      entity: manager,
      entityVersion: 0,
      subject: manager,
      occurredAt: row.from,
      body: { delegation: row.uuid, delegate, reason: row.reason },
    });
    write.touch([manager]);
    return { outcome: 'APPLIED', id: nodeId('dlg', row.uuid), refusal: null };
  });
  recordDelegationRows(write, [...added.values()], retired);
  return results;
}

function toThemselves(): Refusal {
  const message = 'A manager decides without a delegation: name somebody else as the delegate.';
  return refusal('DELEGATION_TO_SELF', message, ['delegateExternalId']);
}

function refuseBackwards({ from, until }: DelegationItem, now: number): Refusal | null {
  if (until == null || until >= (from ?? now)) return null;
  return refusal('DELEGATION_BACKWARDS', 'The delegation would end before it begins: correct one of its two instants.', [
    'until',
  ]);
}

function keyOf({ managerUuid, delegateUuid, from }: DelegationRow): string {
  return `${managerUuid} ${delegateUuid} ${from}`;
}

function sameWords(a: DelegationRow, b: DelegationRow): boolean {
  return a.to === b.to && a.reason === b.reason && canonicalJson(a.kinds) === canonicalJson(b.kinds);
}
