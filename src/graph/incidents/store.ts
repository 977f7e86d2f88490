// Incidents: what is read and written.
import type { Write } from '../../journal/write';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, plainArray, rows, rowsParam } from '../../platform/sql';
import { known, told, type View } from '../context';

/** An incident; the names are those of the GraphQL type. */
export interface IncidentRow {
  readonly uuid: string;
  readonly employeeUuid: string;
  readonly kind: string;
  readonly occurredAt: number;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly source: string;
  readonly eventId: string | null;
}

export interface IncidentAround extends IncidentRow {
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

const INCIDENT = `i.id AS uuid, i.employee_id AS "employeeUuid", i.kind, i.occurred_at AS "occurredAt", i.reason, i.reference, i.source,
  i.event_id AS "eventId"`;
const AROUND = `${INCIDENT}, i.recorded_in AS "recordedIn", i.retired_in AS "retiredIn"`;

/** Incidents by id. */
export async function incidentsById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, IncidentRow>> {
  const q = new Params();
  const found = await rows<IncidentRow>(
    db,
    `/* incidentsById */ SELECT ${INCIDENT} FROM incident i WHERE i.id = ANY(${q.add(ids)}) AND ${told('i', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

const OLDEST_FIRST: readonly SortKey[] = [
  { sql: 'i.occurred_at', type: 'timestamptz' },
  { sql: 'i.id', type: 'uuid' },
];

export const incidentKeys = (row: Pick<IncidentRow, 'occurredAt' | 'uuid'>): string[] => [
  new Date(row.occurredAt).toISOString(),
  row.uuid,
];

/** One page of incidents for each person, oldest first: what had happened by the view's instant. */
export async function incidentPages(db: Db, view: View, people: readonly string[], page: Page): Promise<IncidentRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, OLDEST_FIRST, q);
  return rows<IncidentRow>(
    db,
    `/* incidentPages */ SELECT found.* FROM unnest(${q.add(people)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${INCIDENT} FROM incident i WHERE i.employee_id = p.id AND i.occurred_at <= ${q.add(new Date(view.at).toISOString())}
       AND ${known('i', view, q)} AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many incidents each person has. */
export async function incidentCounts(db: Db, view: View, people: readonly string[]): Promise<Map<string, number>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* incidentCounts */ SELECT i.employee_id AS id, count(*) AS count FROM incident i
     WHERE i.employee_id = ANY(${q.add(people)}) AND i.occurred_at <= ${q.add(new Date(view.at).toISOString())} AND ${known('i', view, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

/** People's incidents of some kinds that stand, and those this change has retired. */
export async function incidentsAround(
  write: Write,
  people: readonly string[],
  kinds: ReadonlySet<string>,
): Promise<IncidentAround[]> {
  return rows<IncidentAround>(
    write.db,
    `/* incidentsAround */ SELECT ${AROUND} FROM incident i
     WHERE i.employee_id = ANY($1) AND i.kind = ANY($2) AND (i.retired_in IS NULL OR i.retired_in = $3)`,
    [people, [...kinds], write.change],
  );
}

/** People's incidents of some kinds, as a view knows them, over all of time. */
export async function incidentsKnown(
  db: Db,
  view: View,
  people: readonly string[],
  kinds: ReadonlySet<string>,
): Promise<IncidentRow[]> {
  const q = new Params();
  return rows<IncidentRow>(
    db,
    `/* incidentsKnown */ SELECT ${INCIDENT} FROM incident i
     WHERE i.employee_id = ANY(${q.add(people)}) AND i.kind = ANY(${q.add([...kinds])}) AND ${known('i', view, q)}`,
    q.values,
  );
}

/** What is known already of the kinds and events a batch speaks of, retracted ones too. */
export async function incidentsLike(
  db: Db,
  source: string,
  people: readonly string[],
  kinds: readonly string[],
  eventIds: readonly string[],
): Promise<IncidentAround[]> {
  return rows<IncidentAround>(
    db,
    `/* incidentsLike */ SELECT ${AROUND} FROM incident i
     WHERE (i.employee_id = ANY($1) AND i.kind = ANY($2) AND i.retired_in IS NULL) OR (i.source = $3 AND i.event_id IS NOT NULL AND i.event_id = ANY($4))`,
    [people, kinds, source, eventIds],
  );
}

/** Incidents by id, whether they stand or were retracted. */
export async function incidentsEver(db: Db, ids: readonly string[]): Promise<Map<string, IncidentAround>> {
  const found = await rows<IncidentAround>(db, `/* incidentsEver */ SELECT ${AROUND} FROM incident i WHERE i.id = ANY($1)`, [
    ids,
  ]);
  return new Map(found.map((row) => [row.uuid, row]));
}

/** Records incidents. */
export function recordIncidentRows(write: Write, added: readonly IncidentRow[]): void {
  if (added.length === 0) return;
  const records = added.map((row) => ({
    id: row.uuid,
    employee_id: row.employeeUuid,
    kind: row.kind,
    occurred_at: instantText(row.occurredAt),
    reason: row.reason,
    reference: row.reference,
    source: row.source,
    event_id: row.eventId,
  }));
  write.run(
    `/* recordIncidents */ INSERT INTO incident (id, employee_id, kind, occurred_at, reason, reference, source, event_id, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1)
     AS r(id uuid, employee_id uuid, kind text, occurred_at timestamptz, reason text, reference text, source text, event_id text)`,
    [rowsParam(records), write.change],
  );
}

/** Takes incidents back: from this change on they are not known to have happened. */
export function retireIncidents(write: Write, ids: readonly string[]): void {
  if (ids.length === 0) return;
  write.run('/* retireIncidents */ UPDATE incident SET retired_in = $2 WHERE id = ANY($1)', [plainArray(ids), write.change]);
}
