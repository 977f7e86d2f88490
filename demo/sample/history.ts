import { credentialTypes, permitTypes, SAMPLE_MARK, type CredentialTypePlan } from '../catalogue/credential-types';
import { awards, courses, type AwardCondition, type CoursePlan } from '../catalogue/learning';
import { typesWanted, type RuleNode } from '../catalogue/rule-language';
import { rules } from '../catalogue/rules';
import { dayOf, DAY_MS, instantText, startOfDay } from './days';
import type { Person } from './people';
import type { Random } from './random';
import { awardDates, fates, type AwardDate } from './renewals';

/** CompletionInput of the API. */
export interface Completion {
  readonly eventId: string;
  readonly employeeExternalId: string;
  readonly courseCode: string;
  readonly attemptId: string;
  readonly status: 'PASSED' | 'FAILED' | 'IN_PROGRESS';
  readonly score?: number;
  readonly creditHours?: number;
  readonly completedAt: string;
}

/** CredentialInput of the API. */
export interface Issue {
  readonly eventId: string;
  readonly employeeExternalId: string;
  readonly typeCode: string;
  readonly instance?: string;
  readonly issuedAt?: string;
  readonly issuedOn?: string;
  readonly expiresAt?: string;
  readonly expiresOn?: string;
  readonly evidenceUrl?: string;
  readonly initial?: boolean;
}

/** Something a person needs and does not have. */
export interface Gap {
  readonly externalId: string;
  readonly typeCode: string;
}

/** What a person brings along: learning, licences, and what they lack. */
export interface History {
  readonly completions: readonly Completion[];
  readonly issues: readonly Issue[];
  readonly gaps: readonly Gap[];
}

/** Types by code. */
export const typeByCode: ReadonlyMap<string, CredentialTypePlan> = new Map(credentialTypes.map((type) => [type.code, type]));

/** Rules by role code. */
export const ruleByRole: ReadonlyMap<string, RuleNode> = new Map(rules.map(({ roleCode, rule }) => [roleCode, rule]));

const awardByType = new Map(awards.map((award) => [award.typeCode, award]));
const courseByCode: ReadonlyMap<string, CoursePlan> = new Map(courses.map((course) => [course.code, course]));
const unplanned: ReadonlySet<string> = new Set([...permitTypes, SAMPLE_MARK]);
const EVERYBODY = ['CODE-OF-CONDUCT', 'INFO-SECURITY', 'CONFLICT-OF-INTEREST'] as const;
const SOME: readonly (readonly [share: number, typeCode: string])[] = [
  [0.12, 'FIRST-AID'],
  [0.06, 'FIRE-WARDEN'],
  [0.06, 'SIX-SIGMA-GB'],
  [0.08, 'LEADERSHIP-1'],
];
const HISTORY_YEARS = 3;
const OPENING_MS = 9 * 3_600_000;

/** The credential types a person in a role would go for: one way through the rule, where it leaves a choice. */
export function typesSought(roleCode: string, random: Random): string[] {
  const rule = ruleByRole.get(roleCode);
  return rule ? seek(rule, random) : [];
}

function seek(node: RuleNode, random: Random): string[] {
  if ('holds' in node) return [node.holds.typeCode];
  if ('all' in node) return node.all.flatMap((child) => seek(child, random));
  if ('any' in node) return seek(random.pick(node.any.filter((child) => typesWanted(child).length > 0)), random);
  if ('atLeast' in node) return node.atLeast.of.slice(0, node.atLeast.n).flatMap((child) => seek(child, random));
  return [];
}

/** Everything that happened to a person before an instant. The same seed gives the same history. */
export function makeHistory(person: Person, anchor: number, random: Random): History {
  const today = Math.min(startOfDay(anchor), person.leftOn === null ? Infinity : Date.parse(person.leftOn));
  const hired = Date.parse(person.hiredOn);
  const completions: Completion[] = [];
  const issues: Issue[] = [];
  const gaps: Gap[] = [];
  for (const typeCode of wantedBy(person, random.fork('wanted'))) {
    const type = typeByCode.get(typeCode)!;
    const from = random.fork(typeCode);
    const fate = from.weighted(fates);
    const award = awardByType.get(typeCode);
    const earliest = Math.max(award ? hired : hired - 730 * DAY_MS, today - HISTORY_YEARS * 365 * DAY_MS);
    const dates = hired < today ? awardDates(type, fate, today, earliest, from) : [];
    const isMissing = fate === 'NEVER' || (type.renewal && (fate === 'LATE' || fate === 'LAPSED'));
    if (isMissing && award && person.leftOn === null && hired < today) {
      gaps.push({ externalId: person.externalId, typeCode });
    }
    for (const date of dates) {
      if (award) completions.push(...study(person, award.when, date, from, completions.length));
      else issues.push(issue(person, type, date, issues.length));
    }
  }
  return { completions, issues, gaps };
}

