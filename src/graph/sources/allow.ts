// defineAllowLists: what a source may tell; and the limit itself, which everything that is sent passes first.
import { uuidv7 } from 'uuidv7';
import { allowOnly, ALWAYS, countedName, LISTABLE, type LimitedOperation } from '../../core/allow-list';
import { refusePoison } from '../../core/poison';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult, Limit } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { changeCatalogue, holdCatalogue } from '../catalogue';
import { definitionResults, recordDefinition } from '../definitions';
import { allowListsKnown, fieldsAllowed, recordAllowLists, type AllowListRow } from './store';

/** An item of defineAllowLists. */
export interface AllowListItem {
  readonly source: string;
  readonly operation: LimitedOperation;
  readonly fields?: readonly string[] | null;
  readonly reason?: string | null;
}

const MOST_FIELDS = 500;
const ATTRIBUTE = /^attributes\.[^\0]+$/;

/** Defines lists inside a change; the same list again changes nothing. It holds for what is sent once this is answered. */
export async function applyAllowLists(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  const standing = await allowListsKnown(write.db, { at: write.now, known: null, sight: null });
  const nameOf = ({ source, operation }: Pick<AllowListItem, 'source' | 'operation'>): string =>
    JSON.stringify([source, operation]);
  const known = new Map(standing.map((list) => [nameOf(list), list]));
  const changed = new Map<string, AllowListRow>();
  const results = definitionResults(raw as readonly AllowListItem[], (item) => {
    const no = refuse(item);
    if (no) return no;
    const earlier = changed.get(nameOf(item)) ?? known.get(nameOf(item));
    const fields = item.fields == null ? null : [...new Set(item.fields)].sort();
    const isChanged = JSON.stringify(earlier?.fields ?? null) !== JSON.stringify(fields);
    const uuid = earlier?.uuid ?? uuidv7();
    const { source, operation } = item;
    if (isChanged) changed.set(nameOf(item), { uuid, source, operation, fields, reason: item.reason?.trim() || null });
    return { id: `alw_${uuid}`, isChanged };
  });
  recordAllowLists(write, [...changed.values()]);
  for (const list of changed.values())
    recordDefinition(write, 'allow_list.defined', list.uuid, version, { code: list.source, ...list });
  return results;
}

/** Lets of items through what their source may tell. A change of the lists waits for whoever is being let through, and the other way round. */
export const limitItems: Limit = async (write, operation, source, items) => {
  if (!isLimited(operation)) return { items, dropped: null };
  await holdCatalogue(write.db);
  const fields = await fieldsAllowed(write.db, operation, source);
  if (fields === null) return { items, dropped: null };
  const listed = new Set(fields);
  const dropped = new Map<string, number>();
  const told = items.map((item) => {
    const limited = allowOnly(operation, item as Readonly<Record<string, unknown>>, listed);
    for (const name of limited.dropped.map(countedName)) dropped.set(name, (dropped.get(name) ?? 0) + 1);
    return limited.item;
  });
  return { items: told, dropped: dropped.size === 0 ? null : dropped };
};

function isLimited(operation: string): operation is LimitedOperation {
  return Object.hasOwn(ALWAYS, operation);
}

function refuse(item: AllowListItem): Refusal | null {
  const no =
    refusePoison(item) ?? refuseLongText(item, ['source'], LONGEST_NAME) ?? refuseLongText(item, ['reason'], LONGEST_ADDRESS);
  if (no) return no;
  if (item.source.trim() === '')
    return refusal('INVALID_SOURCE', 'source names the system that sends: it is not empty.', ['source']);
  const fields = item.fields ?? [];
  const long = refuseLongText(item, ['fields'], LONGEST_NAME);
  if (long) return long;
  const strange = fields.find((field) => !isListable(item.operation, field));
  if (strange !== undefined) {
    const able = LISTABLE[item.operation].join(', ');
    const message = `"${strange.slice(0, 40)}" is no field that a list for ${item.operation} can name: these are ${able}, and attributes.<name> of employees.`;
    return refusal('UNKNOWN_FIELD', message, ['fields']);
  }
  if (fields.length <= MOST_FIELDS) return null;
  return refusal('TOO_MANY_FIELDS', `A list has at most ${MOST_FIELDS} fields: allow attributes as a whole, or fewer.`, [
    'fields',
  ]);
}

function isListable(operation: LimitedOperation, field: string): boolean {
  const always: readonly string[] = ALWAYS[operation];
  return (
    LISTABLE[operation].includes(field) || always.includes(field) || (operation === 'upsertEmployees' && ATTRIBUTE.test(field))
  );
}
