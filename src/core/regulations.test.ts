// Renewal as real regulations have it: golden cases worked out by hand from their texts.
import { parseAwardCondition, type Attempt } from './award';
import { dayOf, startOfDay } from './calendar';
import { decideCycles } from './cycle-awards';
import { isRefusal } from './refusal';
import { foldHolding, parseRenewalPolicy, statusAt, type Evidence, type RenewalPolicy, type RenewalPolicyDraft } from './renewal';

const ZONE = 'America/New_York';
const policyOf = (draft: RenewalPolicyDraft): RenewalPolicy => {
  const policy = parseRenewalPolicy(draft, ZONE);
  if (isRefusal(policy)) throw new Error(policy.message);
  return policy;
};
const at = (day: string): number => startOfDay(day, ZONE);
const award = (day: string, more: { initial?: boolean; expiresOn?: string } = {}): Evidence => ({
  kind: 'AWARD',
  id: day,
  at: at(day),
  expiresAt: more.expiresOn ? at(more.expiresOn) : null,
  initial: more.initial ?? null,
  recordedAt: 8e15,
});
const born = (on: string, since = '1990-01-01'): Evidence => ({
  kind: 'DATE',
  id: `${on} ${since}`,
  at: at(since),
  on,
  recordedAt: 8e15,
});

/** Hours: course, hours, day they were earned, day they were reported when it was another. */
type Hours = readonly [course: string, hours: number, on: string, reportedOn?: string];

/** The holding with its renewals by hours. */
const holdingOf = (
  policy: RenewalPolicy,
  evidence: readonly Evidence[],
  cycle: object | null = null,
  credits: readonly Hours[] = [],
) => {
  const when = cycle && parseAwardCondition({ cycle });
  if (isRefusal(when)) throw new Error(`${when.path.join('.')}: ${when.message}`);
  const attempts = credits.map(([courseCode, creditHours, on, reportedOn], i): Attempt => ({
    id: `hours ${i}`,
    courseCode,
    status: 'PASSED',
    score: null,
    creditHours,
    at: at(on),
    reportedAt: at(reportedOn ?? on),
    evidenceUrl: null,
  }));
  const versions = when ? [{ version: 1, from: -Infinity, until: Infinity, when: when }] : [];
  const decisions = decideCycles({ versions, courses: new Map(), attempts, policy, evidence, mayAward: () => true });
  const renewals = decisions
    .filter(({ satisfied }) => satisfied)
    .map((decision): Evidence => ({
      kind: 'AWARD',
      id: decision.attemptId,
      at: decision.at,
      expiresAt: null,
      initial: false,
      endsCycle: true,
      recordedAt: 8e15,
    }));
  return foldHolding(policy, [...evidence, ...renewals]);
};
/** The last valid day of all. */
const through = (...of: Parameters<typeof holdingOf>): string => dayOf(holdingOf(...of).segments.at(-1)!.expiresAt! - 1, ZONE);
const statusOn = (day: string, ...of: Parameters<typeof holdingOf>): string | undefined =>
  statusAt(holdingOf(...of).segments, at(day))?.status;

