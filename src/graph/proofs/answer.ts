// A question about one person, and its answer from what the log says and what it was judged by: the same function exports and verifies.
import { explain, untilBecause } from '../../core/explain';
import { judge } from '../../core/evaluate';
import { isoText } from '../../core/instant-text';
import { ruleText } from '../../core/rule-text';
import { answerAt, isEligible, type Verdict } from '../../core/verdict';
import { nodeId, uuidOf } from '../../platform/graphql/node-id';
import { attributesOf, personFacts } from '../eligibility/person-facts';
import type { Reads } from '../rules/definitions';
import type { JudgedBy, ProvedDefinitions } from './definitions';
import type { ToldHolding, ToldPerson } from './replay';

/** What is asked: of one role, or of one credential type. */
export interface Question {
  /** Node id of the person. */
  readonly employee: string;
  readonly externalId: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** As known when the log had so many entries. */
  readonly knownAt: number;
  readonly roleCode: string | null;
  readonly typeCode: string | null;
}

/** An answer in words and in full. */
export interface ProvedAnswer {
  readonly statement: string;
  /** Everything else, in the terms of the graph. */
  readonly [detail: string]: unknown;
}

/** What a proof says. */
export interface ProvedDocument {
  readonly question: Question;
  readonly definitions: ProvedDefinitions;
  readonly answer: ProvedAnswer;
  /** For whom it was exported and why. */
  readonly reason: string;
}

/** Of questions that depend on nothing of a person. */
const NOTHING: Reads = {
  types: new Set(),
  attributes: new Set(),
  courses: new Set(),
  events: new Set(),
  approvals: new Set(),
  roles: new Set(),
  verified: new Set(),
};

/** What of a person a question's answer depends on. */
export function readsOfQuestion(
  { roleCode, typeCode }: Pick<Question, 'roleCode' | 'typeCode'>,
  { rules }: { readonly rules: Pick<JudgedBy['rules'], 'byCode'> },
): Reads {
  if (roleCode === null) return { ...NOTHING, types: new Set([typeCode!]) };
  return rules.byCode.get(roleCode)?.reads ?? NOTHING;
}

/** Answers a question from the log alone. */
export function answerTo(question: Question, judgedBy: JudgedBy, person: ToldPerson): ProvedAnswer {
  return question.roleCode === null ? held(question, person) : eligible(question, question.roleCode, judgedBy, person);
}

function eligible(question: Question, roleCode: string, judgedBy: JudgedBy, person: ToldPerson): ProvedAnswer {
  const { rules, zone, labels } = judgedBy;
  const judged = rules.byCode.get(roleCode);
  const employee = uuidOf('emp', question.employee)!;
  const reads = readsOfQuestion(question, judgedBy);
  const facts = personFacts({
    holdings: person.holdings.map((holding) => ({ ...holding, factId: nodeId('crd', holding.uuid) })),
    attributes: attributesOf(person.assertions, employee, zone, reads.attributes),
    equivalents: judgedBy.equivalents,
    attempts: person.attempts.map((attempt) => ({ ...attempt, employeeUuid: employee, expiresOn: null, source: '' })),
    courses: judgedBy.courses,
    incidents: person.incidents.map((incident) => ({
      ...incident,
      ...{ employeeUuid: employee, reason: null, reference: null, source: '', eventId: null },
    })),
    approvals: person.approvals.map((approval) => ({
      ...approval,
      ...{ employeeUuid: employee, reason: null, approverUuid: null, managerUuid: null, actor: '', source: '' },
    })),
    events: reads.events,
    ruleOf: (code) => rules.byCode.get(code),
    silences: rules.silences,
    zone,
  });
  const versions = judged?.versions ?? [];
  const { verdict, since, until, untilVerdict, ruleVersion } = answerAt(judge(versions, facts, zone), question.at);
  const trace = explain(versions, facts, question.at, labels, zone);
  const decisive = trace.filter(({ id, binding }) => binding && !trace.some((other) => other.parentId === id));
  const node = versions.find(({ version }) => version === ruleVersion)?.node;
  const asks = node === undefined ? null : ruleText(node, labels, zone);
  const named = { verdict, ruleVersion, ruleHash: judged?.published.find((row) => row.version === ruleVersion)?.hash ?? null };
  return {
    statement: eligibleText(question, roleCode, verdict, ruleVersion, asks, decisive),
    ...named,
    ...{ since: textOf(since), until: textOf(until), untilVerdict },
    untilBecause: untilBecause(versions, facts, question.at, labels, zone),
    trace: trace.map((node) => ({ ...node, since: textOf(node.since), until: textOf(node.until) })),
  };
}

const STANDS: Readonly<Record<Verdict, string>> = {
  ELIGIBLE: 'met',
  AT_RISK: 'met',
  GRACE: 'met in grace',
  PENDING: 'pending',
  UNKNOWN: 'not known',
  NOT_ELIGIBLE: 'not met',
};

function eligibleText(
  question: Question,
  roleCode: string,
  verdict: Verdict,
  ruleVersion: number | null,
  asks: string | null,
  decisive: readonly { readonly text: string; readonly verdict: Verdict }[],
): string {
  const was = `${opening(question)} ${isEligible(verdict) ? 'was eligible' : `was not eligible (${verdict})`} for ${roleCode}`;
  if (ruleVersion === null) return `${was}: no rule was in effect.`;
  const conditions = decisive.map(({ text, verdict: own }) => `${text} (${STANDS[own]})`);
  const why = conditions.length === 0 ? '' : ` Decisive: ${conditions.join('; ')}.`;
  return `${was} under rule version ${ruleVersion}, which asks: ${asks}.${why}`;
}

function held(question: Question, person: ToldPerson): ProvedAnswer {
  const { at, typeCode } = question;
  const holdings = person.holdings
    .filter((holding) => holding.typeCode === typeCode)
    .map((holding) => standing(holding, at))
    .sort((a, b) => (a.credential < b.credential ? -1 : 1));
  const active = holdings.filter(({ status }) => status === 'ACTIVE');
  const ends = active.map(({ until }) => (until === null ? 'without an end in sight' : `until ${until}`));
  const statement =
    active.length === 0
      ? `${opening(question)} held no active credential of type ${typeCode}.`
      : `${opening(question)} held an active credential of type ${typeCode}, ${ends.join(', ')}.`;
  return { statement, isActive: active.length > 0, holdings };
}

function standing({ uuid, instance, segments }: ToldHolding, at: number) {
  const segment = segments.find(({ from, to }) => from <= at && at < to);
  return {
    credential: nodeId('crd', uuid),
    instance,
    status: segment?.status ?? null,
    since: textOf(segment?.from ?? null),
    until: textOf(segment?.to ?? null),
  };
}

function opening({ at, knownAt, name, externalId }: Question): string {
  // quoted, so that nobody is called something that reads on as the sentence
  const id = JSON.stringify(externalId);
  const who = name === externalId ? id : `${JSON.stringify(name)} (${id})`;
  return `At ${isoText(at)}, as known after ${knownAt} entries of the log, ${who}`;
}

/** An instant as a proof has it; null: no bound. */
export function textOf(instant: number | null): string | null {
  return instant === null || !Number.isFinite(instant) ? null : isoText(instant);
}
