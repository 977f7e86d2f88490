/** A holding's status in plain language. */
import { dayFromNumber, dayNumber, zoneDays, type Instant, type Span } from './calendar';
import type { HoldingSegment } from './renewal';
import { noticeAt } from './renewal-policy';

const KIND_WORD = { CERTIFICATION: 'certification', LICENSE: 'license', BADGE: 'badge', ATTESTATION: 'attestation' } as const;

/** What a credential type is called in a sentence: "CPR certification"; a name that says its kind already is left alone. */
export function credentialLabel(type: { readonly name: string; readonly kind: keyof typeof KIND_WORD }): string {
  const name = type.name.trim();
  return /(^|[\s-])(certification|certificate|license|licence|badge|attestation)$/i.test(name)
    ? name
    : `${name} ${KIND_WORD[type.kind]}`;
}

/** What a status text is made from: the segment is the one `at` lies in, null where nothing is held. */
export interface StatusQuestion {
  readonly label: string;
  readonly segment: HoldingSegment | null;
  readonly at: Instant;
  readonly zone: string;
  readonly noticeBefore: readonly Span[];
}

/**
 * The status at an instant in one sentence. Days are civil days of the zone, and an end is named by its last valid day; from the
 * earliest notice on, an active credential says how many days are left until that day.
 */
export function statusText({ label, segment, at, zone, noticeBefore }: StatusQuestion): string {
  if (segment === null) return `${label} not held`;
  const { status, from, to, issuedAt, expiresAt } = segment;
  const lastDay = expiresAt === null ? null : lastDayText(expiresAt, zone);
  switch (status) {
    case 'PENDING':
      return `${label} not yet active, begins ${dayText(issuedAt, zone)}`;
    case 'SUSPENDED':
      return `${label} suspended`;
    case 'REVOKED':
      return `${label} revoked on ${dayText(from, zone)}`;
    case 'EXPIRED':
      return `${label} expired on ${lastDay}`;
    case 'GRACE':
      return `${label} expired on ${lastDay}` + (to === Infinity ? ', in grace' : `, in grace until ${lastDayText(to, zone)}`);
    case 'ACTIVE':
      if (expiresAt === null) return `${label} active, never expires`;
      if (noticeBefore.some((span) => at >= noticeAt(expiresAt, span, zone)))
        return dueText(zoneDays(zone).dayAt(expiresAt - 1) - zoneDays(zone).dayAt(at));
      return `${label} active until ${lastDay}`;
  }
}

function dueText(days: number): string {
  if (days <= 0) return 'Recertification due today';
  return `Recertification due in ${days} day${days === 1 ? '' : 's'}`;
}

/** A life may lead beyond the calendar: its last day stands for all after it. */
const LAST_DAY = dayNumber('9999-12-31');

function dayText(instant: Instant, zone: string): string {
  return dayFromNumber(Math.min(zoneDays(zone).dayAt(instant), LAST_DAY));
}

function lastDayText(end: Instant, zone: string): string {
  return dayText(end - 1, zone);
}
