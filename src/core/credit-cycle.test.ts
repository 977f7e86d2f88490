import { awardCourses, awardText, cycleOf, parseAwardCondition, withoutCycle, type AwardCondition } from './award';
import { isRefusal } from './refusal';

const BASE = { courseCodes: ['A', 'B', 'C'], min: 20 };
const refusalOf = (cycle: object): string | null => {
  const read = parseAwardCondition({ cycle });
  return isRefusal(read) ? `${read.code} ${read.path.join('.')}` : null;
};

describe('reading a cycle of credit hours (C5)', () => {
  it.each<[object, string]>([
    [{ min: 20 }, 'courseCodes'],
    [{ courseCodes: [], min: 20 }, 'courseCodes'],
    [{ courseCodes: ['A', ' '], min: 20 }, 'courseCodes'],
    [{ courseCodes: ['A'] }, 'min'],
    [{ ...BASE, min: 0 }, 'min'],
    [{ ...BASE, min: Infinity }, 'min'],
    [{ ...BASE, leastBlock: -1 }, 'leastBlock'],
    [{ ...BASE, floors: 'A' }, 'floors'],
    [{ ...BASE, floors: [{ courseCodes: ['A'], min: 1 }, { courseCodes: ['A'] }] }, 'floors.1.min'],
    [{ ...BASE, floors: [{ courseCodes: ['D'], min: 1 }] }, 'floors.0.courseCodes'],
    [{ ...BASE, caps: [{ courseCodes: ['D'], max: 1 }] }, 'caps.0.courseCodes'],
    [{ ...BASE, caps: [{ courseCodes: ['A'], max: 0 }] }, 'caps.0.max'],
    [{ ...BASE, carryOver: {} }, 'carryOver.max'],
    [{ ...BASE, carryOver: { max: 20 } }, 'carryOver.max'],
    [{ ...BASE, carryOver: { max: 5, courseCodes: ['D'] } }, 'carryOver.courseCodes'],
    [{ ...BASE, carryOver: { max: 5, earnedWithin: '6M' } }, 'carryOver.earnedWithin'],
    [{ ...BASE, carryOver: { max: 5 }, nextFrom: 'DAY_AFTER_RENEWAL' }, 'carryOver'],
    [{ ...BASE, reportWithin: 'PT8H' }, 'reportWithin'],
    [{ ...BASE, length: 2 }, 'length'],
    [{ ...BASE, nextFrom: 'NOW' }, 'nextFrom'],
  ])('refuses %j', (cycle, path) => expect(refusalOf(cycle)).toBe(`AWARD_RULE_INVALID cycle.${path}`));

  it('takes caps within one another or apart, and wholly inside or outside a floor: else more hours would count for less', () => {
    const caps = (...lists: string[][]) => lists.map((courseCodes) => ({ courseCodes, max: 5 }));
    expect(refusalOf({ ...BASE, caps: caps(['A', 'B'], ['A'], ['C']) })).toBeNull();
    expect(refusalOf({ ...BASE, caps: caps(['A'], ['A', 'B']) })).toBeNull();
    expect(refusalOf({ ...BASE, caps: caps(['A', 'B'], ['B', 'C']) })).toBe('AWARD_RULE_INVALID cycle.caps.1');
    const floors = [{ courseCodes: ['A', 'B'], min: 1 }];
    expect(refusalOf({ ...BASE, floors, caps: caps(['A'], ['C']) })).toBeNull();
    expect(refusalOf({ ...BASE, floors, caps: caps(['C'], ['A', 'B', 'C']) })).toBe('AWARD_RULE_INVALID cycle.caps.1');
    expect(refusalOf({ ...BASE, floors, caps: caps(['B', 'C']) })).toBe('AWARD_RULE_INVALID cycle.caps.0');
  });

  it('finds the cycle of a rule and what is beside it', () => {
    const exam = { passed: { courseCode: 'EXAM', minScore: null } };
    const rule = parseAwardCondition({ any: [exam, { cycle: BASE }] }) as AwardCondition;
    expect(cycleOf(rule)).toMatchObject({ ...BASE, floors: [], caps: [], carryOver: null, nextFrom: 'EXPIRY' });
    expect(withoutCycle(rule)).toEqual({ any: [exam] });
    expect(awardCourses(rule)).toEqual(['A', 'B', 'C', 'EXAM']);
    expect(withoutCycle(parseAwardCondition({ cycle: BASE }) as AwardCondition)).toBeNull();
    expect(cycleOf(exam)).toBeNull();
  });

  it('is said in English', () => {
    const cycle = {
      ...BASE,
      floors: [{ courseCodes: ['A', 'B'], min: 10 }],
      caps: [{ courseCodes: ['C'], max: 1 }],
      leastBlock: 0.5,
      length: 'P2Y',
      reportWithin: 'P90D',
      carryOver: { max: 5, earnedWithin: 'P6M', courseCodes: ['A'] },
    };
    expect(awardText(parseAwardCondition({ cycle }) as AwardCondition)).toBe(
      'a renewal by 20 credit hours from A, B and C in the cycle, at least 10 credit hours from A and B, at most 1 credit hour from C; ' +
        'a completion of less than 0.5 credit hours does not count; only the last 2 years before the end count; ' +
        'hours may be reported up to 90 days after the end; of the hours beyond, up to 5 credit hours from A earned in the last 6 months ' +
        'count for the next cycle',
    );
    expect(awardText(parseAwardCondition({ cycle: { ...BASE, nextFrom: 'DAY_AFTER_RENEWAL' } }) as AwardCondition)).toBe(
      'a renewal by 20 credit hours from A, B and C in the cycle; hours count for the next cycle from the day after the renewal',
    );
  });
});
