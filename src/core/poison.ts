// Values that parse as JSON but that PostgreSQL cannot keep, or that would come back changed.
import { refusal, type Refusal } from './refusal';

/** How deep values nest at most. */
export const DEEPEST_VALUE = 32;

/** Where in a value there is something that cannot be stored, and what; null when all of it can. */
export function poisonIn(
  value: unknown,
  path: readonly string[] = [],
  deepest = DEEPEST_VALUE,
): { path: readonly string[]; what: string } | null {
  if (path.length > deepest) return { path: path.slice(0, 3), what: `is nested deeper than ${deepest} levels` };
  if (typeof value === 'string') {
    if (value.includes('\u0000')) return { path, what: 'holds the character U+0000' };
    if (!isWellFormed(value)) return { path, what: 'holds half of a surrogate pair' };
    return null;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return { path, what: 'is not a finite number' };
    const isExact = !Number.isInteger(value) || Number.isSafeInteger(value);
    return isExact ? null : { path, what: 'is a whole number of more than 53 bits, which loses digits (send it as text)' };
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = poisonIn(name, [...path, '(name)'], deepest) ?? poisonIn(member, [...path, name], deepest);
    if (found) return found;
  }
  return null;
}

/** Refuses an input that cannot be stored; null: all of it can. */
export function refusePoison(input: unknown, deepest = DEEPEST_VALUE): Refusal | null {
  const poison = poisonIn(input, [], deepest);
  return poison && refusal('UNSTORABLE_VALUE', `A value ${poison.what}, which cannot be stored: correct it.`, poison.path);
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Whether a text has no half of a character, which UTF-8 cannot write. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
