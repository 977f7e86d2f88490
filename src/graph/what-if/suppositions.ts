// The facts that can be supposed. Each goes the way of the real one: the same verbs, inside a change that is taken back.
import { uuidv7 } from 'uuidv7';
import { addSpan, parseSpan, type Span } from '../../core/calendar';
import { refuseDates } from '../../core/dates';
import { byAttribute, inEffect } from '../../core/person';
import { refusal, type Refusal } from '../../core/refusal';
import { spanAfter } from '../../core/renewal-policy';
import type { Json } from '../../core/rule';
import type { Applier } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { instantText, rows } from '../../platform/sql';
import {
  factsOf,
  holdingsOf,
  recordFacts,
  retireFacts,
  type CredentialFact,
  type HoldingRow,
  type NewFact,
} from '../credentials/facts';
import type { CredentialDefinitions } from '../credentials/types';
import { recordCompletionRows, type CompletionRecord } from '../learning/store';
import { assertionsOf } from '../people/facts';
import type { LockedEmployee } from '../people/resolve';

/** Which credentials of a person: of one type, or all that the question is about; of one instance, or of all. */
interface Which {
  readonly typeCode?: string | null;
  readonly instance?: string | null;
}

/** One supposed fact: exactly one member, as in SuppositionInput. */
export interface Supposition {
  readonly grant?: Readonly<Record<string, Json>>;
  readonly revoke?: Which & { readonly effectiveAt?: number | null };
  readonly delay?: Which & { readonly by: string };
  readonly leave?: { readonly from?: number | null; readonly until?: number | null };
  readonly terminate?: { readonly effectiveAt?: number | null };
  readonly manager?: { readonly managerExternalId?: string | null; readonly effectiveAt?: number | null };
}

/** What suppositions are made with. */
export interface Supposing {
  readonly applier: (operation: string) => Applier;
  readonly definitions: CredentialDefinitions;
  /** The types the question is about; null: all. */
  readonly typeIds: ReadonlySet<string> | null;
  /** The instant of everything that is not dated. */
  readonly now: number;
}

/** Why it cannot be supposed of some people, by their ids. */
export type Refusals = ReadonlyMap<string, Refusal>;

/** Supposes one thing of locked people. Nothing is refused as a whole: what is wrong for everybody is refused to each. */
export function applySupposition(
  write: Write,
  people: readonly LockedEmployee[],
  supposition: Supposition,
  supposing: Supposing,
): Promise<Refusals> {
  const { grant, revoke, delay, leave, terminate, manager } = supposition;
  const { now } = supposing;
  const assert = (values: object) => upsert(write, people, () => [values], supposing);
  if (grant) return issue(write, people, grant, supposing);
  if (revoke) return revokeCredentials(write, people, revoke, supposing);
  if (delay) return delayAwards(write, people, delay, supposing);
  if (leave) return goOnLeave(write, people, leave, supposing);
  if (terminate) return assert({ status: 'TERMINATED', effectiveAt: terminate.effectiveAt ?? now });
  return assert({ managerExternalId: manager!.managerExternalId ?? null, effectiveAt: manager!.effectiveAt ?? now });
}

/** No source has this name, so a person is always meant by the organisation's own id. */
const NO_SOURCE = '';

/** Has the items of each person applied by an operation of the API. */
async function apply(
  write: Write,
  operation: string,
  items: readonly (readonly [person: LockedEmployee, item: object])[],
  supposing: Supposing,
): Promise<Refusals> {
  const results = await supposing.applier(operation)(
    write,
    items.map(([, item]) => item),
    NO_SOURCE,
  );
  return new Map(results.flatMap((result, i) => (result.refusal ? [[items[i]![0].id, result.refusal]] : [])));
}

function upsert(
  write: Write,
  people: readonly LockedEmployee[],
  itemsOf: (person: LockedEmployee) => readonly object[],
  supposing: Supposing,
): Promise<Refusals> {
  const items = people.flatMap((person) =>
    itemsOf(person).map((item) => [person, { externalId: person.externalId, ...item }] as const),
  );
  return apply(write, 'upsertEmployees', items, supposing);
}

