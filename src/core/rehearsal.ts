// What would differ about one person, were other rules in force.
import type { Instant } from './calendar';
import type { Verdict, VerdictTimeline } from './verdict';

/** From an instant on one verdict would stand in another's place, until the next difference or until both agree again. */
export interface VerdictChange {
  readonly at: Instant;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** The stretches of [from, to] in which two timelines say different things, each by its beginning; one that began earlier begins at `from`. */
export function verdictChanges(before: VerdictTimeline, after: VerdictTimeline, from: Instant, to: Instant): VerdictChange[] {
  const changes: VerdictChange[] = [];
  let previous: VerdictChange | null = null;
  let [i, j] = [0, 0];
  for (let at = from; at <= to;) {
    while (i + 1 < before.length && before[i + 1]!.from <= at) i++;
    while (j + 1 < after.length && after[j + 1]!.from <= at) j++;
    const change = { at, before: before[i]!.verdict, after: after[j]!.verdict };
    const isSame: boolean = previous !== null && previous.before === change.before && previous.after === change.after;
    if (change.before !== change.after && !isSame) changes.push(change);
    previous = change;
    at = Math.min(before[i + 1]?.from ?? Infinity, after[j + 1]?.from ?? Infinity);
    if (at === Infinity) break;
  }
  return changes;
}

/** Whether a verdict lets somebody fill the role. */
export function isEligible(verdict: Verdict): boolean {
  return verdict === 'ELIGIBLE' || verdict === 'AT_RISK';
}