describe('renewal policies of real regulations', () => {
  it('FAA 61.23: one examination, an end for each privilege (months counted from the month of examination); the age is that of the day', () => {
    const months = (calendarMonths: number): RenewalPolicy => policyOf({ calendarMonths });
    expect(through(months(12), [award('2026-01-31')])).toBe('2027-01-31');
    expect(through(months(60), [award('2026-01-31')])).toBe('2031-01-31');
  });

  it('FAA 61.57(c)(d): lapsed more than six months, only a proficiency check brings instrument currency back', () => {
    const policy = policyOf({ calendarMonths: 6, reinstateWithin: 'P6M' });
    expect(through(policy, [award('2025-01-10'), award('2026-01-31')])).toBe('2026-07-31');
    expect(through(policy, [award('2025-01-10'), award('2026-02-01')])).toBe('2025-07-31');
    expect(through(policy, [award('2025-01-10'), award('2026-02-01', { initial: true })])).toBe('2026-08-31');
  });

  it('EASA FCL.740.A: a check in the last three months keeps the anchor, one before starts anew from the end of its month', () => {
    const policy = policyOf({ calendarMonths: 12, anchor: 'EXPIRY', early: 'P3M' });
    expect(through(policy, [award('2025-04-10'), award('2026-02-01')])).toBe('2027-04-30');
    expect(through(policy, [award('2025-04-10'), award('2026-01-31')])).toBe('2027-01-31');
  });

  it('AHA BLS: two years through the end of the month of issue, no grace', () => {
    const policy = policyOf({ calendarMonths: 24 });
    expect(through(policy, [award('2024-02-29')])).toBe('2026-02-28');
    expect(statusOn('2026-02-28', policy, [award('2024-02-01')])).toBe('ACTIVE');
    expect(statusOn('2026-03-01', policy, [award('2024-02-01')])).toBe('EXPIRED');
  });

  it('SuccessFactors, calendar basis: periods of 365 days drift at leap years, and late completion closes the period it is late for', () => {
    const policy = policyOf({ life: 'P365D', anchor: 'EXPIRY', early: 'P365D', grace: 'P365D', backdate: true });
    expect(through(policy, [award('2023-06-01')])).toBe('2024-05-30');
    expect(through(policy, [award('2023-06-01'), award('2024-04-01')])).toBe('2025-05-30');
    // late for the period that ended on 30 May 2024: the next is due on 30 May 2025 all the same
    expect(through(policy, [award('2023-06-01'), award('2024-08-15')])).toBe('2025-05-30');
  });

  it('Cornerstone: late completion anchors anew', () => {
    const policy = policyOf({ life: 'P1Y', anchor: 'EXPIRY', early: 'P1M', grace: 'P1M', backdate: false });
    expect(through(policy, [award('2024-06-01'), award('2025-06-15')])).toBe('2026-06-14');
    expect(through(policy, [award('2024-06-01'), award('2025-05-15')])).toBe('2026-05-31');
  });

  it('CompTIA: what a higher certificate renews ends with it, inside the cycle only', () => {
    const policy = policyOf({ life: 'P3Y' });
    const higher = award('2026-05-31', { initial: false, expiresOn: '2029-05-31' });
    expect(through(policy, [award('2023-06-01'), higher])).toBe('2029-05-30');
    expect(holdingOf(policy, [award('2023-06-01'), higher]).awards.at(-1)!.mode).toBe('RENEWAL');
    expect(holdingOf(policy, [award('2023-05-31'), higher]).awards.at(-1)!.mode).toBe('REISSUE'); // not given then
  });
});

