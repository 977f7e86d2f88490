// issueCredentials: awards by people and other systems, with the issuer's own dates.
import { uuidv7 } from 'uuidv7';
import { endOfDay, startOfDay } from '../../core/calendar';
import { refuseDates } from '../../core/dates';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseEvidenceUrl, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { holdCatalogue, type Cached } from '../catalogue';
import { findAll, lockFound, personOf } from '../people/find';
import { ensureHoldings, factsByEvent, factsOf, holdingKey, recordFacts, type HoldingRow, type NewFact } from './facts';
import { unknownType, type CredentialDefinitions, type CredentialType } from './types';

/** An item of issueCredentials. */
export interface CredentialItem {
  readonly eventId?: string | null;
  readonly employeeExternalId: string;
  readonly typeCode: string;
  readonly instance?: string | null;
  readonly issuedAt?: number | null;
  readonly issuedOn?: string | null;
  readonly expiresAt?: number | null;
  readonly expiresOn?: string | null;
  readonly evidenceUrl?: string | null;
  readonly initial?: boolean | null;
}

interface Validity {
  readonly at: number;
  readonly expiresAt: number | null;
}

/** When the award begins and, if the issuer says so, ends: civil days are days of the type's zone. */
export function validityOf(item: CredentialItem, zone: string, now: number): Validity | Refusal {
  const at = item.issuedOn != null ? startOfDay(item.issuedOn, zone) : (item.issuedAt ?? now);
  const expiresAt = item.expiresOn != null ? endOfDay(item.expiresOn, zone) : (item.expiresAt ?? null);
  if (expiresAt !== null && expiresAt <= at) {
    return refusal('EXPIRES_BEFORE_ISSUED', 'The credential would end before it begins: correct one of the two dates.', [
      item.expiresOn != null ? 'expiresOn' : 'expiresAt',
    ]);
  }
  return { at, expiresAt };
}

const NAMES = ['eventId', 'employeeExternalId', 'typeCode', 'instance'];
const DATES = ['issuedAt', 'issuedOn', 'expiresAt', 'expiresOn'];

/** Why an item cannot be taken, whoever it is about; null when it can. */
export function checkIssue(item: CredentialItem): Refusal | null {
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if (item.typeCode.trim() === '') return refusal('INVALID_CODE', 'typeCode names the type: it is not empty.', ['typeCode']);
  const no = refuseDates(item, DATES) ?? refuseLongText(item, NAMES, LONGEST_NAME) ?? refuseEvidenceUrl(item);
  return no ?? checkDates(item);
}

// a day against an instant can be told only once the type, and so the zone, is known
function checkDates(item: CredentialItem): Refusal | null {
  if (item.issuedAt != null && item.issuedOn != null)
    return refusal('AMBIGUOUS_DATE', 'Send issuedAt or issuedOn, not both.', ['issuedOn']);
  if (item.expiresAt != null && item.expiresOn != null)
    return refusal('AMBIGUOUS_DATE', 'Send expiresAt or expiresOn, not both.', ['expiresOn']);
  const isSure = item.issuedOn != null ? item.expiresOn != null : item.issuedAt != null && item.expiresAt != null;
  const validity = isSure ? validityOf(item, 'UTC', 0) : null;
  return isRefusal(validity) ? validity : null;
}

/** Applies items of issueCredentials inside a change. */
export async function applyIssues(
  write: Write,
  raw: readonly unknown[],
  source: string,
  cache: Cached<CredentialDefinitions>,
): Promise<ItemResult[]> {
  const items = raw as readonly CredentialItem[];
  const refused = items.map(checkIssue);
  const sound = items.filter((_, i) => refused[i] === null);
  await holdCatalogue(write.db);
  const { typesByCode } = await cache.get(write.db, write.arrived.has('catalogue'));
  const codes = [...new Set(sound.map((item) => item.typeCode))];
  const found = await findAll(
    write,
    source,
    sound.map((item) => item.employeeExternalId),
    codes,
    async (db, wanted) => {
      const defined = (await cache.get(db, write.arrived.has('catalogue'))).typesByCode;
      return new Set(wanted.filter((code) => defined.has(code)));
    },
  );
  const people = await lockFound(write, found);
  const issues = new Issues(
    write,
    source,
    await factsByEvent(
      write.db,
      source,
      sound.flatMap((item) => item.eventId ?? []),
    ),
    await standingAwards(write, people),
  );
  const results = items.map((item, i): ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const person = personOf(found, item.employeeExternalId);
    if (typeof person !== 'string') return { ...person, kept: dated(item, write.now) };
    const type = typesByCode.get(item.typeCode);
    if (!type) return { ...unknownType(item.typeCode), kept: dated(item, write.now) };
    return issues.take(person, type, item);
  });
  return issues.save(results);
}

