// Two verdict timelines side by side: where they disagree.
import type { Instant } from './calendar';
import type { Verdict, VerdictTimeline } from './verdict';

/** A stretch [from, to) in which two timelines give different verdicts, each the same one throughout; infinite: no bound. */
export interface Contrast {
  readonly from: Instant;
  readonly to: Instant;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** All stretches in which `after` gives another verdict than `before`, in order of time. The rule version behind a verdict does not matter. */
export function contrasts(before: VerdictTimeline, after: VerdictTimeline): Contrast[] {
  const found: Contrast[] = [];
  let i = 0;
  let j = 0;
  for (let from = -Infinity; from < Infinity;) {
    const to = Math.min(before[i + 1]?.from ?? Infinity, after[j + 1]?.from ?? Infinity);
    const [old, fresh] = [before[i]!.verdict, after[j]!.verdict];
    const last = found.at(-1);
    if (old !== fresh) {
      if (last?.to === from && last.before === old && last.after === fresh) found[found.length - 1] = { ...last, to };
      else found.push({ from, to, before: old, after: fresh });
    }
    if (before[i + 1]?.from === to) i++;
    if (after[j + 1]?.from === to) j++;
    from = to;
  }
  return found;
}

/** From an instant on one verdict stands in another's place, until the next difference or until both agree again. */
export interface VerdictChange {
  readonly at: Instant;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** The stretches of [from, to] in which two timelines say different things, each by its beginning; one that began earlier begins at `from`. */
export function verdictChanges(before: VerdictTimeline, after: VerdictTimeline, from: Instant, to: Instant): VerdictChange[] {
  return contrasts(before, after)
    .filter((contrast) => contrast.to > from && contrast.from <= to)
    .map((contrast) => ({ at: Math.max(contrast.from, from), before: contrast.before, after: contrast.after }));
}
