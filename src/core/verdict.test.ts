import fc from 'fast-check';
import type { Instant } from './calendar';
import { effectiveRanges, judge } from './evaluate';
import { boundaries, oracleVerdict, probes } from './rule.oracle';
import { DAY, instant, personFacts, publications, T0 } from './rule-cases.oracle';
import {
  answerAt,
  diffVerdicts,
  fromSegments,
  nextTransition,
  pushVerdict,
  segmentsBetween,
  toSegments,
  transitionsBetween,
  verdictOf,
  type Verdict,
  type VerdictStep,
  type VerdictTimeline,
} from './verdict';

const day = (n: number): number => T0 + n * DAY;
const verdicts: Verdict[] = ['ELIGIBLE', 'AT_RISK', 'GRACE', 'PENDING', 'UNKNOWN', 'NOT_ELIGIBLE'];

/** A timeline from its steps, the first of which begins at -Infinity. */
function timelineOf(
  ...steps: readonly (readonly [from: Instant, verdict: Verdict, ruleVersion: number | null])[]
): VerdictTimeline {
  const timeline: VerdictStep[] = [];
  for (const [from, verdict, ruleVersion] of steps) pushVerdict(timeline, from, verdict, ruleVersion);
  return timeline;
}

/** Any timeline, ruleless stretches included, on few instants so that bounds coincide. */
const anyTimeline: fc.Arbitrary<VerdictTimeline> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
    fc.array(fc.tuple(fc.constantFrom(...verdicts), fc.constantFrom(null, 1, 1, 2)), { minLength: 7, maxLength: 7 }),
  )
  .map(([cuts, values]) =>
    timelineOf(
      ...[-Infinity, ...cuts.sort((a, b) => a - b)].map((from, i) => {
        const [verdict, version] = values[i]!;
        return [from, version === null ? 'UNKNOWN' : verdict, version] as const;
      }),
    ),
  );
const everyHalf = Array.from({ length: 31 }, (_, i) => i / 2 - 2);
const stepAt = (timeline: VerdictTimeline, t: number): VerdictStep => timeline.findLast(({ from }) => from <= t)!;

describe('the answer at an instant', () => {
  it('changes exactly at its `until` and nowhere before, in 10,000 random cases swept densely (N1)', () => {
    const missed: unknown[] = [];
    fc.assert(
      fc.property(publications, personFacts, instant, (published, facts, at) => {
        const answer = answerAt(judge(effectiveRanges(published), facts, 'UTC'), at);
        const edges = boundaries(published, facts);
        const truth = (t: Instant): Verdict => oracleVerdict(published, facts, edges, t).verdict;
        const sweep = probes(published, facts);
        const later = sweep.filter((t) => t > at);
        const until = later.find((t) => truth(t) !== answer.verdict) ?? null;
        const earlier = sweep.filter((t) => t <= at).findLast((t) => truth(t) !== answer.verdict) ?? null;
        const eligible = later.find((t) => ['ELIGIBLE', 'AT_RISK'].includes(truth(t))) ?? null;
        const holds =
          truth(at) === answer.verdict &&
          answer.until === until &&
          answer.untilVerdict === (until === null ? null : truth(until)) &&
          (until === null || truth(until - 1) === answer.verdict) &&
          answer.since === (earlier === null ? null : earlier + 1) &&
          answer.nextEligibleAt === (['ELIGIBLE', 'AT_RISK'].includes(answer.verdict) ? null : eligible);
        if (!holds) missed.push(answer);
        return holds;
      }),
      { numRuns: 10_000 },
    );
    expect(missed).toEqual([]);
  });

  it('does not take a seam between versions that agree for a change', () => {
    const timeline = timelineOf([-Infinity, 'UNKNOWN', null], [1, 'ELIGIBLE', 1], [5, 'ELIGIBLE', 2], [9, 'NOT_ELIGIBLE', 2]);
    expect(answerAt(timeline, 6)).toEqual({
      verdict: 'ELIGIBLE',
      since: 1,
      until: 9,
      untilVerdict: 'NOT_ELIGIBLE',
      nextEligibleAt: null,
      ruleVersion: 2,
    });
    expect(answerAt(timeline, 0)).toEqual({
      verdict: 'UNKNOWN',
      since: null,
      until: 1,
      untilVerdict: 'ELIGIBLE',
      nextEligibleAt: 1,
      ruleVersion: null,
    });
    expect(answerAt(timeline, 9)).toEqual({
      verdict: 'NOT_ELIGIBLE',
      since: 9,
      until: null,
      untilVerdict: null,
      nextEligibleAt: null,
      ruleVersion: 2,
    });
  });

  it('names each level', () => {
    expect(([0, 1, 2, 3, 4] as const).map(verdictOf)).toEqual(['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE']);
  });
});

