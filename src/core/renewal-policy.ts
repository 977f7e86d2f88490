/** What a renewal policy says, how it is read, and the dates it leads to. */
import {
  addSpanToInstant,
  addSpanToNumber,
  dayInYear,
  firstOfMonth,
  isZone,
  parseSpan,
  subtractSpanFromInstant,
  yearOf,
  zoneDays,
  type Day,
  type DayNumber,
  type Instant,
  type Span,
} from './calendar';
import { isRefusal, refusal, type Refusal } from './refusal';

/** What a late or early renewal is counted from: its own day, the expiry it renews, or a date of the year. */
export type RenewalAnchor = 'COMPLETION' | 'EXPIRY' | 'FIXED';

/** Whether the anniversary itself is the last valid day, or the day before it. */
export type LastDay = 'ON_ANNIVERSARY' | 'BEFORE_ANNIVERSARY';

/** Which day of the year an attribute's date fixes: itself, the last before its month, or the last of its month. */
export type FixedDay = 'DATE' | 'BEFORE_MONTH' | 'MONTH_END';

/** A date of the year read from a person. */
export interface FixedFrom {
  readonly attribute: string;
  readonly day: FixedDay;
  readonly minActive: Span | null;
}

/** MONTH_START: no longer valid from the first of the month it would end in. MONTH_END: valid through the end of that month. */
export type ExpiryRounding = 'MONTH_START' | 'MONTH_END';

/** How awards of one credential type live, lapse and renew. With neither life, calendarMonths nor a fixed date they never expire. */
export interface RenewalPolicy {
  readonly life: Span | null;
  /** Valid to the end of the n-th calendar month after the month of issue; stands in place of life. */
  readonly calendarMonths: number | null;
  readonly anchor: RenewalAnchor;
  /** With anchor EXPIRY: a renewal this long before the expiry, or later, extends from the expiry; an earlier one starts anew. */
  readonly early: Span | null;
  /** The stretch after the expiry, see graceCounts and backdate. */
  readonly grace: Span | null;
  /** Whether the stretch of grace has the status GRACE; otherwise it is EXPIRED. */
  readonly graceCounts: boolean;
  /** With anchor EXPIRY: whether a renewal within grace extends from the expiry. */
  readonly backdate: boolean;
  /** How long after the expiry a mere renewal still counts; later, only an initial award does. Null: for ever. */
  readonly reinstateWithin: Span | null;
  /** With anchor FIXED: valid through the first such date that leaves at least minActive. */
  readonly fixed: { readonly month: number; readonly day: number; readonly minActive: Span | null } | null;
  /** With anchor FIXED, in place of fixed: the date of the year is that of an attribute of the person, as of the award. */
  readonly fixedFrom: FixedFrom | null;
  /** To which first of a month the end of a life is moved; null: it stays. */
  readonly roundTo: ExpiryRounding | null;
  readonly noticeBefore: readonly Span[];
  readonly lastDay: LastDay;
  readonly zone: string;
}

/** The policy of a type that has none: its awards never expire. */
export function NEVER_EXPIRES(zone: string): RenewalPolicy {
  return {
    life: null,
    calendarMonths: null,
    anchor: 'COMPLETION',
    early: null,
    grace: null,
    graceCounts: false,
    backdate: false,
    reinstateWithin: null,
    fixed: null,
    fixedFrom: null,
    roundTo: null,
    noticeBefore: [],
    lastDay: 'BEFORE_ANNIVERSARY',
    zone,
  };
}

/** Whether awards end by the policy. */
export function expires({ life, calendarMonths, fixed, fixedFrom }: RenewalPolicy): boolean {
  return life !== null || calendarMonths !== null || fixed !== null || fixedFrom !== null;
}

/** A renewal policy as a client writes it: spans in ISO 8601, anything absent or null left at its default. */
export interface RenewalPolicyDraft {
  readonly life?: string | null;
  readonly calendarMonths?: number | null;
  readonly anchor?: RenewalAnchor | null;
  readonly early?: string | null;
  readonly grace?: string | null;
  readonly graceCounts?: boolean | null;
  readonly backdate?: boolean | null;
  readonly reinstateWithin?: string | null;
  readonly fixed?: { readonly month: number; readonly day: number; readonly minActive?: string | null } | null;
  readonly fixedFrom?: { readonly attribute: string; readonly day?: FixedDay | null; readonly minActive?: string | null } | null;
  readonly roundTo?: ExpiryRounding | null;
  readonly noticeBefore?: readonly string[] | null;
  readonly lastDay?: LastDay | null;
  readonly timeZone?: string | null;
}

