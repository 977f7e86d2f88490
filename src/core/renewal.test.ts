import { Temporal } from 'temporal-polyfill';
import { dayOf, parseSpan, startOfDay, type Span } from './calendar';
import { foldHolding, NEVER_EXPIRES, statusAt, type Evidence, type Holding, type RenewalPolicy } from './renewal';

const ZONE = 'Europe/London';
const span = (text: string): Span => parseSpan(text) as Span;
const at = (day: string, time?: string, zone = ZONE): number =>
  time ? Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds : startOfDay(day, zone);
const policy = (some: Partial<RenewalPolicy>): RenewalPolicy => ({ ...NEVER_EXPIRES(ZONE), ...some });
const award = (
  day: string,
  some: { time?: string; end?: number; initial?: boolean; id?: string; recordedAt?: number } = {},
): Evidence => ({
  kind: 'AWARD',
  id: some.id ?? `award ${day}`,
  at: at(day, some.time),
  expiresAt: some.end ?? null,
  initial: some.initial ?? null,
  recordedAt: some.recordedAt ?? at('2100-01-01'),
});
const act = (kind: 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION', day: string, recordedOn = '2100-01-01'): Evidence => ({
  kind,
  id: `${kind} ${day}`,
  at: at(day),
  recordedAt: at(recordedOn),
});
/** The last valid day after the evidence given. */
const through = (p: RenewalPolicy, ...evidence: Evidence[]): string | null => {
  const expiresAt = foldHolding(p, evidence).segments.at(-1)?.expiresAt ?? null;
  return expiresAt === null ? null : dayOf(expiresAt - 1, p.zone);
};
const line = (p: RenewalPolicy, holding: Holding): string[] =>
  holding.segments.map((s) => `${dayOf(s.from, p.zone)} ${s.status}`);
const story = (p: RenewalPolicy, holding: Holding): string[] => holding.events.map((e) => `${dayOf(e.at, p.zone)} ${e.kind}`);

describe('what a renewal is counted from (C6, D5)', () => {
  it('never drifts: twelve monthly renewals from 31 January come back to it', () => {
    const p = policy({ life: span('P1M'), anchor: 'EXPIRY', early: span('P5D'), lastDay: 'ON_ANNIVERSARY' });
    const evidence = [award('2026-01-31')];
    const days: (string | null)[] = [];
    for (let k = 0; k < 12; k++) {
      const day = through(p, ...evidence) as string;
      days.push(day);
      evidence.push(award(day));
    }
    expect(days).toEqual(
      ['02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31']
        .map((d) => `2026-${d}`)
        .concat('2027-01-31'),
    );
  });

  const easa = policy({ life: span('P1Y'), anchor: 'EXPIRY', early: span('P3M'), grace: span('P30D'), backdate: true });
  it.each([
    ['2025-12-31', '2026-12-30', 'a day too early: from its own day'],
    ['2026-01-01', '2027-03-31', 'the first day that is early enough'],
    ['2026-03-31', '2027-03-31', 'the last valid day'],
    ['2026-04-01', '2027-03-31', 'the first day of grace'],
    ['2026-04-30', '2027-03-31', 'the last day of grace'],
    ['2026-05-01', '2027-04-30', 'after grace: from its own day'],
  ])('a renewal of 2026-03-31 on %s is valid through %s: %s', (on, expected) => {
    expect(through(easa, award('2025-04-01'), award(on))).toBe(expected);
  });

  it('counts from its own day within grace when it is not backdated, and always with anchor COMPLETION', () => {
    expect(through({ ...easa, backdate: false }, award('2025-04-01'), award('2026-04-10'))).toBe('2027-04-09');
    expect(through({ ...easa, anchor: 'COMPLETION' }, award('2025-04-01'), award('2026-03-01'))).toBe('2027-02-28');
    expect(through({ ...easa, early: null }, award('2025-04-01'), award('2026-03-01'))).toBe('2027-02-28');
  });

  it('has grace only, not the early window, from the instant of the expiry on', () => {
    const p = { ...easa, backdate: false, lastDay: 'ON_ANNIVERSARY' as const };
    expect(through(p, award('2025-04-01'), award('2026-04-01'))).toBe('2027-04-01');
    expect(through(p, award('2025-04-01'), award('2026-04-02'))).toBe('2027-04-02');
  });

  it('is its own day after a revocation, whatever was there before', () => {
    expect(through(easa, award('2025-04-01'), act('REVOCATION', '2026-02-01'), award('2026-03-01'))).toBe('2027-02-28');
  });

  it('keeps calendar months at 24 when they are anchored', () => {
    const p = policy({ calendarMonths: 24, anchor: 'EXPIRY', early: span('P3M') });
    expect(through(p, award('2023-05-10'), award('2025-05-02'))).toBe('2027-05-31');
    expect(through(p, award('2023-05-10', { end: at('2025-06-01') }), award('2025-05-02'))).toBe('2027-05-31');
  });

  it('takes the end an issuer gives as the anchor of what follows', () => {
    const first = award('2025-01-10', { end: at('2026-04-01') });
    expect(through(easa, first)).toBe('2026-03-31');
    expect(through(easa, first, award('2026-02-01'))).toBe('2027-03-31');
    expect(through({ ...easa, lastDay: 'ON_ANNIVERSARY' }, first, award('2026-02-01'))).toBe('2027-03-31');
    expect(through(easa, award('2025-01-10', { end: at('2026-03-31', '15:00') }), award('2026-02-01'))).toBe('2027-03-30');
    expect(through(easa, award('2025-04-01'), award('2026-02-01', { end: at('2026-08-01') }))).toBe('2026-07-31');
  });

  it('skips lives that are over when grace is longer than a life', () => {
    const p = policy({ life: span('P1M'), anchor: 'EXPIRY', grace: span('P1Y'), backdate: true });
    expect(through(p, award('2026-01-01'), award('2026-05-15'))).toBe('2026-05-31');
  });
});

