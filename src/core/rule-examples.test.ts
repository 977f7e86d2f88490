import type { RuleNode } from './rule';
import { ruleExamples } from './rule-examples';

const cpr: RuleNode = { op: 'holds', typeCode: 'CPR', strict: false };
const month = { months: 1, days: 0 };

describe('worked dates of a rule', () => {
  it('has none where no time is counted', () => {
    expect(ruleExamples({ op: 'all', of: [cpr] }, null, 'UTC')).toEqual([]);
  });

  it.each<[RuleNode, string]>([
    [
      { op: 'credits', courseCodes: ['X'], min: 1, window: month },
      'Examples: hours earned 2026-01-31 count through 2026-02-27; 2028-02-29 count through 2028-03-28; 2026-10-15 count through 2026-11-14.',
    ],
    [
      { op: 'credits', courseCodes: ['X'], min: 1, window: month, toMonthEnd: true },
      'Examples: hours earned 2026-01-31 count through 2026-02-28; 2028-02-29 count through 2028-03-31; 2026-10-15 count through 2026-11-30.',
    ],
    [
      { op: 'heldFor', of: cpr, duration: { months: 0, days: 365 } },
      'Examples: what begins and goes on from 2026-01-31 is enough from 2027-01-31; 2028-02-29 is enough from 2029-02-28; 2026-10-15 is enough from 2027-10-15.',
    ],
    [
      { op: 'within', of: cpr, duration: { months: 0, days: 60 } },
      'Examples: what held last 2026-01-31 counts through 2026-04-01; 2028-02-29 counts through 2028-04-29; 2026-10-15 counts through 2026-12-14.',
    ],
    [
      { op: 'approval', kind: 'N', bindToManager: true, ttl: { months: 0, days: 90 } },
      'Examples: a grant of 2026-01-31 stands through 2026-04-30; 2028-02-29 stands through 2028-05-28; 2026-10-15 stands through 2027-01-12.',
    ],
    [
      { op: 'holds', typeCode: 'CPR', strict: false, verifiedWithin: { months: 0, days: 90 } },
      'Examples: a verification of 2026-01-31 is recent through 2026-04-30; 2028-02-29 is recent through 2028-05-28; 2026-10-15 is recent through 2027-01-12.',
    ],
  ])('works out %j', (node, sentence) => {
    expect(ruleExamples({ op: 'any', of: [node, node] }, null, 'America/New_York')).toEqual([sentence]);
  });

  it('works out warnings', () => {
    expect(ruleExamples(cpr, month, 'UTC')).toEqual([
      'Examples: a lapse at the start of 2026-01-31 is warned of from 2025-12-31; 2028-02-29 is warned of from 2028-01-29; 2026-10-15 is warned of from 2026-09-15.',
    ]);
  });
});