function issue(write: Write, people: readonly LockedEmployee[], grant: object, supposing: Supposing): Promise<Refusals> {
  const { issuedOn, issuedAt } = grant as { issuedOn?: string | null; issuedAt?: number | null };
  const at = issuedOn == null ? (issuedAt ?? supposing.now) : null;
  const items = people.map((person) => [person, { ...grant, issuedAt: at, employeeExternalId: person.externalId }] as const);
  return apply(write, 'issueCredentials', items, supposing);
}

function toAll(people: readonly LockedEmployee[], no: Refusal): Refusals {
  return new Map(people.map((person) => [person.id, no]));
}

async function goOnLeave(
  write: Write,
  people: readonly LockedEmployee[],
  leave: NonNullable<Supposition['leave']>,
  supposing: Supposing,
): Promise<Refusals> {
  const from = leave.from ?? supposing.now;
  const until = leave.until ?? null;
  if (until !== null && until <= from) {
    return toAll(
      people,
      refusal('LEAVE_EMPTY', 'The leave would end before it begins: correct one of the two instants.', ['until']),
    );
  }
  const ids = people.map((person) => person.id);
  const asserted = await assertionsOf(write.db, ids, new Set(['status']));
  return upsert(
    write,
    people,
    (person) => {
      const start = { status: 'ON_LEAVE', effectiveAt: from };
      if (until === null) return [start];
      const otherwise = inEffect(byAttribute(asserted.get(person.id)!).get('status'), until);
      return [start, { status: otherwise?.value ?? 'ACTIVE', effectiveAt: until }];
    },
    supposing,
  );
}

/** The credentials that a supposition means; who has none is refused. */
async function holdingsMeant(write: Write, people: readonly LockedEmployee[], which: Which, supposing: Supposing) {
  const ids = people.map((person) => person.id);
  const { definitions, typeIds } = supposing;
  const isMeant = (row: HoldingRow) =>
    (which.typeCode == null
      ? typeIds === null || typeIds.has(row.typeId)
      : definitions.types.get(row.typeId)?.code === which.typeCode) &&
    (which.instance == null || row.instance === which.instance);
  const [all, facts] = await Promise.all([holdingsOf(write.db, ids), factsOf(write, ids)]);
  const standing = new Map<string, CredentialFact[]>();
  for (const fact of facts)
    if (fact.retiredIn === null) standing.set(fact.credentialId, [...(standing.get(fact.credentialId) ?? []), fact]);
  const holdings = all.filter((row) => standing.has(row.id) && isMeant(row));
  const holders = new Set(holdings.map((row) => row.employeeId));
  const message = 'The person has no such credential: check the type and the instance.';
  const no = refusal('CREDENTIAL_NOT_FOUND', message, ['typeCode']);
  return { holdings, standing, refused: new Map(ids.filter((id) => !holders.has(id)).map((id) => [id, no])) };
}

async function revokeCredentials(
  write: Write,
  people: readonly LockedEmployee[],
  revoke: NonNullable<Supposition['revoke']>,
  supposing: Supposing,
): Promise<Refusals> {
  const outside = refuseDates(revoke, ['effectiveAt']);
  if (outside) return toAll(people, outside);
  const at = revoke.effectiveAt ?? supposing.now;
  const { holdings, refused } = await holdingsMeant(write, people, revoke, supposing);
  const revoked = await rows<{ id: string }>(
    write.db,
    `/* revokedHoldings */ SELECT credential_id AS id FROM credential_segment
     WHERE credential_id = ANY($1) AND retired_in IS NULL AND status = 'REVOKED' AND valid_from <= $2 AND valid_to > $2`,
    [holdings.map((row) => row.id), instantText(at)],
  );
  const gone = new Set(revoked.map((row) => row.id));
  const facts = holdings
    .filter((row) => !gone.has(row.id))
    .map(({ id, employeeId, typeId }) => {
      const { zone } = supposing.definitions.types.get(typeId)!.policy;
      return { id: uuidv7(), credentialId: id, employeeId, kind: 'REVOCATION' as const, at, zone };
    });
  await recordFacts(write, facts);
  write.touch(facts.map((fact) => fact.employeeId));
  return refused;
}

