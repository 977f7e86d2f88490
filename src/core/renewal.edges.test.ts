// The edges of the fold: facts of one instant, ends that meet, and what follows from where an award extends from.
import { startOfDay } from './calendar';
import { foldHolding, parseRenewalPolicy, type AwardEvidence, type Evidence, type Holding, type RenewalPolicy } from './renewal';
import { isRefusal } from './refusal';
import type { RenewalPolicyDraft } from './renewal-policy';

const day = (text: string): number => startOfDay(text, 'UTC');
const policy = (draft: RenewalPolicyDraft | null): RenewalPolicy => {
  const read = parseRenewalPolicy(draft, 'UTC');
  if (isRefusal(read)) throw new Error(read.message);
  return read;
};
const award = (id: string, on: string, more: Partial<AwardEvidence> = {}): AwardEvidence => ({
  kind: 'AWARD',
  id,
  at: day(on),
  expiresAt: null,
  initial: null,
  recordedAt: day(on),
  ...more,
});
const fact = (kind: 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION', on: string): Evidence => ({ kind, id: kind, at: day(on), recordedAt: day(on) }); // prettier-ignore
const date = (id: string, told: string, on: string): Evidence => ({ kind: 'DATE', id, at: day(told), on, recordedAt: day(told) });
const iso = (at: number | null): string | null =>
  at === null || at === Infinity ? null : new Date(at).toISOString().slice(0, 10);
/** Each award: its id, mode, where it starts and where it ends. */
const told = ({ awards }: Holding): string[] =>
  awards.map((one) => `${one.factId} ${one.mode} ${iso(one.startsAt)} to ${iso(one.expiresAt)}`);
const TWO_YEARS = policy({ life: 'P2Y' });

describe('awards of one instant', () => {
  const permutations = <T>(list: readonly T[]): T[][] =>
    list.length < 2 ? [[...list]] : list.flatMap((one, i) => permutations(list.filter((_, j) => j !== i)).map((rest) => [one, ...rest])); // prettier-ignore
  const orders = (...awards: AwardEvidence[]): string[] => [
    ...new Set(permutations(awards).map((list) => foldHolding(TWO_YEARS, list).awards.map(({ factId }) => factId).join(' '))), // prettier-ignore
  ];

  it('go by what they say, whole ones first, then by the end they name, and by their ids only where they say the same', () => {
    const on = '2025-01-01';
    const whole = award('z', on, { initial: true });
    const unsaid = award('y', on);
    const renewal = award('x', on, { initial: false });
    expect(orders(renewal, unsaid, whole)).toEqual(['z y x']);
    const [short, long] = [award('w', on, { expiresAt: day('2025-06-01') }), award('v', on, { expiresAt: day('2026-06-01') })];
    expect(orders(long, short, unsaid)).toEqual(['y w v']);
    expect(orders(award('b', on), award('a', on), award('c', on))).toEqual(['a b c']);
  });
});

describe('an award', () => {
  it('at the very end of the one before is issued anew, the day before it renews it', () => {
    expect(told(foldHolding(TWO_YEARS, [award('1', '2025-01-01'), award('2', '2026-12-31')]))[1]).toBe(
      '2 RENEWAL 2026-12-31 to 2028-12-31',
    );
    expect(told(foldHolding(TWO_YEARS, [award('1', '2025-01-01'), award('2', '2027-01-01')]))[1]).toBe(
      '2 REISSUE 2027-01-01 to 2029-01-01',
    );
  });

  it('that ends a cycle extends from the end, however early it is given, also at the end itself, and not after it', () => {
    const after = (on: string) => told(foldHolding(TWO_YEARS, [award('1', '2025-01-01'), award('2', on, { endsCycle: true })]))[1]; // prettier-ignore
    expect(after('2025-06-01')).toBe('2 RENEWAL 2027-01-01 to 2029-01-01');
    expect(after('2027-01-01')).toBe('2 RENEWAL 2027-01-01 to 2029-01-01');
    expect(after('2027-01-02')).toBe('2 REISSUE 2027-01-02 to 2029-01-02');
    // counted from the first, not from the end that it is given at
    const monthly = [award('1', '2025-01-31'), award('2', '2025-02-28', { endsCycle: true })];
    expect(told(foldHolding(policy({ life: 'P1M' }), monthly))[1]).toBe('2 RENEWAL 2025-02-28 to 2025-03-31');
    const fixed = policy({ fixed: { month: 3, day: 31 } });
    expect(told(foldHolding(fixed, [award('1', '2025-06-01'), award('2', '2026-01-10', { endsCycle: true })]))).toEqual([
      '1 FIRST_ISSUE 2025-06-01 to 2026-04-01',
      '2 RENEWAL 2026-04-01 to 2027-04-01',
    ]);
  });

  it('begins at its own instant where nothing is held that it could extend', () => {
    const early = policy({ life: 'P30D', anchor: 'EXPIRY', early: 'P60D' });
    // on record before it begins
    expect(told(foldHolding(early, [award('1', '2025-02-01', { recordedAt: day('2025-01-01') })]))).toEqual([
      '1 FIRST_ISSUE 2025-02-01 to 2025-03-03',
    ]);
    const revoked = [award('1', '2025-02-01'), fact('REVOCATION', '2025-02-10'), award('2', '2025-02-20')];
    expect(told(foldHolding(early, revoked))[1]).toBe('2 REISSUE 2025-02-20 to 2025-03-22');
    expect(told(foldHolding(early, [award('1', '2025-02-01'), award('2', '2025-02-20')]))[1]).toBe(
      '2 RENEWAL 2025-03-03 to 2025-04-02',
    );
  });

  it('without an end is extended by nothing, and another counts whatever the policy says of reinstatement', () => {
    const never = policy(null);
    expect(told(foldHolding(never, [award('1', '2025-01-01'), award('2', '2025-06-01')]))[1]).toBe(
      '2 RENEWAL 2025-06-01 to null',
    );
    const strict = policy({ life: 'P1Y', anchor: 'EXPIRY', early: 'P90D', reinstateWithin: 'P1Y' });
    const endless = foldHolding(strict, [award('1', '2025-01-01', { expiresAt: Infinity }), award('2', '2025-06-01')]);
    expect(told(endless)[1]).toBe('2 RENEWAL 2025-06-01 to null');
    expect(endless.awards.map(({ counted }) => counted)).toEqual([true, true]);
  });

  it('with the same end is in effect from then on', () => {
    const { segments } = foldHolding(policy({ calendarMonths: 12 }), [award('1', '2025-01-05'), award('2', '2025-01-20')]);
    expect(segments.map(({ from, status, issuedAt }) => `${iso(from)} ${status} ${iso(issuedAt)}`)).toEqual([
      '2025-01-05 ACTIVE 2025-01-05',
      '2025-01-20 ACTIVE 2025-01-20',
      '2026-02-01 EXPIRED 2025-01-20',
    ]);
  });

  it('in a grace longer than a life skips the lives that are over, also the one that ends as it is given', () => {
    const monthly = policy({ life: 'P1M', anchor: 'EXPIRY', grace: 'P90D', backdate: true });
    const after = (on: string) => told(foldHolding(monthly, [award('1', '2025-01-01'), award('2', on)]))[1];
    expect(after('2025-02-28')).toBe('2 RENEWAL 2025-02-01 to 2025-03-01');
    expect(after('2025-03-01')).toBe('2 RENEWAL 2025-02-01 to 2025-04-01');
  });

  it('ends by the date of the person that was known when it was given', () => {
    const birthday = policy({ fixedFrom: { attribute: 'bornOn' } });
    const dates = [date('d', '2024-01-01', '1980-03-10'), date('e', '2026-01-01', '1980-09-20')];
    expect(told(foldHolding(birthday, [...dates, award('1', '2025-01-15'), award('2', '2026-02-01')]))).toEqual([
      '1 FIRST_ISSUE 2025-01-15 to 2025-03-11',
      '2 REISSUE 2026-02-01 to 2026-09-21',
    ]);
  });
});
