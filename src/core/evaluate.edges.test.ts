// Versions of a rule one after another, and warnings before each of several lapses.
import { judge, splice, type RuleVersion } from './evaluate';
import type { PersonFacts } from './facts';
import { Level } from './timeline';

const DAY = 86_400_000;
const facts: PersonFacts = {
  holdings: new Map([
    [
      'A',
      [
        { from: 0, to: 100 * DAY, level: 'MET', factId: 'a' },
        { from: 150 * DAY, to: 300 * DAY, level: 'MET', factId: 'b' },
      ],
    ],
  ]),
  attributes: new Map(),
};
const version = (n: number, from: number, until: number, warn: number | null = null): RuleVersion => ({
  version: n,
  from: from * DAY,
  until: until * DAY,
  node: { op: 'holds', typeCode: 'A', strict: false },
  warnBefore: warn === null ? null : { months: 0, days: warn },
});
const spliced = (...versions: readonly RuleVersion[]): unknown[] =>
  splice(versions, facts).map(({ from, level, version: one }) => [from / DAY, level, one?.version ?? null]);
const judged = (...versions: readonly RuleVersion[]): unknown[] =>
  judge(versions, facts, 'UTC').map(({ from, verdict }) => [from / DAY, verdict]);

describe('versions one after another', () => {
  it('leave what is before, between and after them unknown, and so does a rule without any', () => {
    expect(spliced(version(1, 50, 120), version(2, 200, 250))).toEqual([
      [-Infinity, Level.UNKNOWN, null],
      [50, Level.MET, 1],
      [100, Level.UNMET, 1],
      [120, Level.UNKNOWN, null],
      [200, Level.MET, 2],
      [250, Level.UNKNOWN, null],
    ]);
    expect(spliced()).toEqual([[-Infinity, Level.UNKNOWN, null]]);
  });

  it('pass over one that was never in effect', () => {
    expect(spliced(version(1, -Infinity, 50), version(2, 50, 50), version(3, 50, Infinity))).toEqual([
      [-Infinity, Level.UNMET, 1],
      [0, Level.MET, 1],
      [50, Level.MET, 3],
      [100, Level.UNMET, 3],
      [150, Level.MET, 3],
      [300, Level.UNMET, 3],
    ]);
    // nor does it matter where it was written down
    expect(spliced(version(1, -Infinity, Infinity), version(2, 50, 40))).toHaveLength(5);
  });
});

describe('warnings', () => {
  it('come before each of several lapses', () => {
    expect(judged(version(1, -Infinity, Infinity, 30))).toEqual([
      [-Infinity, 'NOT_ELIGIBLE'],
      [0, 'ELIGIBLE'],
      [70, 'AT_RISK'],
      [100, 'NOT_ELIGIBLE'],
      [150, 'ELIGIBLE'],
      [270, 'AT_RISK'],
      [300, 'NOT_ELIGIBLE'],
    ]);
  });

  it('that begin with a version begin once', () => {
    expect(judged(version(1, -Infinity, 70, 30), version(2, 70, 120, 30)).slice(0, 4)).toEqual([
      [-Infinity, 'NOT_ELIGIBLE'],
      [0, 'ELIGIBLE'],
      [70, 'AT_RISK'],
      [100, 'NOT_ELIGIBLE'],
    ]);
  });

  it('come as early as the version in effect says, before one and the same lapse', () => {
    expect(judged(version(1, -Infinity, 220, 100), version(2, 220, Infinity, 30))).toEqual([
      [-Infinity, 'NOT_ELIGIBLE'],
      [0, 'AT_RISK'],
      [100, 'NOT_ELIGIBLE'],
      [150, 'ELIGIBLE'],
      [200, 'AT_RISK'],
      [220, 'ELIGIBLE'],
      [270, 'AT_RISK'],
      [300, 'NOT_ELIGIBLE'],
    ]);
  });
});
