/** From completions to awards: which attempts stand, and when they earn a credential. */
import { addSpanToInstant, formatSpan, parseSpan, spanText, type Instant, type Span } from './calendar';
import { cycleJson, cycleText, parseCreditCycle, type CreditCycle } from './credit-cycle';
import { isRefusal, refusal, type Refusal } from './refusal';

/** What must have been completed for a credential to be awarded. */
export type AwardCondition =
  | { readonly passed: { readonly courseCode: string; readonly minScore: number | null } }
  | { readonly all: readonly AwardCondition[] }
  | { readonly any: readonly AwardCondition[] }
  | { readonly creditHours: { readonly courseCodes: readonly string[]; readonly min: number; readonly within: Span } }
  | { readonly cycle: CreditCycle };

/** One version of an award rule, in force over [from, until). */
export interface AwardRuleVersion {
  readonly version: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly when: AwardCondition;
}

/** Which of several attempts at a course is the one that stands. */
export type RetakePolicy = 'LATEST' | 'HIGHEST_SCORE' | 'FIRST_PASS';

/** What a course asks of an attempt. */
export interface Course {
  readonly code: string;
  /** The least score that passes; null: attendance is enough and the score is ignored. */
  readonly passMark: number | null;
  readonly retakePolicy: RetakePolicy;
  readonly creditHours: number | null;
}

/** One attempt at a course, as reported. */
export interface Attempt {
  readonly id: string;
  readonly courseCode: string;
  readonly status: 'PASSED' | 'FAILED' | 'IN_PROGRESS' | 'NOT_STARTED';
  readonly score: number | null;
  /** Hours earned; null: those of the course. */
  readonly creditHours: number | null;
  readonly at: Instant;
  /** When it was reported to the issuer; null or absent: not known, as good as in time. */
  readonly reportedAt?: Instant | null;
  readonly evidenceUrl: string | null;
}

/** What an award rule made of one attempt. */
export interface AwardDecision {
  readonly attemptId: string;
  readonly at: Instant;
  readonly ruleVersion: number;
  readonly satisfied: boolean;
  /** The attempts that earned the award, in order of time; empty when none was earned. */
  readonly usedAttemptIds: readonly string[];
  /** That of the attempt, else of the latest used attempt that has one. */
  readonly evidenceUrl: string | null;
  /** Whether it is about the hours of a cycle. */
  readonly endsCycle?: boolean;
}

const DEEPEST = 12;
const MOST_NODES = 200;

/**
 * Reads a condition as clients write it (`within` in ISO 8601). Refuses with AWARD_RULE_INVALID or AWARD_RULE_TOO_LARGE and the
 * path within the condition; at most 12 levels and 200 conditions.
 */
export function parseAwardCondition(json: unknown): AwardCondition | Refusal {
  const budget = { nodes: MOST_NODES };
  const condition = parseNode(json, [], 1, budget);
  return isRefusal(condition) ? condition : (refuseCycles(condition) ?? condition);
}

// a cycle renews what is held and has an instant of its own: beside it only other ways to the award make sense
function refuseCycles(condition: AwardCondition): Refusal | null {
  const cycle = cycleOf(condition);
  const rest = withoutCycle(condition);
  if (rest === null) return null;
  const path = firstCycle(rest, []);
  if (path && cycle) return invalid('Give one cycle.', path);
  if (path) return invalid('Put a cycle on top, or directly under an `any` on top.', path);
  const read = new Set(awardCourses(rest));
  const both = cycle?.courseCodes.find((code) => read.has(code));
  return both === undefined
    ? null
    : invalid(`Let ${both} count either in the cycle or beside it: a completion earns one award.`, []);
}

function firstCycle(condition: AwardCondition, path: Path): Path | null {
  if ('cycle' in condition) return [...path, 'cycle'];
  const [kind, children] = 'all' in condition ? ['all', condition.all] : 'any' in condition ? ['any', condition.any] : ['', []];
  for (const [i, child] of children.entries()) {
    const found = firstCycle(child, [...path, kind, i]);
    if (found) return found;
  }
  return null;
}

