/** Milliseconds of a day in UTC, in which the sample reckons. */
export const DAY_MS = 86_400_000;

/** The civil day of an instant in UTC. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** The instant as RFC 3339 text. */
export function instantText(instant: number): string {
  return new Date(instant).toISOString();
}

/** The start of the day of an instant. */
export function startOfDay(instant: number): number {
  return Math.floor(instant / DAY_MS) * DAY_MS;
}

/** An instant so many calendar months later (earlier when negative), clamped to the end of the month. */
export function addMonths(instant: number, months: number): number {
  const from = new Date(instant);
  const moved = new Date(instant);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const length = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(from.getUTCDate(), length));
  return moved.getTime();
}

/** A calendar duration such as P3Y, P6M or P365D in months and days. */
export function spanOf(duration: string): { readonly months: number; readonly days: number } {
  const parts = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(duration);
  if (!parts) throw new Error(`${duration} is not a calendar duration.`);
  return { months: Number(parts[1] ?? 0) * 12 + Number(parts[2] ?? 0), days: Number(parts[3] ?? 0) };
}

/** About how many days a calendar duration covers. */
export function daysIn(duration: string): number {
  const { months, days } = spanOf(duration);
  return Math.round(months * 30.44 + days);
}
