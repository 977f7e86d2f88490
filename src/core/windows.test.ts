import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { evaluate } from './evaluate';
import type { CreditFact, PersonFacts } from './facts';
import type { RuleNode } from './rule';
import { Level, levelAt } from './timeline';
import { dayAfter, heldFor, service } from './windows';

const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
const none: PersonFacts = { holdings: new Map(), attributes: new Map() };
const hours = (...days: readonly (readonly [day: string, hours?: number])[]): PersonFacts => ({
  ...none,
  credits: new Map([
    ['X', days.map(([day, n = 1], i): CreditFact => ({ at: at(day), hours: n, isPending: false, factId: `${i}` }))],
  ]),
});
const credits = (window: { months: number; days: number }, min = 1): RuleNode => ({
  op: 'credits',
  courseCodes: ['X'],
  min,
  window,
});
const changes = (node: RuleNode, facts: PersonFacts): (string | number)[][] =>
  evaluate(node, facts)
    .slice(1)
    .map(({ from, level }) => [new Date(from).toISOString(), level]);

describe('the day a span later (C7)', () => {
  it('is the start of the civil day that a calendar gives, in any zone', () => {
    const zones = fc.constantFrom('UTC', 'America/Sao_Paulo', 'Pacific/Apia', 'Africa/Cairo', 'Europe/Berlin');
    const instants = fc.integer({ min: at('2011-12-20'), max: at('2024-05-10') });
    fc.assert(
      fc.property(zones, instants, fc.nat(14), fc.nat(40), (zone, instant, months, days) => {
        const day = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate();
        const target = day.add({ months }).add({ days }).toZonedDateTime(zone).epochMilliseconds;
        expect(dayAfter(instant, { months, days }, zone)).toBe(target);
      }),
      { numRuns: 1000 },
    );
  });

  it('clamps to the end of a month, and runs on to it when asked', () => {
    const month = { months: 1, days: 0 };
    expect(dayAfter(at('2027-01-31'), month, 'UTC')).toBe(at('2027-02-28'));
    expect(dayAfter(at('2028-01-31'), month, 'UTC')).toBe(at('2028-02-29'));
    expect(dayAfter(at('2027-01-15T18:00:00Z'), month, 'UTC', true)).toBe(at('2027-03-01'));
    expect(dayAfter(at('2027-01-31'), { months: 24, days: 0 }, 'UTC', true)).toBe(at('2029-02-01'));
  });
});

describe('windows that recur in regulations', () => {
  it('counts landings of the preceding 90 days by the day, however late in the day they were', () => {
    const facts = hours(['2027-01-01T22:00:00Z'], ['2027-01-20'], ['2027-02-01']);
    expect(changes(credits({ months: 0, days: 91 }, 3), facts)).toEqual([
      ['2027-02-01T00:00:00.000Z', Level.MET],
      ['2027-04-02T00:00:00.000Z', Level.UNMET],
    ]);
  });

  it('counts six calendar months to the end of the sixth', () => {
    const node: RuleNode = { op: 'credits', courseCodes: ['X'], min: 1, window: { months: 6, days: 0 }, toMonthEnd: true };
    expect(changes(node, hours(['2027-08-31']))).toEqual([
      ['2027-08-31T00:00:00.000Z', Level.MET],
      ['2028-03-01T00:00:00.000Z', Level.UNMET],
    ]);
  });

  it('lets hours count only some time after they were earned', () => {
    const node: RuleNode = { ...(credits({ months: 1, days: 0 }) as object), lag: { months: 0, days: 14 } } as RuleNode;
    expect(changes(node, hours(['2027-01-31T09:00:00Z']))).toEqual([
      ['2027-02-14T00:00:00.000Z', Level.MET],
      ['2027-03-14T00:00:00.000Z', Level.UNMET],
    ]);
  });

  it('adds tenths of hours without losing one, and takes them away again', () => {
    const facts = hours(['2027-01-01', 0.1], ['2027-01-02', 0.2], ['2027-06-01', 0.1], ['2027-06-02', 0.2]);
    expect(changes(credits({ months: 0, days: 10 }, 0.3), facts).map(([, level]) => level)).toEqual([4, 0, 4, 0]);
  });

  it('holds back until held for so long, and from a break on begins anew, unless the break is bridged', () => {
    const on = [
      { from: -Infinity, level: Level.UNMET },
      { from: at('2027-01-31'), level: Level.MET },
      { from: at('2027-03-10'), level: Level.UNMET },
      { from: at('2027-03-17'), level: Level.MET },
    ];
    const month = { months: 1, days: 0 };
    const met = (gap: number | null): string[] =>
      heldFor(on, month, gap === null ? null : { months: 0, days: gap }, 'UTC')
        .filter(({ level }) => level === Level.MET)
        .map(({ from }) => new Date(from).toISOString().slice(0, 10));
    expect(met(null)).toEqual(['2027-02-28', '2027-04-17']);
    expect(met(6)).toEqual(['2027-02-28', '2027-04-17']);
    expect(met(7)).toEqual(['2027-02-28', '2027-03-17']);
  });

  it('adds up service of the last days in one sweep, from corner to corner', () => {
    const day = 86_400_000;
    const steps = [0, 10, 20, 25, 40].map((n, i) => ({
      from: n === 0 ? -Infinity : n * day,
      level: i % 2 === 1 ? Level.MET : Level.UNMET,
    }));
    // on from day 10 to 20 and from 25 to 40: 8 of the last 12 days
    expect(service(steps, 8 * day, 12 * day).map(({ from, level }) => [from / day, level])).toEqual([
      [-Infinity, Level.UNMET],
      [18, Level.MET],
      [24, Level.UNMET],
      [33, Level.MET],
      [44, Level.UNMET],
    ]);
  });

  it('keeps UNKNOWN from turning into a no: what is unknown while it would have to be held stays unknown', () => {
    const tenure: RuleNode = { op: 'tenure', name: 'dept', equals: 'ER', duration: { months: 1, days: 0 } };
    const facts: PersonFacts = {
      ...none,
      attributes: new Map([
        [
          'dept',
          [
            { from: at('2027-01-10'), to: at('2027-01-20'), value: 'ER', factId: 'a' },
            { from: at('2027-01-20'), to: Infinity, value: 'ER', factId: 'b' },
          ],
        ],
      ]),
    };
    const timeline = evaluate(tenure, facts);
    expect(levelAt(timeline, at('2027-01-15'))).toBe(Level.UNKNOWN);
    expect(timeline.at(-1)).toEqual({ from: at('2027-02-10'), level: Level.MET });
  });
});
