// Whether, and for how long, things are so.
import type { Instant } from './calendar';
import { leafTimeline } from './conditions';
import type { PersonFacts } from './facts';
import type { LeafNode } from './rule';
import { withSteps, type PlacedStep } from './steps';
import { Level, type Timeline } from './timeline';

/** Whether a timeline is MET from an instant through another. */
export function isMetThrough(timeline: Timeline, from: Instant, to: Instant): boolean {
  return timeline.every((step, i) => {
    const end = timeline[i + 1]?.from ?? Infinity;
    return step.level === Level.MET || end <= from || step.from > to;
  });
}

/** How long a timeline was MET between two instants. */
export function metBetween(timeline: Timeline, from: Instant, to: Instant): number {
  return timeline.reduce((sum, step, i) => {
    const end = timeline[i + 1]?.from ?? Infinity;
    return sum + (step.level === Level.MET ? Math.max(0, Math.min(end, to) - Math.max(step.from, from)) : 0);
  }, 0);
}

/** Whether a condition on one person would be met from an instant through another, with steps done as given. */
export function wouldMeet(
  node: LeafNode,
  facts: PersonFacts,
  steps: readonly PlacedStep[],
  [from, to]: readonly [Instant, Instant],
): boolean {
  const after = withSteps(facts, steps, (same) => same);
  return isMetThrough(leafTimeline(node, after), from, to);
}
