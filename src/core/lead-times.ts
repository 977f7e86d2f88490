// Spans backwards: when something has to begin so that it is done in time.
import { addSpanToInstant, addSpanToNumber, subtractSpanFromInstant, zoneDays, type Instant, type Span } from './calendar';

const ONE_DAY: Span = { months: 0, days: 1 };

/** When something that begins at `start` and takes a span is done; null: it takes no time that is known. */
export function doneAt(start: Instant, span: Span | null, zone: string): Instant {
  return span === null ? start : addSpanToInstant(start, span, zone);
}

/** The last beginning with which it is done by an instant. Months differ in length, so that is not simply the span before it. */
export function latestStart(by: Instant, span: Span | null, zone: string): Instant {
  if (span === null || !Number.isFinite(by)) return by;
  let start = subtractSpanFromInstant(by, span, zone);
  while (doneAt(start, span, zone) > by) start = subtractSpanFromInstant(start, ONE_DAY, zone);
  for (let next = doneAt(start, ONE_DAY, zone); doneAt(next, span, zone) <= by; next = doneAt(start, ONE_DAY, zone)) start = next;
  return start;
}

/** The last instant from whose day a window, which counts in whole days, leads to `by` at the latest. */
export function latestWindowStart(by: Instant, span: Span, zone: string): Instant {
  if (!Number.isFinite(by)) return by;
  const { startOf, dayAt } = zoneDays(zone);
  const last = dayAt(by);
  let day = addSpanToNumber(last, span, -1);
  while (addSpanToNumber(day, span) > last) day--;
  while (addSpanToNumber(day + 1, span) <= last) day++;
  return startOf(day + 1) - 1;
}
