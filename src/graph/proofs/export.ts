// exportProof: the answer to one question, worked out from the log alone and put on record, with all that it was worked out from.
import { refusePoison } from '../../core/poison';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import { answerAt, fromSegments } from '../../core/verdict';
import { DISCLOSABLE } from '../../journal/cipher';
import type { LogRow } from '../../journal/decode';
import { canonicalJson, type Json } from '../../journal/entry';
import type { PersonKeys } from '../../journal/keys';
import { lastGone } from '../../journal/known';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import type { Db } from '../../platform/postgres/pool';
import type { GraphContext, View } from '../context';
import { loadTypes, type KnownDefinitions } from '../eligibility/known-facts';
import { holdingTimelines, segmentsOfPairs } from '../eligibility/store';
import { coursesKnown } from '../learning/store';
import type { Employee } from '../people/gql-types';
import { lockEmployees } from '../people/resolve';
import { definitionsKnown } from '../rules/definitions';
import { answerTo, readsOfQuestion, textOf, type ProvedAnswer, type ProvedDocument, type Question } from './answer';
import { definitionsFor, readDefinitions } from './definitions';
import { namesErased } from './erased';
import { isNeeded, replay, type ToldEntry, type ToldPerson } from './replay';
import { entriesAbout, EXPORTED, publicationsOf, toldIn } from './store';

/** What a proof is asked of: a role or a credential type, and why it leaves the house. */
export interface Asked {
  readonly roleCode?: string | null;
  readonly typeCode?: string | null;
  readonly reason: string;
}

/** More entries than this about one person make a file nobody can handle (about 1 kB each). */
const MOST_ENTRIES = 20_000;

/** Why a proof cannot be asked for like this; null: it can. */
export function refuseAsked(asked: Asked): Refusal | null {
  const poison = refusePoison(asked);
  if (poison) return poison;
  if ((asked.roleCode == null) === (asked.typeCode == null)) {
    return refusal('AMBIGUOUS_QUESTION', 'Ask of one role or of one credential type: send roleCode or typeCode.', ['roleCode']);
  }
  if (asked.reason.trim() === '') {
    return refusal('REASON_REQUIRED', 'Say for whom the proof is and why: the reason is kept with the export.', ['reason']);
  }
  return refuseLongText(asked, ['roleCode', 'typeCode'], LONGEST_NAME) ?? refuseLongText(asked, ['reason'], LONGEST_ADDRESS);
}

/** Answers from the log, as the view knows it, and makes sure that the graph answers the same. The view's position must be given. */
export async function proveAnswer(
  context: GraphContext,
  employee: Employee,
  asked: Asked,
  view: View & { readonly known: number },
): Promise<ProvedDocument | Refusal> {
  const db = await context.db();
  const known = { rules: await definitionsKnown(db, view), types: await loadTypes(context, view), zone: context.graph.zone };
  const [roleCode, typeCode] = [asked.roleCode ?? null, asked.typeCode ?? null];
  if (typeCode !== null && !known.types.some((type) => type.code === typeCode)) {
    return refusal('UNKNOWN_CREDENTIAL_TYPE', `There is no credential type "${typeCode}": correct its code.`, ['typeCode']);
  }
  const reads = readsOfQuestion({ roleCode, typeCode }, known);
  const entries = await entriesAbout(db, employee.uuid, view.known, MOST_ENTRIES + 1);
  if (entries.length > MOST_ENTRIES) return notProvable(`the log says more than ${MOST_ENTRIES} things of the person`);
  const gone = await lastGone(db);
  if (entries[0] ? entries[0].entity_version !== 1 : gone > 0)
    return notProvable('the oldest entries about the person are not kept any more');
  const needed = entries.filter(({ kind }) => isNeeded(kind, reads));
  const opened = await openedBy(db, context.graph.personKeys, employee.uuid, needed);
  const told = opened && replay(opened);
  if (!told) return notProvable('entries it needs were written by a version that could not show them one by one');
  if (await namesErased(db, employee.uuid, opened)) return notProvable(NAMES_ERASED);

  const courses = await coursesKnown(db, view, new Set([...reads.courses, ...reads.events]));
  const positions = await publishedAt(db, known, roleCode, reads.roles, view.known);
  const definitions = definitionsFor(roleCode, reads, known, courses, positions);
  if (gone > 0 && definitions.rules.some(({ position }) => position === NOT_KEPT))
    return notProvable('the publication of a rule it turns on is not kept any more');
  const question: Question = {
    employee: nodeId('emp', employee.uuid),
    externalId: employee.externalId,
    name: employee.name,
    at: view.at,
    knownAt: view.known,
    roleCode,
    typeCode,
  };
  const answer = answerTo(question, readDefinitions(definitions), told);
  const role = roleCode === null ? undefined : known.rules.byCode.get(roleCode);
  const isSame =
    question.roleCode === null
      ? await holdsTheSame(db, employee.uuid, question, known, view, told)
      : role === undefined ||
        (await judgesTheSame(db, { employeeUuid: employee.uuid, roleUuid: role.role.uuid }, role, view, answer));
  if (isSame) return { question, definitions, answer, reason: asked.reason.trim() };
  throw new Error(`up to position ${view.known} the log does not lead to the answer of the graph about ${employee.uuid}`);
}

