import { Temporal } from 'temporal-polyfill';
import { dayOf, parseSpan, startOfDay, type Span } from './calendar';
import { isRefusal } from './refusal';
import { foldHolding, NEVER_EXPIRES, parseRenewalPolicy, type Evidence, type RenewalPolicy } from './renewal';

const ZONE = 'Europe/London';
const span = (text: string): Span => parseSpan(text) as Span;
const policy = (some: Partial<RenewalPolicy>): RenewalPolicy => ({ ...NEVER_EXPIRES(ZONE), ...some });
const at = (day: string): number => startOfDay(day, ZONE);
const award = (day: string, some: { time?: string; end?: number } = {}): Evidence => ({
  kind: 'AWARD',
  id: day,
  at: Temporal.PlainDateTime.from(`${day}T${some.time ?? '00:00'}`).toZonedDateTime(ZONE).epochMilliseconds,
  expiresAt: some.end ?? null,
  initial: null,
  recordedAt: at('2100-01-01'),
});
/** The last valid day of an award. */
const through = (p: RenewalPolicy, evidence: Evidence): string | null => {
  const expiresAt = foldHolding(p, [evidence]).segments.at(-1)?.expiresAt ?? null;
  return expiresAt === null ? null : dayOf(expiresAt - 1, p.zone);
};

describe('how long an award lives (C7)', () => {
  it.each([
    ['P2Y', 'BEFORE_ANNIVERSARY', '2025-03-31', '2027-03-30'],
    ['P2Y', 'ON_ANNIVERSARY', '2025-03-31', '2027-03-31'],
    ['P1Y', 'BEFORE_ANNIVERSARY', '2024-02-29', '2025-02-27'],
    ['P1Y', 'ON_ANNIVERSARY', '2024-02-29', '2025-02-28'],
    ['P4Y', 'ON_ANNIVERSARY', '2024-02-29', '2028-02-29'],
    ['P1M', 'ON_ANNIVERSARY', '2026-01-31', '2026-02-28'],
    ['P365D', 'BEFORE_ANNIVERSARY', '2024-01-01', '2024-12-30'],
    ['P90D', 'BEFORE_ANNIVERSARY', '2026-01-01', '2026-03-31'],
    ['P1Y6M', 'ON_ANNIVERSARY', '2024-08-31', '2026-02-28'],
  ] as const)('%s, last day %s, from %s: through %s', (life, lastDay, from, expected) => {
    expect(through(policy({ life: span(life), lastDay }), award(from))).toBe(expected);
    expect(through(policy({ life: span(life), lastDay }), award(from, { time: '17:45' }))).toBe(expected);
  });

  it.each([
    [24, '2025-03-02', '2027-03-31'],
    [24, '2025-03-31', '2027-03-31'],
    [12, '2024-02-29', '2025-02-28'],
    [1, '2025-12-31', '2026-01-31'],
    [6, '2025-08-31', '2026-02-28'],
  ])('%i calendar months from %s: through %s', (calendarMonths, from, expected) => {
    expect(through(policy({ calendarMonths }), award(from))).toBe(expected);
  });

  it.each([
    [3, 31, null, '2025-03-30', '2025-03-31'],
    [3, 31, null, '2025-03-31', '2025-03-31'],
    [3, 31, null, '2025-04-01', '2026-03-31'],
    [3, 31, 'P6M', '2025-09-30', '2026-03-31'],
    [3, 31, 'P6M', '2025-10-01', '2026-03-31'],
    [3, 31, 'P6M', '2025-10-02', '2027-03-31'],
    [2, 29, null, '2025-01-10', '2025-02-28'],
    [2, 29, null, '2027-03-01', '2028-02-29'],
    [12, 31, 'P1Y', '2025-01-01', '2025-12-31'],
    [12, 31, 'P1Y', '2025-01-02', '2026-12-31'],
    [6, 30, null, '1958-07-01', '1959-06-30'],
  ])('fixed month %i day %i with at least %s, from %s: through %s', (month, day, least, from, expected) => {
    const fixed = { month, day, minActive: least ? span(least) : null };
    expect(through(policy({ anchor: 'FIXED', fixed }), award(from))).toBe(expected);
  });

  it('never expires without a policy, unless the issuer gives an end', () => {
    expect(through(policy({}), award('2025-01-01'))).toBeNull();
    expect(through(policy({}), award('2025-01-01', { end: at('2026-01-01') }))).toBe('2025-12-31');
    expect(foldHolding(policy({ life: span('P1Y') }), [award('2025-01-01', { end: Infinity })]).segments).toHaveLength(1);
  });

  it('ends at the end of the civil day in the zone of the policy, across changes of clocks (D6)', () => {
    const expiry = (zone: string, from: string): string => {
      const first: Evidence = {
        kind: 'AWARD',
        id: 'a',
        at: startOfDay(from, zone),
        expiresAt: null,
        initial: null,
        recordedAt: 8e15,
      };
      const p = policy({ zone, life: span('P1Y'), lastDay: 'ON_ANNIVERSARY' });
      return Temporal.Instant.fromEpochMilliseconds(foldHolding(p, [first]).segments[0]?.expiresAt as number).toString();
    };
    expect(expiry('Africa/Cairo', '2023-04-25')).toBe('2024-04-25T22:00:00Z');
    expect(expiry('Africa/Cairo', '2023-04-26')).toBe('2024-04-26T21:00:00Z');
    expect(expiry('America/New_York', '2026-03-14')).toBe('2027-03-15T04:00:00Z');
    expect(expiry('America/New_York', '2026-11-07')).toBe('2027-11-08T05:00:00Z');
    expect(expiry('Pacific/Kiritimati', '2026-03-31')).toBe('2027-03-31T10:00:00Z');
    expect(expiry('Pacific/Niue', '2026-03-31')).toBe('2027-04-01T11:00:00Z');
    expect(expiry('America/Sao_Paulo', '2017-11-03')).toBe('2018-11-04T03:00:00Z');
    expect(expiry('Pacific/Apia', '2010-12-29')).toBe('2011-12-30T10:00:00Z');
  });
});

