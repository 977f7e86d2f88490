import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { parseSpan, type Span } from './calendar';
import { foldHolding, statusAt, type Evidence, type RenewalPolicy } from './renewal';
import { SLOTS, walk, type Moment, type OracleDate, type OracleFact, type OraclePolicy } from './renewal.oracle';

const BASES = ['2023-12-31', '2024-01-31', '2024-02-29', '2023-08-30', '2024-03-10', '2024-04-26', '2024-11-03'];
const FAR = { day: '2200-01-01', slot: 0 };

const instants = new Map<string, number>();
function instantOf({ day, slot }: Moment, zone: string): number {
  const question = `${day}/${slot} ${zone}`;
  let instant = instants.get(question);
  if (instant === undefined) {
    // Cairo repeats the last hour of a day in autumn; 22:00 is no edge but no riddle either.
    const lastSlot = zone === 'Africa/Cairo' ? '22:00' : '23:59:59.999';
    const plainTime = ['', '09:00', '15:30', lastSlot][slot] as string;
    const date = Temporal.PlainDate.from(day);
    instant = (slot === 0 ? date.toZonedDateTime(zone) : date.toZonedDateTime({ timeZone: zone, plainTime })).epochMilliseconds;
    instants.set(question, instant);
  }
  return instant;
}

const span = (...choices: (string | null)[]): fc.Arbitrary<string | null> => fc.constantFrom(...choices);
const policies: fc.Arbitrary<OraclePolicy> = fc
  .record({
    shape: fc.constantFrom('life', 'life', 'rounded', 'life', 'months', 'fixed', 'birthday', 'never'),
    life: span('P1M', 'P3M', 'P30D', 'P1M15D', 'P1Y', 'P2W') as fc.Arbitrary<string>,
    months: fc.integer({ min: 1, max: 4 }),
    anchor: fc.constantFrom('COMPLETION' as const, 'EXPIRY' as const, 'EXPIRY' as const),
    early: span(null, 'P10D', 'P1M', 'P2M'),
    grace: span(null, 'P10D', 'P1M', 'P45D'),
    graceCounts: fc.boolean(),
    backdate: fc.boolean(),
    reinstateWithin: span(null, null, 'P20D', 'P2M'),
    fixed: fc.record({ month: fc.constantFrom(2, 3, 12), day: fc.constantFrom(1, 29, 31), minActive: span(null, 'P20D', 'P3M') }),
    birthday: fc.record({
      day: fc.constantFrom('DATE' as const, 'BEFORE_MONTH' as const, 'MONTH_END' as const),
      minActive: span(null, 'P20D', 'P3M'),
    }),
    roundTo: fc.constantFrom('MONTH_START' as const, 'MONTH_END' as const),
    noticeBefore: fc.uniqueArray(fc.constantFrom('P7D', 'P30D', 'P1M', 'P90D'), { maxLength: 3 }),
    lastDay: fc.constantFrom('ON_ANNIVERSARY' as const, 'BEFORE_ANNIVERSARY' as const),
  })
  .map(({ shape, months, fixed, birthday, roundTo, ...rest }) => ({
    ...rest,
    life: shape === 'life' ? rest.life : shape === 'rounded' ? rest.life.replace(/^P2W$|^P30D$/, 'P31D') : null,
    calendarMonths: shape === 'months' ? months : null,
    anchor: shape === 'fixed' || shape === 'birthday' ? ('FIXED' as const) : rest.anchor,
    fixed: shape === 'fixed' ? { ...fixed, day: fixed.month === 2 ? 29 : fixed.day } : null,
    birthday: shape === 'birthday' ? birthday : null,
    roundTo: shape === 'rounded' ? roundTo : null,
  }));

/** Facts whose days lie on, and a day around, what an earlier fact and the policy's spans lead to. */
const seeds = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'AWARD' as const,
      'AWARD' as const,
      'AWARD' as const,
      'SUSPENSION' as const,
      'REINSTATEMENT' as const,
      'REVOCATION' as const,
    ),
    after: fc.nat(),
    lives: fc.integer({ min: 0, max: 2 }),
    edge: fc.constantFrom('none', 'none', 'early', 'grace', 'reinstateWithin'),
    off: fc.constantFrom(-1, 0, 0, 1),
    slot: fc.constantFrom(0, 0, 0, 1, 2, 3),
    explicit: fc.option(fc.record({ days: fc.integer({ min: 1, max: 70 }), slot: fc.constantFrom(0, 0, 1, 3) }), { freq: 5 }),
    initial: fc.constantFrom(null, null, true, false),
    recorded: fc.constantFrom('late', 'late', 'late', 'same', 'before'),
    recordedBefore: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 7 },
);