/** Puts an export on record: what was answered, to be told to whom and why. It closes the list of what the log says of the person. Answers the change. */
export async function recordExport(write: Write, employee: string, document: ProvedDocument): Promise<number | Refusal> {
  if ((await lockEmployees(write.db, [employee])).size === 0) return erasedMeanwhile();
  write.record({
    kind: EXPORTED,
    entity: employee,
    entityVersion: 0,
    subject: employee,
    occurredAt: write.now,
    body: { proof: document as unknown as Json },
  });
  write.touch([employee]);
  return write.change;
}

const NAMES_ERASED = 'entries it needs name somebody who was erased since';

/** The person was erased while the proof was made. */
export function erasedMeanwhile(): Refusal {
  return refusal('UNKNOWN_EMPLOYEE', 'Nobody is known by this key: it may be erased already.', ['employee']);
}

function notProvable(why: string): Refusal {
  return refusal('NOT_PROVABLE', `This answer cannot be shown from the log alone: ${why}.`, []);
}

async function openedBy(
  db: Db,
  keys: PersonKeys,
  employee: string,
  entries: readonly LogRow[],
): Promise<readonly ToldEntry[] | null> {
  if (entries.some((row) => row.body_format !== DISCLOSABLE)) return null;
  const key = (await keys.load(db, [employee])).get(employee);
  return entries.map((row) => toldIn(row, key));
}

/** No position. */
const NOT_KEPT = 0;

async function publishedAt(
  db: Db,
  { rules }: KnownDefinitions,
  roleCode: string | null,
  roles: ReadonlySet<string>,
  known: number,
): Promise<(roleUuid: string, version: number) => number> {
  const uuids = [roleCode ?? '', ...roles].flatMap((code) => rules.byCode.get(code)?.role.uuid ?? []);
  const places = new Map<string, number>();
  for (const row of await publicationsOf(db, uuids, known)) {
    const { version } = toldIn(row, undefined).body as { readonly version: number };
    places.set(`${row.entity} ${version}`, row.pos);
  }
  return (roleUuid, version) => places.get(`${roleUuid} ${version}`) ?? NOT_KEPT;
}

async function judgesTheSame(
  db: Db,
  pair: { readonly employeeUuid: string; readonly roleUuid: string },
  { versions }: { readonly versions: Parameters<typeof fromSegments>[1] },
  view: View,
  answer: ProvedAnswer,
): Promise<boolean> {
  const stored = (await segmentsOfPairs(db, view, [pair])).get(`${pair.employeeUuid}|${pair.roleUuid}`) ?? [];
  const { verdict, ruleVersion, since, until } = answerAt(fromSegments(stored, versions), view.at);
  const said = [answer['verdict'], answer['ruleVersion'], answer['since'], answer['until']];
  return canonicalJson(said as Json[]) === canonicalJson([verdict, ruleVersion, textOf(since), textOf(until)]);
}

async function holdsTheSame(
  db: Db,
  employee: string,
  { typeCode }: Question,
  { types }: KnownDefinitions,
  view: View,
  told: ToldPerson,
): Promise<boolean> {
  const { uuid } = types.find((type) => type.code === typeCode)!;
  const stored = await holdingTimelines(db, view, [employee], [uuid], [uuid]);
  const lines = (list: readonly { uuid: string; from: number; to: number; status: string }[]) =>
    list.map((step) => `${step.uuid} ${step.from} ${step.to} ${step.status}`).sort();
  const own = told.holdings
    .filter((holding) => holding.typeCode === typeCode)
    .flatMap((holding) => holding.segments.map((segment) => ({ ...segment, uuid: holding.uuid })));
  return canonicalJson(lines(own)) === canonicalJson(lines(stored.map((row) => ({ ...row, uuid: row.credentialUuid }))));
}
