// The first half of every ingestion about people: whom do the items mean, and what of what they name is not there yet?
import { isRefusal, refusal } from '../../core/refusal';
import type { ItemResult } from '../../journal/ingest';
import { excludeArrivals } from '../../journal/quarantine';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { arrivalKey, lockEmployees, resolvePeople, type Resolved } from './resolve';

/** Whom a batch means, and which of the other things it names are defined. */
export interface Found {
  readonly people: Resolved;
  readonly defined: ReadonlySet<string>;
}

/**
 * Looks up people and definitions. When people are missing it looks again while nobody can arrive, so that an item is either applied or
 * kept waiting, never lost between the two. Definitions cannot arrive meanwhile: the caller holds the catalogue.
 */
export async function findAll(
  write: Write,
  source: string,
  externalIds: readonly string[],
  codes: readonly string[],
  definedIn: (db: Db, codes: readonly string[]) => Promise<Set<string>>,
): Promise<Found> {
  const look = async (): Promise<Found> => ({
    people: await resolvePeople(write.db, source, externalIds),
    defined: await definedIn(write.db, codes),
  });
  const found = await look();
  if (externalIds.every((id) => found.people.has(id))) return found;
  await excludeArrivals(write.db);
  return look();
}

/** Looks up people alone. */
export function findPeople(write: Write, source: string, externalIds: readonly string[]): Promise<Found> {
  return findAll(write, source, externalIds, [], () => Promise.resolve(new Set()));
}

/** Locks the people who were found, and answers their ids. */
export async function lockFound(write: Write, { people }: Found): Promise<string[]> {
  const ids = [...people.values()].filter((person): person is string => typeof person === 'string');
  await lockEmployees(write.db, ids);
  return ids;
}

/** The person an item means, or the result that sets the item aside. */
export function personOf(found: Found, externalId: string, field = 'employeeExternalId'): string | ItemResult {
  const person = found.people.get(externalId);
  if (person === undefined) {
    const message = `Nobody has the external id "${externalId}" yet: the item is kept and applied by itself when upsertEmployees brings the person.`;
    return {
      outcome: 'QUARANTINED',
      id: null,
      refusal: refusal('UNKNOWN_EMPLOYEE', message, [field]),
      waitsFor: arrivalKey(externalId),
    };
  }
  return isRefusal(person) ? { outcome: 'QUARANTINED', id: null, refusal: person } : person;
}
