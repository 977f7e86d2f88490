// Everybody, in portions: what the rules of some roles ask for, and the verdicts stored for them.
import type { PersonFacts } from '../../core/facts';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows } from '../../platform/sql';
import { known, type View } from '../context';
import { factsOfPeople, type KnownDefinitions } from './known-facts';
import type { StoredSegment } from './stored';

/** A person as they were when their portion was read. */
export interface Member {
  readonly id: string;
  readonly externalId: string;
  readonly version: number;
  readonly settledUntil: number;
}

/** Some people with all that decides about them. */
export interface WorkforcePortion {
  readonly people: readonly Member[];
  readonly facts: ReadonlyMap<string, PersonFacts>;
  /** By person and role. */
  readonly stored: (employeeId: string, roleId: string) => readonly StoredSegment[];
}

/** Those who have, or had, a credential of one of these types, or a stored verdict. */
export interface Candidates {
  readonly types: readonly string[];
}

/** Few enough to hold, enough to make statements worth their while. */
const PORTION = 500;

/**
 * Everybody a view knows, in the order of ids, or those of them with the ids, or who are candidates. A person's row is read before their
 * facts, so that whoever finds the same version later has read all there is. While one portion is worked on, the next one is read.
 */
export async function* workforce(
  db: Db,
  view: View,
  roleIds: readonly string[],
  definitions: KnownDefinitions,
  among?: readonly string[] | Candidates,
): AsyncGenerator<WorkforcePortion> {
  const next = async (after: string): Promise<{ portion: WorkforcePortion; last: string | undefined }> => {
    const page = await membersOf(db, view, after, among);
    const last = page.at(-1)?.id;
    const verdicts = await storedFor(
      db,
      view,
      page.map((person) => person.id),
      roleIds,
    );
    const people = page.filter((person) => person.holds || verdicts.has(person.id));
    const facts = await factsOfPeople(
      db,
      view,
      people.map((person) => person.id),
      definitions,
    );
    const stored = (employeeId: string, roleId: string) => verdicts.get(employeeId)?.get(roleId) ?? [];
    return { portion: { people, facts, stored }, last };
  };
  let reading = next(NOBODY);
  for (;;) {
    const { portion, last } = await reading;
    if (last === undefined) return;
    reading = next(last);
    // whoever stops listening is not told of what failed after that
    reading.catch(() => undefined);
    yield portion;
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

// A subquery with LIMIT is a probe of an index for each person, whatever PostgreSQL believes of the tables; EXISTS became a scan of
// everything for each page once a publication had made the table grow (70 ms instead of 2).
async function membersOf(
  db: Db,
  view: View,
  after: string,
  among: readonly string[] | Candidates | undefined,
): Promise<(Member & { readonly holds: boolean })[]> {
  const q = new Params();
  const where = [`id > ${q.add(after)}`];
  const isNarrowed = among !== undefined && 'types' in among;
  if (among && !isNarrowed) where.push(`id = ANY(${q.add(among)})`);
  if (view.known !== null) {
    where.push(`EXISTS (SELECT 1 FROM change k WHERE k.id = recorded_in AND k.last_pos <= ${q.add(view.known)})`);
  }
  const holds = isNarrowed
    ? `(SELECT true FROM credential c WHERE c.employee_id = e.id AND c.type_id = ANY(${q.add(among.types)}) LIMIT 1) IS NOT NULL`
    : 'true';
  return rows(
    db,
    `/* membersOf */ SELECT e.id, e.external_id AS "externalId", e.version, e.settled_until AS "settledUntil", ${holds} AS holds
     FROM (SELECT * FROM employee WHERE ${where.join(' AND ')} ORDER BY id LIMIT ${PORTION}) e ORDER BY e.id`,
    q.values,
  );
}

type Verdicts = ReadonlyMap<string, ReadonlyMap<string, readonly StoredSegment[]>>;

async function storedFor(db: Db, view: View, people: readonly string[], roleIds: readonly string[]): Promise<Verdicts> {
  const q = new Params();
  const found = await rows<StoredSegment & { readonly employeeId: string; readonly roleId: string }>(
    db,
    `/* storedFor */ SELECT g.employee_id AS "employeeId", g.role_id AS "roleId", g.id, g.valid_from AS "from", g.valid_to AS "to", g.verdict,
       g.rule_version AS "ruleVersion"
     FROM eligibility_segment g WHERE g.employee_id = ANY(${q.add(people)}) AND g.role_id = ANY(${q.add(roleIds)}) AND ${known('g', view, q)}
     ORDER BY g.valid_from`,
    q.values,
  );
  const verdicts = new Map<string, Map<string, StoredSegment[]>>();
  for (const row of found) {
    let roles = verdicts.get(row.employeeId);
    if (!roles) verdicts.set(row.employeeId, (roles = new Map<string, StoredSegment[]>()));
    const list = roles.get(row.roleId);
    if (list) list.push(row);
    else roles.set(row.roleId, [row]);
  }
  return verdicts;
}
