// What follows from a change for the credentials of the people it touched: awards, timelines, and the events on them.
import { isoText } from '../../core/instant-text';
import { foldHolding, type Holding, type HoldingEvent, type HoldingSegment } from '../../core/renewal';
import { canonicalJson } from '../../core/rule';
import type { NewEntry } from '../../journal/entry';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { columnParams, instantText, plainArray, rows } from '../../platform/sql';
import type { LockedEmployee } from '../people/resolve';
import { deriveAwards, type Holdings } from './award';
import { evidenceOf, factsOf, holdingsOf, type CredentialFact, type HoldingRow } from './facts';
import type { CredentialDefinitions, CredentialType } from './types';

/** One holding before and after the change. */
export interface SettledHolding {
  readonly row: HoldingRow;
  readonly type: CredentialType;
  readonly before: Holding;
  readonly after: Holding;
}

/** A person's credentials before and after the change. */
export interface SettledCredentials {
  readonly holdings: readonly SettledHolding[];
  /** The codes of the types whose timelines are not what they were. */
  readonly changedTypes: ReadonlySet<string>;
  /** What time had brought before the change and was not told yet. */
  readonly due: readonly NewEntry[];
  /** What the change made happen; in order of time. */
  readonly events: readonly NewEntry[];
  /** The next instant at which time alone makes something happen. */
  readonly nextAt: number;
}

export interface SettleCredentialsOptions {
  readonly until: number;
  /** Whether completions may earn something they did not before; unless the change touched them, other credentials decide that. */
  readonly awards: 'DERIVED' | 'DERIVED_IF_FACTS_CHANGED' | 'KEPT';
  /** Codes of the types this change defines anew, and the definitions before it. */
  readonly redefined: ReadonlySet<string>;
  readonly definitionsBefore: CredentialDefinitions | null;
  readonly zone: string;
}

/**
 * Settles the credentials of locked people up to an instant: publishes what time has brought since they were last settled, folds their facts
 * anew, stores the timelines that differ, and says what the change made happen.
 */
export async function settleCredentials(
  write: Write,
  people: ReadonlyMap<string, LockedEmployee>,
  definitions: CredentialDefinitions,
  options: SettleCredentialsOptions,
): Promise<Map<string, SettledCredentials>> {
  const ids = [...people.keys()];
  const before = new Map<string, Holdings>(ids.map((id) => [id, { rows: new Map(), facts: new Map() }]));
  const after = new Map<string, Holdings>(ids.map((id) => [id, { rows: new Map(), facts: new Map() }]));
  const [holdings, facts] = await Promise.all([holdingsOf(write.db, ids), factsOf(write, ids)]);
  for (const row of holdings) {
    before.get(row.employeeId)!.rows.set(row.id, row);
    after.get(row.employeeId)!.rows.set(row.id, row);
  }
  let isDerived = options.awards === 'DERIVED';
  for (const fact of facts) {
    const isChanged = fact.recordedIn === write.change || fact.retiredIn === write.change;
    if (isChanged && options.awards !== 'KEPT') isDerived = true;
    if (fact.recordedIn !== write.change) push(before.get(fact.employeeId)!.facts, fact);
    if (fact.retiredIn === null) push(after.get(fact.employeeId)!.facts, fact);
  }
  if (isDerived) await deriveAwards(write, after, definitions, options.zone);
  const settled = new Map<string, SettledCredentials>();
  for (const person of people.values()) {
    settled.set(person.id, settlePerson(person, before.get(person.id)!, after.get(person.id)!, definitions, options));
  }
  await saveSegments(
    write,
    [...settled.values()].flatMap((entry) => entry.holdings),
    new Set(holdings.map((row) => row.id)),
  );
  return settled;
}

function push(facts: Map<string, CredentialFact[]>, fact: CredentialFact): void {
  const list = facts.get(fact.credentialId);
  if (list) list.push(fact);
  else facts.set(fact.credentialId, [fact]);
}

function settlePerson(
  person: LockedEmployee,
  before: Holdings,
  after: Holdings,
  definitions: CredentialDefinitions,
  options: SettleCredentialsOptions,
): SettledCredentials {
  // somebody else's change may have settled this person further already
  const until = Math.max(options.until, person.settledUntil);
  const holdings: SettledHolding[] = [];
  const changedTypes = new Set<string>();
  const due: NewEntry[] = [];
  const events: NewEntry[] = [];
  let nextAt = Infinity;
  for (const row of after.rows.values()) {
    const type = definitions.types.get(row.typeId);
    if (!type) continue;
    const isRedefined = options.redefined.has(type.code);
    const policyBefore = (isRedefined && options.definitionsBefore?.types.get(row.typeId)?.policy) || type.policy;
    const factsBefore = before.facts.get(row.id) ?? [];
    const factsAfter = after.facts.get(row.id) ?? [];
    const fresh = sameFacts(factsBefore, factsAfter) ? null : differing(factsBefore, factsAfter);
    const isSame = !isRedefined && fresh === null;
    const folded = foldHolding(type.policy, evidenceOf(factsAfter));
    const holding = { row, type, before: isSame ? folded : foldHolding(policyBefore, evidenceOf(factsBefore)), after: folded };
    holdings.push(holding);
    if (!isSame) changedTypes.add(type.code);
    const facts = new Map([...factsBefore, ...factsAfter].map((fact) => [fact.id, fact]));
    due.push(...dueEvents(holding, person.settledUntil, until, facts));
    if (!isSame) events.push(...tellChange(holding, until, facts, fresh, isRedefined));
    for (const event of folded.events) {
      if (event.at > until && isAnnounced(event, type)) {
        nextAt = Math.min(nextAt, event.at);
        break;
      }
    }
  }
  events.sort((a, b) => a.occurredAt - b.occurredAt);
  return { holdings, changedTypes, due, events, nextAt };
}

