// Conditions on how long another condition holds. Each works on every cut level by itself: where the condition is at least so far met.
import { addSpanToNumber, firstOfMonth, zoneDays, type Instant, type Span } from './calendar';
import { spanAfter } from './renewal-policy';
import type { WindowNode } from './rule';
import { constant, Level, maxOf, pushStep, type Step, type Timeline } from './timeline';

/** A stretch [from, to) of time; both ends may be infinite. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

const DAY_MS = 86_400_000;

/** The start of the civil day a span after the day an instant lies in: windows are counted in whole days. */
export function dayAfter(at: Instant, span: Span, zone: string, toMonthEnd = false): Instant {
  if (!Number.isFinite(at)) return at;
  const { startOf, dayAt } = zoneDays(zone);
  const day = addSpanToNumber(dayAt(at), span);
  return startOf(toMonthEnd ? firstOfMonth(day, 1) : day);
}

/** The meaning of a window over the timeline of the condition below it. */
export function windowTimeline(node: WindowNode, below: Timeline, zone: string): Timeline {
  switch (node.op) {
    case 'heldFor':
      return heldFor(below, node.duration, node.gap ?? null, zone);
    case 'within':
      return within(below, node.duration, zone, node.toMonthEnd === true);
    case 'accumulated':
      return inEvenDays(below, zone, (even) => accumulated(even, node.duration.days * DAY_MS, node.resetAfter ?? null, 'UTC'));
    case 'service':
      return inEvenDays(below, zone, (even) => service(even, node.duration.days * DAY_MS, node.within.days * DAY_MS));
  }
}

/**
 * Met from the day a span after the condition began to hold, as long as it does. Breaks of at most `gap` do not begin the count
 * anew, but during a break the condition does not hold.
 */
export function heldFor(below: Timeline, duration: Span, gap: Span | null, zone: string): Timeline {
  return onEachCut(below, (stretches) => {
    const held: Stretch[] = [];
    let due = Infinity;
    let end = -Infinity;
    stretches.forEach(({ from, to }, i) => {
      const isBridged = i > 0 && gap !== null && from <= spanAfter(end, gap, zone);
      if (!isBridged) due = dayAfter(from, duration, zone);
      held.push({ from: Math.max(from, due), to });
      end = to;
    });
    return held;
  });
}

/** Met while the condition holds and for a span after. */
export function within(below: Timeline, duration: Span, zone: string, toMonthEnd = false): Timeline {
  const after = (to: Instant): Instant => {
    if (to === Infinity) return to;
    return toMonthEnd ? dayAfter(to - 1, duration, zone, true) : spanAfter(to, duration, zone);
  };
  return onEachCut(below, (stretches) => stretches.map(({ from, to }) => ({ from, to: after(to) })));
}

/** Met for ever once the condition has held for so long in all; a break longer than `resetAfter` takes away what was gathered. */
export function accumulated(below: Timeline, enough: number, resetAfter: Span | null, zone: string): Timeline {
  return onEachCut(below, (stretches) => {
    const met: Stretch[] = [];
    let gathered = 0;
    let since = Infinity;
    stretches.forEach(({ from, to }, i) => {
      const last = stretches[i - 1];
      if (last && resetAfter !== null) {
        const reset = spanAfter(last.to, resetAfter, zone);
        if (from > reset) {
          if (since < Infinity) met.push({ from: since, to: reset });
          gathered = 0;
          since = Infinity;
        }
      }
      if (since === Infinity && gathered + (to - from) >= enough) since = from + (enough - gathered);
      gathered += to - from;
    });
    const end = stretches.at(-1)?.to ?? Infinity;
    const reset = resetAfter === null || end === Infinity ? Infinity : spanAfter(end, resetAfter, zone);
    if (since < Infinity) met.push({ from: since, to: reset });
    return met;
  });
}

/**
 * Met while the condition has held for `enough` of the last `reach` milliseconds, until the instant from which that falls short. What was
 * gathered rises, stays or falls as the two ends of the reach move in and out of stretches, so it is followed from corner to corner.
 */
