// recordIncidents and retractIncident
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId, uuidOf } from '../../platform/graphql/node-id';
import { holdCatalogue } from '../catalogue';
import { findPeople, lockFound, personOf } from '../people/find';
import { lockEmployees } from '../people/resolve';
import { incidentsEver, incidentsLike, recordIncidentRows, retireIncidents, type IncidentRow } from './store';

/** An item of recordIncidents. */
export interface IncidentItem {
  readonly eventId?: string | null;
  readonly employeeExternalId: string;
  readonly kind: string;
  readonly occurredAt: number;
  readonly reason?: string | null;
  readonly reference?: string | null;
}

/** Why an item cannot be taken as it is; null when it can. */
export function checkIncident(item: IncidentItem): Refusal | null {
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if (item.kind.trim() === '') return refusal('INVALID_KIND', 'kind says what happened: it is not empty.', ['kind']);
  return (
    refuseDates(item, ['occurredAt']) ??
    refuseLongText(item, ['eventId', 'employeeExternalId', 'kind', 'reference'], LONGEST_NAME) ??
    refuseLongText(item, ['reason'], LONGEST_ADDRESS)
  );
}

/** Applies items of recordIncidents inside a change. */
export async function applyIncidents(write: Write, raw: readonly unknown[], source: string): Promise<ItemResult[]> {
  const items = raw as readonly IncidentItem[];
  await holdCatalogue(write.db);
  const refused = items.map(checkIncident);
  const sound = items.filter((_, i) => refused[i] === null);
  const found = await findPeople(
    write,
    source,
    sound.map((item) => item.employeeExternalId),
  );
  const people = await lockFound(write, found);
  const kinds = [...new Set(sound.map((item) => item.kind))];
  const eventIds = sound.flatMap((item) => item.eventId ?? []);
  const known = new Map<string, string>();
  for (const row of await incidentsLike(write.db, source, people, kinds, eventIds)) {
    if (row.eventId !== null && row.source === source) known.set(eventKey(row.eventId), row.uuid);
    if (row.retiredIn === null) known.set(sayings(row.employeeUuid, row), row.uuid);
  }
  const added: IncidentRow[] = [];
  const results = items.map((item, i): ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const person = personOf(found, item.employeeExternalId);
    if (typeof person !== 'string') return person;
    const seen = item.eventId == null ? undefined : known.get(eventKey(item.eventId));
    if (seen !== undefined) return { outcome: 'DUPLICATE', id: nodeId('inc', seen), refusal: null };
    const same = known.get(sayings(person, item));
    if (same !== undefined) return { outcome: 'UNCHANGED', id: nodeId('inc', same), refusal: null };
    const row = toRow(person, item, source);
    added.push(row);
    known.set(sayings(person, item), row.uuid);
    if (row.eventId !== null) known.set(eventKey(row.eventId), row.uuid);
    note(write, 'incident.recorded', row, row.reason);
    return { outcome: 'APPLIED', id: nodeId('inc', row.uuid), refusal: null };
  });
  recordIncidentRows(write, added);
  return results;
}

const eventKey = (eventId: string): string => JSON.stringify(['event', eventId]);

// what makes two tellings one incident when the sender gives no id: whose, what, when, and the sender's reference
function sayings(employeeUuid: string, item: Pick<IncidentItem, 'kind' | 'occurredAt' | 'reference'>): string {
  return JSON.stringify([employeeUuid, item.kind, item.occurredAt, item.reference ?? null]);
}

function toRow(employeeUuid: string, item: IncidentItem, source: string): IncidentRow {
  return {
    uuid: uuidv7(),
    employeeUuid,
    kind: item.kind,
    occurredAt: item.occurredAt,
    reason: item.reason?.trim() || null,
    reference: item.reference ?? null,
    source,
    eventId: item.eventId ?? null,
  };
}

function note(write: Write, kind: 'incident.recorded' | 'incident.retracted', row: IncidentRow, reason: string | null): void {
  write.record({
    kind,
    entity: row.employeeUuid,
    entityVersion: 0,
    subject: row.employeeUuid,
    occurredAt: row.occurredAt,
    body: { incident: row.uuid, incidentKind: row.kind, reference: row.reference, reason },
  });
  write.touch([row.employeeUuid]);
}

/** The item of retractIncident. */
export interface Retraction {
  readonly incident: string;
  readonly reason: string;
}

/** Applies items of retractIncident inside a change: what was recorded by mistake never happened, but stays readable as once known. */
export async function applyRetractions(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const items = raw as readonly Retraction[];
  await holdCatalogue(write.db);
  const ids = items.map((item) => uuidOf('inc', item.incident));
  const wanted = ids.filter((id) => id !== null);
  const meant = await incidentsEver(write.db, wanted);
  await lockEmployees(write.db, new Set([...meant.values()].map((row) => row.employeeUuid)));
  // read again behind the locks: somebody may have retracted it meanwhile
  const standing = await incidentsEver(write.db, wanted);
  const retired = new Set<string>();
  const results = items.map((item, i): ItemResult => {
    const long = refuseLongText(item, ['reason'], LONGEST_ADDRESS);
    if (long) return { outcome: 'REJECTED', id: null, refusal: long };
    if (item.reason.trim() === '') {
      const no = refusal('REASON_REQUIRED', 'Say why: the reason is kept with the act.', ['reason']);
      return { outcome: 'REJECTED', id: null, refusal: no };
    }
    const row = standing.get(ids[i] ?? '');
    if (!row) {
      const no = refusal('INCIDENT_NOT_FOUND', 'There is no such incident: name it by the id its recording answered.', [
        'incident',
      ]);
      return { outcome: 'REJECTED', id: null, refusal: no };
    }
    if (row.retiredIn !== null || retired.has(row.uuid)) return { outcome: 'UNCHANGED', id: item.incident, refusal: null };
    retired.add(row.uuid);
    note(write, 'incident.retracted', row, item.reason.trim());
    return { outcome: 'APPLIED', id: item.incident, refusal: null };
  });
  retireIncidents(write, [...retired]);
  return results;
}
