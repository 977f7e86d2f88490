// What if? Supposed facts, and what they would change about who is eligible: the real effect, seen and taken back.
import { contrasts, type Contrast } from '../../core/contrast';
import { refusePoison } from '../../core/poison';
import type { Refusal } from '../../core/refusal';
import { fromSegments, type VerdictSegment } from '../../core/verdict';
import type { Ingestion } from '../../journal/ingest';
import { announceArrivals } from '../../journal/quarantine';
import type { Write, Writer } from '../../journal/write';
import type { Actor } from '../../platform/context';
import type { Db } from '../../platform/postgres/pool';
import { instantText, Params, rows } from '../../platform/sql';
import { holdCatalogue, type Cached } from '../catalogue';
import { told, type View } from '../context';
import type { CredentialDefinitions } from '../credentials/types';
import { lockEmployees } from '../people/resolve';
import type { RuleDefinitions } from '../rules/definitions';
import { applySupposition, type Supposition } from './suppositions';

/** Of whom something is supposed: these people, or all who have a credential of these types (in these departments). */
export interface Concerned {
  readonly people: readonly string[];
  /** The types the question is about; null: all. */
  readonly typeIds: ReadonlySet<string> | null;
}

/** A stretch in which somebody would be judged otherwise. */
export interface SupposedChange extends Contrast {
  readonly employeeUuid: string;
  readonly roleUuid: string;
}

/** What suppositions would lead to. */
export interface Supposed {
  /** Why it could be supposed of nobody. */
  readonly refusal: Refusal | null;
  /** Of how many people it could not be supposed; they are left out. */
  readonly passedOver: number;
  /** By person, role and time. */
  readonly changes: readonly SupposedChange[];
}

export interface SupposeOptions {
  readonly writer: Writer;
  readonly ingestion: Ingestion;
  readonly credentials: Cached<CredentialDefinitions>;
  readonly rules: Cached<RuleDefinitions>;
  readonly actor: Actor;
  readonly now: number;
}

/** People one question may be about. */
export const mostPeople = 5_000;
/** People per supposed change: their rows stay locked no longer than by a write about as many. */
const PORTION = 100;

/** The people who have a credential of these types, whatever became of it, in the order of their ids; one more than a question may be about. */
export async function peopleHolding(
  db: Db,
  typeIds: readonly string[],
  departments: readonly string[] | null,
  view: View,
): Promise<string[]> {
  const q = new Params();
  const [types, among, at] = [q.add(typeIds), q.add(departments), q.add(instantText(view.at))];
  const found = await rows<{ id: string }>(
    db,
    `/* peopleHolding */ SELECT DISTINCT s.employee_id AS id FROM credential_segment s WHERE s.type_id = ANY(${types}) AND ${told('s', view, q)}
       AND (${among}::text[] IS NULL OR EXISTS (SELECT 1 FROM employee_state e WHERE e.employee_id = s.employee_id AND e.retired_in IS NULL
         AND e.department = ANY(${among}) AND e.valid_from <= ${at} AND e.valid_to > ${at}))
     ORDER BY 1 LIMIT ${q.add(mostPeople + 1)}`,
    q.values,
  );
  return found.map((row) => row.id);
}

/** Supposes facts of people, all of them together, and says what would be different about their eligibility. Nothing is written. */
export async function suppose(
  options: SupposeOptions,
  concerned: Concerned,
  suppositions: readonly Supposition[],
): Promise<Supposed> {
  const poison = refusePoison({ suppose: suppositions });
  if (poison) return nothing(poison);
  const { people } = concerned;
  const changes: SupposedChange[] = [];
  const refused = new Map<string, Refusal>();
  for (let i = 0; i < people.length; i += PORTION) {
    const portion = people.slice(i, i + PORTION);
    const found = await options.writer.suppose(
      { actor: options.actor, source: null },
      (write) => supposeOf(write, portion, concerned, suppositions, options),
      async (write, no) => ({ no, seen: await changesSeen(write, options) }),
    );
    for (const [id, no] of found.no) refused.set(id, no);
    for (const change of found.seen) if (!found.no.has(change.employeeUuid)) changes.push(change);
  }
  if (people.length > 0 && refused.size === people.length) return nothing([...refused.values()][0]!);
  return { refusal: null, passedOver: refused.size, changes };
}

/** The answer to a question that cannot be asked. */
export function nothing(no: Refusal): Supposed {
  return { refusal: no, passedOver: 0, changes: [] };
}

async function supposeOf(
  write: Write,
  ids: readonly string[],
  { typeIds }: Concerned,
  suppositions: readonly Supposition[],
  { ingestion, credentials, now }: SupposeOptions,
): Promise<Map<string, Refusal>> {
  const version = await holdCatalogue(write.db);
  await announceArrivals(write.db);
  const people = [...(await lockEmployees(write.db, ids)).values()];
  const definitions = await credentials.get(write.db, false, version);
  const supposing = { applier: (operation: string) => ingestion.applier(operation), definitions, typeIds, now };
  const refused = new Map<string, Refusal>();
  for (const [i, supposition] of suppositions.entries()) {
    const [kind] = Object.keys(supposition);
    for (const [id, no] of await applySupposition(write, people, supposition, supposing)) {
      if (!refused.has(id)) refused.set(id, { ...no, path: ['suppose', String(i), kind!, ...no.path] });
    }
  }
  return refused;
}

interface SeenRow extends VerdictSegment {
  readonly employeeUuid: string;
  readonly roleUuid: string;
  readonly isNew: boolean;
  readonly isGone: boolean;
}

/** What the change has done to verdicts so far, read off the rows it recorded and retired. */
async function changesSeen(write: Write, { rules }: SupposeOptions): Promise<SupposedChange[]> {
  const { judged } = await rules.get(write.db, false);
  const found = await rows<SeenRow>(
    write.db,
    `/* verdictsSupposed */ SELECT employee_id AS "employeeUuid", role_id AS "roleUuid", valid_from AS "from", valid_to AS "to", verdict,
       rule_version AS "ruleVersion", recorded_in = $2 AS "isNew", retired_in IS NOT NULL AS "isGone"
     FROM eligibility_segment WHERE employee_id = ANY($1) AND (retired_in IS NULL OR retired_in = $2) ORDER BY employee_id, role_id, valid_from`,
    [[...write.touched], write.change],
  );
  const changes: SupposedChange[] = [];
  for (const rowsOfPair of byPair(found)) {
    const { employeeUuid, roleUuid } = rowsOfPair[0]!;
    const rule = judged.get(roleUuid);
    if (!rule || rowsOfPair.every((row) => !row.isNew && !row.isGone)) continue;
    const before = rowsOfPair.filter((row) => !row.isNew);
    const after = rowsOfPair.filter((row) => !row.isGone);
    for (const contrast of contrasts(fromSegments(before, rule.versions), fromSegments(after, rule.versions)))
      changes.push({ employeeUuid, roleUuid, ...contrast });
  }
  return changes;
}

function byPair(found: readonly SeenRow[]): Iterable<SeenRow[]> {
  const pairs = new Map<string, SeenRow[]>();
  for (const row of found) {
    const key = `${row.employeeUuid}|${row.roleUuid}`;
    const list = pairs.get(key);
    if (list) list.push(row);
    else pairs.set(key, [row]);
  }
  return pairs.values();
}
