// Time that is added up, by the day: against a definition that walks the days, and on the edges.
import fc from 'fast-check';
import type { WindowNode } from './rule';
import { constant, fromIntervals, Level, levelAt, type Timeline } from './timeline';
import { accumulated, heldFor, service, windowTimeline, within } from './windows';

const DAY = 86_400_000;
const days = (n: number): { months: number; days: number } => ({ months: 0, days: n });
/** On in some stretches of days. */
const on = (...stretches: readonly (readonly [from: number, to: number])[]): Timeline =>
  fromIntervals(stretches.map(([from, to]) => ({ from: from * DAY, to: to * DAY, level: Level.MET })));
const metDays = (timeline: Timeline): (readonly [number, number])[] =>
  timeline.flatMap(({ from, level }, i) =>
    level === Level.MET ? [[from / DAY, (timeline[i + 1]?.from ?? Infinity) / DAY] as const] : [],
  );
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const stretches = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 9 })), { maxLength: 5 })
  .map((list) => on(...list.map(([from, length]) => [from, from + length] as const)));

describe('time added up over all (accumulated)', () => {
  it('is met for ever from the day on which it is enough', () => {
    expect(metDays(accumulated(on([0, 3], [10, 14]), 5 * DAY, null, 'UTC'))).toEqual([[12, Infinity]]);
    expect(metDays(accumulated(on([0, 5]), 5 * DAY, null, 'UTC'))).toEqual([[5, Infinity]]);
    expect(metDays(accumulated(on([0, 4]), 5 * DAY, null, 'UTC'))).toEqual([]);
    expect(accumulated(constant(Level.UNMET), DAY, days(3), 'UTC')).toEqual(constant(Level.UNMET));
  });

  it('begins anew after a break that is longer than allowed, and lasts through one that is not', () => {
    expect(metDays(accumulated(on([0, 3], [10, 14]), 5 * DAY, days(7), 'UTC'))).toEqual([[12, 21]]);
    expect(metDays(accumulated(on([0, 3], [10, 14]), 5 * DAY, days(6), 'UTC'))).toEqual([]);
    // reached, lost seven days after the end, and reached again by what comes later alone
    expect(metDays(accumulated(on([0, 6], [20, 24], [26, 30]), 5 * DAY, days(7), 'UTC'))).toEqual([
      [5, 13],
      [27, 37],
    ]);
    expect(metDays(accumulated(on([0, 6], [13, 14]), 5 * DAY, days(7), 'UTC'))).toEqual([[5, 21]]);
    expect(metDays(accumulated(on([0, 6], [20, Infinity]), 5 * DAY, days(7), 'UTC'))).toEqual([
      [5, 13],
      [25, Infinity],
    ]);
  });

  it('is what walking the days gives', () => {
    fc.assert(
      fc.property(
        stretches,
        fc.integer({ min: 1, max: 12 }),
        fc.option(fc.integer({ min: 1, max: 8 })),
        (below, enough, reset) => {
          const met = accumulated(below, enough * DAY, reset === null ? null : days(reset), 'UTC');
          let gathered = 0;
          let off = 0;
          const walked = range(60).map((day) => {
            const isOn = levelAt(below, day * DAY) === Level.MET;
            if (reset !== null && off >= reset && !isOn) gathered = 0;
            const isMet = gathered >= enough;
            gathered += isOn ? 1 : 0;
            off = isOn ? 0 : off + 1;
            return isMet ? Level.MET : Level.UNMET;
          });
          expect(range(60).map((day) => levelAt(met, day * DAY))).toEqual(walked);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('time added up over the last days (service)', () => {
  it('is what walking the days gives, before every day moves it by another', () => {
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 8, max: 15 }), (below, enough, reach) => {
        const met = service(below, enough * DAY, reach * DAY);
        const isOn = (day: number): boolean => levelAt(below, day * DAY) === Level.MET;
        const gathered = (day: number): number => range(reach).filter((i) => isOn(day - 1 - i)).length;
        // a moment after the day begins it has to be enough still
        const walked = range(60).map((day) => Math.min(gathered(day), gathered(day + 1)) >= enough);
        expect(range(60).map((day) => levelAt(met, day * DAY) === Level.MET)).toEqual(walked);
      }),
      { numRuns: 500 },
    );
  });

  it('holds before everything when it has been on for ever, and never when it never was', () => {
    expect(metDays(service(on([-Infinity, 3]), 5 * DAY, 10 * DAY))).toEqual([[-Infinity, 8]]);
    expect(metDays(service(on([5, Infinity]), 5 * DAY, 10 * DAY))).toEqual([[10, Infinity]]);
    expect(service(constant(Level.MET), 5 * DAY, 10 * DAY)).toEqual(constant(Level.MET));
    expect(service(constant(Level.UNMET), 5 * DAY, 10 * DAY)).toEqual(constant(Level.UNMET));
  });
});

describe('days on which clocks change', () => {
  const node = (op: 'accumulated' | 'service'): WindowNode => ({
    op,
    of: { op: 'all', of: [] },
    duration: days(10),
    within: days(20),
  });

  it('count as days wherever time is added up, so that a sum of days ends at the start of a day', () => {
    // clocks go forward in New York on 14 March 2027
    const below = fromIntervals([{ from: start('2027-03-10T05:00:00Z'), to: Infinity, level: Level.MET }]);
    for (const op of ['accumulated', 'service'] as const) {
      const [, met] = windowTimeline(node(op), below, 'America/New_York');
      expect(new Date(met!.from).toISOString()).toBe('2027-03-20T04:00:00.000Z');
    }
  });

  it('keep an instant within such a day where it was', () => {
    const from = start('2027-11-07T17:30:00.123Z'); // clocks went back in the night before
    const below = fromIntervals([{ from, to: from + 100 * DAY, level: Level.MET }]);
    const one: WindowNode = { op: 'accumulated', of: { op: 'all', of: [] }, duration: days(0) };
    expect(windowTimeline(one, below, 'America/New_York')[1]!.from).toBe(from);
  });
});

describe('the other windows on their edges', () => {
  const of = { op: 'all', of: [] } as const;
  const opened = (node: WindowNode, below: Timeline): (readonly [number, number])[] =>
    metDays(windowTimeline(node, below, 'UTC'));

  it('are what their condition says, with what it leaves out left out', () => {
    const below = on([0, 10], [12, 20]);
    expect(opened({ op: 'heldFor', of, duration: days(5) }, below)).toEqual([
      [5, 10],
      [17, 20],
    ]);
    expect(opened({ op: 'heldFor', of, duration: days(5), gap: days(2) }, below)).toEqual([
      [5, 10],
      [12, 20],
    ]);
    expect(opened({ op: 'within', of, duration: days(1) }, below)).toEqual([
      [0, 11],
      [12, 21],
    ]);
    expect(opened({ op: 'heldFor', of, duration: days(5) }, on([0, 3], [4, 9], [10, 20]))).toEqual([[15, 20]]);
    // to the end of January
    expect(opened({ op: 'within', of, duration: days(1), toMonthEnd: true }, below)).toEqual([[0, 31]]);
    expect(metDays(within(below, days(3), 'UTC'))).toEqual([[0, 23]]);
    expect(opened({ op: 'within', of, duration: days(1), toMonthEnd: true }, on([5, Infinity]))).toEqual([[5, Infinity]]);
    expect(opened({ op: 'within', of, duration: days(1) }, on([5, Infinity]))).toEqual([[5, Infinity]]);
    expect(opened({ op: 'accumulated', of, duration: days(9), resetAfter: days(1) }, below)).toEqual([[9, 11]]);
    expect(opened({ op: 'accumulated', of, duration: days(9) }, below)).toEqual([[9, Infinity]]);
  });

  it('count the days of a break in the zone, also where time is added up', () => {
    const newYork = (day: number): number => start('2027-03-10T05:00:00Z') + day * DAY - (day > 4 ? DAY / 24 : 0);
    const below = fromIntervals([{ from: newYork(0), to: newYork(3), level: Level.MET }]);
    const node: WindowNode = { op: 'accumulated', of, duration: days(2), resetAfter: days(5) };
    expect(windowTimeline(node, below, 'America/New_York').map(({ from }) => from)).toEqual([-Infinity, newYork(2), newYork(8)]);
  });

  it('within a span to the end of a month counts from the last moment at which it held', () => {
    const until = (to: string): string =>
      new Date(within(fromIntervals([{ from: 0, to: start(to), level: Level.MET }]), { months: 1, days: 0 }, 'UTC', true).at(-1)!.from).toISOString(); // prettier-ignore
    expect(until('2027-02-01T00:00:00.000Z')).toBe('2027-03-01T00:00:00.000Z');
    expect(until('2027-02-01T00:00:00.001Z')).toBe('2027-04-01T00:00:00.000Z');
  });

  it('every level is held by itself', () => {
    const below = fromIntervals([
      { from: 0, to: 10 * DAY, level: Level.MET },
      { from: 10 * DAY, to: 30 * DAY, level: Level.GRACE },
      { from: 30 * DAY, to: 40 * DAY, level: Level.PENDING },
    ]);
    // met for ten days, met or in grace for thirty, and forty with what is pending
    expect(accumulated(below, 25 * DAY, null, 'UTC').map(({ from, level }) => [from / DAY, level])).toEqual([
      [-Infinity, Level.UNMET],
      [25, Level.GRACE],
    ]);
    expect(heldFor(below, days(5), null, 'UTC').map(({ from, level }) => [from / DAY, level])).toEqual([
      [-Infinity, Level.UNMET],
      [5, Level.MET],
      [10, Level.GRACE],
      [30, Level.PENDING],
      [40, Level.UNMET],
    ]);
  });
});

function start(text: string): number {
  return Date.parse(text);
}