describe('cycles of credit hours of real regulations (C5)', () => {
  it('PMI PMP: 60 PDU, 35 of education with 8 on each side, 25 of giving back at most, of them 8 by working; the cycle never moves', () => {
    const policy = policyOf({ life: 'P3Y', anchor: 'EXPIRY', grace: 'P1Y', backdate: true });
    const education = ['WORKING', 'POWER', 'BUSINESS', 'ANY'];
    const cycle = {
      courseCodes: [...education, 'GIVING', 'PRACTICE'],
      min: 60,
      floors: [
        { courseCodes: education, min: 35 },
        ...['WORKING', 'POWER', 'BUSINESS'].map((side) => ({ courseCodes: [side], min: 8 })),
      ],
      caps: [
        { courseCodes: ['GIVING', 'PRACTICE'], max: 25 },
        { courseCodes: ['PRACTICE'], max: 8 },
      ],
      carryOver: { max: 20, earnedWithin: 'P1Y' },
    };
    const passed = award('2022-03-10');
    const enough: Hours[] = [
      ['WORKING', 8, '2022-06-01'],
      ['POWER', 8, '2022-07-01'],
      ['BUSINESS', 8, '2022-08-01'],
      ['ANY', 11, '2022-09-01'],
      ['PRACTICE', 8, '2022-10-01'],
      ['GIVING', 17, '2022-11-01'],
    ];
    expect(through(policy, [passed], cycle, enough)).toBe('2028-03-09');
    expect(through(policy, [passed], cycle, enough.slice(0, 5))).toBe('2025-03-09');
    // 8 hours of practice count, and 25 of giving back with them
    expect(
      through(policy, [passed], cycle, [...enough.slice(0, 4), ['PRACTICE', 20, '2022-10-01'], ['GIVING', 16, '2022-11-01']]),
    ).toBe('2025-03-09');
    expect(through(policy, [passed], cycle, [...enough.slice(1), ['WORKING', 7.5, '2023-01-01']])).toBe('2025-03-09');
    // of a surplus of 30 earned in the last year 20 are there for the next cycle, of one earned before none
    const next = (surplusOn: string): Hours[] => [
      ...enough,
      ['ANY', 30, surplusOn],
      ['WORKING', 8, '2025-04-01'],
      ['POWER', 8, '2025-05-01'],
      ['BUSINESS', 8, '2025-06-01'],
      ['GIVING', 16, '2025-07-01'],
    ];
    expect(through(policy, [passed], cycle, next('2024-03-10'))).toBe('2031-03-09');
    expect(through(policy, [passed], cycle, next('2024-03-09'))).toBe('2028-03-09');
    // a year of suspension to make up for what is missing; then it is over
    const late = (on: string): Hours[] => [...enough.slice(0, 5), ['GIVING', 17, on]];
    expect(through(policy, [passed], cycle, late('2026-03-09'))).toBe('2028-03-09');
    expect(statusOn('2025-03-10', policy, [passed], cycle, late('2026-03-09'))).toBe('EXPIRED');
    expect(through(policy, [passed], cycle, late('2026-03-10'))).toBe('2025-03-09');
  });

  it('ISC2 CISSP: 120 hours in three years, reported within 90 days; 40 of group A from the last six months count again', () => {
    const policy = policyOf({ life: 'P3Y', anchor: 'EXPIRY' });
    const cycle = {
      courseCodes: ['A', 'B'],
      min: 120,
      floors: [{ courseCodes: ['A'], min: 90 }],
      carryOver: { max: 40, earnedWithin: 'P6M', courseCodes: ['A'] },
      reportWithin: 'P90D',
    };
    const passed = award('2022-06-01');
    const earned = (on: string, reportedOn?: string): Hours[] => [
      ['A', 100, '2023-01-01'],
      ['B', 20, on, reportedOn],
    ];
    expect(through(policy, [passed], cycle, earned('2025-05-31'))).toBe('2028-05-31');
    expect(through(policy, [passed], cycle, earned('2025-06-01'))).toBe('2025-05-31');
    // earned in time and told on the last day for it: never lapsed
    const told = holdingOf(policy, [passed], cycle, earned('2025-05-31', '2025-08-29'));
    expect(told.segments.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'EXPIRED']);
    expect(told.events.map(({ kind, at }) => `${kind} ${dayOf(at, ZONE)}`)).toEqual([
      'ISSUED 2022-06-01',
      'RENEWED 2025-06-01',
      'EXPIRED 2028-06-01',
    ]);
    expect(through(policy, [passed], cycle, earned('2025-05-31', '2025-08-30'))).toBe('2025-05-31');
    const again = (surplus: Hours): Hours[] => [
      ...earned('2023-02-01'),
      surplus,
      ['A', 60, '2026-01-01'],
      ['B', 20, '2026-02-01'],
    ];
    expect(through(policy, [passed], cycle, again(['A', 50, '2024-12-01']))).toBe('2031-05-31');
    expect(through(policy, [passed], cycle, again(['A', 39.5, '2024-12-01']))).toBe('2028-05-31');
    expect(through(policy, [passed], cycle, again(['A', 50, '2024-11-30']))).toBe('2028-05-31');
    expect(through(policy, [passed], cycle, again(['B', 50, '2024-12-01']))).toBe('2028-05-31');
  });

  it('EU driver CPC: 35 hours in five years in blocks of 7; the new period begins at the end of the old', () => {
    const policy = policyOf({ life: 'P5Y', lastDay: 'BEFORE_ANNIVERSARY', anchor: 'EXPIRY' });
    const cycle = { courseCodes: ['CPC'], min: 35, leastBlock: 7 };
    const blocks = (...hours: number[]): Hours[] => hours.map((n, i) => ['CPC', n, `2023-0${i + 1}-15`]);
    expect(through(policy, [award('2019-09-10')], cycle, blocks(7, 7, 7, 7, 7))).toBe('2029-09-09');
    expect(through(policy, [award('2019-09-10')], cycle, blocks(7, 7, 7, 7, 3.5, 3.5))).toBe('2024-09-09');
    expect(through(policy, [award('2019-09-10')], cycle, [...blocks(7, 7, 7, 7, 7), ['CPC', 35, '2024-09-09']])).toBe(
      '2029-09-09',
    );
    expect(through(policy, [award('2019-09-10')], cycle, [...blocks(7, 7, 7, 7, 7), ['CPC', 35, '2024-09-10']])).toBe(
      '2034-09-09',
    );
  });

  it('NREMT: 31 March of every second year; 20 national, 10 local and 10 individual; after an early renewal hours count for the next cycle', () => {
    const policy = policyOf({ fixed: { month: 3, day: 31, minActive: 'P21M' } });
    const cycle = {
      courseCodes: ['NATIONAL', 'LOCAL', 'INDIVIDUAL'],
      min: 40,
      floors: [
        { courseCodes: ['NATIONAL'], min: 20 },
        { courseCodes: ['LOCAL'], min: 10 },
        { courseCodes: ['INDIVIDUAL'], min: 10 },
      ],
      nextFrom: 'DAY_AFTER_RENEWAL',
    };
    const round = (on: string, last = on): Hours[] => [
      ['NATIONAL', 20, on],
      ['LOCAL', 10, on],
      ['INDIVIDUAL', 10, last],
    ];
    const first = award('2024-05-01');
    expect(through(policy, [first])).toBe('2026-03-31');
    expect(through(policy, [first], cycle, round('2025-01-10', '2025-10-15'))).toBe('2028-03-31');
    // on the day of the renewal hours count for nothing more, on the day after for the next cycle, which they do not bring forward
    expect(through(policy, [first], cycle, [...round('2025-10-15'), ...round('2025-10-15')])).toBe('2028-03-31');
    const early = holdingOf(policy, [first], cycle, [...round('2025-10-15'), ...round('2025-10-16')]);
    expect(early.awards.map(({ at, expiresAt }) => `${dayOf(at, ZONE)} ${dayOf(expiresAt! - 1, ZONE)}`)).toEqual([
      '2024-05-01 2026-03-31',
      '2025-10-15 2028-03-31',
      '2026-04-01 2030-03-31',
    ]);
    expect(
      through(
        policy,
        [first],
        cycle,
        round('2025-10-15').map(([course, , on]) => [course, course === 'LOCAL' ? 20 : 10, on]),
      ),
    ).toBe('2026-03-31');
  });

  it('ARRT: 24 credits in a biennium that begins with the month of birth', () => {
    const policy = policyOf({ fixedFrom: { attribute: 'birthDate', day: 'BEFORE_MONTH', minActive: 'P2Y' } });
    const cycle = { courseCodes: ['CE'], min: 24, length: 'P2Y' };
    const person = [award('2025-06-15'), born('1990-09-17')];
    expect(through(policy, person)).toBe('2027-08-31');
    expect(through(policy, person, cycle, [['CE', 24, '2025-09-01']])).toBe('2029-08-31');
    expect(through(policy, person, cycle, [['CE', 24, '2025-08-31']])).toBe('2027-08-31');
    expect(through(policy, [award('2025-09-01'), born('1990-09-30')])).toBe('2027-08-31');
    expect(through(policy, [award('2025-09-02'), born('1990-09-30')])).toBe('2028-08-31');
    // told later it holds all the same; not told, the credential is sure for two years and no longer
    expect(through(policy, [award('2025-06-15'), born('1990-09-17', '2026-01-01')])).toBe('2027-08-31');
    expect(through(policy, [award('2025-06-15')])).toBe('2027-06-14');
    for (const month of ['01', '02', '05', '06', '07', '12'])
      expect(through(policy, [award('2025-06-15'), born(`1990-${month}-28`)]) >= '2027-06-14').toBe(true);
  });
});