function sameFacts(a: readonly CredentialFact[], b: readonly CredentialFact[]): boolean {
  if (a.length !== b.length) return false;
  const ids = new Set(a.map((fact) => fact.id));
  return b.every((fact) => ids.has(fact.id));
}

/** The latest fact that is in one of two lists only. */
function differing(a: readonly CredentialFact[], b: readonly CredentialFact[]): CredentialFact {
  const before = new Set(a.map((fact) => fact.id));
  const after = new Set(b.map((fact) => fact.id));
  return [...a.filter((fact) => !after.has(fact.id)), ...b.filter((fact) => !before.has(fact.id))].at(-1)!;
}

// a purely developmental credential raises no alert
function isAnnounced(event: HoldingEvent, type: CredentialType): boolean {
  return event.kind !== 'EXPIRING' || type.operational;
}

type Facts = ReadonlyMap<string, CredentialFact>;

/** What time brought to a holding between `settled` and `until`, as was known before the change. */
function dueEvents(holding: SettledHolding, settled: number, until: number, facts: Facts): NewEntry[] {
  const due = holding.before.events.filter(
    (event) => event.at > settled && event.at <= until && isAnnounced(event, holding.type),
  );
  return due.map((event) => eventEntry(holding, event, facts));
}

/**
 * What a change added to the past and present of a holding. A past that is told otherwise without anything new in it is a CORRECTED, and so
 * is one that a new policy tells otherwise, beside what it adds.
 */
function changeEvents(holding: SettledHolding, until: number, facts: Facts, isRedefined: boolean): NewEntry[] {
  const told = new Set(holding.before.events.filter((event) => event.at <= until).map(eventKey));
  const past = holding.after.events.filter((event) => event.at <= until);
  const added = past.filter((event) => !told.has(eventKey(event)) && event.kind !== 'EXPIRING');
  const isStill = new Set(past.map(eventKey));
  const isTakenBack = holding.before.events.some(
    (event) => event.at <= until && event.kind !== 'EXPIRING' && !isStill.has(eventKey(event)),
  );
  const entries = added.map((event) => eventEntry(holding, event, facts));
  const isRewritten = isRedefined && pastOf(holding.before, until) !== pastOf(holding.after, until);
  if (!isRewritten && (added.length > 0 || !isTakenBack)) return entries;
  const current = holding.after.segments.find((segment) => segment.from <= until && until < segment.to);
  return [toEntry(holding, 'CORRECTED', until, current?.expiresAt ?? null, undefined), ...entries];
}

/** What the log says of a changed holding: always something, and each time how it stands since over all of time. */
function tellChange(
  holding: SettledHolding,
  until: number,
  facts: Facts,
  fresh: CredentialFact | null,
  isRedefined: boolean,
): NewEntry[] {
  const entries = changeEvents(holding, until, facts, isRedefined);
  if (entries.length === 0 && fresh !== null) entries.push(toRecorded(holding, fresh.kind, fresh.reason, fresh.at, until));
  const timeline = timelineOf(holding.after);
  if (entries.length === 0 && canonicalJson(timeline) !== canonicalJson(timelineOf(holding.before))) {
    entries.push(toRecorded(holding, 'REDEFINITION', null, until, until));
  }
  return entries.map((entry) => ({ ...entry, body: { ...(entry.body as object), ...timeline } }));
}

/** A holding over all of time: when each status begins, and the awards that count. */
function timelineOf({ segments, awards }: Holding) {
  return {
    timeline: segments.map(({ from, status }) => [from === -Infinity ? null : isoText(from), status]),
    awards: awards.filter((award) => award.counted).map((award) => isoText(award.at)),
  };
}

/** How a holding stood in the past. */
function pastOf({ segments }: Holding, until: number): string {
  return JSON.stringify(
    segments.filter(({ from }) => from < until).map(({ from, to, status }) => [from, Math.min(to, until), status]),
  );
}

