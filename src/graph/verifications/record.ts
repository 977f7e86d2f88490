// verifyCredentials: somebody made sure, on a day, that a credential is what it says.
import { uuidv7 } from 'uuidv7';
import { startOfDay } from '../../core/calendar';
import { refuseDates } from '../../core/dates';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseEvidenceUrl, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { holdCatalogue, type Cached } from '../catalogue';
import { ensureHoldings, holdingKey, holdingsOf, type HoldingRow } from '../credentials/facts';
import { unknownType, type CredentialDefinitions, type CredentialType } from '../credentials/types';
import { findPeople, lockFound, personOf } from '../people/find';
import { recordVerificationRows, verificationsLike, type VerificationRow } from './store';

/** An item of verifyCredentials. */
export interface VerificationItem {
  readonly eventId?: string | null;
  readonly employeeExternalId: string;
  readonly typeCode: string;
  readonly instance?: string | null;
  readonly verifiedAt?: number | null;
  readonly verifiedOn?: string | null;
  readonly evidenceUrl?: string | null;
  readonly method?: string | null;
}

const NAMES = ['eventId', 'employeeExternalId', 'typeCode', 'instance', 'method'];

/** Why an item cannot be taken as it is; null when it can. */
export function checkVerification(item: VerificationItem): Refusal | null {
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if (item.typeCode.trim() === '') return refusal('INVALID_CODE', 'typeCode names the type: it is not empty.', ['typeCode']);
  if (item.verifiedAt != null && item.verifiedOn != null)
    return refusal('AMBIGUOUS_DATE', 'Send verifiedAt or verifiedOn, not both.', ['verifiedOn']);
  return refuseDates(item, ['verifiedAt', 'verifiedOn']) ?? refuseEvidenceUrl(item) ?? refuseLongText(item, NAMES, LONGEST_NAME);
}

/**
 * Applies items of verifyCredentials inside a change. A verification may overtake the issue of what it verifies: it is kept with the holding,
 * and counts once something is held.
 */
export async function applyVerifications(
  write: Write,
  raw: readonly unknown[],
  source: string,
  cache: Cached<CredentialDefinitions>,
): Promise<ItemResult[]> {
  const items = raw as readonly VerificationItem[];
  const refused = items.map(checkVerification);
  const sound = items.filter((_, i) => refused[i] === null);
  await holdCatalogue(write.db);
  const { typesByCode } = await cache.get(write.db, write.arrived.has('catalogue'));
  const found = await findPeople(
    write,
    source,
    sound.map((item) => item.employeeExternalId),
  );
  const people = await lockFound(write, found);
  const holdings = new Map<string, HoldingRow>();
  for (const row of await holdingsOf(write.db, people)) holdings.set(holdingKey(row), row);
  const eventIds = sound.flatMap((item) => item.eventId ?? []);
  const standing = await verificationsLike(
    write.db,
    source,
    [...holdings.values()].map((row) => row.id),
    eventIds,
  );
  const verifications = new Verifications(write, source, holdings, standing);
  const results = items.map((item, i): ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const person = personOf(found, item.employeeExternalId);
    if (typeof person !== 'string') return { ...person, kept: dated(item, write.now) };
    const type = typesByCode.get(item.typeCode);
    if (!type) return { ...unknownType(item.typeCode), kept: dated(item, write.now) };
    return verifications.take(person, type, item);
  });
  await ensureHoldings(write, verifications.made);
  recordVerificationRows(write, verifications.added);
  return results;
}

// what comes without a date was verified when it comes, however long it has to wait
function dated(item: VerificationItem, now: number): VerificationItem {
  return item.verifiedAt == null && item.verifiedOn == null ? { ...item, verifiedAt: now } : item;
}

/** The verifications known so far, and what a batch adds to them. */
class Verifications {
  readonly added: VerificationRow[] = [];
  readonly made: HoldingRow[] = [];
  private readonly known = new Map<string, string>();

  constructor(
    private readonly write: Write,
    private readonly source: string,
    private readonly holdings: Map<string, HoldingRow>,
    standing: readonly VerificationRow[],
  ) {
    for (const row of standing) this.remember(row);
  }

  take(employeeId: string, type: CredentialType, item: VerificationItem): ItemResult {
    const seen = item.eventId == null ? undefined : this.known.get(eventKey(item.eventId));
    if (seen !== undefined) return { outcome: 'DUPLICATE', id: nodeId('crd', seen), refusal: null };
    const holding = this.holding({ employeeId, typeId: type.uuid, instance: item.instance ?? '' });
    const id = nodeId('crd', holding.id);
    const row: VerificationRow = {
      uuid: uuidv7(),
      credentialUuid: holding.id,
      employeeUuid: employeeId,
      at: item.verifiedOn != null ? startOfDay(item.verifiedOn, type.policy.zone) : (item.verifiedAt ?? this.write.now),
      verifiedOn: item.verifiedOn ?? null,
      evidenceUrl: item.evidenceUrl ?? null,
      method: item.method ?? null,
      actor: this.write.actor.id,
      source: this.source,
      eventId: item.eventId ?? null,
    };
    if (this.known.has(sayings(row))) return { outcome: 'UNCHANGED', id, refusal: null };
    this.added.push(row);
    this.remember(row);
    this.write.record({
      kind: 'credential.verified',
      entity: employeeId,
      entityVersion: 0,
      subject: employeeId,
      occurredAt: row.at,
      body: {
        kind: 'VERIFIED',
        credential: holding.id,
        typeCode: type.code,
        label: type.label,
        instance: holding.instance,
        reason: row.method,
        evidenceUrl: row.evidenceUrl,
      },
    });
    this.write.touch([employeeId]);
    return { outcome: 'APPLIED', id, refusal: null };
  }

  private holding(wanted: Omit<HoldingRow, 'id'>): HoldingRow {
    const key = holdingKey(wanted);
    let holding = this.holdings.get(key);
    if (!holding) {
      holding = { id: uuidv7(), ...wanted };
      this.holdings.set(key, holding);
      this.made.push(holding);
    }
    return holding;
  }

  private remember(row: VerificationRow): void {
    if (row.eventId !== null && row.source === this.source) this.known.set(eventKey(row.eventId), row.credentialUuid);
    this.known.set(sayings(row), row.credentialUuid);
  }
}

const eventKey = (eventId: string): string => JSON.stringify(['event', eventId]);

function sayings({ credentialUuid, at, evidenceUrl, method }: VerificationRow): string {
  return JSON.stringify([credentialUuid, at, evidenceUrl, method]);
}
