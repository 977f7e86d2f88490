/** Which dates facts may have, so that whatever policies add to them still has a year of four digits. */
import type { Day, Instant } from './calendar';
import { refusal, type Refusal } from './refusal';

const FIRST_YEAR = 1000;
/** Early windows, lives, graces and minimal terms add 200 years each at most. */
const LAST_YEAR = 9000;
const FIRST = Date.UTC(FIRST_YEAR, 0, 1);
const END = Date.UTC(LAST_YEAR + 1, 0, 1);

function isOutside(value: unknown): boolean {
  if (typeof value === 'number') return !((value satisfies Instant) >= FIRST && value < END);
  if (typeof value !== 'string') return false;
  const year = Number((value satisfies Day).slice(0, 4));
  return !(year >= FIRST_YEAR && year <= LAST_YEAR);
}

/** Refuses the first of these fields that holds an instant or a day outside the years 1000 to 9000; absent ones pass. */
export function refuseDates(item: object, names: readonly string[], path: readonly (string | number)[] = []): Refusal | null {
  const fields = item as Readonly<Record<string, unknown>>;
  const name = names.find((candidate) => isOutside(fields[candidate]));
  if (name === undefined) return null;
  const message = `${name} lies outside the years ${FIRST_YEAR} to ${LAST_YEAR}: correct it, or send null where there is no end.`;
  return refusal('DATE_OUT_OF_RANGE', message, [...path, name]);
}