/** Reads a policy; refuses with RENEWAL_POLICY_INVALID and the path within the draft. A draft with only a fixed date has anchor FIXED. */
export function parseRenewalPolicy(draft: RenewalPolicyDraft | null, defaultZone: string): RenewalPolicy | Refusal {
  if (draft === null) return NEVER_EXPIRES(defaultZone);
  const refusals: Refusal[] = [];
  const refuse = (message: string, ...path: (string | number)[]): null => {
    refusals.push(refusal('RENEWAL_POLICY_INVALID', message, path));
    return null;
  };
  const span = (text: string | null | undefined, ...path: (string | number)[]): Span | null =>
    text === null || text === undefined
      ? null
      : (parseSpan(text) ??
        refuse(`Write ${path.join('.')} as a calendar duration of at most 200 years, such as P2Y or P90D.`, ...path));
  const { calendarMonths = null, fixed = null, fixedFrom = null, roundTo = null } = draft;
  const zone = draft.timeZone ?? defaultZone;
  const onlyFixed = (fixed !== null || fixedFrom !== null) && !draft.life && calendarMonths === null;
  const anchor = onlyFixed ? 'FIXED' : (draft.anchor ?? 'COMPLETION');
  if (draft.life && calendarMonths !== null) refuse('Give life or calendarMonths, not both.', 'calendarMonths');
  if (calendarMonths !== null && !(Number.isInteger(calendarMonths) && calendarMonths >= 1 && calendarMonths <= 2400))
    refuse('Give calendarMonths as a whole number from 1 to 2400.', 'calendarMonths');
  if (anchor === 'FIXED' && fixed === null && fixedFrom === null)
    refuse('Say with fixed or fixedFrom on which date of the year the credential expires.', 'fixed');
  if (anchor !== 'FIXED' && fixed !== null) refuse('Set anchor to FIXED, or leave fixed out.', 'anchor');
  if (anchor !== 'FIXED' && fixedFrom !== null) refuse('Set anchor to FIXED, or leave fixedFrom out.', 'anchor');
  if (fixed !== null && fixedFrom !== null) refuse('Give fixed or fixedFrom, not both.', 'fixedFrom');
  if (fixedFrom !== null && (fixedFrom.attribute.trim() === '' || fixedFrom.attribute.length > 200))
    refuse('Name the attribute that holds the date.', 'fixedFrom', 'attribute');
  if (fixed !== null && !isDateOfYear(fixed.month, fixed.day))
    refuse('Give fixed as a month from 1 to 12 and a day it has.', 'fixed');
  const life = span(draft.life, 'life');
  if (roundTo !== null && (life === null || anchor === 'FIXED'))
    refuse('Round the end of a life: give life, or leave roundTo out.', 'roundTo');
  // a shorter life could be rounded away
  else if (roundTo === 'MONTH_START' && life !== null && life.months === 0 && life.days < 31)
    refuse('Round a life of at least a month to the start of a month.', 'roundTo');
  if (!isZone(zone)) refuse('Name timeZone as the IANA database does, such as Europe/London.', 'timeZone');
  if ((draft.noticeBefore ?? []).length > 20) refuse('Ask for at most 20 notices.', 'noticeBefore');
  const policy: RenewalPolicy = {
    life,
    calendarMonths,
    anchor,
    early: span(draft.early, 'early'),
    grace: span(draft.grace, 'grace'),
    graceCounts: draft.graceCounts ?? false,
    backdate: draft.backdate ?? false,
    reinstateWithin: span(draft.reinstateWithin, 'reinstateWithin'),
    fixed: fixed && { month: fixed.month, day: fixed.day, minActive: span(fixed.minActive, 'fixed', 'minActive') },
    fixedFrom: fixedFrom && {
      attribute: fixedFrom.attribute,
      day: fixedFrom.day ?? 'DATE',
      minActive: span(fixedFrom.minActive, 'fixedFrom', 'minActive'),
    },
    roundTo,
    noticeBefore: (draft.noticeBefore ?? []).flatMap((text, i) => span(text, 'noticeBefore', i) ?? []),
    lastDay: draft.lastDay ?? 'BEFORE_ANNIVERSARY',
    zone,
  };
  return refusals.find(isRefusal) ?? policy;
}

function isDateOfYear(month: number, day: number): boolean {
  const isWhole = Number.isInteger(month) && Number.isInteger(day);
  return (
    isWhole &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= addSpanToNumber(dayInYear(2024, month, 1), { months: 1, days: 0 }) - dayInYear(2024, month, 1)
  );
}