/** The cycle of a condition, if it has one. */
export function cycleOf(condition: AwardCondition): CreditCycle | null {
  if ('cycle' in condition) return condition.cycle;
  const found = 'any' in condition ? condition.any.find((child) => 'cycle' in child) : undefined;
  return found && 'cycle' in found ? found.cycle : null;
}

/** A condition without its cycle; null when that is all it has. */
export function withoutCycle(condition: AwardCondition): AwardCondition | null {
  const cycle = cycleOf(condition);
  if (cycle === null) return condition;
  const rest = 'any' in condition ? condition.any.filter((child) => !('cycle' in child && child.cycle === cycle)) : [];
  return rest.length > 0 ? { any: rest } : null;
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

function parseNode(json: unknown, path: Path, depth: number, budget: { nodes: number }): AwardCondition | Refusal {
  if (depth > DEEPEST) return refusal('AWARD_RULE_TOO_LARGE', `Nest conditions at most ${DEEPEST} deep.`, path);
  if (--budget.nodes < 0) return refusal('AWARD_RULE_TOO_LARGE', `Use at most ${MOST_NODES} conditions.`, path);
  const fields = isFields(json) ? Object.keys(json).filter((key) => json[key] !== null && json[key] !== undefined) : [];
  const [kind] = fields;
  if (!isFields(json) || fields.length !== 1 || kind === undefined)
    return invalid('Give each condition exactly one of passed, all, any, creditHours and cycle.', path);
  const value = json[kind];
  const inner = [...path, kind];
  if (kind === 'passed') return parsePassed(value, inner);
  if (kind === 'creditHours') return parseCreditHours(value, inner);
  if (kind === 'cycle') {
    const cycle = parseCreditCycle(value, inner);
    return isRefusal(cycle) ? cycle : { cycle };
  }
  if (kind !== 'all' && kind !== 'any') return invalid(`Replace ${kind} by passed, all, any, creditHours or cycle.`, inner);
  if (!Array.isArray(value) || value.length === 0) return invalid(`List at least one condition under ${kind}.`, inner);
  const children: AwardCondition[] = [];
  for (const [i, item] of (value as unknown[]).entries()) {
    const child = parseNode(item, [...inner, i], depth + 1, budget);
    if (isRefusal(child)) return child;
    children.push(child);
  }
  return kind === 'all' ? { all: children } : { any: children };
}

function parsePassed(json: unknown, path: Path): AwardCondition | Refusal {
  const { courseCode, minScore = null } = isFields(json) ? json : ({} as Fields);
  if (!isCode(courseCode)) return invalid('Name the course with courseCode.', [...path, 'courseCode']);
  if (minScore !== null && !(typeof minScore === 'number' && Number.isFinite(minScore)))
    return invalid('Give minScore as a number, or leave it out.', [...path, 'minScore']);
  return { passed: { courseCode, minScore } };
}

function parseCreditHours(json: unknown, path: Path): AwardCondition | Refusal {
  const { courseCodes, min, within } = isFields(json) ? json : ({} as Fields);
  if (!Array.isArray(courseCodes) || courseCodes.length === 0 || courseCodes.length > 1_000 || !courseCodes.every(isCode))
    return invalid('Name 1 to 1,000 courses in courseCodes.', [...path, 'courseCodes']);
  if (!(typeof min === 'number' && Number.isFinite(min) && min > 0))
    return invalid('Give min as a number of hours above 0.', [...path, 'min']);
  const span = typeof within === 'string' ? parseSpan(within) : null;
  if (span === null)
    return invalid('Write within as a calendar duration of at most 200 years, such as P2Y or P90D.', [...path, 'within']);
  return { creditHours: { courseCodes: [...new Set(courseCodes)], min, within: span } };
}

function invalid(message: string, path: Path): Refusal {
  return refusal('AWARD_RULE_INVALID', message, path);
}

function isFields(json: unknown): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 200;
}

