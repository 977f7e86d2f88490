/** Renewals by the hours of a cycle: a fold over the cycles of a holding, each with what the one before left over. */
import {
  compareAttempts,
  cycleOf,
  hoursOf,
  versionAt,
  type Attempt,
  type AwardDecision,
  type AwardRuleVersion,
  type Course,
} from './award';
import { zoneDays, type Instant } from './calendar';
import type { CreditCycle } from './credit-cycle';
import { foldHolding, type AwardEvidence, type Evidence, type Holding, type RenewalPolicy } from './renewal';
import { spanAfter, spanBefore } from './renewal-policy';

/** What the renewals of one holding are decided from. */
export interface CycleQuestion {
  readonly versions: readonly AwardRuleVersion[];
  readonly courses: ReadonlyMap<string, Course>;
  /** In any order. */
  readonly attempts: readonly Attempt[];
  readonly policy: RenewalPolicy;
  /** Everything about the holding but its renewals by cycle. */
  readonly evidence: readonly Evidence[];
  /** Whether anything else (a prerequisite) stands in the way of an award at an instant. */
  readonly mayAward: (at: Instant) => boolean;
}

/**
 * Decides, for each finished attempt at a course that a cycle reads, whether the holding is renewed by it. An attempt belongs to the cycle
 * in which it was earned; its hours count once, in parts where some are carried over. After the end, hours make up for what is missing for
 * as long as the policy takes a renewal (grace with backdate, reinstateWithin): such attempts are used whole. A renewal by other means
 * begins a cycle of its own.
 */
export function decideCycles(question: CycleQuestion): AwardDecision[] {
  return new Cycles(question).decide();
}

/** Hours as they come in. */
interface Credit {
  readonly attempt: Attempt;
  readonly hours: number;
  /** When they come in: when they were earned; at the start of the cycle when before it, at its end when reported after it. */
  readonly at: Instant;
  readonly version: number;
  readonly cycle: CreditCycle;
  readonly isCarried: boolean;
}

/** The time one award is valid for. */
interface Term {
  readonly at: Instant;
  readonly start: Instant;
  readonly end: Instant | null;
}

/** What a cycle begins with. */
interface Opening {
  readonly carried: readonly Credit[];
  /** Hours count from here although the term begins later. */
  readonly since: Instant;
}

const FRESH: Opening = { carried: [], since: Infinity };
// hours come in decimal fractions
const SLACK = 1e-9;

class Cycles {
  private readonly decisions = new Map<string, AwardDecision>();
  private readonly awards: AwardEvidence[] = [];
  /** Made up for an earlier cycle. */
  private readonly claimed = new Set<Attempt>();
  /** Attempts with hours, in order of earning. */
  private readonly earned: Omit<Credit, 'at'>[] = [];

  constructor(private readonly question: CycleQuestion) {
    const { versions, courses, attempts } = question;
    const finished = attempts.filter(({ status }) => status === 'PASSED' || status === 'FAILED').sort(compareAttempts);
    for (const attempt of finished) {
      const version = versionAt(versions, attempt.at);
      const cycle = version && cycleOf(version.when);
      if (!cycle?.courseCodes.includes(attempt.courseCode)) continue;
      this.answer({ attempt, version: version!.version }, attempt.at, []);
      const hours = hoursOf(courses.get(attempt.courseCode), attempt);
      if (hours > 0 && hours >= (cycle.leastBlock ?? 0))
        this.earned.push({ attempt, hours, version: version!.version, cycle, isCarried: false });
    }
  }

  decide(): AwardDecision[] {
    if (this.earned.length === 0) return [...this.decisions.values()];
    let opening = FRESH;
    let holding = this.fold();
    for (let i = 0; ; i++) {
      const terms = termsOf(holding);
      const term = terms[i];
      if (!term) break;
      const renewal = term.end === null ? null : this.renew({ ...term, end: term.end }, terms[i + 1]?.at ?? Infinity, opening);
      opening = FRESH;
      if (!renewal) continue;
      holding = this.fold();
      if (holding.awards.some((award) => award.factId === renewal.by.attempt.id && award.counted)) opening = renewal.next;
      else this.awards.pop(); // revoked: only a first award counts
    }
    return [...this.decisions.values()];
  }

  private fold(): Holding {
    return foldHolding(this.question.policy, [...this.question.evidence, ...this.awards]);
  }

  private answer({ attempt, version }: Pick<Credit, 'attempt' | 'version'>, at: Instant, used: readonly Attempt[]): void {
    this.decisions.set(attempt.id, {
      attemptId: attempt.id,
      at,
      ruleVersion: version,
      satisfied: used.length > 0,
      usedAttemptIds: used.map(({ id }) => id),
      evidenceUrl: attempt.evidenceUrl ?? used.findLast(({ evidenceUrl }) => evidenceUrl !== null)?.evidenceUrl ?? null,
      endsCycle: true,
    });
  }

