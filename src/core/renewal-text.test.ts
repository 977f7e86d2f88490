import { parseRenewalPolicy, type RenewalPolicy, type RenewalPolicyDraft } from './renewal';
import { renewalText } from './renewal-text';

const text = (draft: RenewalPolicyDraft | null): string =>
  renewalText(parseRenewalPolicy(draft, 'Europe/London') as RenewalPolicy);

describe('a renewal policy in English, with three worked dates (C7)', () => {
  it.each<[RenewalPolicyDraft | null, string]>([
    [
      null,
      'Never expires, unless the issuer sets an end. Days are those of Europe/London. Examples: issued 2026-01-31, valid for good; issued 2028-02-29, valid for good; issued 2026-10-15, valid for good.',
    ],
    [
      { life: 'P2Y', noticeBefore: ['P90D', 'P30D'] },
      'Valid for 2 years, through the day before the anniversary. A renewal counts from its own day. Notice is given 90 days and 30 days before the last valid day. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2028-01-30; issued 2028-02-29, valid through 2030-02-27; issued 2026-10-15, valid through 2028-10-14.',
    ],
    [
      {
        life: 'P1M',
        lastDay: 'ON_ANNIVERSARY',
        anchor: 'EXPIRY',
        early: 'P10D',
        grace: 'P1M',
        backdate: true,
        graceCounts: true,
        reinstateWithin: 'P1Y',
      },
      'Valid for 1 month, through the anniversary itself. A renewal in the last 10 days of validity or up to 1 month after expiry extends from the expiry; any other counts from its own day. ' +
        'Expiry is followed by 1 month of grace. More than 1 year after expiry only an initial award counts. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2026-02-28; issued 2028-02-29, valid through 2028-03-29; issued 2026-10-15, valid through 2026-11-15.',
    ],
    [
      { calendarMonths: 22 },
      'Valid through the end of the 22nd calendar month after the month of issue. A renewal counts from its own day. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2027-11-30; issued 2028-02-29, valid through 2029-12-31; issued 2026-10-15, valid through 2028-08-31.',
    ],
    [
      { fixed: { month: 3, day: 31, minActive: 'P6M' } },
      'Valid through the first 31 March that leaves at least 6 months. A renewal is valid through the date found in the same way. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2027-03-31; issued 2028-02-29, valid through 2029-03-31; issued 2026-10-15, valid through 2028-03-31.',
    ],
    [
      { fixedFrom: { attribute: 'birthDate', day: 'BEFORE_MONTH', minActive: 'P2Y' } },
      'Valid through the first day before the month of birthDate that leaves at least 2 years; while birthDate is not known, for 2 years. ' +
        'A renewal is valid through the date found in the same way. Days are those of Europe/London. ' +
        'Examples where birthDate is 1984-02-29: issued 2026-01-31, valid through 2028-01-31; issued 2028-02-29, valid through 2031-01-31; issued 2026-10-15, valid through 2029-01-31.',
    ],
    [
      { fixedFrom: { attribute: 'birthDate' } },
      'Valid through the first day of the year of birthDate; while birthDate is not known, for a day. ' +
        'A renewal is valid through the date found in the same way. Days are those of Europe/London. ' +
        'Examples where birthDate is 1984-02-29: issued 2026-01-31, valid through 2026-02-28; issued 2028-02-29, valid through 2028-02-29; issued 2026-10-15, valid through 2027-02-28.',
    ],
    [
      { life: 'P1Y', roundTo: 'MONTH_END' },
      'Valid for 1 year, through the end of the month of the day before the anniversary. A renewal counts from its own day. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2027-01-31; issued 2028-02-29, valid through 2029-02-28; issued 2026-10-15, valid through 2027-10-31.',
    ],
    [
      { life: 'P1Y', roundTo: 'MONTH_START', lastDay: 'ON_ANNIVERSARY' },
      'Valid for 1 year, but no longer from the first of the month in which the anniversary itself is over. A renewal counts from its own day. Days are those of Europe/London. ' +
        'Examples: issued 2026-01-31, valid through 2027-01-31; issued 2028-02-29, valid through 2029-02-28; issued 2026-10-15, valid through 2027-09-30.',
    ],
  ])('%j', (draft, expected) => expect(text(draft)).toBe(expected));
});
