/** A renewal policy in English, with dates worked out by the fold itself. */
import { dayOf, spanText, startOfDay, type Day } from './calendar';
import { expires, foldHolding, type Evidence, type RenewalPolicy } from './renewal';

/** The days of issue of the worked examples: a month's end, a leap day, a day of no note. */
const EXAMPLES: readonly Day[] = ['2026-01-31', '2028-02-29', '2026-10-15'];

/** The date of the person of the worked examples. */
const EXAMPLE_DATE: Day = '1984-02-29';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** The policy in sentences, ending with three worked dates; dates are civil days of the policy's zone. `renews` are lower credentials. */
export function renewalText(policy: RenewalPolicy, renews: readonly string[] = []): string {
  const sentences = [validityText(policy), ...renewalSentences(policy)];
  if (policy.noticeBefore.length)
    sentences.push(`Notice is given ${listText(policy.noticeBefore.map(spanText))} before the last valid day.`);
  if (renews.length) sentences.push(`An award also renews ${listText(renews)}, where held, up to its own end.`);
  sentences.push(`Days are those of ${policy.zone}.`);
  const worked = EXAMPLES.map((day) => `issued ${day}, ${lastValidDay(policy, day)}`);
  const date = policy.fixedFrom ? ` where ${policy.fixedFrom.attribute} is ${EXAMPLE_DATE}` : '';
  return [...sentences, `Examples${date}: ${worked.join('; ')}.`].join(' ');
}

function validityText({ life, calendarMonths, fixed, fixedFrom, roundTo, anchor, lastDay }: RenewalPolicy): string {
  if (fixedFrom && (anchor === 'FIXED' || (life === null && calendarMonths === null))) {
    const { attribute, day, minActive } = fixedFrom;
    const which = {
      DATE: `day of the year of ${attribute}`,
      BEFORE_MONTH: `day before the month of ${attribute}`,
      MONTH_END: `end of the month of ${attribute}`,
    }[day];
    const least = minActive ? ` that leaves at least ${spanText(minActive)}` : '';
    const unknown = minActive ? `for ${spanText(minActive)}` : 'for a day';
    return `Valid through the first ${which}${least}; while ${attribute} is not known, ${unknown}.`;
  }
  if (fixed && (anchor === 'FIXED' || (life === null && calendarMonths === null))) {
    const least = fixed.minActive ? ` that leaves at least ${spanText(fixed.minActive)}` : '';
    return `Valid through the first ${fixed.day} ${MONTHS[fixed.month - 1] ?? ''}${least}.`;
  }
  if (calendarMonths !== null)
    return `Valid through the end of the ${ordinal(calendarMonths)} calendar month after the month of issue.`;
  if (life === null) return 'Never expires, unless the issuer sets an end.';
  const last = lastDay === 'ON_ANNIVERSARY' ? 'the anniversary itself' : 'the day before the anniversary';
  if (roundTo === 'MONTH_END') return `Valid for ${spanText(life)}, through the end of the month of ${last}.`;
  if (roundTo === 'MONTH_START')
    return `Valid for ${spanText(life)}, but no longer from the first of the month in which ${last} is over.`;
  return `Valid for ${spanText(life)}, through ${last}.`;
}

function renewalSentences(policy: RenewalPolicy): string[] {
  if (!expires(policy)) return [];
  const { anchor, early, grace, graceCounts, backdate, reinstateWithin } = policy;
  const sentences: string[] = [];
  if (anchor === 'EXPIRY') {
    const windows = [
      early && `in the last ${spanText(early)} of validity`,
      backdate && grace && `up to ${spanText(grace)} after expiry`,
    ].filter(Boolean);
    sentences.push(
      windows.length
        ? `A renewal ${windows.join(' or ')} extends from the expiry; any other counts from its own day.`
        : 'A renewal counts from its own day.',
    );
  } else if (anchor === 'FIXED') sentences.push('A renewal is valid through the date found in the same way.');
  else sentences.push('A renewal counts from its own day.');
  if (grace && graceCounts) sentences.push(`Expiry is followed by ${spanText(grace)} of grace.`);
  if (reinstateWithin) sentences.push(`More than ${spanText(reinstateWithin)} after expiry only an initial award counts.`);
  return sentences;
}

function lastValidDay(policy: RenewalPolicy, issuedOn: Day): string {
  const at = startOfDay(issuedOn, policy.zone);
  const evidence: Evidence[] = [
    { kind: 'AWARD', id: '', at, expiresAt: null, initial: true, recordedAt: at },
    { kind: 'DATE', id: '', at, on: EXAMPLE_DATE, recordedAt: at },
  ];
  const expiresAt = foldHolding(policy, evidence).segments[0]?.expiresAt ?? null;
  return expiresAt === null ? 'valid for good' : `valid through ${dayOf(expiresAt - 1, policy.zone)}`;
}

function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