/** The condition as plain JSON that `parseAwardCondition` reads back to the same condition; its keys have one order. */
export function awardJson(condition: AwardCondition): unknown {
  if ('all' in condition) return { all: condition.all.map(awardJson) };
  if ('any' in condition) return { any: condition.any.map(awardJson) };
  if ('passed' in condition) {
    const { courseCode, minScore } = condition.passed;
    return { passed: minScore === null ? { courseCode } : { courseCode, minScore } };
  }
  if ('cycle' in condition) return { cycle: cycleJson(condition.cycle) };
  const { courseCodes, min, within } = condition.creditHours;
  return { creditHours: { courseCodes, min, within: formatSpan(within) } };
}

/** The codes of the courses a condition reads, sorted. */
export function awardCourses(condition: AwardCondition): string[] {
  const codes = new Set<string>();
  collectCourses(condition, codes);
  return [...codes].sort();
}

function collectCourses(condition: AwardCondition, into: Set<string>): void {
  if ('passed' in condition) into.add(condition.passed.courseCode);
  else if ('creditHours' in condition) for (const code of condition.creditHours.courseCodes) into.add(code);
  else if ('cycle' in condition) for (const code of condition.cycle.courseCodes) into.add(code);
  else for (const child of 'all' in condition ? condition.all : condition.any) collectCourses(child, into);
}

/** The condition in English: "CPR-101 passed with at least 80 and (A passed or B passed)". */
export function awardText(condition: AwardCondition): string {
  return textOf(condition, false);
}

function textOf(condition: AwardCondition, isInner: boolean): string {
  if ('passed' in condition) {
    const { courseCode, minScore } = condition.passed;
    return `${courseCode} passed${minScore === null ? '' : ` with at least ${minScore}`}`;
  }
  if ('creditHours' in condition) {
    const { courseCodes, min, within } = condition.creditHours;
    return `${min} credit hour${min === 1 ? '' : 's'} from ${listText(courseCodes, 'and')} within ${spanText(within)}`;
  }
  if ('cycle' in condition) return cycleText(condition.cycle);
  const [children, word] = 'all' in condition ? [condition.all, 'and'] : [condition.any, 'or'];
  const text = children.map((child) => textOf(child, children.length > 1)).join(` ${word} `);
  return isInner && children.length > 1 ? `(${text})` : text;
}

