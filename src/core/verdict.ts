// The verdict about one person and one role as a function of time: reading it, storing it, comparing two of them.
import type { Instant } from './calendar';
import { type Level } from './timeline';

/** The answer to "may this person fill this role?". AT_RISK is ELIGIBLE with a lapse ahead that is due for a warning. */
export type Verdict = 'ELIGIBLE' | 'AT_RISK' | 'GRACE' | 'PENDING' | 'UNKNOWN' | 'NOT_ELIGIBLE';

/** One verdict from `from` until the next step. `ruleVersion` null: no rule is in effect, and the verdict is UNKNOWN. */
export interface VerdictStep {
  readonly from: Instant;
  readonly verdict: Verdict;
  readonly ruleVersion: number | null;
}

/** A step function of verdicts over all of time, canonical as `Timeline` is: neighbours differ in verdict or in rule version. */
export type VerdictTimeline = readonly VerdictStep[];

/** A stretch [from, to) with one verdict; -Infinity and Infinity: no bound. */
export interface VerdictSegment {
  readonly from: Instant;
  readonly to: Instant;
  readonly verdict: Verdict;
  readonly ruleVersion: number | null;
}

/** When a rule version is in effect: [from, until). */
export interface RuleRange {
  readonly version: number;
  readonly from: Instant;
  readonly until: Instant;
}

const verdicts = ['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE'] as const satisfies readonly Verdict[];

/** The verdict a level stands for, the outlook aside. */
export function verdictOf(level: Level): Verdict {
  return verdicts[level];
}

/** Adds a step to a timeline under construction, keeping it canonical; steps must come in order of time. */
export function pushVerdict(steps: VerdictStep[], from: Instant, verdict: Verdict, ruleVersion: number | null): void {
  const previous = steps[steps.length - 1];
  if (previous === undefined || previous.verdict !== verdict || previous.ruleVersion !== ruleVersion)
    steps.push({ from, verdict, ruleVersion });
}

/** What is true at one instant, and when that ends by itself. */
export interface Answer {
  readonly verdict: Verdict;
  /** Since when this verdict has held, under whichever versions of the rule; null: always. */
  readonly since: Instant | null;
  /** The exact instant at which the verdict changes if no new fact arrives; null: never. */
  readonly until: Instant | null;
  readonly untilVerdict: Verdict | null;
  /** The next instant at which the verdict becomes ELIGIBLE or AT_RISK with no new fact; null: it is so already, or time alone does not help. */
  readonly nextEligibleAt: Instant | null;
  readonly ruleVersion: number | null;
}