export function service(below: Timeline, enough: number, reach: number): Timeline {
  return onEachCut(below, (stretches) => {
    if (stretches[0]?.from === -Infinity && stretches[0].to === Infinity) return stretches;
    const corners = new Set<Instant>();
    for (const { from, to } of stretches) {
      for (const end of [from, to]) if (Number.isFinite(end)) corners.add(end).add(end + reach);
    }
    const met: Stretch[] = [];
    const sorted = [...corners].sort((a, b) => a - b);
    const gatheredAt = (t: Instant): number =>
      stretches.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, t) - Math.max(from, t - reach)), 0);
    // before the first corner nothing moves in or out: all of the reach, or none of it
    if (stretches[0]?.from === -Infinity) met.push({ from: -Infinity, to: sorted[0]! });
    sorted.forEach((a, i) => {
      const b = sorted[i + 1] ?? Infinity;
      const [atA, atB] = [gatheredAt(a), b === Infinity ? gatheredAt(a) : gatheredAt(b)];
      if (atA >= enough && atB >= enough) met.push({ from: a, to: b });
      else if (atA < enough && atB >= enough) met.push({ from: a + (enough - atA), to: b });
      else if (atA >= enough) met.push({ from: a, to: a + (atA - enough) });
    });
    return met;
  });
}

/** Adds up in a scale in which every day of the zone is as long as any other: a day on which clocks change is a day. */
function inEvenDays(below: Timeline, zone: string, change: (even: Timeline) => Timeline): Timeline {
  const { startOf, dayAt } = zoneDays(zone);
  const lengthOf = (day: number): number => startOf(day + 1) - startOf(day);
  const even = (at: Instant): number => {
    if (!Number.isFinite(at)) return at;
    const day = dayAt(at);
    return day * DAY_MS + Math.round(((at - startOf(day)) * DAY_MS) / lengthOf(day));
  };
  const instant = (at: number): Instant => {
    if (!Number.isFinite(at)) return at;
    const day = Math.floor(at / DAY_MS);
    return startOf(day) + Math.round(((at - day * DAY_MS) * lengthOf(day)) / DAY_MS);
  };
  return rescaled(change(rescaled(below, even)), instant);
}

function rescaled(timeline: Timeline, scale: (at: Instant) => Instant): Timeline {
  const steps: Step[] = [];
  for (const { from, level } of timeline) pushStep(steps, scale(from), level);
  return steps;
}

/** Applies the same to the stretches of every cut, and puts the cuts together again. */
function onEachCut(below: Timeline, change: (stretches: readonly Stretch[]) => readonly Stretch[]): Timeline {
  const levels = new Set(below.map(({ level }) => level));
  const cuts: Timeline[] = [];
  for (const level of [Level.UNKNOWN, Level.PENDING, Level.GRACE, Level.MET] as const) {
    if (levels.has(level)) cuts.push(timelineOf(change(stretchesFrom(below, level)), level));
  }
  return cuts.length === 0 ? constant(Level.UNMET) : maxOf(cuts);
}

/** Where a timeline is at a level or better. */
function stretchesFrom(timeline: Timeline, level: Level): Stretch[] {
  const stretches: Stretch[] = [];
  timeline.forEach((step, i) => {
    if (step.level < level) return;
    const to = timeline[i + 1]?.from ?? Infinity;
    const last = stretches.at(-1);
    if (last?.to === step.from) stretches[stretches.length - 1] = { from: last.from, to };
    else stretches.push({ from: step.from, to });
  });
  return stretches;
}

/** One level in stretches, which come in the order of their beginnings and may overlap. */
function timelineOf(stretches: readonly Stretch[], level: Level): Timeline {
  const steps: Step[] = [{ from: -Infinity, level: Level.UNMET }];
  let end = -Infinity;
  for (const { from, to } of stretches) {
    if (!(from < to) || to <= end) continue;
    if (from > end || end === -Infinity) pushStep(steps, from, level);
    else pushStep(steps, end, level);
    pushStep(steps, to, Level.UNMET);
    end = to;
  }
  if (steps.at(-1)!.from === Infinity) steps.pop();
  return steps;
}