describe('overlapping awards of one holding (C8)', () => {
  const p = policy({ life: span('P1Y') });
  const june = (id: string) => award('2026-02-01', { id, end: at('2026-07-01') });
  const august = (id: string, day = '2026-01-01') => award(day, { id, end: at('2026-09-01') });

  it('last until the latest of their ends, whichever came first, and expire once', () => {
    for (const [evidence, begin] of [
      [[august('a'), june('b')], '2026-01-01'],
      [[june('a'), august('b', '2026-03-01')], '2026-02-01'],
    ] as const) {
      const holding = foldHolding(p, evidence);
      expect(through(p, ...evidence)).toBe('2026-08-31');
      expect(story(p, holding)).toEqual([`${begin} ISSUED`, expect.stringContaining('RENEWED'), '2026-09-01 EXPIRED']);
      expect(holding.awards.map((a) => a.counted)).toEqual([true, true]);
    }
  });

  it('leave the longer one in effect, with its own date and anchor', () => {
    const { segments } = foldHolding(p, [august('a'), june('b')]);
    expect(segments.map((s) => [dayOf(s.from, ZONE), s.status, dayOf(s.issuedAt, ZONE)])).toEqual([
      ['2026-01-01', 'ACTIVE', '2026-01-01'],
      ['2026-09-01', 'EXPIRED', '2026-01-01'],
    ]);
    const anchored = policy({ life: span('P1Y'), anchor: 'EXPIRY', early: span('P3M') });
    expect(through(anchored, august('a'), june('b'), award('2026-08-15'))).toBe('2027-08-31');
  });

  it('of one instant give the same timeline whatever they are called', () => {
    const [first, second] = [
      foldHolding(p, [august('a'), { ...june('b'), at: at('2026-01-01') }]),
      foldHolding(p, [august('b'), { ...june('a'), at: at('2026-01-01') }]),
    ];
    expect(first.segments).toEqual(second.segments);
    expect(line(p, first)).toEqual(['2026-01-01 ACTIVE', '2026-09-01 EXPIRED']);
  });

  it('are no more than what is left of them: time that a revocation took away stays away', () => {
    const evidence = [august('a'), act('REVOCATION', '2026-01-15'), june('b')];
    expect(line(p, foldHolding(p, evidence))).toEqual([
      '2026-01-01 ACTIVE',
      '2026-01-15 REVOKED',
      '2026-02-01 ACTIVE',
      '2026-07-01 EXPIRED',
    ]);
  });

  it('never end once one of them never ends', () => {
    expect(through(NEVER_EXPIRES(ZONE), award('2026-01-01'), june('b'))).toBeNull();
  });
});