function indexAt(timeline: VerdictTimeline, at: Instant): number {
  let low = 0;
  let high = timeline.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (timeline[middle]!.from <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether a verdict lets somebody fill the role. */
export function isEligible(verdict: Verdict): boolean {
  return verdict === 'ELIGIBLE' || verdict === 'AT_RISK';
}

/** Reads the timeline at an instant. A seam between rule versions that agree is not a change. */
export function answerAt(timeline: VerdictTimeline, at: Instant): Answer {
  const index = indexAt(timeline, at);
  const { verdict, ruleVersion } = timeline[index]!;
  let first = index;
  while (first > 0 && timeline[first - 1]!.verdict === verdict) first--;
  let next = index + 1;
  while (next < timeline.length && timeline[next]!.verdict === verdict) next++;
  let eligible = next;
  while (eligible < timeline.length && !isEligible(timeline[eligible]!.verdict)) eligible++;
  return {
    verdict,
    since: first === 0 ? null : timeline[first]!.from,
    until: timeline[next]?.from ?? null,
    untilVerdict: timeline[next]?.verdict ?? null,
    nextEligibleAt: isEligible(verdict) ? null : (timeline[eligible]?.from ?? null),
    ruleVersion,
  };
}

function endOf(timeline: VerdictTimeline, index: number): Instant {
  return timeline[index + 1]?.from ?? Infinity;
}

function segmentAt(timeline: VerdictTimeline, index: number): VerdictSegment {
  const { from, verdict, ruleVersion } = timeline[index]!;
  return { from, to: endOf(timeline, index), verdict, ruleVersion };
}

/** The segments that overlap [from, to), with their own bounds: a bound is always an instant at which something changes, or infinite. */
export function segmentsBetween(timeline: VerdictTimeline, from: Instant, to: Instant): VerdictSegment[] {
  const segments: VerdictSegment[] = [];
  if (!(from < to)) return segments;
  for (let i = indexAt(timeline, from); i < timeline.length && timeline[i]!.from < to; i++) {
    segments.push(segmentAt(timeline, i));
  }
  return segments;
}

/** The rows worth storing: all but NOT_ELIGIBLE and the stretches without a rule, which need no row to be known. */
export function toSegments(timeline: VerdictTimeline): VerdictSegment[] {
  const segments: VerdictSegment[] = [];
  for (let i = 0; i < timeline.length; i++) {
    if (timeline[i]!.ruleVersion !== null && timeline[i]!.verdict !== 'NOT_ELIGIBLE') segments.push(segmentAt(timeline, i));
  }
  return segments;
}

/**
 * The timeline whose stored rows these are. Both in order of time and without overlaps; a stretch without a row is NOT_ELIGIBLE
 * where a rule version is in effect and ruleless elsewhere.
 */
export function fromSegments(rows: readonly VerdictSegment[], ranges: readonly RuleRange[]): VerdictTimeline {
  const steps: VerdictStep[] = [];
  let range = 0;
  const fill = (from: Instant, to: Instant): void => {
    let at = from;
    while (at < to) {
      while (range < ranges.length && ranges[range]!.until <= at) range++;
      const current = ranges[range];
      const covered = current !== undefined && current.from <= at;
      if (covered) pushVerdict(steps, at, 'NOT_ELIGIBLE', current.version);
      else pushVerdict(steps, at, 'UNKNOWN', null);
      at = Math.min(to, current === undefined ? Infinity : covered ? current.until : current.from);
    }
  };
  let at = -Infinity;
  for (const row of rows) {
    fill(at, row.from);
    pushVerdict(steps, row.from, row.verdict, row.ruleVersion);
    at = row.to;
  }
  fill(at, Infinity);
  return steps;
}

/** A change of verdict that time alone brings about. */
export interface VerdictTransition {
  readonly at: Instant;
  /** null: no rule was in effect before. */
  readonly before: Verdict | null;
  readonly after: Verdict;
  /** When `after` ends in turn; null: never. */
  readonly until: Instant | null;
}

/**
 * Whether going from one step to the other is worth telling. Where no rule was in effect everybody was silently not eligible,
 * so a first rule that says NOT_ELIGIBLE changes nothing; nothing is stored for such a pair, and nothing published.
 */
function isChange(before: VerdictStep | null, after: VerdictStep): boolean {
  if (before === null || before.ruleVersion === null) return after.ruleVersion !== null && after.verdict !== 'NOT_ELIGIBLE';
  return before.verdict !== after.verdict;
}

function judgedVerdict(step: VerdictStep | null): Verdict | null {
  return step === null || step.ruleVersion === null ? null : step.verdict;
}

/** The changes of verdict with `after` < at <= `upTo`, in order: what a clock that went from one to the other has to publish. */
export function transitionsBetween(timeline: VerdictTimeline, after: Instant, upTo: Instant): VerdictTransition[] {
  const transitions: VerdictTransition[] = [];
  for (let i = indexAt(timeline, after) + 1; i < timeline.length && timeline[i]!.from <= upTo; i++) {
    const step = timeline[i]!;
    const before = timeline[i - 1]!;
    if (!isChange(before, step)) continue;
    transitions.push({
      at: step.from,
      before: judgedVerdict(before),
      after: step.verdict,
      until: answerAt(timeline, step.from).until,
    });
  }
  return transitions;
}

/** The first instant after `after` that `transitionsBetween` would report; null: none. */
export function nextTransition(timeline: VerdictTimeline, after: Instant): Instant | null {
  for (let i = indexAt(timeline, after) + 1; i < timeline.length; i++) {
    if (isChange(timeline[i - 1]!, timeline[i]!)) return timeline[i]!.from;
  }
  return null;
}

/** What one write changed about one person and one role. */
export interface VerdictDifference {
  /** TRANSITION: the verdict now is another; CORRECTION: only the past is judged otherwise; FORECAST: only the future. */
  readonly kind: 'TRANSITION' | 'CORRECTION' | 'FORECAST';
  /** The verdict now, before the write; null: the pair was not judged, for lack of a rule. */
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly until: Instant | null;
  /** The first and the end of the last past stretch that is judged otherwise, at most `now`; null: none. -Infinity: since ever. */
  readonly correctedFrom: Instant | null;
  readonly correctedUntil: Instant | null;
}

/**
 * What a write changed, as at most one event; null: nothing that a consumer could see. `before` null: the pair is new.
 * A past stretch counts as corrected when its judgement is another one, where AT_RISK counts as ELIGIBLE (it says what was
 * foreseen, not what held) and a stretch that merely had no rule is not judged anew but for the first time.
 * A change of rule version alone is not a change.
 */
export function diffVerdicts(before: VerdictTimeline | null, after: VerdictTimeline, now: Instant): VerdictDifference | null {
  let transition = false;
  let forecast = false;
  let correctedFrom: Instant | null = null;
  let correctedUntil: Instant | null = null;
  let i = 0;
  let j = 0;
  for (let from = -Infinity; ;) {
    const old = before === null ? null : before[i]!;
    const fresh = after[j]!;
    const oldEnd = before === null ? Infinity : endOf(before, i);
    const freshEnd = endOf(after, j);
    const to = Math.min(oldEnd, freshEnd);
    if (from < now && isCorrection(old, fresh)) {
      correctedFrom ??= from;
      correctedUntil = Math.min(to, now);
    }
    if (to > now && isChange(old, fresh)) {
      if (from <= now) transition = true;
      else forecast = true;
    }
    if (to === Infinity) break;
    if (oldEnd === to) i++;
    if (freshEnd === to) j++;
    from = to;
  }
  const kind = transition ? 'TRANSITION' : correctedFrom !== null ? 'CORRECTION' : forecast ? 'FORECAST' : null;
  if (kind === null) return null;
  const answer = answerAt(after, now);
  const old = before === null ? null : before[indexAt(before, now)]!;
  return { kind, before: judgedVerdict(old), after: answer.verdict, until: answer.until, correctedFrom, correctedUntil };
}

function isCorrection(before: VerdictStep | null, after: VerdictStep): boolean {
  if (before === null || before.ruleVersion === null) return false;
  return before.verdict !== after.verdict && !(isEligible(before.verdict) && isEligible(after.verdict));
}
