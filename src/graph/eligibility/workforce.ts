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
  readonly roles: readonly string[];
}

/** The SQL condition for candidates. */
export function isCandidate({ types, roles }: Candidates, q: Params): string {
  return `(EXISTS (SELECT 1 FROM credential c WHERE c.employee_id = e.id AND c.type_id = ANY(${q.add(types)}))
    OR EXISTS (SELECT 1 FROM eligibility_segment g WHERE g.employee_id = e.id AND g.role_id = ANY(${q.add(roles)}) AND g.retired_in IS NULL))`;
}

/** Few enough to hold, enough to make statements worth their while. */
const PORTION = 500;

/**
 * Everybody a view knows, in the order of ids, or those of them with the ids, or who are candidates. A person's row is read before their facts, so that whoever finds the
 * same version later has read all there is. While one portion is worked on, the next one is read.
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
    const people = page.filter((person) => person.isAmong);
    const last = page.at(-1)?.id;
    if (people.length === 0) return { portion: { people, facts: new Map(), stored: () => [] }, last };
    const portion = people.map((person) => person.id);
    const [facts, stored] = await Promise.all([
      factsOfPeople(db, view, portion, definitions),
      storedFor(db, view, portion, roleIds),
    ]);
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

// the page comes first: whether somebody is a candidate is found out for few at a time
async function membersOf(
  db: Db,
  view: View,
  after: string,
  among: readonly string[] | Candidates | undefined,
): Promise<(Member & { readonly isAmong: boolean })[]> {
  const q = new Params();
  const where = [`id > ${q.add(after)}`];
  if (among && !('types' in among)) where.push(`id = ANY(${q.add(among)})`);
  if (view.known !== null) {
    where.push(`EXISTS (SELECT 1 FROM change k WHERE k.id = recorded_in AND k.last_pos <= ${q.add(view.known)})`);
  }
  return rows(
    db,
    `/* membersOf */ SELECT e.id, e.external_id AS "externalId", e.version, e.settled_until AS "settledUntil",
       ${among && 'types' in among ? isCandidate(among, q) : 'true'} AS "isAmong"
     FROM (SELECT * FROM employee WHERE ${where.join(' AND ')} ORDER BY id LIMIT ${PORTION}) e ORDER BY e.id`,
    q.values,
  );
}

async function storedFor(
  db: Db,
  view: View,
  people: readonly string[],
  roleIds: readonly string[],
): Promise<WorkforcePortion['stored']> {
  const q = new Params();
  const found = await rows<StoredSegment & { readonly employeeId: string; readonly roleId: string }>(
    db,
    `/* storedFor */ SELECT g.employee_id AS "employeeId", g.role_id AS "roleId", g.id, g.valid_from AS "from", g.valid_to AS "to", g.verdict,
       g.rule_version AS "ruleVersion"
     FROM eligibility_segment g WHERE g.employee_id = ANY(${q.add(people)}) AND g.role_id = ANY(${q.add(roleIds)}) AND ${known('g', view, q)}
     ORDER BY g.valid_from`,
    q.values,
  );
  const byPair = new Map<string, StoredSegment[]>();
  for (const { employeeId, roleId, ...segment } of found) {
    const key = `${employeeId}|${roleId}`;
    const list = byPair.get(key);
    if (list) list.push(segment);
    else byPair.set(key, [segment]);
  }
  return (employeeId, roleId) => byPair.get(`${employeeId}|${roleId}`) ?? [];
}
