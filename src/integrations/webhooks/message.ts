// What a webhook says: one change of the log, as the polling feed tells it.
import { createHash } from 'node:crypto';
import { kindOf, typeOf } from '../../graph/changes/change';
import { ERASURE, type LogEntry } from '../../journal/entry';
import { nodeId } from '../../platform/graphql/node-id';
import { instantText } from '../../platform/sql';

type Body = Readonly<Record<string, unknown>>;

/** What bodies name by uuid, and the mark of its public id. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['credential', 'crd'],
  ['role', 'rol'],
  ['completion', 'cmp'],
  ['approval', 'apr'],
  ['delegation', 'dlg'],
  ['incident', 'inc'],
  ['outcome', 'out'],
  ['webhook', 'whk'],
  ...['approver', 'manager', 'delegate', 'owner'].map((name) => [name, 'emp'] as const),
]);
/** What the feed does not tell, or tells in a field of another name. */
const UNTOLD: ReadonlySet<string> = new Set([
  ...['kind', 'employee', 'employeeId', 'set', 'id', 'uuid', 'eventId'],
  ...['also', 'timeline', 'awards', 'proof'],
]);

/** The word receivers subscribe to and switch on: what it is about and what happened, such as `credential.revoked`. */
export function messageType(entry: LogEntry): string {
  const kind = kindOf(entry);
  if (kind === entry.kind.replace('.', '_').toUpperCase()) return entry.kind;
  return `${entry.kind.slice(0, entry.kind.indexOf('.'))}.${kind.toLowerCase()}`;
}

/** The id of the delivery of an event to an endpoint: the same however often it is sent. */
export function deliveryId(endpointId: string, eventId: string): string {
  const hex = createHash('sha256').update(`${endpointId}/${eventId}`).digest('hex');
  // the layout of a uuid whose bits say nothing but themselves (version 8)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The body of the message about an entry; the same bytes whenever it is built, so that nothing of it has to be stored. */
export function messageBody(entry: LogEntry, cursor: string): string {
  const data = changeData(entry, cursor);
  return JSON.stringify({ type: messageType(entry), timestamp: data['recordedAt'], data });
}

/** A change as the polling feed tells it, with public ids and no edges. */
export function changeData(entry: LogEntry, cursor: string): Readonly<Record<string, unknown>> {
  const body = (entry.body ?? {}) as Body;
  const person = personOf(entry);
  const about = Object.entries(body)
    .filter(([name]) => !UNTOLD.has(name))
    .map(([name, value]) => {
      const mark = NAMED.get(name);
      return [name, mark !== undefined && typeof value === 'string' ? `${mark}_${value}` : value] as const;
    });
  return {
    change: typeOf(entry),
    kind: kindOf(entry),
    position: entry.pos,
    cursor,
    occurredAt: instantText(entry.occurredAt),
    recordedAt: instantText(entry.recordedAt),
    employee: body['employee'] ?? null,
    // of an erasure too: whom to forget is known by this id alone
    employeeId: person === null ? null : nodeId('emp', person),
    ...(typeof body['set'] === 'object' && body['set'] !== null && { attributes: Object.keys(body['set']) }),
    ...Object.fromEntries(about),
    ...(entry.erased && { erased: true }),
  };
}

/** The person an entry is about, or who was erased by it; null when it is about nobody. */
export function personOf(entry: LogEntry): string | null {
  return entry.kind === ERASURE ? entry.entity : entry.subject;
}

/** The credential an entry is about; null when it is about something else. */
export function credentialOf(entry: LogEntry): string | null {
  const credential = (entry.body as Body | null)?.['credential'];
  return entry.kind.startsWith('credential.') && typeof credential === 'string' ? credential : null;
}
