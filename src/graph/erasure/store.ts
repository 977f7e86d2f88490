// Erasure: every table that says something about a person, and how it forgets.
import { withoutNames } from '../../core/without-names';
import type { Json } from '../../core/rule';
import type { Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';
import { arrivalKey } from '../people/resolve';

/** Tables whose rows are about one person, by the column that says whom. test/flows/erasure.test.ts compares them with the database. */
export const ABOUT_PEOPLE: Readonly<Record<string, readonly string[]>> = {
  person_key: ['employee_id'],
  employee_identity: ['employee_id'],
  employee_fact: ['employee_id'],
  employee_state: ['employee_id'],
  completion: ['employee_id'],
  award_decision: ['employee_id'],
  credential_verification: ['employee_id'],
  credential_segment: ['employee_id'],
  credential_fact: ['employee_id'],
  credential: ['employee_id'],
  approval_fact: ['employee_id'],
  approval_delegation: ['manager_id', 'delegate_id'],
  incident: ['employee_id'],
  eligibility_segment: ['employee_id'],
  outcome: ['employee_id'],
  access_assignment: ['employee_id'],
  employee: ['id'],
};

/** Everything a person was ever called by, before it is forgotten. */
export async function namesOf(write: Write, id: string): Promise<string[]> {
  const found = await rows<{ value: string }>(
    write.db,
    `/* namesOf */ SELECT external_id AS value FROM employee WHERE id = $1 UNION SELECT value FROM employee_identity WHERE employee_id = $1`,
    [id],
  );
  return found.map((row) => row.value);
}

/** Removes every row about the person, and leaves that there was somebody. */
export function removeRows(write: Write, id: string): void {
  for (const [name, columns] of Object.entries(ABOUT_PEOPLE)) {
    const isAbout = columns.map((column) => `${column} = $1`).join(' OR ');
    write.run(`/* forget_${name} */ DELETE FROM ${name} WHERE ${isAbout}`, [id]);
  }
  write.run('/* recordErased */ INSERT INTO erased_employee (id, recorded_in) VALUES ($1, $2)', [id, write.change]);
}

/**
 * Takes the person's identifiers out of what others have said: whose manager they were, what waits for them, what was answered about them.
 * `mark` stands in their place. Answers whose manager they were.
 */
export async function removeMentions(write: Write, names: readonly string[], mark: string): Promise<string[]> {
  const reports = await rows<{ id: string }>(
    write.db,
    `/* forgetManager */ WITH primary_manager AS (
       UPDATE employee_fact SET value = to_jsonb($2::text) WHERE name = 'managerExternalId' AND value #>> '{}' = ANY($1) RETURNING employee_id
     ), other_managers AS (
       UPDATE employee_fact f SET value = (
         SELECT jsonb_agg(CASE WHEN m.id = ANY($1) THEN $2 ELSE m.id END) FROM jsonb_array_elements_text(f.value) AS m(id))
       WHERE name = 'otherManagerExternalIds' AND jsonb_typeof(value) = 'array' AND value ?| $1 RETURNING employee_id
     ) SELECT employee_id AS id FROM primary_manager UNION SELECT employee_id FROM other_managers`,
    [names, mark],
  );
  const kept = await rows<{ id: string; item: string; waits_for: string | null }>(
    write.db,
    `/* quarantinedAbout */ SELECT q.id, q.item, q.waits_for FROM quarantine q
     WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS n(text) WHERE position(n.text IN q.item) > 0)`,
    [names.map((name) => JSON.stringify(name))],
  );
  const waited = new Set(names.map(arrivalKey));
  const about = kept.filter(({ item, waits_for }) => namesAnyOf(item, names) || (waits_for !== null && waited.has(waits_for)));
  if (about.length > 0) {
    write.run('/* forgetQuarantined */ DELETE FROM quarantine WHERE id = ANY($1)', [about.map((row) => row.id)]);
  }
  const answers = await rows<{ operation: string; source: string; key: string; response: Json }>(
    write.db,
    `/* answersAbout */ SELECT operation, source, key, response FROM idempotency
     WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS n(text) WHERE position(n.text IN response::text) > 0)`,
    [names],
  );
  for (const { operation, source, key, response } of answers) {
    write.run('/* forgetAnswer */ UPDATE idempotency SET response = $4 WHERE operation = $1 AND source = $2 AND key = $3', [
      ...[operation, source, key],
      JSON.stringify(withoutNames(response, names, mark)),
    ]);
  }
  return reports.map((row) => row.id);
}

/** The definitions of outcomes by which a person would be given something to do. */
export async function ownedDefinitions(db: Db, id: string): Promise<string[]> {
  const found = await rows<{ code: string }>(
    db,
    `/* ownedDefinitions */ SELECT code FROM outcome_rule
     WHERE retired_in IS NULL AND active AND (owner_id = $1 OR fallback_owner_id = $1) ORDER BY code`,
    [id],
  );
  return found.map((row) => row.code);
}

/** Whether a kept item names one of these where it says who somebody is; the same text elsewhere, as an attempt's number, is not the person. */
function namesAnyOf(item: string, names: readonly string[]): boolean {
  const fields = JSON.parse(item) as Readonly<Record<string, unknown>>;
  return Object.entries(fields).some(([name, value]) => {
    if (!/^externalId$|ExternalIds?$|^email$/.test(name)) return false;
    return [value].flat().some((one) => typeof one === 'string' && (names.includes(one) || names.includes(one.toLowerCase())));
  });
}