function wantedBy(person: Person, random: Random): string[] {
  const wanted = new Set<string>([...EVERYBODY, ...typesSought(person.roleCode, random)]);
  for (const [share, typeCode] of SOME) if (random.chance(share)) wanted.add(typeCode);
  if (person.jobLevel >= 3 && random.chance(0.4)) wanted.add('LEADERSHIP-1').add('MENTOR');
  return [...wanted].filter((typeCode) => !unplanned.has(typeCode));
}

function issue(person: Person, type: CredentialTypePlan, { at, expiresAt, isFirst }: AwardDate, n: number): Issue {
  const isLicense = type.kind === 'LICENSE';
  return {
    eventId: `sample/issue/${person.externalId}/${n}`,
    employeeExternalId: person.externalId,
    typeCode: type.code,
    issuedOn: dayOf(at),
    ...(expiresAt !== null && { expiresOn: dayOf(expiresAt - DAY_MS) }),
    ...(isLicense && { evidenceUrl: `https://registry.example/${type.code.toLowerCase()}/${person.externalId}` }),
    ...(isFirst && { initial: true }),
  };
}

/** The completions that fulfil an award's condition on a day; `offset` numbers them among the person's. */
function study(person: Person, when: AwardCondition, date: AwardDate, random: Random, offset: number): Completion[] {
  const codes = coursesFor(when, date.isFirst);
  return codes
    .flatMap((courseCode, i) => attempts(courseCode, date.at - (codes.length - 1 - i) * random.int(1, 20) * DAY_MS, random))
    .map((attempt, i) => ({
      eventId: `sample/completion/${person.externalId}/${offset + i}`,
      employeeExternalId: person.externalId,
      attemptId: `${person.externalId}-${offset + i}`,
      ...attempt,
    }));
}

/** The courses of one way to the award: the first way for a first award, the last for a renewal. */
export function coursesFor(when: AwardCondition, isFirst: boolean): readonly string[] {
  if ('passed' in when) return [when.passed.courseCode];
  if ('creditHours' in when) return when.creditHours.courseCodes;
  if ('all' in when) return when.all.flatMap((condition) => coursesFor(condition, isFirst));
  return coursesFor(isFirst ? when.any[0]! : when.any.at(-1)!, isFirst);
}

function attempts(
  courseCode: string,
  day: number,
  random: Random,
): Omit<Completion, 'eventId' | 'employeeExternalId' | 'attemptId'>[] {
  const at = day + OPENING_MS + random.int(0, 7 * 60) * 60_000;
  const tried = [outcome(courseCode, 'PASSED', at, random)];
  if (courseByCode.get(courseCode)!.passMark !== undefined && random.chance(0.05)) {
    tried.unshift(outcome(courseCode, 'FAILED', at - random.int(2, 14) * DAY_MS, random));
  }
  return tried;
}

/** An attempt at a course with a score that fits its outcome. */
export function outcome(
  courseCode: string,
  status: Completion['status'],
  at: number,
  random: Random,
): Omit<Completion, 'eventId' | 'employeeExternalId' | 'attemptId'> {
  const { passMark, creditHours } = courseByCode.get(courseCode)!;
  const scored = passMark !== undefined && status !== 'IN_PROGRESS';
  const score = status === 'PASSED' ? random.int(passMark ?? 0, 100) : random.int(30, Math.max(30, (passMark ?? 60) - 1));
  return {
    courseCode,
    status,
    completedAt: instantText(at),
    ...(scored && { score }),
    ...(status === 'PASSED' && creditHours > 0 && { creditHours }),
  };
}