// what comes without a date is issued when it comes, however long it has to wait
function dated(item: CredentialItem, now: number): CredentialItem {
  return item.issuedAt == null && item.issuedOn == null ? { ...item, issuedAt: now } : item;
}

async function standingAwards(write: Write, people: readonly string[]): Promise<Set<string>> {
  const facts = await factsOf(write, people);
  return new Set(
    facts.filter((fact) => fact.kind === 'AWARD' && fact.retiredIn === null).map((fact) => awardKey(fact.credentialId, fact)),
  );
}

function awardKey(credentialId: string, validity: Validity): string {
  return `${credentialId}|${validity.at}|${validity.expiresAt ?? ''}`;
}

/** The awards of one request. */
class Issues {
  private readonly pending: { holding: HoldingRow; fact: Omit<NewFact, 'credentialId'>; index: number }[] = [];
  private readonly inBatch = new Map<string, number>();
  private count = 0;

  constructor(
    private readonly write: Write,
    private readonly source: string,
    private readonly byEvent: ReadonlyMap<string, string>,
    private readonly standing: ReadonlySet<string>,
  ) {}

  take(employeeId: string, type: CredentialType, item: CredentialItem): ItemResult {
    const index = this.count++;
    const seen = item.eventId == null ? undefined : this.byEvent.get(item.eventId);
    if (seen !== undefined) return { outcome: 'DUPLICATE', id: nodeId('crd', seen), refusal: null };
    const validity = validityOf(item, type.policy.zone, this.write.now);
    if ('code' in validity) return { outcome: 'REJECTED', id: null, refusal: validity };
    const holding = { id: uuidv7(), employeeId, typeId: type.uuid, instance: item.instance ?? '' };
    const fact = {
      id: uuidv7(),
      employeeId,
      kind: 'AWARD' as const,
      ...validity,
      issuedOn: item.issuedOn ?? null,
      expiresOn: item.expiresOn ?? null,
      zone: type.policy.zone,
      initial: item.initial ?? null,
      evidenceUrl: item.evidenceUrl ?? null,
      issuer: type.issuer,
      eventId: item.eventId ?? null,
      source: this.source,
    };
    this.pending.push({ holding, fact, index });
    return { outcome: 'APPLIED', id: null, refusal: null };
  }

  // which holding an item belongs to is known only once all holdings exist
  async save(results: ItemResult[]): Promise<ItemResult[]> {
    const sound = results.flatMap((result, i) => (result.outcome === 'APPLIED' ? [i] : []));
    const ids = await ensureHoldings(
      this.write,
      this.pending.map((entry) => entry.holding),
    );
    const facts: NewFact[] = [];
    this.pending.forEach(({ holding, fact }, n) => {
      const credentialId = ids.get(holdingKey(holding))!;
      const id = nodeId('crd', credentialId);
      const key = awardKey(credentialId, fact as Validity);
      const isKnown =
        this.standing.has(key) || this.inBatch.has(key) || (fact.eventId !== null && this.inBatch.has(`event ${fact.eventId}`));
      results[sound[n]!] = {
        outcome: isKnown ? (fact.eventId !== null ? 'DUPLICATE' : 'UNCHANGED') : 'APPLIED',
        id,
        refusal: null,
      };
      if (isKnown) return;
      this.inBatch.set(key, n);
      if (fact.eventId !== null) this.inBatch.set(`event ${fact.eventId}`, n);
      facts.push({ ...fact, credentialId });
      this.write.touch([holding.employeeId]);
    });
    await recordFacts(this.write, facts);
    return results;
  }
}
