// requestApproval, grantApproval, withdrawApproval: each act is a fact, and what stands at an instant follows from all of them.
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { holdCatalogue } from '../catalogue';
import { findPeople, lockFound, personOf } from '../people/find';
import { approvalsAround, recordApprovalRows, type ApprovalRow } from './store';

/** An item of the three mutations. */
export interface ApprovalItem {
  readonly employeeExternalId: string;
  readonly kind: string;
  readonly reason?: string | null;
  readonly effectiveAt?: number | null;
}

/** Why an item cannot be taken as it is; null when it can. */
export function checkApproval(item: ApprovalItem): Refusal | null {
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if (item.kind.trim() === '') return refusal('INVALID_KIND', 'kind says what is approved: it is not empty.', ['kind']);
  return (
    refuseDates(item, ['effectiveAt']) ??
    refuseLongText(item, ['employeeExternalId', 'kind'], LONGEST_NAME) ??
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
    sound.map((item) => item.employeeExternalId),
  );
  const people = await lockFound(write, found);
  const standing = await approvalsAround(write, people, new Set(sound.map((item) => item.kind)));
  const acts = new Acts(write, source, act, standing);
  const results = items.map((item, i): ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const person = personOf(found, item.employeeExternalId);
    // what comes without a date takes effect when it comes, however long it has to wait
    if (typeof person !== 'string') return { ...person, kept: { ...item, effectiveAt: item.effectiveAt ?? write.now } };
    return acts.take(person, item);
  });
  recordApprovalRows(write, acts.added);
  return results;
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

  take(employeeUuid: string, item: ApprovalItem): ItemResult {
    const { act, write } = this;
    const at = item.effectiveAt ?? write.now;
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
      body: { approval: row.uuid, approvalKind: row.kind, reason: row.reason },
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
