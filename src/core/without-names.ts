// A JSON value in which somebody's names are not to be read any more.
import type { Json } from './rule';

/** Puts `mark` in the place of each name, wherever it stands as a word of its own: a name such as "1" is part of many words. */
export function withoutNames(value: Json, names: readonly string[], mark: string): Json {
  const longestFirst = [...names].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return value;
  const words = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${longestFirst.map(literally).join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
  const clean = (at: Json): Json => {
    if (typeof at === 'string') return at.replace(words, mark);
    if (Array.isArray(at)) return at.map((item) => clean(item as Json));
    if (at === null || typeof at !== 'object') return at;
    return Object.fromEntries(Object.entries(at as Record<string, Json>).map(([name, item]) => [name, clean(item)]));
  };
  return clean(value);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