describe('segments', () => {
  it('bring back the timeline they were stored from', () => {
    fc.assert(
      fc.property(publications, personFacts, (published, facts) => {
        const ranges = effectiveRanges(published);
        const timeline = judge(ranges, facts, 'UTC');
        const rows = toSegments(timeline);
        expect(
          rows.filter(({ verdict, ruleVersion, from, to }) => verdict === 'NOT_ELIGIBLE' || ruleVersion === null || from >= to),
        ).toEqual([]);
        expect(fromSegments(rows, ranges)).toEqual(timeline);
      }),
      { numRuns: 1000 },
    );
  });

  it('are NOT_ELIGIBLE without rows where a rule is in effect, and ruleless elsewhere', () => {
    const ranges = [
      { version: 1, from: 0, until: 5 },
      { version: 2, from: 5, until: Infinity },
    ];
    expect(fromSegments([], ranges)).toEqual(
      timelineOf([-Infinity, 'UNKNOWN', null], [0, 'NOT_ELIGIBLE', 1], [5, 'NOT_ELIGIBLE', 2]),
    );
    expect(fromSegments([], [])).toEqual(timelineOf([-Infinity, 'UNKNOWN', null]));
  });

  it('between two instants are those that overlap, with their own bounds', () => {
    const timeline = timelineOf([-Infinity, 'NOT_ELIGIBLE', 1], [3, 'ELIGIBLE', 1], [9, 'NOT_ELIGIBLE', 1]);
    expect(segmentsBetween(timeline, 4, 5)).toEqual([{ from: 3, to: 9, verdict: 'ELIGIBLE', ruleVersion: 1 }]);
    expect(segmentsBetween(timeline, 4, 9)).toHaveLength(1);
    expect(segmentsBetween(timeline, -Infinity, 4).map(({ from, to }) => [from, to])).toEqual([
      [-Infinity, 3],
      [3, 9],
    ]);
    expect(segmentsBetween(timeline, 9, Infinity)).toEqual([{ from: 9, to: Infinity, verdict: 'NOT_ELIGIBLE', ruleVersion: 1 }]);
    expect(segmentsBetween(timeline, 5, 5)).toEqual([]);
  });
});

