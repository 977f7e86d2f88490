import fc from 'fast-check';
import { contrasts } from './contrast';
import { answerAt, pushVerdict, type Verdict, type VerdictStep, type VerdictTimeline } from './verdict';

const VERDICTS: readonly Verdict[] = ['ELIGIBLE', 'AT_RISK', 'NOT_ELIGIBLE'];

/** A timeline that may change at 0, 10, 20, … 60, with seams between rule versions. */
const timelines: fc.Arbitrary<VerdictTimeline> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(...VERDICTS), fc.integer({ min: 1, max: 2 })), { maxLength: 6 })
  .map((changes) => {
    const steps: VerdictStep[] = [{ from: -Infinity, verdict: 'NOT_ELIGIBLE', ruleVersion: 1 }];
    for (const [tens, verdict, version] of [...changes].sort(([a], [b]) => a - b)) {
      if (steps.at(-1)!.from !== tens * 10) pushVerdict(steps, tens * 10, verdict, version);
    }
    return steps;
  });

describe('contrasts', () => {
  it('say at every instant whether and how two timelines disagree (N7)', () => {
    fc.assert(
      fc.property(timelines, timelines, (before, after) => {
        const found = contrasts(before, after);
        for (let at = -5; at <= 75; at += 5) {
          const [old, fresh] = [answerAt(before, at).verdict, answerAt(after, at).verdict];
          const told = found.filter(({ from, to }) => from <= at && at < to).map((one) => [one.before, one.after]);
          expect(told).toEqual(old === fresh ? [] : [[old, fresh]]);
        }
      }),
    );
  });

  it('are as long as they can be, and in order of time', () => {
    fc.assert(
      fc.property(timelines, timelines, (before, after) => {
        const found = contrasts(before, after);
        found.forEach((one, i) => {
          const next = found[i + 1];
          expect(one.from).toBeLessThan(one.to);
          if (!next) return;
          expect(one.to).toBeLessThanOrEqual(next.from);
          expect(one.to === next.from && one.before === next.before && one.after === next.after).toBe(false);
        });
      }),
    );
  });

  it('of a timeline with itself are none, under whatever rule version', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const renumbered = timeline.map((step) => ({ ...step, ruleVersion: 9 }));
        expect(contrasts(timeline, renumbered)).toEqual([]);
      }),
    );
  });
});