describe('lapse and reinstatement (C6)', () => {
  const p = policy({ life: span('P1Y'), reinstateWithin: span('P6M') });
  const mode = (on: string, initial?: boolean): string[] =>
    foldHolding(p, [award('2025-01-01'), award(on, { initial })]).awards.map((a) => `${a.mode} ${a.counted}`);
  it.each([
    ['2025-12-31', undefined, 'RENEWAL true'],
    ['2026-01-01', undefined, 'RENEWAL true'],
    ['2026-06-30', false, 'RENEWAL true'],
    ['2026-07-01', undefined, 'REISSUE false'],
    ['2026-07-01', false, 'REISSUE false'],
    ['2026-07-01', true, 'REISSUE true'],
  ])('an award on %s with initial %s is %s', (on, initial, expected) => {
    expect(mode(on, initial)).toEqual(['FIRST_ISSUE true', expected]);
  });

  it('tells first issue, renewal and reissue apart in the history', () => {
    const q = policy({ life: span('P1Y'), grace: span('P30D') });
    const holding = foldHolding(q, [award('2024-01-01'), award('2025-01-30'), award('2026-03-02')]);
    expect(holding.awards.map((a) => a.mode)).toEqual(['FIRST_ISSUE', 'RENEWAL', 'REISSUE']);
    expect(story(q, holding)).toEqual([
      '2024-01-01 ISSUED',
      '2025-01-01 EXPIRED',
      '2025-01-30 RENEWED',
      '2026-01-30 EXPIRED',
      '2026-03-02 ISSUED',
      '2027-03-02 EXPIRED',
    ]);
    expect(holding.awards.map((a) => a.factId)).toEqual(holding.events.flatMap((e) => e.factId ?? []));
  });
});

