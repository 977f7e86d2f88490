import fc from 'fast-check';
import { difference, includes, intersection, smallestCover, type Candidate, type DayRange, type DaySet } from './cover';

const DAYS = 7;

/** A set of days as one bit for each. */
const bits = (days: DaySet): boolean[] =>
  Array.from({ length: DAYS }, (_, day) => days.some(({ from, to }) => from <= day && day < to));

const daySets = fc.array(fc.boolean(), { minLength: DAYS, maxLength: DAYS }).map((on): DaySet => {
  const days: DayRange[] = [];
  on.forEach((isOn, day) => {
    if (!isOn) return;
    const last = days.at(-1);
    if (last?.to === day) days[days.length - 1] = { from: last.from, to: day + 1 };
    else days.push({ from: day, to: day + 1 });
  });
  return days;
});

/** Kept from one day on; each option keeps longer than the one before. */
const rows: fc.Arbitrary<Candidate> = fc
  .tuple(
    fc.nat(DAYS - 1),
    fc.uniqueArray(fc.integer({ min: 1, max: DAYS }), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 2 }),
  )
  .map(([from, lengths, step]) =>
    lengths
      .sort((a, b) => a - b)
      .map((length, i) => ({ cost: 1 + i * step, days: [{ from, to: Math.min(DAYS, from + length) }] })),
  );

/** Any days at any cost; the last option wins them all. */
const patterns: fc.Arbitrary<Candidate> = fc
  .array(fc.record({ cost: fc.integer({ min: 1, max: 3 }), days: daySets }), { maxLength: 2 })
  .map((options) => [...options, { cost: 3, days: options.reduce<DaySet>((all, { days }) => union(all, days), []) }]);

function union(a: DaySet, b: DaySet): DaySet {
  const days: DayRange[] = [];
  for (let day = 0; day < DAYS; day++) {
    if (!bits(a)[day] && !bits(b)[day]) continue;
    const last = days.at(-1);
    if (last?.to === day) days[days.length - 1] = { from: last.from, to: day + 1 };
    else days.push({ from: day, to: day + 1 });
  }
  return days;
}

/** Tries everything: each candidate left out or kept in each of the ways. */
function cheapestByTrying(need: readonly number[], candidates: readonly Candidate[]): number | null {
  let cheapest: number | null = null;
  const attempt = (next: number, short: readonly number[], cost: number): void => {
    if (cheapest !== null && cost >= cheapest) return;
    if (next === candidates.length) {
      if (short.every((people) => people <= 0)) cheapest = cost;
      return;
    }
    attempt(next + 1, short, cost);
    for (const option of candidates[next]!) {
      const won = bits(option.days);
      attempt(
        next + 1,
        short.map((people, day) => people - (won[day] ? 1 : 0)),
        cost + option.cost,
      );
    }
  };
  attempt(0, need, 0);
  return cheapest;
}

const needs = fc.array(fc.nat(3), { minLength: DAYS, maxLength: DAYS });

describe('sets of days', () => {
  it('are intersected, subtracted and compared day by day', () => {
    fc.assert(
      fc.property(daySets, daySets, (a, b) => {
        const [inA, inB] = [bits(a), bits(b)];
        expect(bits(intersection(a, b))).toEqual(inA.map((is, day) => is && inB[day]!));
        expect(bits(difference(a, b))).toEqual(inA.map((is, day) => is && !inB[day]!));
        expect(includes(a, b)).toBe(inB.every((is, day) => !is || inA[day]!));
      }),
    );
  });
});

describe('the smallest cover', () => {
  const check = (need: readonly number[], candidates: readonly Candidate[]): void => {
    const cover = smallestCover(need, candidates);
    const cheapest = cheapestByTrying(need, candidates);
    expect(cover?.cost ?? null).toBe(cheapest);
    if (cover === null) return;
    expect(cover.isOptimal).toBe(true);
    const options = [...cover.taken].map(([member, option]) => candidates[member]![option]!);
    expect(options.reduce((sum, { cost }) => sum + cost, 0)).toBe(cheapest);
    need.forEach((people, day) => expect(options.filter(({ days }) => bits(days)[day]).length).toBeGreaterThanOrEqual(people));
  };

  it('equals trying everything where people are kept longer the more is done for them (N8)', () => {
    fc.assert(
      fc.property(needs, fc.array(rows, { maxLength: 7 }), (need, candidates) => check(need, candidates)),
      { numRuns: 500 },
    );
  });

  it('equals trying everything where people come, go and return (N8)', () => {
    fc.assert(
      fc.property(needs, fc.array(fc.oneof(rows, patterns), { maxLength: 6 }), (need, candidates) => check(need, candidates)),
      { numRuns: 500 },
    );
  });

  it('is found for thousands of people without a search', () => {
    const days = 365;
    const candidates = Array.from({ length: 20_000 }, (_, i): Candidate => {
      const [first, second] = [(i * 7) % 330, ((i * 7) % 330) + ((i * 13) % 35) + 1];
      return i % 3 === 0
        ? [{ cost: 1, days: [{ from: first, to: days }] }]
        : [
            { cost: 1, days: [{ from: first, to: second }] },
            { cost: 2, days: [{ from: first, to: days }] },
          ];
    });
    const need = Array.from({ length: days }, (_, day) => Math.max(0, Math.floor(day * 40) - 400));
    const cover = smallestCover(need, candidates)!;
    expect(cover.isOptimal).toBe(true);
    const left = [...need];
    for (const [member, option] of cover.taken) {
      const [{ from, to }] = candidates[member]![option]!.days as [DayRange];
      for (let day = from; day < to; day++) left[day]!--;
    }
    expect(Math.max(...left)).toBe(0);
    expect(cover.cost).toBeGreaterThanOrEqual(Math.max(...need));
  });

  it('says that it gave up when the search would take too long, and is enough all the same', () => {
    const twice = (first: number): Candidate => [
      {
        cost: 1,
        days: [
          { from: first, to: first + 1 },
          { from: 5, to: 6 },
        ],
      },
      { cost: 2, days: [{ from: first, to: 6 }] },
    ];
    const candidates = [0, 1, 2, 3, 3].map(twice);
    const need = [1, 1, 1, 1, 0, 2, 0];
    const cover = smallestCover(need, candidates, 0)!;
    const won = [...cover.taken].map(([member, option]) => bits(candidates[member]![option]!.days));
    need.forEach((people, day) => expect(won.filter((days) => days[day]).length).toBeGreaterThanOrEqual(people));
    expect(cover.isOptimal).toBe(false);
    expect(cheapestByTrying(need, candidates)).toBeLessThanOrEqual(cover.cost);
  });
});