/** A policy as functions of days and instants. */
export interface RenewalTerms {
  /** The civil day of an instant. */
  readonly dayAt: (instant: Instant) => DayNumber;
  /** The end (exclusive) of the k-th life counted from an anchor; Infinity: never. `date` is the person's that fixedFrom reads; null: not known. */
  readonly endOf: (anchor: DayNumber, k: number, date: Day | null) => Instant;
  /** Whether ends lie on a date of the year: then the next is found from the last, not counted from the anchor. */
  readonly isFixed: boolean;
  /** The anchor of which an end given by the issuer is the 0-th life. */
  readonly anchorOf: (end: Instant) => DayNumber;
}

/** The dates a policy leads to. Lives are always counted from their anchor, never from one another's ends. */
export function renewalTerms(policy: RenewalPolicy): RenewalTerms {
  const { startOf, dayAt } = zoneDays(policy.zone);
  const { life, calendarMonths, roundTo } = policy;
  const extraDay = policy.lastDay === 'ON_ANNIVERSARY' ? 1 : 0;
  const isFixed =
    (policy.fixed ?? policy.fixedFrom) !== null && (policy.anchor === 'FIXED' || (life === null && calendarMonths === null));
  const endOf = (anchor: DayNumber, k: number, date: Day | null): Instant => {
    if (isFixed) return startOf(fixedEnd(policy, date, anchor));
    if (calendarMonths !== null) return startOf(firstOfMonth(anchor, calendarMonths * k + 1));
    return life === null ? Infinity : startOf(rounded(addSpanToNumber(anchor, life, k) + extraDay, roundTo));
  };
  const countsLastDay = calendarMonths !== null || extraDay === 1;
  return { dayAt, endOf, isFixed, anchorOf: (end) => (countsLastDay ? dayAt(end - 1) : dayAt(end)) };
}

function rounded(end: DayNumber, to: ExpiryRounding | null): DayNumber {
  if (to === null) return end;
  return to === 'MONTH_START' ? firstOfMonth(end) : firstOfMonth(end - 1, 1);
}

/**
 * The day after the first date of the year that is not before the award and leaves it at least minActive. While the person's date is not
 * known, the soonest end that any date could give: what is held for sure is held, and nothing is for ever.
 */
function fixedEnd({ fixed, fixedFrom }: RenewalPolicy, date: Day | null, awardedOn: DayNumber): DayNumber {
  const minActive = (fixed ?? fixedFrom)?.minActive ?? null;
  const soonest = minActive ? addSpanToNumber(awardedOn, minActive) : awardedOn + 1;
  const endIn = fixed ? (year: number) => dayInYear(year, fixed.month, fixed.day) + 1 : date && endOfYearly(date, fixedFrom!.day);
  if (!endIn) return soonest;
  for (let year = yearOf(soonest) - 1; ; year++) {
    const end = endIn(year);
    if (end >= soonest) return end;
  }
}

function endOfYearly(date: Day, which: FixedDay): (year: number) => DayNumber {
  const [month, day] = [Number(date.slice(5, 7)), Number(date.slice(8, 10))];
  return (year) =>
    which === 'DATE' ? dayInYear(year, month, day) + 1 : firstOfMonth(dayInYear(year, month, 1), which === 'MONTH_END' ? 1 : 0);
}

/** The instant a span before an end: whole days before an end at the start of a day, else on the wall clock. */
export function spanBefore(end: Instant, span: Span, zone: string): Instant {
  const { startOf, dayAt } = zoneDays(zone);
  const day = dayAt(end);
  return startOf(day) === end ? startOf(addSpanToNumber(day, span, -1)) : subtractSpanFromInstant(end, span, zone);
}

/** The instant a span after an end: whole days after an end at the start of a day, else on the wall clock. */
export function spanAfter(end: Instant, span: Span, zone: string): Instant {
  const { startOf, dayAt } = zoneDays(zone);
  const day = dayAt(end);
  return startOf(day) === end ? startOf(addSpanToNumber(day, span)) : addSpanToInstant(end, span, zone);
}

/**
 * When a notice is due. It is reckoned from the last valid day, the one people are told, so that on the day of a 45-day notice
 * "due in 45 days" is true; an end within a day is reckoned from on the wall clock.
 */
export function noticeAt(end: Instant, span: Span, zone: string): Instant {
  const { startOf, dayAt } = zoneDays(zone);
  const day = dayAt(end);
  return startOf(day) === end ? startOf(addSpanToNumber(day - 1, span, -1)) : subtractSpanFromInstant(end, span, zone);
}