describe('the difference that a write makes', () => {
  const isEligible = (verdict: Verdict): boolean => verdict === 'ELIGIBLE' || verdict === 'AT_RISK';
  const shown = (a: VerdictStep, b: VerdictStep): boolean =>
    a.ruleVersion === null ? b.ruleVersion !== null && b.verdict !== 'NOT_ELIGIBLE' : a.verdict !== b.verdict;
  const corrected = (a: VerdictStep, b: VerdictStep): boolean =>
    a.ruleVersion !== null && a.verdict !== b.verdict && !(isEligible(a.verdict) && isEligible(b.verdict));

  it('is nothing when nothing differs but the version', () => {
    fc.assert(
      fc.property(anyTimeline, fc.integer({ min: -1, max: 13 }), (timeline, now) => {
        expect(diffVerdicts(timeline, timeline, now)).toBeNull();
        const renumbered = timeline.map((step) => ({
          ...step,
          ruleVersion: step.ruleVersion === null ? null : step.ruleVersion + 7,
        }));
        expect(diffVerdicts(timeline, renumbered, now)).toBeNull();
      }),
    );
  });

  it('is a transition, a correction or a forecast, by the definition at every instant', () => {
    fc.assert(
      fc.property(anyTimeline, anyTimeline, fc.integer({ min: -1, max: 13 }), (before, after, now) => {
        const differs = (t: number): boolean => shown(stepAt(before, t), stepAt(after, t));
        const past = everyHalf.filter((t) => t < now && corrected(stepAt(before, t), stepAt(after, t)));
        const kind = differs(now)
          ? 'TRANSITION'
          : past.length > 0
            ? 'CORRECTION'
            : everyHalf.some((t) => t > now && differs(t))
              ? 'FORECAST'
              : null;
        const difference = diffVerdicts(before, after, now);
        expect(difference?.kind ?? null).toBe(kind);
        if (difference === null) return;
        const old = stepAt(before, now);
        expect(difference.before).toBe(old.ruleVersion === null ? null : old.verdict);
        expect(difference.after).toBe(stepAt(after, now).verdict);
        expect(difference.until).toBe(answerAt(after, now).until);
        // Bounds are whole numbers and the probes every half, so the first and the last probe tell the bounds.
        expect(difference.correctedFrom).toBe(past.length === 0 ? null : past[0] === everyHalf[0] ? -Infinity : past[0]);
        expect(difference.correctedUntil).toBe(past.length === 0 ? null : past.at(-1)! + 0.5);
      }),
      { numRuns: 3000 },
    );
  });

  const rule = (...changes: readonly (readonly [Instant, Verdict])[]): VerdictTimeline =>
    timelineOf([-Infinity, 'NOT_ELIGIBLE', 1], ...changes.map(([from, verdict]) => [from, verdict, 1] as const));
  const now = day(10);

  it.each([
    [
      'a credential that counts from now on',
      rule(),
      rule([now, 'ELIGIBLE'], [day(90), 'NOT_ELIGIBLE']),
      ['TRANSITION', 'NOT_ELIGIBLE', 'ELIGIBLE', day(90), null, null],
    ],
    [
      'one that has counted for three days',
      rule(),
      rule([day(7), 'ELIGIBLE']),
      ['TRANSITION', 'NOT_ELIGIBLE', 'ELIGIBLE', null, day(7), now],
    ],
    [
      'a revocation as of last week',
      rule([day(0), 'ELIGIBLE']),
      rule([day(0), 'ELIGIBLE'], [day(3), 'NOT_ELIGIBLE']),
      ['TRANSITION', 'ELIGIBLE', 'NOT_ELIGIBLE', null, day(3), now],
    ],
    [
      'a gap found in the past',
      rule([day(0), 'ELIGIBLE']),
      rule([day(0), 'ELIGIBLE'], [day(3), 'NOT_ELIGIBLE'], [day(5), 'ELIGIBLE']),
      ['CORRECTION', 'ELIGIBLE', 'ELIGIBLE', null, day(3), day(5)],
    ],
    [
      'a lapse that moved',
      rule([day(0), 'ELIGIBLE'], [day(90), 'NOT_ELIGIBLE']),
      rule([day(0), 'ELIGIBLE'], [day(99), 'NOT_ELIGIBLE']),
      ['FORECAST', 'ELIGIBLE', 'ELIGIBLE', day(99), null, null],
    ],
    [
      'a renewal while at risk',
      rule([day(0), 'ELIGIBLE'], [day(8), 'AT_RISK'], [day(20), 'NOT_ELIGIBLE']),
      rule([day(0), 'ELIGIBLE']),
      ['TRANSITION', 'AT_RISK', 'ELIGIBLE', null, null, null],
    ],
    [
      'a first rule that admits',
      timelineOf([-Infinity, 'UNKNOWN', null]),
      timelineOf([-Infinity, 'UNKNOWN', null], [day(5), 'ELIGIBLE', 1]),
      ['TRANSITION', null, 'ELIGIBLE', null, null, null],
    ],
    [
      'a first rule from tomorrow on',
      null,
      timelineOf([-Infinity, 'UNKNOWN', null], [day(11), 'ELIGIBLE', 1]),
      ['FORECAST', null, 'UNKNOWN', day(11), null, null],
    ],
  ] as const)('tells %s', (_, before, after, [kind, was, is, until, correctedFrom, correctedUntil]) => {
    expect(diffVerdicts(before, after, now)).toEqual({ kind, before: was, after: is, until, correctedFrom, correctedUntil });
  });

  it('is silent about a first rule that admits nobody', () => {
    expect(diffVerdicts(null, rule(), now)).toBeNull();
    expect(
      diffVerdicts(
        timelineOf([-Infinity, 'UNKNOWN', null]),
        timelineOf([-Infinity, 'UNKNOWN', null], [day(5), 'NOT_ELIGIBLE', 1]),
        now,
      ),
    ).toBeNull();
  });
});

describe('the transitions that time brings', () => {
  it('are each reported once, however the stretch of time is cut', () => {
    fc.assert(
      fc.property(
        anyTimeline,
        fc.uniqueArray(fc.integer({ min: -1, max: 13 }), { minLength: 2, maxLength: 5 }),
        (timeline, cuts) => {
          const stops = cuts.sort((a, b) => a - b);
          const pieces = stops.slice(1).flatMap((upTo, i) => transitionsBetween(timeline, stops[i]!, upTo));
          expect(pieces).toEqual(transitionsBetween(timeline, stops[0]!, stops.at(-1)!));
        },
      ),
    );
  });

  it('are the seams at which the verdict differs, and the first of them is the next', () => {
    fc.assert(
      fc.property(anyTimeline, fc.integer({ min: -1, max: 13 }), (timeline, after) => {
        const transitions = transitionsBetween(timeline, after, Infinity);
        const expected = everyHalf.filter((t) => {
          const [was, is] = [stepAt(timeline, t - 0.5), stepAt(timeline, t)];
          if (t <= after || was === is) return false;
          return was.ruleVersion === null ? is.verdict !== 'NOT_ELIGIBLE' : was.verdict !== is.verdict;
        });
        expect(transitions.map(({ at }) => at)).toEqual(expected);
        expect(nextTransition(timeline, after)).toBe(expected[0] ?? null);
        for (const { at, before, after: next, until } of transitions) {
          const was = stepAt(timeline, at - 0.5);
          expect([before, next, until]).toEqual([
            was.ruleVersion === null ? null : was.verdict,
            stepAt(timeline, at).verdict,
            answerAt(timeline, at).until,
          ]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
