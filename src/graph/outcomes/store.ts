// Outcomes: what is read and written.
import type { Verdict } from '../../core/verdict';
import type { Write } from '../../journal/write';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, plainArray, rows, rowsParam } from '../../platform/sql';
import { known, told, type View } from '../context';

/** An outcome; the names are those of the GraphQL type. */
export interface OutcomeRow {
  readonly uuid: string;
  readonly ruleUuid: string;
  readonly kind: string;
  readonly employeeUuid: string;
  readonly roleUuid: string;
  readonly verdict: Verdict;
  readonly because: readonly string[];
  readonly occurredAt: number;
  readonly ownerUuid: string;
  readonly dueAt: number | null;
  readonly state: 'OPEN' | 'DONE' | 'WITHDRAWN';
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly reason: string | null;
}

const OUTCOME = `o.id AS uuid, o.rule_id AS "ruleUuid", o.kind, o.employee_id AS "employeeUuid", o.role_id AS "roleUuid", o.verdict, o.because,
  o.occurred_at AS "occurredAt", o.owner_id AS "ownerUuid", o.due_at AS "dueAt"`;
const AS_IT_STANDS = `${OUTCOME}, o.state, o.closed_at AS "closedAt", o.closed_by AS "closedBy", o.reason`;

const instantOf = (view: View, q: Params): string => `${q.add(new Date(view.at).toISOString())}::timestamptz`;

// what is closed later than the instant asked about is open there
const closedBy = (view: View, q: Params): string => `o.closed_at <= ${instantOf(view, q)}`;
const stateAt = (view: View, q: Params): string => `CASE WHEN ${closedBy(view, q)} THEN o.state ELSE 'OPEN' END`;

function columnsAt(view: View, q: Params): string {
  const isClosed = closedBy(view, q);
  const ifClosed = (column: string) => `CASE WHEN ${isClosed} THEN o.${column} END`;
  return `${OUTCOME}, ${stateAt(view, q)} AS state, ${ifClosed('closed_at')} AS "closedAt", ${ifClosed('closed_by')} AS "closedBy", ${ifClosed('reason')} AS reason`;
}

