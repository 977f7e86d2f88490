// When no source can say that something is not so.
import type { Instant } from './calendar';
import type { Silence } from './facts';

/** From `at` until its next word, a source can say whether there is a thing of some sort, or cannot. */
export interface SourceWord {
  readonly source: string;
  readonly isAble: boolean;
  readonly at: Instant;
}

/**
 * The stretches in which none of the sources that ever had a word on something can say whether there is any. Before its first word a source
 * was otherwise: what is taken away was there, what is given was not. No word at all is no silence: what nobody speaks of is known to be empty.
 */
export function silencesOf(words: readonly SourceWord[]): Silence[] {
  const sources = new Map<string, SourceWord[]>();
  for (const word of words) sources.set(word.source, [...(sources.get(word.source) ?? []), word]);
  const spoken = [...sources.values()].flatMap(spokenBy).sort((a, b) => (a.from < b.from ? -1 : 1));
  if (sources.size === 0) return [];
  const silences: Silence[] = [];
  let end = -Infinity;
  for (const { from, to } of spoken) {
    if (from > end) silences.push({ from: end, to: from });
    end = Math.max(end, to);
  }
  if (end < Infinity) silences.push({ from: end, to: Infinity });
  return silences;
}

function spokenBy(words: readonly SourceWord[]): Silence[] {
  const inOrder = [...words].sort((a, b) => a.at - b.at);
  const first = inOrder[0]!;
  const before = first.isAble ? [] : [{ from: -Infinity, to: first.at }];
  const after = inOrder.flatMap(({ isAble, at }, i) => (isAble ? [{ from: at, to: inOrder[i + 1]?.at ?? Infinity }] : []));
  return [...before, ...after];
}