// what takes effect later, or not at all, makes nothing happen now; but every change is in the log, or it would never count as known
function toRecorded({ row, type }: SettledHolding, act: string, reason: string | null, at: number, until: number): NewEntry {
  return {
    kind: 'credential.act_recorded',
    entity: row.employeeId,
    entityVersion: 0,
    subject: row.employeeId,
    occurredAt: Math.min(at, until),
    body: {
      kind: 'RECORDED',
      credential: row.id,
      typeCode: type.code,
      instance: row.instance,
      act,
      reason,
      effectiveAt: instantText(at),
    },
  };
}

function eventEntry(holding: SettledHolding, event: HoldingEvent, facts: Facts): NewEntry {
  return toEntry(holding, event.kind, event.at, event.expiresAt, event.factId === null ? undefined : facts.get(event.factId));
}

function eventKey(event: HoldingEvent): string {
  return `${event.kind}|${event.at}|${event.factId ?? ''}`;
}

function toEntry(
  holding: SettledHolding,
  kind: string,
  at: number,
  expiresAt: number | null,
  fact: CredentialFact | undefined,
): NewEntry {
  const { row, type } = holding;
  return {
    kind: `credential.${kind.toLowerCase()}`,
    entity: row.employeeId,
    entityVersion: 0,
    subject: row.employeeId,
    occurredAt: at,
    body: {
      kind,
      credential: row.id,
      typeCode: type.code,
      label: type.label,
      instance: row.instance,
      expiresAt: instantText(expiresAt),
      reason: fact?.reason ?? null,
      fact: fact?.id ?? null,
      evidenceUrl: fact?.evidenceUrl ?? null,
      ruleVersion: fact?.ruleVersion ?? null,
      completions: fact?.completionIds ?? [],
    },
  };
}

interface SegmentRow {
  readonly id: number;
  readonly credential_id: string;
  readonly valid_from: number;
  readonly valid_to: number;
  readonly status: string;
  readonly issued_at: number;
  readonly expires_at: number | null;
}

function currentSegments(write: Write, holdings: readonly string[]): Promise<SegmentRow[]> {
  if (holdings.length === 0) return Promise.resolve([]);
  return rows<SegmentRow>(
    write.db,
    `/* currentSegments */ SELECT id, credential_id, valid_from, valid_to, status, issued_at, expires_at FROM credential_segment
     WHERE credential_id = ANY($1) AND retired_in IS NULL`,
    [holdings],
  );
}

/** Stores the timelines of holdings that changed; rows that still hold stay as they are. `stored` are the holdings that may have some. */
async function saveSegments(write: Write, holdings: readonly SettledHolding[], stored: ReadonlySet<string>): Promise<void> {
  const changed = holdings.filter((holding) => holding.before !== holding.after);
  if (changed.length === 0) return;
  const wanted = new Map<string, { readonly row: HoldingRow; readonly segment: HoldingSegment }>();
  for (const { row, after } of changed) {
    for (const segment of after.segments) {
      const key = segmentKey(row.id, segment.from, segment.to, segment.status, segment.issuedAt, segment.expiresAt);
      wanted.set(key, { row, segment });
    }
  }
  const ids = changed.map((holding) => holding.row.id).filter((id) => stored.has(id));
  const current = await currentSegments(write, ids);
  const retired = current
    .filter((s) => !wanted.delete(segmentKey(s.credential_id, s.valid_from, s.valid_to, s.status, s.issued_at, s.expires_at)))
    .map((s) => s.id);
  if (retired.length > 0) {
    write.run('/* retireSegments */ UPDATE credential_segment SET retired_in = $2 WHERE id = ANY($1)', [
      plainArray(retired),
      write.change,
    ]);
  }
  if (wanted.size > 0) {
    write.run(
      `/* recordSegments */ INSERT INTO credential_segment (credential_id, employee_id, type_id, valid_from, valid_to, status, issued_at, expires_at, recorded_in)
       SELECT r.*, $1 FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::timestamptz[],
         $9::timestamptz[]) AS r`,
      [
        write.change,
        ...columnParams(
          [...wanted.values()],
          [
            ({ row }) => row.id,
            ({ row }) => row.employeeId,
            ({ row }) => row.typeId,
            ({ segment }) => instantText(segment.from),
            ({ segment }) => instantText(segment.to),
            ({ segment }) => segment.status,
            ({ segment }) => instantText(segment.issuedAt),
            ({ segment }) => instantText(segment.expiresAt),
          ],
        ),
      ],
    );
  }
  if (ids.length === 0) return;
  write.run('/* bumpCredentials */ UPDATE credential SET version = version + 1 WHERE id = ANY($1) AND recorded_in <> $2', [
    ids,
    write.change,
  ]);
}

function segmentKey(id: string, from: number, to: number, status: string, issuedAt: number, expiresAt: number | null): string {
  return `${id}|${from}|${to}|${status}|${issuedAt}|${expiresAt ?? ''}`;
}

/** The public id of a holding, which explanations name as the fact behind a condition. */
export function holdingFactId(row: HoldingRow): string {
  return nodeId('crd', row.id);
}