const stories = fc
  .record({
    policy: policies,
    base: fc.constantFrom(...BASES),
    seeds,
    zone: fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati', 'Africa/Cairo'),
    told: fc.array(fc.record({ about: fc.nat(), off: fc.constantFrom(-1, 0, 1), born: fc.integer({ min: 0, max: 1_500 }) }), {
      maxLength: 2,
    }),
  })
  .map(({ policy, base, seeds, zone, told }) => {
    const facts: OracleFact[] = [];
    for (const [i, seed] of seeds.entries()) {
      let date = Temporal.PlainDate.from(facts.length ? (facts[seed.after % facts.length] as OracleFact).at.day : base);
      const life = policy.life ?? (policy.calendarMonths === null ? 'P2M' : `P${policy.calendarMonths}M`);
      for (let k = 0; k < (i === 0 ? 0 : seed.lives); k++) date = date.add(life);
      if (i > 0 && policy.calendarMonths !== null && seed.lives > 0) date = date.add({ months: 1 }).with({ day: 1 });
      const edge = seed.edge === 'none' ? null : policy[seed.edge];
      if (edge && i > 0) date = seed.edge === 'early' ? date.subtract(edge) : date.add(edge);
      if (i > 0) date = date.add({ days: seed.off });
      const at = { day: date.toString(), slot: seed.slot };
      const recordedAt =
        seed.recorded === 'late'
          ? FAR
          : seed.recorded === 'same'
            ? at
            : { day: date.subtract({ days: seed.recordedBefore }).toString(), slot: 0 };
      const end =
        seed.kind === 'AWARD' && seed.explicit
          ? { day: date.add({ days: seed.explicit.days }).toString(), slot: seed.explicit.slot }
          : null;
      facts.push({ kind: seed.kind, id: `f${i}`, at, recordedAt, end, initial: seed.kind === 'AWARD' ? seed.initial : null });
    }
    const dates = told.map(({ about, off, born }): OracleDate => {
      const near = Temporal.PlainDate.from((facts[about % facts.length] as OracleFact).at.day).add({ days: off });
      return { told: near.toString(), on: Temporal.PlainDate.from('1988-01-01').add({ days: born }).toString() };
    });
    const once = dates.filter((date, i) => dates.findIndex(({ told: day }) => day === date.told) === i);
    return { policy, facts, zone, dates: once };
  });

const read = (text: string | null): Span | null => (text === null ? null : parseSpan(text));
const policyOf = (p: OraclePolicy, zone: string): RenewalPolicy => ({
  ...p,
  zone,
  fixedFrom: p.birthday && { attribute: 'birthDate', day: p.birthday.day, minActive: read(p.birthday.minActive) },
  life: read(p.life),
  early: read(p.early),
  grace: read(p.grace),
  reinstateWithin: read(p.reinstateWithin),
  fixed: p.fixed && { ...p.fixed, minActive: read(p.fixed.minActive) },
  noticeBefore: p.noticeBefore.map((text) => parseSpan(text) as Span),
});
const datesOf = (dates: OracleDate[], zone: string): Evidence[] =>
  dates.map(({ told, on }) => ({ kind: 'DATE', id: told, at: instantOf({ day: told, slot: 0 }, zone), on, recordedAt: 0 }));
const evidenceOf = (facts: OracleFact[], zone: string): Evidence[] =>
  facts.map(({ kind, id, at, recordedAt, end, initial }) => {
    const common = { id, at: instantOf(at, zone), recordedAt: instantOf(recordedAt, zone) };
    return kind === 'AWARD' ? { ...common, kind, expiresAt: end && instantOf(end, zone), initial } : { ...common, kind };
  });