function listText(items: readonly string[], word: string): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1) ?? ''}`;
}

/**
 * Decides, for each finished attempt at a course that the version in force at that instant reads, whether it earns an award.
 * Attempts may come in any order; at one instant they go by course and by what they say. An award uses up every attempt before it,
 * so each award is earned anew. Only a passed attempt earns one. What a cycle reads is left to `decideCycles`.
 */
export function decideAwards(
  versions: readonly AwardRuleVersion[],
  courses: ReadonlyMap<string, Course>,
  attempts: readonly Attempt[],
  zone: string,
): AwardDecision[] {
  const finished = attempts.filter((attempt) => attempt.status === 'PASSED' || attempt.status === 'FAILED');
  const inOrder = finished.sort(compareAttempts);
  const rules = new Map(
    versions.flatMap((version) => {
      const when = withoutCycle(version.when);
      return when ? [[version, { when, reads: new Set(awardCourses(when)) }] as const] : [];
    }),
  );
  const decisions: AwardDecision[] = [];
  let standing: Attempt[] = [];
  for (const attempt of inOrder) {
    standing.push(attempt);
    const version = versionAt(versions, attempt.at);
    const rule = version && rules.get(version);
    if (!rule?.reads.has(attempt.courseCode)) continue;
    const used = attempt.status === 'PASSED' ? usedBy(rule.when, { courses, standing, at: attempt.at, zone }) : null;
    const usedInOrder = standing.filter((candidate) => used?.has(candidate));
    decisions.push({
      attemptId: attempt.id,
      at: attempt.at,
      ruleVersion: version!.version,
      satisfied: used !== null,
      usedAttemptIds: usedInOrder.map(({ id }) => id),
      evidenceUrl: attempt.evidenceUrl ?? usedInOrder.findLast(({ evidenceUrl }) => evidenceUrl !== null)?.evidenceUrl ?? null,
    });
    if (used) standing = [];
  }
  return decisions;
}

// by id only where nothing else tells them apart: ids are given in the order of arrival, which must not matter
/** The order in which attempts are looked at. */
export function compareAttempts(a: Attempt, b: Attempt): number {
  return a.at - b.at || compareText(sayings(a), sayings(b)) || compareText(a.id, b.id);
}

function sayings({ courseCode, status, score, creditHours, evidenceUrl }: Attempt): string {
  return JSON.stringify([courseCode, status, score, creditHours, evidenceUrl]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The version in force at an instant. */
export function versionAt(versions: readonly AwardRuleVersion[], at: Instant): AwardRuleVersion | null {
  const inForce = versions.filter(({ from, until }) => from <= at && at < until);
  return inForce.reduce<AwardRuleVersion | null>(
    (best, version) => (best && best.version > version.version ? best : version),
    null,
  );
}

/** What is asked about the attempts of one person. */
export interface Question {
  readonly courses: ReadonlyMap<string, Course>;
  /** In order of time. */
  readonly standing: readonly Attempt[];
  readonly at: Instant;
  readonly zone: string;
}

/** The attempts that satisfy a condition; null when it is not satisfied. Of alternatives, the first that is. */
export function usedBy(condition: AwardCondition, question: Question): ReadonlySet<Attempt> | null {
  if ('passed' in condition) {
    const { courseCode, minScore } = condition.passed;
    const attempt = standingAttempt(question.courses.get(courseCode), question, courseCode, minScore);
    return attempt && new Set([attempt]);
  }
  if ('creditHours' in condition) return creditsUsed(condition.creditHours, question);
  if ('cycle' in condition) return null;
  if ('any' in condition) {
    for (const child of condition.any) {
      const used = usedBy(child, question);
      if (used) return used;
    }
    return null;
  }
  const all = new Set<Attempt>();
  for (const child of condition.all) {
    const used = usedBy(child, question);
    if (!used) return null;
    for (const attempt of used) all.add(attempt);
  }
  return all;
}

/** The attempt that stands for a course, when it passes. */
function standingAttempt(course: Course | undefined, question: Question, code: string, minScore: number | null): Attempt | null {
  const own = question.standing.filter((attempt) => attempt.courseCode === code);
  const passes = (attempt: Attempt): boolean =>
    isPass(course, attempt) && (minScore === null || (attempt.score !== null && attempt.score >= minScore));
  const policy = course?.retakePolicy ?? 'LATEST';
  if (policy === 'FIRST_PASS') return own.find(passes) ?? null;
  const latest = own.at(-1);
  if (policy === 'LATEST') return latest && passes(latest) ? latest : null;
  const score = (attempt: Attempt): number => attempt.score ?? -Infinity;
  return own.filter(passes).reduce<Attempt | null>((best, next) => (best && score(best) >= score(next) ? best : next), null);
}

function creditsUsed(
  { courseCodes, min, within }: { courseCodes: readonly string[]; min: number; within: Span },
  question: Question,
): ReadonlySet<Attempt> | null {
  const used = new Set<Attempt>();
  let hours = 0;
  for (const attempt of question.standing) {
    const course = question.courses.get(attempt.courseCode);
    const earned = hoursOf(course, attempt);
    if (earned <= 0 || !courseCodes.includes(attempt.courseCode)) continue;
    if (question.at >= addSpanToInstant(attempt.at, within, question.zone)) continue;
    used.add(attempt);
    hours += earned;
  }
  // Hours come in decimal fractions: 0.1 + 0.2 must reach 0.3.
  return hours >= min - 1e-9 ? used : null;
}

/** The hours an attempt earned: none unless it passes. */
export function hoursOf(course: Course | undefined, attempt: Attempt): number {
  return isPass(course, attempt) ? (attempt.creditHours ?? course?.creditHours ?? 0) : 0;
}

/** Whether an attempt passes: the sender says so, and the score, when both it and a pass mark are known, reaches the mark. */
export function isPass(course: Pick<Course, 'passMark'> | undefined, attempt: Pick<Attempt, 'status' | 'score'>): boolean {
  const passMark = course?.passMark ?? null;
  return attempt.status === 'PASSED' && (passMark === null || attempt.score === null || attempt.score >= passMark);
}
