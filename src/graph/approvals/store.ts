// Approvals: what is read and written.
import type { Delegation } from '../../core/delegation';
import type { ApprovalFact } from '../../core/facts';
import type { Write } from '../../journal/write';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, rows, rowsParam } from '../../platform/sql';
import { known, seen, told, valid, type View } from '../context';

/** A request, a grant or a withdrawal; the names are those of the GraphQL type. */
export interface ApprovalRow {
  readonly uuid: string;
  readonly employeeUuid: string;
  readonly kind: string;
  readonly act: ApprovalFact['act'];
  readonly at: number;
  readonly reason: string | null;
  /** Who decided; null: the act stands on the authority of the API key. */
  readonly approverUuid: string | null;
  /** The primary manager in whose name; the approver's own when no delegate decided. */
  readonly managerUuid: string | null;
  readonly actor: string;
  readonly source: string;
}

export interface ApprovalAround extends ApprovalRow {
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

const APPROVAL = `a.id AS uuid, a.employee_id AS "employeeUuid", a.kind, a.act, a.at, a.reason, a.approver_id AS "approverUuid",
  a.manager_id AS "managerUuid", a.actor, a.source`;

/** Acts by id. */
export async function approvalsById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, ApprovalRow>> {
  const q = new Params();
  const found = await rows<ApprovalRow>(
    db,
    `/* approvalsById */ SELECT ${APPROVAL} FROM approval_fact a WHERE a.id = ANY(${q.add(ids)}) AND ${told('a', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

const OLDEST_FIRST: readonly SortKey[] = [
  { sql: 'a.at', type: 'timestamptz' },
  { sql: 'a.id', type: 'uuid' },
];

export const approvalKeys = (row: Pick<ApprovalRow, 'at' | 'uuid'>): string[] => [new Date(row.at).toISOString(), row.uuid];

/** One page of acts for each person, oldest first: those that had taken effect by the view's instant. */
export async function approvalPages(db: Db, view: View, people: readonly string[], page: Page): Promise<ApprovalRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, OLDEST_FIRST, q);
  return rows<ApprovalRow>(
    db,
    `/* approvalPages */ SELECT found.* FROM unnest(${q.add(people)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${APPROVAL} FROM approval_fact a WHERE a.employee_id = p.id AND a.at <= ${q.add(new Date(view.at).toISOString())}
       AND ${known('a', view, q)} AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many acts there are about each person. */
export async function approvalCounts(db: Db, view: View, people: readonly string[]): Promise<Map<string, number>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* approvalCounts */ SELECT a.employee_id AS id, count(*) AS count FROM approval_fact a
     WHERE a.employee_id = ANY(${q.add(people)}) AND a.at <= ${q.add(new Date(view.at).toISOString())} AND ${known('a', view, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

/** Acts of some kinds about people that stand, and those this change has retired. */
export async function approvalsAround(
  write: Write,
  people: readonly string[],
  kinds: ReadonlySet<string>,
): Promise<ApprovalAround[]> {
  return rows<ApprovalAround>(
    write.db,
    `/* approvalsAround */ SELECT ${APPROVAL}, a.recorded_in AS "recordedIn", a.retired_in AS "retiredIn" FROM approval_fact a
     WHERE a.employee_id = ANY($1) AND a.kind = ANY($2) AND (a.retired_in IS NULL OR a.retired_in = $3)`,
    [people, [...kinds], write.change],
  );
}

/** Acts of some kinds about people, as a view knows them, over all of time. */
export async function approvalsKnown(
  db: Db,
  view: View,
  people: readonly string[],
  kinds: ReadonlySet<string>,
): Promise<ApprovalRow[]> {
  const q = new Params();
  return rows<ApprovalRow>(
    db,
    `/* approvalsKnown */ SELECT ${APPROVAL} FROM approval_fact a
     WHERE a.employee_id = ANY(${q.add(people)}) AND a.kind = ANY(${q.add([...kinds])}) AND ${known('a', view, q)}`,
    q.values,
  );
}

/** Records acts. */
export function recordApprovalRows(write: Write, added: readonly ApprovalRow[]): void {
  if (added.length === 0) return;
  const records = added.map((row) => ({
    id: row.uuid,
    employee_id: row.employeeUuid,
    kind: row.kind,
    act: row.act,
    at: instantText(row.at),
    reason: row.reason,
    approver_id: row.approverUuid,
    manager_id: row.managerUuid,
    actor: row.actor,
    source: row.source,
  }));
  write.run(
    `/* recordApprovals */ INSERT INTO approval_fact (id, employee_id, kind, act, at, reason, approver_id, manager_id, actor, source, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1)
     AS r(id uuid, employee_id uuid, kind text, act text, at timestamptz, reason text, approver_id uuid, manager_id uuid, actor text, source text)`,
    [rowsParam(records), write.change],
  );
}

/** Over [from, to) a manager lets somebody else decide; the names are those of the GraphQL type. */
export interface DelegationRow extends Delegation {
  readonly uuid: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly source: string;
}

const DELEGATION = `d.id AS uuid, d.manager_id AS "managerUuid", d.delegate_id AS "delegateUuid", d.kinds, d.valid_from AS "from", d.valid_to AS "to",
  d.reason, d.actor, d.source`;

/** Delegations by id. */
export async function delegationsById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, DelegationRow>> {
  const q = new Params();
  const found = await rows<DelegationRow>(
    db,
    `/* delegationsById */ SELECT ${DELEGATION} FROM approval_delegation d WHERE d.id = ANY(${q.add(ids)}) AND ${known('d', view, q)}
       AND ${seen('d.manager_id', view, q)} AND ${seen('d.delegate_id', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

/** Whom managers let decide at the view's instant, in the order in which that began. */
export async function delegationsRunning(db: Db, view: View, managers: readonly string[]): Promise<DelegationRow[]> {
  const q = new Params();
  return rows<DelegationRow>(
    db,
    `/* delegationsRunning */ SELECT ${DELEGATION} FROM approval_delegation d
     WHERE d.manager_id = ANY(${q.add(managers)}) AND ${valid('d', view, q)} AND ${known('d', view, q)} AND ${seen('d.delegate_id', view, q)} ORDER BY d.valid_from, d.id`,
    q.values,
  );
}

/** Whom managers let decide, past and to come. */
export async function delegationsOf(db: Db, managers: readonly string[]): Promise<DelegationRow[]> {
  return rows<DelegationRow>(
    db,
    `/* delegationsOf */ SELECT ${DELEGATION} FROM approval_delegation d WHERE d.manager_id = ANY($1) AND d.retired_in IS NULL`,
    [managers],
  );
}

/** Records delegations and retires those they replace. */
export function recordDelegationRows(write: Write, added: readonly DelegationRow[], retired: readonly string[]): void {
  if (retired.length > 0) {
    write.run('/* retireDelegations */ UPDATE approval_delegation SET retired_in = $2 WHERE id = ANY($1)', [
      retired,
      write.change,
    ]);
  }
  if (added.length === 0) return;
  const records = added.map((row) => ({
    id: row.uuid,
    manager_id: row.managerUuid,
    delegate_id: row.delegateUuid,
    kinds: row.kinds,
    valid_from: instantText(row.from),
    valid_to: instantText(row.to),
    reason: row.reason,
    actor: row.actor,
    source: row.source,
  }));
  write.run(
    `/* recordDelegations */ INSERT INTO approval_delegation (id, manager_id, delegate_id, kinds, valid_from, valid_to, reason, actor, source, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1) AS r(id uuid, manager_id uuid, delegate_id uuid, kinds text[], valid_from timestamptz,
       valid_to timestamptz, reason text, actor text, source text)`,
    [rowsParam(records), write.change],
  );
}
