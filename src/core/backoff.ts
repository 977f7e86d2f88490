// When to try a delivery again: soon at first, then ever more seldom, for three days.
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const FIRST_WAITS: readonly number[] = [5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];
const LATER_WAIT = 12 * HOUR;
const IN_ALL = 72 * HOUR;
/** So that a thousand deliveries that failed together do not come back together. */
const SPREAD = 0.2;

/** The wait after each failed attempt but the last, before chance: eleven of them, so twelve attempts in less than three days. */
export const NOMINAL_WAITS: readonly number[] = nominalWaits();

/**
 * How long to wait after the attempt with this number (from 1) has failed: within 20 % of the schedule, wherever `chance` in
 * [0, 1) lets it fall. Null: that was the last.
 */
export function waitAfter(attempt: number, chance: number): number | null {
  const nominal = NOMINAL_WAITS[attempt - 1];
  return nominal === undefined ? null : Math.round(nominal * (1 - SPREAD + 2 * SPREAD * chance));
}

function nominalWaits(): number[] {
  const waits = [...FIRST_WAITS];
  const sum = (): number => waits.reduce((total, wait) => total + wait, 0);
  while (sum() + LATER_WAIT <= IN_ALL) waits.push(LATER_WAIT);
  return waits;
}

/** The longest that a receiver may ask us to stay away. */
const LONGEST_ASKED = 24 * HOUR;

/** How long a `Retry-After` header asks to wait, in seconds or until a date: at most a day; null when it says nothing of use. */
export function waitAsked(header: string | null, now: number): number | null {
  if (header === null) return null;
  const wait = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * SECOND : Date.parse(header) - now;
  return wait > 0 ? Math.min(wait, LONGEST_ASKED) : null;
}