describe('the renewal fold against a clerk with a calendar (C4, C6, C7, C9)', () => {
  it('agrees on every moment of the walk, on every event and on what became of every award', () => {
    fc.assert(
      fc.property(stories, ({ policy, facts, zone, dates }) => {
        const days = facts.flatMap((f) => [f.at.day, ...(f.recordedAt === FAR ? [] : [f.recordedAt.day])]).sort();
        const from = Temporal.PlainDate.from(days[0] as string)
          .subtract({ days: 1 })
          .toString();
        const to = Temporal.PlainDate.from(days.at(-1) as string)
          .add({ days: 130 })
          .toString();
        const diary = walk(policy, facts, from, to, dates);
        const { segments, events, awards } = foldHolding(policyOf(policy, zone), [
          ...evidenceOf(facts, zone),
          ...datesOf(dates, zone),
        ]);

        const moments = new Map<number, string>();
        for (const moment of diary.status.keys()) {
          const [day, slot] = moment.split('/') as [string, string];
          moments.set(instantOf({ day, slot: Number(slot) }, zone), moment);
        }
        const ends = new Map(
          facts.flatMap((f) => (f.end ? [[instantOf(f.end, zone), `${f.end.day}/${f.end.slot}`] as const] : [])),
        );
        const name = (t: number): string =>
          moments.get(t) ??
          ends.get(t) ??
          `${Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(zone).toPlainDate().toString()}/0`;

        const differences: object[] = []; // a loop: comparing the two diaries whole takes most of the time
        for (const [t, moment] of moments) {
          const s = statusAt(segments, t);
          const isBegun =
            s && s.status !== 'PENDING' && events.some((e) => (e.kind === 'ISSUED' || e.kind === 'RENEWED') && e.at <= t);
          const actual = isBegun
            ? `${s.status} since ${name(s.issuedAt)} to ${s.expiresAt === null ? 'never' : name(s.expiresAt)}`
            : (s?.status ?? null);
          const expected = diary.status.get(moment);
          if (actual !== expected) differences.push({ moment, actual, expected });
        }
        expect(differences.slice(0, 5)).toEqual([]);
        const last = instantOf({ day: to, slot: SLOTS - 1 }, zone);
        expect(
          events
            .filter((e) => e.at <= last)
            .map((e) => `${e.kind} ${name(e.at)} ${e.factId ?? '-'}`)
            .sort(),
        ).toEqual([...diary.events].sort());
        expect(events.map((e) => e.at)).toEqual(events.map((e) => e.at).sort((a, b) => a - b));
        expect(awards.map((a) => `${a.factId} ${a.mode} ${a.counted}`)).toEqual(diary.awards);
      }),
      { numRuns: Number(process.env.RUNS ?? 250) },
    );
  }, 120_000);

  it('does not depend on the order in which evidence is given', () => {
    fc.assert(
      fc.property(
        stories.chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray(s.facts, { minLength: s.facts.length }))),
        ([{ policy, facts, zone }, shuffled]) => {
          expect(foldHolding(policyOf(policy, zone), evidenceOf(shuffled, zone))).toEqual(
            foldHolding(policyOf(policy, zone), evidenceOf(facts, zone)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not depend on what the facts are called, or in which order they were numbered (C8)', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.nat()), ({ policy, facts, zone }, numbers) => {
        const renamed = facts.map((fact, i) => ({ ...fact, id: `${numbers.next().value} ${i}` }));
        const shape = (list: OracleFact[]): object => {
          const { segments, events, awards } = foldHolding(policyOf(policy, zone), evidenceOf(list, zone));
          return {
            segments,
            events: events.map((e) => [e.kind, e.at, e.expiresAt]),
            awards: awards.map((a) => [a.mode, a.at, a.counted]),
          };
        };
        expect(shape(renamed)).toEqual(shape(facts));
      }),
      { numRuns: 500 },
    );
  });

  it('never takes time away with an award: only after a revocation can an expiry be sooner than the one before (C8)', () => {
    fc.assert(
      fc.property(stories, ({ policy, facts, zone }) => {
        let expiry = -Infinity;
        for (const event of foldHolding(policyOf(policy, zone), evidenceOf(facts, zone)).events) {
          if (event.kind === 'REVOKED') expiry = -Infinity;
          else {
            expect(event.expiresAt ?? Infinity).toBeGreaterThanOrEqual(expiry);
            expiry = event.expiresAt ?? Infinity;
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives canonical, contiguous segments that run to the end of time', () => {
    fc.assert(
      fc.property(stories, ({ policy, facts, zone }) => {
        const { segments } = foldHolding(policyOf(policy, zone), evidenceOf(facts, zone));
        for (const [i, s] of segments.entries()) {
          expect(s.to).toBeGreaterThan(s.from);
          const next = segments[i + 1];
          expect(s.to).toBe(next ? next.from : Infinity);
          if (next) expect({ ...next, from: 0, to: 0 }).not.toEqual({ ...s, from: 0, to: 0 });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not look ahead: facts after an instant leave everything up to it as it was, but for what is pending', () => {
    fc.assert(
      fc.property(stories, fc.nat(), ({ policy, facts, zone }, pick) => {
        const evidence = evidenceOf(facts, zone);
        const t = (evidence[pick % evidence.length] as Evidence).at;
        const all = foldHolding(policyOf(policy, zone), evidence);
        const past = foldHolding(
          policyOf(policy, zone),
          evidence.filter((fact) => fact.at <= t),
        );
        const seen = { events: all.events.filter((e) => e.at < t), segments: all.segments.filter((s) => s.from < t) };
        const awards = evidence.filter((fact) => fact.kind === 'AWARD');
        const pendingSince = Math.min(...awards.map((award) => award.recordedAt));
        if (pendingSince < t && pendingSince < Math.min(...awards.map((award) => award.at))) return; // an award to come, on record
        expect(seen.events).toEqual(past.events.filter((e) => e.at < t));
        const cut = (segments: typeof all.segments): object[] =>
          segments.filter((s) => s.from < t).map((s) => ({ ...s, to: Math.min(s.to, t) }));
        expect(cut(all.segments)).toEqual(cut(past.segments));
      }),
      { numRuns: 1_000 },
    );
  });
});
