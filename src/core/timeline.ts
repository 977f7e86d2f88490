// Step functions over all of time with five ordered values, and the algebra the rule language is made of.
import type { Instant } from './calendar';

/**
 * How far a condition is met, from worst to best. The order is what the algebra works on:
 * "all" is the smallest, "any" the largest, "n of m" the n-th largest value.
 */
export const Level = { UNMET: 0, UNKNOWN: 1, PENDING: 2, GRACE: 3, MET: 4 } as const;
export type Level = (typeof Level)[keyof typeof Level];

/** One value from `from` (inclusive) until the next step begins. */
export interface Step {
  readonly from: Instant;
  readonly level: Level;
}

/**
 * A step function of levels over all of time, in canonical form: the first step begins at -Infinity,
 * `from` strictly increases and neighbours differ in level. Equal functions are therefore equal arrays.
 */
export type Timeline = readonly Step[];

/** A stretch [from, to) with a level; empty when `from` is not before `to`. */
export interface LevelInterval {
  readonly from: Instant;
  readonly to: Instant;
  readonly level: Level;
}

const constants: readonly Timeline[] = [0, 1, 2, 3, 4].map((level) =>
  Object.freeze([Object.freeze({ from: -Infinity, level: level as Level })]),
);

/** The timeline that has one level for ever. */
export function constant(level: Level): Timeline {
  return constants[level]!;
}

/** Adds a step to a timeline under construction, keeping it canonical; steps must come in order of time. */
export function pushStep(steps: Step[], from: Instant, level: Level): void {
  const last = steps.length - 1;
  if (last < 0) {
    steps.push({ from, level });
    return;
  }
  const previous = steps[last]!;
  if (previous.from === from) {
    steps.pop();
    pushStep(steps, from, level);
  } else if (previous.level !== level) {
    steps.push({ from, level });
  }
}

/** The best level of the intervals that cover an instant, and `background` where none does. Any order, overlaps allowed. */
export function fromIntervals(intervals: readonly LevelInterval[], background: Level = Level.UNMET): Timeline {
  const steps: Step[] = [{ from: -Infinity, level: background }];
  let end = -Infinity;
  for (const interval of intervals) {
    if (!(interval.from < interval.to)) continue;
    if (interval.from < end) return fromOverlappingIntervals(intervals, background);
    if (end < interval.from) pushStep(steps, end, background);
    pushStep(steps, interval.from, interval.level);
    end = interval.to;
  }
  if (end < Infinity) pushStep(steps, end, background);
  return steps.length === 1 ? constant(steps[0]!.level) : steps;
}

function fromOverlappingIntervals(intervals: readonly LevelInterval[], background: Level): Timeline {
  const starts = intervals.filter(({ from, to }) => from < to).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const ends = starts.slice().sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
  const open = [0, 0, 0, 0, 0];
  const steps: Step[] = [{ from: -Infinity, level: background }];
  let started = 0;
  let ended = 0;
  while (ended < ends.length) {
    const at = started < starts.length ? Math.min(starts[started]!.from, ends[ended]!.to) : ends[ended]!.to;
    if (at === Infinity) break;
    for (; started < starts.length && starts[started]!.from === at; started++) open[starts[started]!.level]!++;
    for (; ended < ends.length && ends[ended]!.to === at; ended++) open[ends[ended]!.level]!--;
    let level = Level.MET as number;
    while (level >= 0 && open[level] === 0) level--;
    pushStep(steps, at, level < 0 ? background : (level as Level));
  }
  return steps;
}

function indexAt(timeline: Timeline, at: Instant): number {
  let low = 0;
  let high = timeline.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (timeline[middle]!.from <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The level at an instant. */
export function levelAt(timeline: Timeline, at: Instant): Level {
  return timeline[indexAt(timeline, at)]!.level;
}

/** The level just before an instant. */
export function levelBefore(timeline: Timeline, at: Instant): Level {
  const index = indexAt(timeline, at);
  return timeline[index > 0 && timeline[index]!.from === at ? index - 1 : index]!.level;
}

/** The first instant after `at` at which the level changes; null: never. */
export function nextChange(timeline: Timeline, at: Instant): Instant | null {
  return timeline[indexAt(timeline, at) + 1]?.from ?? null;
}

/** The instant since which the level at `at` has held; null: always. */
export function sinceChange(timeline: Timeline, at: Instant): Instant | null {
  const { from } = timeline[indexAt(timeline, at)]!;
  return from === -Infinity ? null : from;
}

/** Every instant at which the level changes, in order. */
export function changePoints(timeline: Timeline): Instant[] {
  return timeline.slice(1).map(({ from }) => from);
}

/** Whether two timelines are the same function. */
export function equal(a: Timeline, b: Timeline): boolean {
  return a === b || (a.length === b.length && a.every((step, i) => step.from === b[i]!.from && step.level === b[i]!.level));
}

/**
 * At every instant the n-th largest of the levels, in one sweep. "All" is n = number of timelines (so all of nothing is MET),
 * "any" is n = 1 (so any of nothing is UNMET).
 */
export function nthLargest(timelines: readonly Timeline[], n: number): Timeline {
  const count = timelines.length;
  if (n <= 0) return constant(Level.MET);
  if (n > count) return constant(Level.UNMET);
  if (count === 1) return timelines[0]!;
  const cursors = new Array<number>(count).fill(0);
  const tally = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) tally[timelines[i]![0]!.level]!++;
  const steps: Step[] = [];
  let at = -Infinity;
  for (;;) {
    let level = Level.MET as number;
    for (let better = tally[level]!; better < n; better += tally[level]!) level--;
    if (steps.length === 0 || steps[steps.length - 1]!.level !== level) steps.push({ from: at, level: level as Level });
    at = Infinity;
    for (let i = 0; i < count; i++) {
      const step = timelines[i]![cursors[i]! + 1];
      if (step !== undefined && step.from < at) at = step.from;
    }
    if (at === Infinity) return steps;
    for (let i = 0; i < count; i++) {
      const timeline = timelines[i]!;
      const cursor = cursors[i]!;
      const step = timeline[cursor + 1];
      if (step === undefined || step.from !== at) continue;
      tally[timeline[cursor]!.level]!--;
      tally[step.level]!++;
      cursors[i] = cursor + 1;
    }
  }
}

/** At every instant the best of the levels; UNMET for no timelines. */
export function maxOf(timelines: readonly Timeline[]): Timeline {
  return nthLargest(timelines, 1);
}

const negated: readonly Level[] = [Level.MET, Level.UNKNOWN, Level.MET, Level.UNMET, Level.UNMET];

/** What is not (yet) so is so, and the other way round; what is unknown stays unknown. MET and GRACE become UNMET, UNMET and PENDING become MET. */
export function negate(timeline: Timeline): Timeline {
  const steps: Step[] = [];
  for (const { from, level } of timeline) pushStep(steps, from, negated[level]!);
  return steps;
}

/** The timeline inside [from, until), UNMET outside. */
export function clip(timeline: Timeline, from: Instant, until: Instant): Timeline {
  if (!(from < until)) return constant(Level.UNMET);
  const steps: Step[] = from > -Infinity ? [{ from: -Infinity, level: Level.UNMET }] : [];
  for (let i = indexAt(timeline, from); i < timeline.length && timeline[i]!.from < until; i++) {
    pushStep(steps, Math.max(timeline[i]!.from, from), timeline[i]!.level);
  }
  if (until < Infinity) pushStep(steps, until, Level.UNMET);
  return steps;
}