async function delayAwards(
  write: Write,
  people: readonly LockedEmployee[],
  delay: NonNullable<Supposition['delay']>,
  supposing: Supposing,
): Promise<Refusals> {
  const span = parseSpan(delay.by)!;
  const { holdings, standing, refused } = await holdingsMeant(write, people, delay, supposing);
  const retired = new Set<number>();
  const recorded: NewFact[] = [];
  const earned = new Map<string, Delayed>();
  const byId = new Map([...standing.values()].flat().map((fact) => [fact.id, fact]));
  for (const row of holdings) {
    const { zone } = supposing.definitions.types.get(row.typeId)!.policy;
    const award = originOf(latestAward(standing.get(row.id)!), byId);
    if (!award || retired.has(award.rowId)) continue;
    if (award.ruleVersion !== null) {
      earned.set(award.id, { span, zone });
      continue;
    }
    retired.add(award.rowId);
    const expiresAt = award.expiresAt === null ? null : spanAfter(award.expiresAt, span, zone);
    recorded.push({ ...award, id: uuidv7(), eventId: null, zone, at: spanAfter(award.at, span, zone), expiresAt });
  }
  await retireFacts(write, [...retired]);
  await recordFacts(write, recorded);
  write.touch(recorded.map((fact) => fact.employeeId));
  await delayCompletions(write, earned);
  return refused;
}

interface Delayed {
  readonly span: Span;
  readonly zone: string;
}

/** The last award, and of those at one instant the one that lasts longest. */
function latestAward(facts: readonly CredentialFact[]): CredentialFact | undefined {
  const last = (fact: CredentialFact) => fact.expiresAt ?? Infinity;
  return facts
    .filter((fact) => fact.kind === 'AWARD')
    .sort((a, b) => a.at - b.at || last(a) - last(b))
    .at(-1);
}

/** A renewal by a higher credential comes when that one's award comes. */
function originOf(award: CredentialFact | undefined, byId: ReadonlyMap<string, CredentialFact>): CredentialFact | undefined {
  let origin = award;
  while (origin?.causedBy != null) origin = byId.get(origin.causedBy);
  return origin;
}

interface StandingCompletion extends CompletionRecord {
  readonly factId: string;
  readonly rowId: number;
  readonly at: number;
  readonly reportedAt: number | null;
}

/** Awards by rule follow their completions: the one that decided an award is what comes later. */
async function delayCompletions(write: Write, earned: ReadonlyMap<string, Delayed>): Promise<void> {
  if (earned.size === 0) return;
  const found = await rows<StandingCompletion>(
    write.db,
    `/* decidingCompletions */ SELECT d.fact_id AS "factId", c.row_id AS "rowId", c.completed_at AS at, c.reported_at AS "reportedAt", c.id, c.employee_id,
       c.course_code, c.attempt_id, c.status, c.score, c.credit_hours, c.evidence_url, c.recertification_cycle, c.badge_id, c.expires_on
     FROM award_decision d JOIN completion c ON c.id = d.completion_id AND c.retired_in IS NULL WHERE d.fact_id = ANY($1) AND d.retired_in IS NULL`,
    [[...earned.keys()]],
  );
  const delayed = new Map<number, CompletionRecord>();
  for (const { factId, rowId, at, reportedAt, ...record } of found) {
    const { span, zone } = earned.get(factId)!;
    const later = (instant: number) => instantText(spanAfter(instant, span, zone));
    delayed.set(rowId, {
      ...record,
      completed_at: later(at),
      reported_at: reportedAt === null ? null : later(reportedAt),
      expires_on: record.expires_on && addSpan(record.expires_on, span),
      event_id: null,
    });
  }
  await recordCompletionRows(write, NO_SOURCE, [...delayed.values()], [...delayed.keys()]);
  for (const { employee_id: employee, completed_at } of delayed.values()) {
    const about = { entity: employee, entityVersion: 0, subject: employee, occurredAt: Date.parse(completed_at) };
    write.record({ kind: 'completion.recorded', ...about, body: {} });
    write.touch([employee]);
  }
}
