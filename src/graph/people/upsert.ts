// upsertEmployees: what a source says about people, as dated assertions.
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import { employmentAttributes, EXISTENCE, isCustomAttribute, personAttributes } from '../../core/person';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { circularLines, type ReportingLine } from '../../core/reporting-lines';
import { canonicalJson, type Json } from '../../core/rule';
import { LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import { announceArrivals } from '../../journal/quarantine';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { instantText, rows, rowsParam } from '../../platform/sql';
import { holdCatalogue } from '../catalogue';
import { assertionsOf, awaitingManagers, deriveStates, recordAssertions, reportingLines, type AssertionRow } from './facts';
import { knownByReference, referenceIdentities, refuseReference, replaceReferences, sameAs, toldReferences } from './references';
import { arrivalKey, lockEmployees, resolvePeople, type LockedEmployee, type Resolved } from './resolve';

/** An item of upsertEmployees; absent fields are left alone, null clears. */
export interface EmployeeItem {
  readonly externalId: string;
  readonly effectiveAt?: number | null;
  readonly attributes?: Json;
  readonly [attribute: string]: Json | undefined;
}

const REPORTING_LINES_LOCK = 7_007;

/** Why an item cannot be taken as it is; null when it can. */
export function checkEmployee(item: EmployeeItem): Refusal | null {
  if (item.externalId.trim() === '' || item.externalId.length > 200) {
    return refusal('INVALID_EXTERNAL_ID', "externalId is the person's id in the sending system: 1 to 200 characters.", [
      'externalId',
    ]);
  }
  const no =
    refuseDates(item, ['hiredOn', 'terminatedOn', 'effectiveAt']) ??
    refuseLongText(item, [...personAttributes, 'personReference'], LONGEST_NAME);
  if (no) return no;
  const custom = item.attributes;
  if (custom === undefined || custom === null) return null;
  if (typeof custom !== 'object' || Array.isArray(custom)) {
    return refusal('INVALID_ATTRIBUTES', 'attributes is an object of names and values.', ['attributes']);
  }
  const wrong = Object.keys(custom).find((name) => !isCustomAttribute(name));
  if (wrong === undefined) return null;
  const message = `"${wrong}" cannot be a custom attribute: use letters, digits and underscores, and none of the built-in names.`;
  return refusal('INVALID_ATTRIBUTE_NAME', message, ['attributes', wrong]);
}

/** Applies items of upsertEmployees inside a change. */
export async function applyEmployees(write: Write, raw: readonly unknown[], source: string, zone: string): Promise<ItemResult[]> {
  const items = raw as readonly EmployeeItem[];
  await holdCatalogue(write.db);
  await announceArrivals(write.db);
  const results: (ItemResult | null)[] = items.map((item) => {
    const no = checkEmployee(item);
    return no && { outcome: 'REJECTED', id: null, refusal: no };
  });
  const sound = items.filter((_, i) => results[i] === null);
  const { people, created, aliases, references } = await findOrCreate(write, source, sound);
  for (const [i, item] of items.entries()) {
    const person = people.get(item.externalId);
    const no = results[i] === null && typeof person === 'string' ? refuseReference(item, person, references) : null;
    if (no) results[i] = { outcome: 'REJECTED', id: null, refusal: no };
  }
  const known = [...new Set([...people.values()].filter((person): person is string => !isRefusal(person)))];
  const awaiting = created.size > 0 ? await awaitingManagers(write.db, [...created.values()]) : [];
  const locked = await lockEmployees(write.db, new Set([...known, ...awaiting]));
  const facts = await assertionsOf(write.db, [...locked.keys()]);
  const batch = new Batch(write, facts);
  const circular = await circularItems(write, sound, people, locked);
  items.forEach((item, i) => {
    if (results[i]) return;
    const person = people.get(item.externalId)!;
    if (isRefusal(person)) results[i] = { outcome: 'QUARANTINED', id: null, refusal: person };
    else if (circular.has(item)) results[i] = closesCircle(locked.get(person)!, item['managerExternalId'] as string);
    else results[i] = batch.apply(locked.get(person)!, item, created.has(person));
  });
  await forgetRefused(write, created, items, results as ItemResult[], people);
  await recordAssertions(write, source, batch.added(), batch.retired);
  const moved = new Set([...batch.changed.keys(), ...created.keys(), ...awaiting]);
  if (moved.size > 0) {
    await deriveStates(write, new Map([...moved].map((id) => [id, locked.get(id)!.externalId])), batch.facts, zone);
  }
  if (moved.size > 0 || items.some((item) => item['personReference'] !== undefined)) {
    const taken = items.filter((_, i) => results[i]!.outcome !== 'REJECTED');
    const named = await rememberIdentities(write, source, taken, people, aliases);
    items.forEach((item, i) => {
      const person = people.get(item.externalId);
      if (results[i]!.outcome !== 'UNCHANGED' || typeof person !== 'string' || !named.has(person)) return;
      results[i] = { ...results[i]!, outcome: 'APPLIED' };
      moved.add(person);
      if (!batch.changed.has(person)) batch.changed.set(person, new Map());
    });
  }
  const told = batch.toldOf();
  for (const [id, set] of batch.changed) recordEmployeeChange(write, id, set, told.get(id) ?? [], created.has(id));
  for (const id of created.keys())
    if (!batch.changed.has(id)) recordEmployeeChange(write, id, new Map(), told.get(id) ?? [], true);
  write.touch(moved);
  write.arrive([...created.values(), ...aliases].map(arrivalKey));
  return results as ItemResult[];
}

/** The people a batch means; those nobody knew are created. Answers who was created, with their external ids. */
async function findOrCreate(write: Write, source: string, items: readonly EmployeeItem[]) {
  const externalIds = items.map((item) => item.externalId);
  const references = await knownByReference(write, items);
  let people = new Map(await resolvePeople(write.db, source, externalIds));
  const unknown = new Set(externalIds.filter((id) => !people.has(id)));
  const created = new Map<string, string>();
  const same = sameAs(items, unknown, references);
  const aliases = new Set([...same.people.keys(), ...same.follows.keys()]);
  const complete = () => {
    for (const [id, person] of same.people) people.set(id, person);
    for (const [id, other] of same.follows) people.set(id, people.get(other)!);
    return { people, created, aliases, references };
  };
  const strangers = [...unknown].filter((id) => !aliases.has(id)).sort();
  if (strangers.length === 0) return complete();
  const records = strangers.map((external_id) => ({ id: uuidv7(), external_id }));
  const inserted = await rows<{ id: string; external_id: string }>(
    write.db,
    `/* createEmployees */ INSERT INTO employee (id, external_id, version, settled_until, recorded_in)
     SELECT r.id, r.external_id, 0, $2, $3 FROM jsonb_to_recordset($1) AS r(id uuid, external_id text) ORDER BY r.external_id
     ON CONFLICT (external_id) DO NOTHING RETURNING id, external_id`,
    [rowsParam(records), instantText(write.now), write.change],
  );
  for (const row of inserted) created.set(row.id, row.external_id);
  await write.keys.ensure(write.db, created.keys());
  people = new Map(await resolvePeople(write.db, source, externalIds));
  return complete();
}

/** Somebody of whom every item was refused was never there. */
async function forgetRefused(
  write: Write,
  created: Map<string, string>,
  items: readonly EmployeeItem[],
  results: readonly ItemResult[],
  people: ReadonlyMap<string, string | Refusal>,
): Promise<void> {
  const taken = new Set(items.filter((_, i) => results[i]!.outcome !== 'REJECTED').map((item) => people.get(item.externalId)));
  const refused = [...created.keys()].filter((id) => !taken.has(id));
  if (refused.length === 0) return;
  await write.db.query('/* forgetRefused */ DELETE FROM employee WHERE id = ANY($1) AND recorded_in = $2', [
    refused,
    write.change,
  ]);
  await write.db.query('/* forgetKeys */ DELETE FROM person_key WHERE employee_id = ANY($1)', [refused]);
  for (const id of refused) created.delete(id);
}

/** The items that would make somebody their own manager; all lines of a request are looked at together. */
async function circularItems(
  write: Write,
  items: readonly EmployeeItem[],
  people: Resolved,
  locked: ReadonlyMap<string, LockedEmployee>,
): Promise<ReadonlySet<EmployeeItem>> {
  const itemOf = new Map<ReportingLine, EmployeeItem>();
  for (const item of items) {
    const [person, manager] = [people.get(item.externalId)!, item['managerExternalId']];
    if (isRefusal(person) || manager === undefined) continue;
    const line = {
      employee: locked.get(person)!.externalId,
      manager: manager as string | null,
      at: item.effectiveAt ?? write.now,
    };
    itemOf.set(line, item);
  }
  const asserted = [...itemOf.keys()];
  if (asserted.every((line) => line.manager === null)) return new Set();
  const concerned = [...new Set(asserted.flatMap((line) => [line.employee, line.manager ?? []].flat()))];
  let standing = await reportingLines(write.db, concerned);
  if (asserted.every((line) => line.manager === null || isInEffect(line, standing))) return new Set();
  // two changes that see only their own half of a circle would both be let through
  await write.db.query('/* holdReportingLines */ SELECT pg_advisory_xact_lock($1)', [REPORTING_LINES_LOCK]);
  standing = await reportingLines(write.db, concerned);
  const circular = circularLines(standing, asserted);
  return new Set([...circular].map((line) => itemOf.get(line)!));
}

function isInEffect(line: ReportingLine, standing: readonly ReportingLine[]): boolean {
  const own = standing.filter(({ employee, at }) => employee === line.employee && at <= line.at);
  const latest = Math.max(...own.map(({ at }) => at));
  return own.some(({ at, manager }) => at === latest && manager === line.manager);
}

function closesCircle(person: LockedEmployee, manager: string): ItemResult {
  const message = `${manager} reports to ${person.externalId}, directly or through others, and cannot be the manager: correct one of the two edges.`;
  return { outcome: 'REJECTED', id: null, refusal: refusal('MANAGER_CYCLE', message, ['managerExternalId']) };
}

/** The items of one request, applied in order to what is known of each person. */
class Batch {
  readonly retired: string[] = [];
  readonly changed = new Map<string, Map<string, AssertionRow>>();
  private readonly fresh = new Map<string, AssertionRow>();

  constructor(
    private readonly write: Write,
    readonly facts: Map<string, AssertionRow[]>,
  ) {}

  added(): AssertionRow[] {
    return [...this.fresh.values()];
  }

  /** What is added, by person. */
  toldOf(): Map<string, AssertionRow[]> {
    const told = new Map<string, AssertionRow[]>();
    for (const fact of this.fresh.values()) {
      const list = told.get(fact.employeeId);
      if (list) list.push(fact);
      else told.set(fact.employeeId, [fact]);
    }
    return told;
  }

  apply(person: LockedEmployee, item: EmployeeItem, isNew: boolean): ItemResult {
    const id = nodeId('emp', person.id);
    const at = item.effectiveAt ?? this.write.now;
    const isDated = item.effectiveAt != null;
    let isChanged = isNew;
    for (const [name, value] of assertedBy(item)) isChanged = this.assert(person.id, name, at, value, isDated) || isChanged;
    if (this.facts.get(person.id)!.length === 0) this.assert(person.id, EXISTENCE, at, true, isDated);
    return { outcome: isChanged ? 'APPLIED' : 'UNCHANGED', id, refusal: null };
  }

  // a sender that repeats today's value adds nothing; one that names a date is kept, because earlier dates may still arrive
  private assert(employeeId: string, name: string, at: number, value: Json, isDated: boolean): boolean {
    const list = this.facts.get(employeeId)!;
    let current: AssertionRow | null = null;
    for (const fact of list) {
      if (fact.name === name && fact.at <= at && (current === null || fact.at >= current.at)) current = fact;
    }
    const isSame = current !== null && canonicalJson(current.value) === canonicalJson(value);
    if (isSame && (current!.at === at || !isDated)) return false;
    if (current?.at === at) {
      list.splice(list.indexOf(current), 1);
      if (!this.fresh.delete(current.id)) this.retired.push(current.id);
    }
    const fact = { id: uuidv7(), employeeId, name, at, value, recordedIn: 0 };
    list.push(fact);
    this.fresh.set(fact.id, fact);
    this.changed.set(employeeId, (this.changed.get(employeeId) ?? new Map<string, AssertionRow>()).set(name, fact));
    return true;
  }
}

function recordEmployeeChange(
  write: Write,
  employeeId: string,
  set: ReadonlyMap<string, AssertionRow>,
  told: readonly AssertionRow[],
  isNew: boolean,
): void {
  if (!isNew && employmentAttributes.some((name) => set.has(name))) write.arrive([EMPLOYMENT]);
  const asserted = [...set.values()].filter((fact) => fact.name !== EXISTENCE);
  const occurredAt = asserted.length > 0 ? Math.min(...asserted.map((fact) => fact.at)) : write.now;
  const isSaid = (fact: AssertionRow) => fact.at === occurredAt && set.get(fact.name) === fact && fact.name !== EXISTENCE;
  const apart = new Set(told.filter((fact) => !isSaid(fact)).map(({ name }) => name));
  const also = told
    .filter(({ name }) => apart.has(name))
    .map(({ name, at, value }) => ({ name, at: new Date(at).toISOString(), value }));
  write.record({
    kind: 'employee.changed',
    entity: employeeId,
    entityVersion: 0,
    subject: employeeId,
    occurredAt,
    body: {
      kind: changeKind(set, isNew),
      set: Object.fromEntries(asserted.map((fact) => [fact.name, fact.value])),
      effectiveAt: new Date(occurredAt).toISOString(),
      // attributes that are told of other instants: all that is said of them stands here
      ...(also.length > 0 && { also }),
    },
  });
}

/** Said to have arrived by a change that may end somebody's employment or begin it anew. */
const EMPLOYMENT = 'employment';

/** What a change of attributes is called; the most significant one when there are several. */
function changeKind(set: ReadonlyMap<string, AssertionRow>, isNew: boolean): string {
  if (isNew) return 'ADDED';
  const status = set.get('status')?.value;
  if (status === 'TERMINATED' || set.get('terminatedOn')?.value) return 'TERMINATED';
  if (status === 'ON_LEAVE') return 'LEAVE_STARTED';
  if (status !== undefined) return 'STATUS_CHANGED';
  if (set.has('managerExternalId') || set.has('otherManagerExternalIds')) return 'MANAGER_CHANGED';
  if (set.has('department') || set.has('location')) return 'TRANSFERRED';
  if (set.has('jobTitle') || set.has('jobFamily')) return 'JOB_CHANGED';
  return 'UPDATED';
}

function* assertedBy(item: EmployeeItem): Iterable<[string, Json]> {
  for (const name of personAttributes) {
    const value = item[name];
    if (value !== undefined) yield [name, value];
  }
  const custom = item.attributes;
  if (custom && typeof custom === 'object' && !Array.isArray(custom)) {
    for (const [name, value] of Object.entries(custom)) if (value !== undefined) yield [name, value];
  }
}

// every id, reference and address a person was ever known by keeps leading to that person; answers who has new ones
async function rememberIdentities(
  write: Write,
  source: string,
  items: readonly EmployeeItem[],
  people: ReadonlyMap<string, string | Refusal>,
  aliases: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const records: { employee_id: string; kind: string; source: string; value: string }[] = [];
  for (const item of items) {
    const person = people.get(item.externalId)!;
    if (isRefusal(person)) continue;
    if (!item.externalId.includes('@'))
      records.push({ employee_id: person, kind: 'EXTERNAL_ID', source, value: item.externalId });
    records.push(...referenceIdentities(item, person, aliases.has(item.externalId)));
    const email = item['email'];
    if (typeof email === 'string') records.push({ employee_id: person, kind: 'EMAIL', source, value: email.toLowerCase() });
  }
  const told = toldReferences(items, (item) => {
    const person = people.get(item.externalId)!;
    return isRefusal(person) ? null : person;
  });
  const replaced = await replaceReferences(write, told);
  // of several in one request the last one stands
  const standing = records.filter(({ kind, employee_id, value }) => kind !== 'REFERENCE' || told.get(employee_id) === value);
  const fresh = await rows<{ person: string; value: string }>(
    write.db,
    `/* rememberIdentities */ INSERT INTO employee_identity (employee_id, kind, source, value, recorded_in)
     SELECT r.employee_id, r.kind, r.source, r.value, $2
     FROM jsonb_to_recordset($1) AS r(employee_id uuid, kind text, source text, value text) ON CONFLICT DO NOTHING
     RETURNING employee_id AS person, value`,
    [rowsParam(standing), write.change],
  );
  write.arrive(fresh.map(({ value }) => arrivalKey(value)));
  return new Set([...fresh.map(({ person }) => person), ...replaced]);
}
