/** How long texts may be, so that every identifier fits into an index. */
import { refusal, type Refusal } from './refusal';

/** Names, codes and ids. */
export const LONGEST_NAME = 400;
/** Addresses. */
export const LONGEST_ADDRESS = 4_000;

/** Refuses the first of these fields that holds a text, or a list with a text, of more than `most` characters. */
export function refuseLongText(item: object, names: readonly string[], most: number): Refusal | null {
  const fields = item as Readonly<Record<string, unknown>>;
  const isLong = (value: unknown): boolean =>
    typeof value === 'string' ? value.length > most : Array.isArray(value) && value.some(isLong);
  const name = names.find((candidate) => isLong(fields[candidate]));
  return name === undefined ? null : refusal('VALUE_TOO_LONG', `${name} has more than ${most} characters: shorten it.`, [name]);
}