/** Outcomes by id, as they are at the view's instant. */
export async function outcomesById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, OutcomeRow>> {
  const q = new Params();
  const found = await rows<OutcomeRow>(
    db,
    `/* outcomesById */ SELECT ${columnsAt(view, q)} FROM outcome o WHERE o.id = ANY(${q.add(ids)}) AND ${told('o', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

/** Which outcomes; all conditions must hold. */
export interface OutcomeConditions {
  readonly state?: readonly string[] | null;
  readonly kind?: readonly string[] | null;
  /** Empty: nobody, and so no outcome. */
  readonly owners?: readonly string[];
  readonly people?: readonly string[];
  readonly roleCode?: readonly string[] | null;
  readonly dueBefore?: number | null;
}

function conditions(view: View, filter: OutcomeConditions, q: Params): string {
  const where = [`o.occurred_at <= ${instantOf(view, q)}`, told('o', view, q)];
  if (filter.state) where.push(`${stateAt(view, q)} = ANY(${q.add(filter.state)})`);
  if (filter.kind) where.push(`o.kind = ANY(${q.add(filter.kind)})`);
  if (filter.owners) where.push(`o.owner_id = ANY(${q.add(filter.owners)})`);
  if (filter.people) where.push(`o.employee_id = ANY(${q.add(filter.people)})`);
  if (filter.roleCode) {
    where.push(`o.role_id IN (SELECT r.id FROM role r WHERE r.code = ANY(${q.add(filter.roleCode)}) AND ${known('r', view, q)})`);
  }
  if (filter.dueBefore != null) where.push(`o.due_at < ${q.add(instantText(filter.dueBefore))}`);
  return where.join(' AND ');
}

const OLDEST_FIRST: readonly SortKey[] = [
  { sql: 'o.occurred_at', type: 'timestamptz' },
  { sql: 'o.id', type: 'uuid' },
];

export const outcomeKeys = (row: Pick<OutcomeRow, 'occurredAt' | 'uuid'>): string[] => [
  new Date(row.occurredAt).toISOString(),
  row.uuid,
];

/** One page of outcomes, oldest first: those opened by the view's instant. */
export async function outcomePage(db: Db, view: View, filter: OutcomeConditions, page: Page): Promise<OutcomeRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, OLDEST_FIRST, q);
  return rows<OutcomeRow>(
    db,
    `/* outcomePage */ SELECT ${columnsAt(view, q)} FROM outcome o WHERE ${conditions(view, filter, q)} AND ${where} ${order} ${limit}`,
    q.values,
  );
}

/** How many outcomes a filter finds. */
export async function outcomeCount(db: Db, view: View, filter: OutcomeConditions): Promise<number> {
  const q = new Params();
  const [row] = await rows<{ count: number }>(
    db,
    `/* outcomeCount */ SELECT count(*) AS count FROM outcome o WHERE ${conditions(view, filter, q)}`,
    q.values,
  );
  return row!.count;
}

/** One page of outcomes for each person, oldest first. */
export async function outcomePages(
  db: Db,
  view: View,
  people: readonly string[],
  filter: OutcomeConditions,
  page: Page,
): Promise<OutcomeRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, OLDEST_FIRST, q);
  return rows<OutcomeRow>(
    db,
    `/* outcomePages */ SELECT found.* FROM unnest(${q.add(people)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${columnsAt(view, q)} FROM outcome o WHERE o.employee_id = p.id AND ${conditions(view, filter, q)} AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many outcomes there are about each person. */
export async function outcomeCounts(
  db: Db,
  view: View,
  people: readonly string[],
  filter: OutcomeConditions,
): Promise<Map<string, number>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* outcomeCounts */ SELECT o.employee_id AS id, count(*) AS count FROM outcome o
     WHERE o.employee_id = ANY(${q.add(people)}) AND ${conditions(view, filter, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

/** What verdicts that are reached or left can meet: people's open outcomes, and those opened at one of these instants, whatever became of them. */
export async function outcomesAround(db: Db, people: readonly string[], instants: readonly number[]): Promise<OutcomeRow[]> {
  return rows<OutcomeRow>(
    db,
    `/* outcomesAround */ SELECT ${AS_IT_STANDS} FROM outcome o
     WHERE o.employee_id = ANY($1) AND o.retired_in IS NULL AND (o.state = 'OPEN' OR o.occurred_at = ANY($2))`,
    [people, plainArray(instants.map((instant) => instantText(instant)))],
  );
}

/** What is open for an owner to do. */
export async function openOutcomesOf(db: Db, ownerId: string): Promise<OutcomeRow[]> {
  return rows<OutcomeRow>(
    db,
    `/* openOutcomesOf */ SELECT ${AS_IT_STANDS} FROM outcome o
     WHERE o.owner_id = $1 AND o.retired_in IS NULL AND o.state = 'OPEN' ORDER BY o.employee_id, o.id`,
    [ownerId],
  );
}

/** The outcome with this id, as it stands. */
export async function standingOutcome(db: Db, id: string): Promise<OutcomeRow | null> {
  const [row] = await rows<OutcomeRow>(
    db,
    `/* standingOutcome */ SELECT ${AS_IT_STANDS} FROM outcome o WHERE o.id = $1 AND o.retired_in IS NULL`,
    [id],
  );
  return row ?? null;
}

const COLUMNS = `id, rule_id, kind, employee_id, role_id, verdict, because, occurred_at, owner_id, due_at, state, closed_at, closed_by, reason`;
const RECORD = `id uuid, rule_id uuid, kind text, employee_id uuid, role_id uuid, verdict text, because text[], occurred_at timestamptz, owner_id uuid,
  due_at timestamptz, state text, closed_at timestamptz, closed_by text, reason text`;

const toRecord = (row: OutcomeRow): object => ({
  id: row.uuid,
  rule_id: row.ruleUuid,
  kind: row.kind,
  employee_id: row.employeeUuid,
  role_id: row.roleUuid,
  verdict: row.verdict,
  because: row.because,
  occurred_at: instantText(row.occurredAt),
  owner_id: row.ownerUuid,
  due_at: instantText(row.dueAt),
  state: row.state,
  closed_at: instantText(row.closedAt),
  closed_by: row.closedBy,
  reason: row.reason,
});

/** Records outcomes as they are from this change on. */
export function recordOutcomes(write: Write, changed: readonly OutcomeRow[]): void {
  if (changed.length === 0) return;
  write.run('/* retireOutcomes */ UPDATE outcome SET retired_in = $2 WHERE id = ANY($1) AND retired_in IS NULL', [
    plainArray(changed.map((row) => row.uuid)),
    write.change,
  ]);
  write.run(
    `/* recordOutcomes */ INSERT INTO outcome (${COLUMNS}, recorded_in) SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(${RECORD})`,
    [rowsParam(changed.map(toRecord)), write.change],
  );
}

/** Columns of a table in which outcomes are set aside, by person, until their people are locked. */
export const OUTCOMES_ASIDE = 'id uuid, outcome_id uuid, outcome jsonb';

/** Sets outcomes aside in such a table. */
export function setOutcomesAside(write: Write, table: string, changed: readonly OutcomeRow[]): void {
  if (changed.length === 0) return;
  write.run(
    `/* setOutcomesAside */ INSERT INTO ${table} SELECT (r ->> 'employee_id')::uuid, (r ->> 'id')::uuid, r FROM jsonb_array_elements($1) AS r`,
    [rowsParam(changed.map(toRecord))],
  );
}

/** Records what was set aside. */
export function recordOutcomesAside(write: Write, table: string): void {
  write.run(
    `/* retireOutcomesAside */ UPDATE outcome o SET retired_in = $1 FROM ${table} a
     WHERE o.employee_id = a.id AND o.id = a.outcome_id AND o.retired_in IS NULL`,
    [write.change],
  );
  write.run(
    `/* recordOutcomesAside */ INSERT INTO outcome (${COLUMNS}, recorded_in)
     SELECT r.*, $1 FROM ${table} a CROSS JOIN LATERAL jsonb_to_record(a.outcome) AS r(${RECORD})`,
    [write.change],
  );
}
