// What a view knows of people, as rules ask for it.
import type { PersonFacts } from '../../core/facts';
import { foldHolding } from '../../core/renewal';
import type { Labels } from '../../core/rule-text';
import { nodeId } from '../../platform/graphql/node-id';
import type { Db } from '../../platform/postgres/pool';
import { approvalsKnown } from '../approvals/store';
import { batchBy, type GraphContext, type View } from '../context';
import { evidenceOf } from '../credentials/facts';
import { factsKnown } from '../credentials/store';
import { equivalentsOf, typesKnown, type CredentialType } from '../credentials/types';
import { incidentsKnown } from '../incidents/store';
import { attemptsKnown, coursesKnown } from '../learning/store';
import { definitionsKnown, type Reads, type RuleDefinitions } from '../rules/definitions';
import { labelsOf } from '../rules/labels';
import { verificationsKnown } from '../verifications/store';
import { attributesOf, countedAwards, personFacts, verifiedByHolding, type HeldFacts, type StatusSegment } from './person-facts';
import { assertionsKnown, holdingTimelines } from './store';

/** What people are judged by, as a view knows it. */
export interface KnownDefinitions {
  readonly types: readonly CredentialType[];
  readonly rules: RuleDefinitions;
  readonly zone: string;
  /** What alone is worth reading; absent: all that any rule asks for, and all holdings and attributes. */
  readonly only?: Reads;
}

/** The facts of people, whatever the instant: rules look at all of time. What no rule asks for is not read. */
export async function factsOfPeople(
  db: Db,
  view: View,
  ids: readonly string[],
  { types, rules, zone, only }: KnownDefinitions,
): Promise<Map<string, PersonFacts>> {
  const { courses, events, approvals: kinds, verified } = only ?? rules.reads;
  const equivalents = equivalentsOf(new Map(types.map((type) => [type.code, type])));
  const named = new Set([...courses, ...events]);
  const [holdings, assertions, attempts, known, incidents, approvals] = await Promise.all([
    holdingsKnown(db, view, ids, only ? typesAsked(types, only, equivalents) : types, events, verified.size > 0),
    assertionsKnown(db, view, ids, only?.attributes),
    named.size === 0 ? [] : attemptsKnown(db, view, ids, named),
    named.size === 0 ? new Map<string, never>() : coursesKnown(db, view, named),
    events.size === 0 ? [] : incidentsKnown(db, view, ids, events),
    kinds.size === 0 ? [] : approvalsKnown(db, view, ids, kinds),
  ]);
  const assertionsOf = grouped(assertions, (assertion) => assertion.employeeId);
  const attemptsOf = grouped(attempts, (attempt) => attempt.employeeUuid);
  const incidentsOf = grouped(incidents, (incident) => incident.employeeUuid);
  const approvalsOf = grouped(approvals, (approval) => approval.employeeUuid);
  return new Map(
    ids.map((id) => [
      id,
      personFacts({
        holdings: holdings.get(id) ?? [],
        attributes: attributesOf(assertionsOf.get(id) ?? [], id, zone, only?.attributes),
        equivalents,
        attempts: attemptsOf.get(id) ?? [],
        courses: known,
        incidents: incidentsOf.get(id) ?? [],
        approvals: approvalsOf.get(id) ?? [],
        events,
        ruleOf: (code) => rules.byCode.get(code),
        silences: rules.silences,
        zone,
      }),
    ]),
  );
}

async function holdingsKnown(
  db: Db,
  view: View,
  ids: readonly string[],
  types: readonly CredentialType[],
  events: ReadonlySet<string>,
  isVerificationAsked: boolean,
): Promise<Map<string, HeldFacts[]>> {
  const asked = types.filter((type) => events.has(type.code)).map((type) => type.uuid);
  const [timelines, facts, verifications] = await Promise.all([
    holdingTimelines(
      db,
      view,
      ids,
      types.map((type) => type.uuid),
      asked,
    ),
    asked.length === 0 ? null : factsKnown(db, view, ids, asked),
    isVerificationAsked ? verificationsKnown(db, view, ids) : [],
  ]);
  const verified = verifiedByHolding(verifications);
  const people = new Map<string, HeldFacts[]>();
  let segments: StatusSegment[] = [];
  let last: string | null = null;
  for (const row of timelines) {
    if (row.credentialUuid !== last) {
      last = row.credentialUuid;
      segments = [];
      const type = types[row.type - 1]!;
      const own = facts?.get(row.credentialUuid);
      const holding: HeldFacts = {
        typeCode: type.code,
        factId: nodeId('crd', row.credentialUuid),
        segments,
        verifiedAt: verified.get(row.credentialUuid),
        awardedAt: own ? countedAwards(foldHolding(type.policy, evidenceOf(own))) : [],
      };
      const id = ids[row.person - 1]!;
      const list = people.get(id);
      if (list) list.push(holding);
      else people.set(id, [holding]);
    }
    segments.push(row);
  }
  return people;
}

/** The types whose holdings matter to what is read. */
export function typesAsked(
  types: readonly CredentialType[],
  only: Reads,
  equivalents: (code: string) => readonly string[],
): CredentialType[] {
  const codes = new Set([...only.events, ...[...only.types].flatMap(equivalents)]);
  return types.filter((type) => codes.has(type.code));
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const ALL = 'all';
const overAllTime = (view: View): View => ({ at: 0, known: view.known, sight: null });

const types = batchBy<null, CredentialType[]>(
  async (context, _, view) => new Map([[ALL, await typesKnown(await context.db(), context.graph.zone, view, {})]]),
  () => [],
);

// where no rule refers to another and no source had a word, the old definitions say nothing that those of today do not
const rules = batchBy<null, RuleDefinitions>(
  async (context, _, view) => {
    const db = await context.db();
    const current = await context.graph.rules.get(db, false);
    const isEnough = view.known === null || (current.reads.roles.size === 0 && current.words.length === 0);
    return new Map([[ALL, isEnough ? current : await definitionsKnown(db, view)]]);
  },
  (id) => {
    throw new Error(`${id} is no rule`);
  },
);

const facts = batchBy<null, PersonFacts>(
  async (context, ids, view) => factsOfPeople(await context.db(), view, ids, await loadDefinitions(context, view)),
  () => ({ holdings: new Map(), attributes: new Map() }),
);

/** Loads the credential types a view knows. */
export function loadTypes(context: GraphContext, view: View): Promise<CredentialType[]> {
  return context.load(types, { id: ALL, view: overAllTime(view), args: null });
}

/** Loads what people are judged by, as a view knows it. */
export async function loadDefinitions(context: GraphContext, view: View): Promise<KnownDefinitions> {
  const [known, types] = await Promise.all([
    context.load(rules, { id: ALL, view: overAllTime(view), args: null }),
    loadTypes(context, view),
  ]);
  return { types, rules: known, zone: context.graph.zone };
}

/** Loads what a view knows of a person, whatever its instant. */
export function loadFacts(context: GraphContext, employeeUuid: string, view: View): Promise<PersonFacts> {
  return context.load(facts, { id: employeeUuid, view: overAllTime(view), args: null });
}

/** Loads what sentences call things. */
export async function loadLabels(context: GraphContext, view: View): Promise<Labels> {
  const found = await loadTypes(context, view);
  return labelsOf({ typesByCode: new Map(found.map((type) => [type.code, type])) });
}
