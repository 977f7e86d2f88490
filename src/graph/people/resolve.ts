// From what a sender calls a person to the person: by configured identifier, never by name.
import { refusal, type Refusal } from '../../core/refusal';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';

/** The person an identifier means to a source, or why it cannot be said. Absent from the map: nobody known. */
export type Resolved = ReadonlyMap<string, string | Refusal>;

/**
 * Resolves identifiers: the source's own id first, or one that somebody has everywhere, then the organisation's external id, then an e-mail address that belongs or belonged
 * to exactly one person.
 */
export async function resolvePeople(db: Db, source: string, identifiers: readonly string[]): Promise<Resolved> {
  const found = await rows<{ value: string; id: string; rank: number }>(
    db,
    `/* resolvePeople */ SELECT v.value, i.employee_id AS id, 1 AS rank FROM unnest($1::text[]) AS v(value)
       JOIN employee_identity i ON i.kind = 'EXTERNAL_ID' AND i.value = v.value AND i.source IN ($2, '')
     UNION ALL SELECT v.value, e.id, 2 FROM unnest($1::text[]) AS v(value) JOIN employee e ON e.external_id = v.value
     UNION ALL SELECT DISTINCT v.value, i.employee_id, 3 FROM unnest($1::text[]) AS v(value)
       JOIN employee_identity i ON i.kind = 'EMAIL' AND i.value = lower(v.value) WHERE v.value LIKE '%@%'`,
    [[...new Set(identifiers)], source],
  );
  const byValue = new Map<string, { id: string; rank: number }[]>();
  for (const row of found) byValue.set(row.value, [...(byValue.get(row.value) ?? []), row]);
  const resolved = new Map<string, string | Refusal>();
  for (const [value, candidates] of byValue) {
    const best = Math.min(...candidates.map((candidate) => candidate.rank));
    const people = new Set(candidates.filter((candidate) => candidate.rank === best).map((candidate) => candidate.id));
    resolved.set(value, people.size === 1 ? [...people][0]! : ambiguous(value));
  }
  return resolved;
}

/** What an item about somebody unknown waits for: that anybody gets this identifier. */
export function arrivalKey(identifier: string): string {
  return `employee:${identifier.includes('@') ? identifier.toLowerCase() : identifier}`;
}

function ambiguous(value: string): Refusal {
  return refusal('AMBIGUOUS_IDENTITY', `"${value}" belongs to several people: send the employee's external id instead.`, [
    'employeeExternalId',
  ]);
}

/** A locked person. */
export interface LockedEmployee {
  readonly id: string;
  readonly externalId: string;
  readonly version: number;
  /** Boundaries of this person up to here are published. */
  readonly settledUntil: number;
}

/**
 * Locks people in the order of their ids, so that writers queue and never deadlock on each other. Everything read after this is the latest
 * that was committed about them.
 */
export async function lockEmployees(db: Db, ids: Iterable<string>): Promise<Map<string, LockedEmployee>> {
  const locked = await rows<LockedEmployee>(
    db,
    `/* lockEmployees */ SELECT id, external_id AS "externalId", version, settled_until AS "settledUntil"
     FROM employee WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    [[...ids]],
  );
  return new Map(locked.map((row) => [row.id, row]));
}