describe('status over time (C9, C15)', () => {
  const p = policy({ life: span('P1Y'), grace: span('P30D'), graceCounts: true });
  it('goes through grace to expired, with an event at each', () => {
    const holding = foldHolding(p, [award('2025-01-01')]);
    expect(line(p, holding)).toEqual(['2025-01-01 ACTIVE', '2026-01-01 GRACE', '2026-01-31 EXPIRED']);
    expect(story(p, holding)).toEqual(['2025-01-01 ISSUED', '2026-01-01 EXPIRED', '2026-01-31 GRACE_ENDED']);
    expect(line(p, foldHolding({ ...p, graceCounts: false }, [award('2025-01-01')]))).toEqual([
      '2025-01-01 ACTIVE',
      '2026-01-01 EXPIRED',
    ]);
  });

  it('is read off the segment an instant lies in, half-open', () => {
    const { segments } = foldHolding(p, [award('2025-01-01')]);
    expect(statusAt(segments, at('2025-01-01') - 1)).toBeNull();
    expect(statusAt(segments, at('2025-01-01'))?.status).toBe('ACTIVE');
    expect(statusAt(segments, at('2026-01-01') - 1)?.status).toBe('ACTIVE');
    expect(statusAt(segments, at('2026-01-01'))?.status).toBe('GRACE');
    expect(statusAt(segments, Infinity)?.status).toBe('EXPIRED');
    expect(statusAt([], 0)).toBeNull();
  });

  it('does not expire at the instant at which it is renewed, suspended or revoked', () => {
    for (const fact of [award('2026-01-01'), act('SUSPENSION', '2026-01-01'), act('REVOCATION', '2026-01-01')])
      expect(story(p, foldHolding(p, [award('2025-01-01'), fact])).filter((e) => e === '2026-01-01 EXPIRED')).toEqual([]);
  });

  it('is pending from the moment an award to come is on record', () => {
    const early = award('2026-06-01', { recordedAt: at('2026-05-01', '10:00') });
    const { segments } = foldHolding(p, [early]);
    expect(segments[0]).toEqual({
      from: at('2026-05-01', '10:00'),
      to: at('2026-06-01'),
      status: 'PENDING',
      issuedAt: at('2026-06-01'),
      expiresAt: at('2027-06-01'),
    });
    expect(foldHolding(p, [award('2026-06-01')]).segments[0]?.status).toBe('ACTIVE');
  });

  it('can be revoked while pending, and then does not begin', () => {
    const evidence = [award('2026-06-01', { recordedAt: at('2026-05-01') }), act('REVOCATION', '2026-05-10', '2026-05-10')];
    expect(line(p, foldHolding(p, evidence))).toEqual(['2026-05-01 PENDING', '2026-05-10 REVOKED']);
    const renewalToCome = [
      award('2025-01-01'),
      award('2025-12-20', { recordedAt: at('2025-03-01') }),
      act('REVOCATION', '2025-06-01', '2025-06-01'),
    ];
    expect(line(p, foldHolding(p, renewalToCome))).toEqual(['2025-01-01 ACTIVE', '2025-06-01 REVOKED']);
  });

  it('can be suspended and revoked at the very instant at which it is recorded, and a later award stands', () => {
    const pending = award('2026-06-01', { recordedAt: at('2026-05-01') });
    expect(line(p, foldHolding(p, [pending, act('SUSPENSION', '2026-05-01', '2026-05-01')]))).toEqual(['2026-05-01 SUSPENDED']);
    expect(line(p, foldHolding(p, [pending, act('REVOCATION', '2026-05-01', '2026-05-01')]))).toEqual(['2026-05-01 REVOKED']);
    const scheduled = [
      award('2026-01-01'),
      act('REVOCATION', '2026-03-01', '2026-01-10'),
      award('2026-06-01', { recordedAt: at('2026-02-01') }),
    ];
    expect(line(p, foldHolding(p, scheduled)).slice(0, 3)).toEqual([
      '2026-01-01 ACTIVE',
      '2026-03-01 REVOKED',
      '2026-06-01 ACTIVE',
    ]);
  });

  it('orders facts of one instant: award, suspension, reinstatement, revocation', () => {
    const day = '2025-01-01';
    const holding = foldHolding(p, [act('REVOCATION', day), act('REINSTATEMENT', day), act('SUSPENSION', day), award(day)]);
    expect(holding.events.map((e) => e.kind)).toEqual(['ISSUED', 'SUSPENDED', 'REINSTATED', 'REVOKED']);
    expect(line(p, holding)).toEqual(['2025-01-01 REVOKED']);
  });

  it('hides behind a suspension while the clock runs on and renewals count', () => {
    const evidence = [
      award('2025-01-01'),
      act('SUSPENSION', '2025-06-01'),
      award('2025-12-01'),
      act('REINSTATEMENT', '2026-03-01'),
    ];
    const holding = foldHolding(p, evidence);
    expect(line(p, holding)).toEqual([
      '2025-01-01 ACTIVE',
      '2025-06-01 SUSPENDED',
      '2025-12-01 SUSPENDED',
      '2026-03-01 ACTIVE',
      '2026-12-01 GRACE',
      '2026-12-31 EXPIRED',
    ]);
    const unrenewed = foldHolding(
      p,
      evidence.filter((f) => f.id !== 'award 2025-12-01'),
    );
    expect(line(p, unrenewed)).toEqual(['2025-01-01 ACTIVE', '2025-06-01 SUSPENDED', '2026-03-01 EXPIRED']);
    expect(story(p, unrenewed)).toEqual(['2025-01-01 ISSUED', '2025-06-01 SUSPENDED', '2026-03-01 REINSTATED']);
  });

  it('ends with a revocation until the next award that is not a mere renewal', () => {
    const evidence = [
      award('2025-01-01'),
      act('SUSPENSION', '2025-02-01'),
      act('REVOCATION', '2025-03-01'),
      award('2025-04-01', { initial: false }),
      award('2025-05-01'),
    ];
    const holding = foldHolding(p, evidence);
    expect(line(p, holding).slice(0, 4)).toEqual([
      '2025-01-01 ACTIVE',
      '2025-02-01 SUSPENDED',
      '2025-03-01 REVOKED',
      '2025-05-01 ACTIVE',
    ]);
    expect(holding.awards.map((a) => `${a.mode} ${a.counted}`)).toEqual(['FIRST_ISSUE true', 'REISSUE false', 'REISSUE true']);
    expect(line(p, foldHolding(p, [award('2025-01-01'), act('REVOCATION', '2025-01-01')]))).toEqual(['2025-01-01 REVOKED']);
  });

  it('ignores what is said of a holding that does not exist', () => {
    const nothing = foldHolding(p, [
      act('SUSPENSION', '2025-01-01'),
      act('REINSTATEMENT', '2025-02-01'),
      act('REVOCATION', '2025-03-01'),
    ]);
    expect(nothing).toEqual({ segments: [], events: [], awards: [] });
    const later = foldHolding(p, [
      act('REVOCATION', '2024-12-31'),
      award('2025-01-01', { initial: false }),
      act('REINSTATEMENT', '2025-02-01'),
    ]);
    expect(story(p, later)[0]).toBe('2025-01-01 ISSUED');
    expect(later.events).toHaveLength(3);
  });
});