describe('reading a policy', () => {
  it('reads what a client writes, with the documented defaults', () => {
    expect(parseRenewalPolicy(null, 'UTC')).toEqual(NEVER_EXPIRES('UTC'));
    expect(parseRenewalPolicy({ life: 'P2Y', noticeBefore: ['P90D'], timeZone: ZONE }, 'UTC')).toEqual(
      policy({ life: span('P2Y'), noticeBefore: [span('P90D')] }),
    );
    expect(parseRenewalPolicy({ fixed: { month: 3, day: 31 } }, ZONE)).toEqual(
      policy({ anchor: 'FIXED', fixed: { month: 3, day: 31, minActive: null } }),
    );
  });

  it.each([
    [{ life: 'P0D' }, 'life'],
    [{ life: 'PT8H' }, 'life'],
    [{ life: 'P2Y', calendarMonths: 24 }, 'calendarMonths'],
    [{ calendarMonths: 0 }, 'calendarMonths'],
    [{ calendarMonths: 1.5 }, 'calendarMonths'],
    [{ anchor: 'FIXED' as const, life: 'P1Y' }, 'fixed'],
    [{ life: 'P1Y', fixed: { month: 1, day: 1 } }, 'anchor'],
    [{ fixed: { month: 13, day: 1 } }, 'fixed'],
    [{ fixed: { month: 2, day: 30 } }, 'fixed'],
    [{ fixed: { month: 2, day: 29, minActive: '6M' } }, 'fixed.minActive'],
    [{ life: 'P1Y', noticeBefore: ['P90D', '7D'] }, 'noticeBefore.1'],
    [{ life: 'P1Y', timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ life: 'P1Y', fixedFrom: { attribute: 'birthDate' } }, 'anchor'],
    [{ fixed: { month: 1, day: 1 }, fixedFrom: { attribute: 'birthDate' } }, 'fixedFrom'],
    [{ fixedFrom: { attribute: ' ' } }, 'fixedFrom.attribute'],
    [{ fixedFrom: { attribute: 'birthDate', minActive: '2Y' } }, 'fixedFrom.minActive'],
    [{ roundTo: 'MONTH_END' as const }, 'roundTo'],
    [{ calendarMonths: 12, roundTo: 'MONTH_END' as const }, 'roundTo'],
    [{ life: 'P30D', roundTo: 'MONTH_START' as const }, 'roundTo'],
  ])('refuses %j and points at %s', (draft, path) => {
    const answer = parseRenewalPolicy(draft, 'UTC');
    expect(isRefusal(answer) && answer.path.join('.')).toBe(path);
  });
});
