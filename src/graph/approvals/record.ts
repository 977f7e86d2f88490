// requestApproval, grantApproval, withdrawApproval: each act is a fact, and what stands at an instant follows from all of them.
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { holdCatalogue } from '../catalogue';
import { findPeople, personOf } from '../people/find';
import { lockEmployees } from '../people/resolve';
import { managersOfActs, type NamedAct } from './approvers';
import { approvalsAround, recordApprovalRows, type ApprovalRow } from './store';

/** An item of the three mutations. */
export interface ApprovalItem {
  readonly employeeExternalId: string;
  readonly kind: string;
  readonly approverExternalId?: string | null;
  readonly reason?: string | null;
  readonly effectiveAt?: number | null;
}

/** Why an item cannot be taken as it is; null when it can. */
export function checkApproval(item: ApprovalItem): Refusal | null {
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if (item.approverExternalId?.trim() === '') {
    return refusal(
      'INVALID_EXTERNAL_ID',
      'approverExternalId names the person who decides: leave it out where nobody is named.',
      ['approverExternalId'],
    );
  }
  if (item.kind.trim() === '') return refusal('INVALID_KIND', 'kind says what is approved: it is not empty.', ['kind']);
  return (
    refuseDates(item, ['effectiveAt']) ??
    refuseLongText(item, ['employeeExternalId', 'kind', 'approverExternalId'], LONGEST_NAME) ??
    refuseLongText(item, ['reason'], LONGEST_ADDRESS)
  );
}

/** Applies items of one of the three mutations inside a change. */
export async function applyApprovals(
  write: Write,
  raw: readonly unknown[],
  source: string,
  act: ApprovalRow['act'],
): Promise<ItemResult[]> {
  const items = raw as readonly ApprovalItem[];
  await holdCatalogue(write.db);
  const refused = items.map(checkApproval);
  const sound = items.filter((_, i) => refused[i] === null);
  const found = await findPeople(
    write,
    source,
    sound.flatMap((item) => [item.employeeExternalId, item.approverExternalId ?? []].flat()),
  );
  const people = sound.map((item) => personOf(found, item.employeeExternalId)).filter((id) => typeof id === 'string');
  await lockEmployees(write.db, people);
  const standing = await approvalsAround(write, people, new Set(sound.map((item) => item.kind)));
  const acts = new Acts(write, source, act, standing);
  const meant = items.map((item, i): NamedItem | ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const at = item.effectiveAt ?? write.now;
    // what comes without a date takes effect when it comes, however long it has to wait
    const kept = { ...item, effectiveAt: at };
    const employee = personOf(found, item.employeeExternalId);
    if (typeof employee !== 'string') return { ...employee, kept };
    const approver = item.approverExternalId == null ? null : personOf(found, item.approverExternalId, 'approverExternalId');
    if (approver !== null && typeof approver !== 'string') return { ...approver, kept };
    return { item, employeeUuid: employee, approverUuid: approver, kind: item.kind, at };
  });
  const named = meant.filter((act): act is NamedItem & NamedAct => 'item' in act && act.approverUuid !== null);
  const judged = await managersOfActs(write, named);
  const managers = new Map<NamedItem, string | Refusal>(named.map((act, i) => [act, judged[i]!]));
  const results = meant.map((act): ItemResult => {
    if (!('item' in act)) return act;
    const manager = managers.get(act) ?? null;
    return isRefusal(manager) ? { outcome: 'REJECTED', id: null, refusal: manager } : acts.take(act, manager);
  });
  recordApprovalRows(write, acts.added);
  return results;
}

/** An item about somebody known. */
interface NamedItem extends Omit<NamedAct, 'approverUuid'> {
  readonly item: ApprovalItem;
  /** null: nobody is named. */
  readonly approverUuid: string | null;
}

/** The acts known so far, and what a batch adds to them. */
class Acts {
  readonly added: ApprovalRow[] = [];
  private readonly known: ApprovalRow[];

  constructor(
    private readonly write: Write,
    private readonly source: string,
    private readonly act: ApprovalRow['act'],
    standing: readonly ApprovalRow[],
  ) {
    this.known = [...standing];
  }

  take({ item, employeeUuid, approverUuid, at }: NamedItem, managerUuid: string | null): ItemResult {
    const { act, write } = this;
    const own = this.known.filter((row) => row.employeeUuid === employeeUuid && row.kind === item.kind && row.at <= at);
    const same = own.find((row) => row.act === act && row.at === at);
    const last = own.reduce<ApprovalRow | null>((latest, row) => (latest && compare(latest, row) > 0 ? latest : row), null);
    // asking twice is one question, taking back twice is one withdrawal; a second grant is a new one, with its own end
    const standing = same ?? (act !== 'GRANTED' && last?.act === act ? last : null);
    if (standing) return { outcome: 'UNCHANGED', id: nodeId('apr', standing.uuid), refusal: null };
    if (act === 'WITHDRAWN' && last === null) return { outcome: 'REJECTED', id: null, refusal: nothingThere(item.kind) };
    const row: ApprovalRow = {
      uuid: uuidv7(),
      employeeUuid,
      kind: item.kind,
      act,
      at,
      reason: item.reason?.trim() || null,
      approverUuid,
      managerUuid,
      actor: write.actor.id,
      source: this.source,
    };
    this.known.push(row);
    this.added.push(row);
    write.record({
      kind: `approval.${act.toLowerCase()}`,
      entity: employeeUuid,
      entityVersion: 0,
      subject: employeeUuid,
      occurredAt: at,
      body: { approval: row.uuid, approvalKind: row.kind, reason: row.reason, approver: approverUuid, manager: managerUuid },
    });
    write.touch([employeeUuid]);
    return { outcome: 'APPLIED', id: nodeId('apr', row.uuid), refusal: null };
  }
}

const ORDER = { REQUESTED: 0, GRANTED: 1, WITHDRAWN: 2 } as const;

function compare(a: ApprovalRow, b: ApprovalRow): number {
  return a.at - b.at || ORDER[a.act] - ORDER[b.act];
}

function nothingThere(kind: string): Refusal {
  const message = `Nothing of kind "${kind}" was requested or granted by then: check the person, the kind and effectiveAt.`;
  return refusal('APPROVAL_NOT_FOUND', message, ['kind']);
}