describe('notices (C13)', () => {
  const p = policy({ life: span('P1Y'), noticeBefore: ['P7D', 'P90D', 'P30D', 'P60D', 'P2M'].map(span) });
  it('are given on the ladder before the last valid day', () => {
    const events = story(p, foldHolding(p, [award('2026-01-01')]));
    expect(events).toEqual([
      '2026-01-01 ISSUED',
      '2026-10-02 EXPIRING',
      '2026-10-31 EXPIRING',
      '2026-11-01 EXPIRING',
      '2026-12-01 EXPIRING',
      '2026-12-24 EXPIRING',
      '2027-01-01 EXPIRED',
    ]);
  });

  it('already given stay, the rest are cancelled by a renewal, also one at the instant of a notice', () => {
    const evidence = [award('2026-01-01'), award('2026-11-01')];
    expect(story(p, foldHolding(p, evidence)).slice(0, 4)).toEqual([
      '2026-01-01 ISSUED',
      '2026-10-02 EXPIRING',
      '2026-10-31 EXPIRING',
      '2026-11-01 RENEWED',
    ]);
  });

  it('are given even when the renewal comes the day after', () => {
    for (const [notice, renewal] of [
      ['2026-10-02', '2026-10-03'],
      ['2026-10-31', '2026-11-01'],
      ['2026-12-24', '2026-12-25'],
    ] as const)
      expect(story(p, foldHolding(p, [award('2026-01-01'), award(renewal)]))).toContain(`${notice} EXPIRING`);
    for (const [months, recordedOn] of [
      [1, '2026-03-01'],
      [2, '2027-02-28'],
      [12, '2028-02-29'],
    ] as const) {
      const q = policy({ life: span('P2Y'), noticeBefore: [{ months, days: 0 }] });
      const noticed = foldHolding(q, [award(recordedOn)]).events.find((e) => e.kind === 'EXPIRING')?.at as number;
      expect(foldHolding(q, [award(recordedOn), award(dayOf(noticed, ZONE), { time: '00:01' })]).events[1]?.at).toBe(noticed);
    }
  });

  it('are not given while suspended or revoked, nor before the award they are about', () => {
    const evidence = [
      award('2026-01-01'),
      act('SUSPENSION', '2026-10-01'),
      act('REINSTATEMENT', '2026-12-02'),
      act('REVOCATION', '2026-12-20'),
    ];
    expect(story(p, foldHolding(p, evidence)).filter((e) => e.endsWith('EXPIRING'))).toEqual([]);
    expect(story(p, foldHolding(p, [award('2026-01-01', { end: at('2026-02-01') })]))).toEqual([
      '2026-01-01 ISSUED',
      '2026-01-01 EXPIRING',
      '2026-01-24 EXPIRING',
      '2026-02-01 EXPIRED',
    ]);
  });
});