  /** The first moment at which the hours of a cycle are together, if there is one before another award begins the next. */
  private renew(term: Term & { end: Instant }, supersededAt: Instant, opening: Opening): { by: Credit; next: Opening } | null {
    const credits = this.creditsOf(term, opening).filter(({ at }) => at < supersededAt);
    const { zone } = this.question.policy;
    for (const [i, by] of credits.entries()) {
      const soFar = [...opening.carried, ...credits.slice(0, i + 1)];
      const counts = countedHours(by.cycle, soFar);
      if (!isMet(by.cycle, soFar, counts)) continue;
      this.answer(
        by,
        by.at,
        soFar.filter((_, n) => counts[n]! > 0 || soFar[n] === by).map(({ attempt }) => attempt),
      );
      if (!this.question.mayAward(by.at)) continue;
      for (const { attempt } of soFar) if (attempt.at >= term.end) this.claimed.add(attempt);
      const evidence = { kind: 'AWARD', id: by.attempt.id, at: by.at, expiresAt: null, initial: false, endsCycle: true } as const;
      this.awards.push({ ...evidence, recordedAt: Infinity });
      const isEarly = by.cycle.nextFrom === 'DAY_AFTER_RENEWAL' && by.at < term.end;
      const { startOf, dayAt } = zoneDays(zone);
      const inside = [...opening.carried, ...credits.filter(({ attempt }) => attempt.at < term.end)];
      return {
        by,
        next: {
          carried: carriedOver(by.cycle, inside, term.end, zone),
          since: isEarly ? startOf(dayAt(by.at) + 1) : Infinity,
        },
      };
    }
    return null;
  }

  /** The hours that count for a term, in the order in which they come in. */
  private creditsOf({ start, end }: Term & { end: Instant }, opening: Opening): Credit[] {
    const { grace, backdate, reinstateWithin, zone } = this.question.policy;
    const spans = [backdate ? grace : null, reinstateWithin].flatMap((span) => span ?? []);
    const last = Math.max(end, ...spans.map((span) => spanAfter(end, span, zone)));
    const credits: Credit[] = [];
    for (const credit of this.earned) {
      const { attempt, cycle } = credit;
      const first = Math.max(Math.min(start, opening.since), cycle.length ? spanBefore(end, cycle.length, zone) : -Infinity);
      if (attempt.at < first || attempt.at >= last || this.claimed.has(attempt)) continue;
      const reportedAt = attempt.at < end && cycle.reportWithin ? (attempt.reportedAt ?? null) : null;
      if (reportedAt !== null && reportedAt >= spanAfter(end, cycle.reportWithin!, zone)) continue;
      credits.push({ ...credit, at: reportedAt !== null && reportedAt >= end ? end : Math.max(attempt.at, start) });
    }
    return credits.sort((a, b) => a.at - b.at);
  }
}

function termsOf(holding: Holding): Term[] {
  const terms: Term[] = [];
  for (const { counted, mode, at, startsAt, expiresAt } of holding.awards) {
    const last = terms.at(-1);
    if (counted && (!last || mode === 'REISSUE' || last.end !== expiresAt)) terms.push({ at, start: startsAt, end: expiresAt });
  }
  return terms;
}

/** What counts of each credit: in order, until a cap is full. */
function countedHours(cycle: CreditCycle, credits: readonly Credit[]): number[] {
  const room = cycle.caps.map((cap) => cap.max);
  return credits.map(({ attempt, hours }) => {
    if (!cycle.courseCodes.includes(attempt.courseCode)) return 0;
    const caps = cycle.caps.flatMap((cap, i) => (cap.courseCodes.includes(attempt.courseCode) ? [i] : []));
    const counts = Math.min(hours, ...caps.map((i) => room[i]!));
    for (const i of caps) room[i]! -= counts;
    return counts;
  });
}

/** How many hours there are beyond what is asked: over all, then for each floor; below zero where some are missing. */
function surplus(cycle: CreditCycle, credits: readonly Credit[], counts: readonly number[]): number[] {
  const sum = (codes: readonly string[]): number =>
    credits.reduce((hours, { attempt }, i) => (codes.includes(attempt.courseCode) ? hours + counts[i]! : hours), 0);
  return [{ courseCodes: cycle.courseCodes, min: cycle.min }, ...cycle.floors].map((floor) => sum(floor.courseCodes) - floor.min);
}

function isMet(cycle: CreditCycle, credits: readonly Credit[], counts: readonly number[]): boolean {
  return surplus(cycle, credits, counts).every((hours) => hours >= -SLACK);
}

/** What is carried over from a cycle that was met in time: the latest hours first, never so many that it would not be met without them. */
function carriedOver(cycle: CreditCycle, credits: readonly Credit[], end: Instant, zone: string): Credit[] {
  const { carryOver, floors } = cycle;
  if (!carryOver) return [];
  const counts = countedHours(cycle, credits);
  if (!isMet(cycle, credits, counts)) return [];
  const [over, ...spare] = surplus(cycle, credits, counts) as [number, ...number[]];
  let left = Math.min(carryOver.max, over);
  const since = carryOver.earnedWithin ? spanBefore(end, carryOver.earnedWithin, zone) : -Infinity;
  const carried: Credit[] = [];
  const latestFirst = credits
    .map((credit, i) => ({ credit, counts: counts[i]! }))
    .sort((a, b) => compareAttempts(b.credit.attempt, a.credit.attempt));
  for (const { credit, counts } of latestFirst) {
    const { courseCode, at } = credit.attempt;
    if (credit.isCarried || at < since || carryOver.courseCodes?.includes(courseCode) === false) continue;
    const within = floors.flatMap((floor, i) => (floor.courseCodes.includes(courseCode) ? [i] : []));
    const hours = Math.min(counts, left, ...within.map((i) => spare[i]!));
    if (hours <= SLACK) continue;
    left -= hours;
    for (const i of within) spare[i]! -= hours;
    carried.unshift({ ...credit, hours, isCarried: true });
  }
  return carried;
}
