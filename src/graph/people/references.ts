// References that stay with a person for life: who comes back under a new id is known again by one.
import { createHash } from 'node:crypto';
import { refusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import { rows } from '../../platform/sql';

const REFERENCES_LOCK = 7_005;

/** The source of what is known in every source. */
const EVERYWHERE = '';

/** An item as far as it says who somebody is. */
export interface Referred {
  readonly externalId: string;
  readonly personReference?: unknown;
}

/** What is stored of a reference: enough to know it again. */
function digestOf(reference: string): string {
  return createHash('sha256').update(`credential-graph/reference/1\n${reference}`).digest('base64url');
}

/** The same reference may be written in several ways: blanks around it and how its letters are composed say nothing. */
function referenceOf({ personReference }: Referred): string | null {
  const text = typeof personReference === 'string' ? personReference.trim().normalize('NFC') : '';
  return text === '' ? null : digestOf(text);
}

/**
 * The people that references of items mean, by reference. Whoever brings references takes turns: two changes could otherwise both find nobody and
 * make two people of one.
 */
export async function knownByReference(write: Write, items: readonly Referred[]): Promise<Map<string, string>> {
  const digests = [...new Set(items.flatMap((item) => referenceOf(item) ?? []))];
  if (digests.length === 0) return new Map();
  await write.db.query('/* holdReferences */ SELECT pg_advisory_xact_lock($1)', [REFERENCES_LOCK]);
  const found = await rows<{ value: string; id: string }>(
    write.db,
    `/* knownByReference */ SELECT value, employee_id AS id FROM employee_identity WHERE kind = 'REFERENCE' AND value = ANY($1)`,
    [digests],
  );
  return new Map(found.map((row) => [row.value, row.id]));
}

/** Which of the ids nobody knows belong to somebody who is known by a reference, or share one with another such id, which then comes first. */
export function sameAs(items: readonly Referred[], unknown: ReadonlySet<string>, known: ReadonlyMap<string, string>) {
  const people = new Map<string, string>();
  const first = new Map<string, string>();
  const follows = new Map<string, string>();
  for (const item of items) {
    const reference = referenceOf(item);
    if (reference === null || !unknown.has(item.externalId)) continue;
    const person = known.get(reference);
    if (person !== undefined) people.set(item.externalId, person);
    else if (first.has(reference) && first.get(reference) !== item.externalId)
      follows.set(item.externalId, first.get(reference)!);
    else first.set(reference, item.externalId);
  }
  return { people, follows };
}

/** Refuses an item whose id is one person's and whose reference is another's. */
export function refuseReference(item: Referred, person: string, known: ReadonlyMap<string, string>): Refusal | null {
  const reference = referenceOf(item);
  const other = reference === null ? undefined : known.get(reference);
  if (other === undefined || other === person) return null;
  const message = `The personReference belongs to somebody else than "${item.externalId}": correct one of the two.`;
  return refusal('IDENTITY_CONFLICT', message, ['personReference']);
}

/** Whose references items tell anew, and which those are: a person has one at a time, and null takes it away. */
export function toldReferences(
  items: readonly Referred[],
  personOf: (item: Referred) => string | null,
): Map<string, string | null> {
  const told = new Map<string, string | null>();
  for (const item of items) {
    const person = personOf(item);
    if (person !== null && item.personReference !== undefined) told.set(person, referenceOf(item));
  }
  return told;
}

/** Removes references in whose place others were told; answers whose. */
export async function replaceReferences(write: Write, told: ReadonlyMap<string, string | null>): Promise<string[]> {
  if (told.size === 0) return [];
  const kept = [...told.values()].filter((value) => value !== null);
  const removed = await rows<{ person: string }>(
    write.db,
    `/* replaceReferences */ DELETE FROM employee_identity WHERE kind = 'REFERENCE' AND employee_id = ANY($1) AND NOT value = ANY($2)
     RETURNING employee_id AS person`,
    [[...told.keys()], kept],
  );
  return removed.map(({ person }) => person);
}

/** The identities that items bring by their references. */
export function referenceIdentities(item: Referred, person: string, isAlias: boolean) {
  const reference = referenceOf(item);
  return [
    ...(reference === null ? [] : [{ employee_id: person, kind: 'REFERENCE', source: EVERYWHERE, value: reference }]),
    ...(isAlias ? [{ employee_id: person, kind: 'EXTERNAL_ID', source: EVERYWHERE, value: item.externalId }] : []),
  ];
}
