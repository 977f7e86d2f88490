// What is deprecated says so with two days: since when, and until when it answers all the same.
import { addSpan, dayNumber, parseDay, type Day } from './calendar';

/** Days that lie at least between the two: whoever looks once in half a year has the time to change. */
export const LEAST_DAYS = 180;

/** What a reason says. */
export interface Deprecation {
  /** The whole reason, which begins with what to use instead. */
  readonly reason: string;
  /** The day on which it was deprecated. */
  readonly since: Day;
  /** The last day on which it is sure to answer; days are those of UTC. */
  readonly until: Day;
}

const REASON = /^\S.*[.!] Deprecated on (\d{4}-\d{2}-\d{2}), answers until (\d{4}-\d{2}-\d{2})\.$/s;
const DAY_MS = 86_400_000;

/** Reads a reason; answers what is wrong with it instead when it does not say what it must. */
export function readDeprecation(reason: string): Deprecation | string {
  const [since, until] = (REASON.exec(reason)?.slice(1) ?? []).map(parseDay);
  if (since == null || until == null)
    return 'must read like "Use `name` instead. Deprecated on 2026-11-29, answers until 2027-06-30."';
  const soonest = firstEnd(since);
  return until < soonest ? `must answer for ${LEAST_DAYS} days, that is until ${soonest} at least` : { reason, since, until };
}

/** The earliest last day of what is deprecated on a day. */
export function firstEnd(since: Day): Day {
  return addSpan(since, { months: 0, days: LEAST_DAYS });
}

/** Whether the last day is over. */
export function isOver({ until }: Pick<Deprecation, 'until'>, today: Day): boolean {
  return today > until;
}

/** The first instant of a day, in UTC. */
export function startOfDay(day: Day): number {
  return dayNumber(day) * DAY_MS;
}

/** The first instant that is not promised any more. */
export function endOf({ until }: Pick<Deprecation, 'until'>): number {
  return startOfDay(until) + DAY_MS;
}
