import { Budgets } from './budgets';

describe('budgets', () => {
  const budgets = () => {
    let now = 0;
    const of = new Budgets({ points: 600, seconds: 60 }, () => now);
    return { of, pass: (seconds: number) => (now += seconds * 1_000) };
  };

  it('are full at first, and fill evenly', () => {
    const { of, pass } = budgets();
    expect(of.standing('a')).toEqual({ remaining: 600, resetSeconds: 0 });
    of.charge('a', 100);
    expect(of.standing('a')).toEqual({ remaining: 500, resetSeconds: 10 });
    pass(4);
    expect(of.standing('a')).toEqual({ remaining: 540, resetSeconds: 6 });
    pass(60);
    expect(of.standing('a')).toEqual({ remaining: 600, resetSeconds: 0 });
  });

  it('can be overdrawn once, and are empty until what was overdrawn has come in', () => {
    const { of, pass } = budgets();
    of.charge('a', 599);
    expect(of.hasAny('a')).toBe(true);
    of.charge('a', 101);
    expect([of.hasAny('a'), of.standing('a')]).toEqual([false, { remaining: 0, resetSeconds: 11 }]);
    pass(10);
    expect(of.hasAny('a')).toBe(false);
    pass(0.1);
    expect([of.hasAny('a'), of.standing('a').remaining]).toEqual([true, 1]);
  });

  it('are each their own, and some are larger', () => {
    const { of, pass } = budgets();
    of.charge('a', 700);
    of.charge('b', 700, 10);
    expect([of.hasAny('a'), of.standing('b', 10)]).toEqual([false, { remaining: 5_300, resetSeconds: 7 }]);
    pass(7);
    expect(of.standing('b', 10).remaining).toBe(6_000);
  });

  it('never allow more than the published rate and one burst, however it is asked', () => {
    const { of, pass } = budgets();
    let spent = 0;
    for (let second = 0; second < 600; second++) {
      while (of.hasAny('a')) {
        of.charge('a', 7);
        spent += 7;
      }
      pass(1);
    }
    expect(spent).toBeLessThanOrEqual(600 + 600 * 10 + 7);
    expect(spent).toBeGreaterThan(6_500);
  });

  it('are forgotten when they are full, and not before', () => {
    const { of, pass } = budgets();
    of.charge('debtor', 10_000);
    for (let i = 0; i < 10_001; i++) of.charge(`once ${i}`, 1);
    pass(70);
    for (let i = 0; i < 30_000; i++) of.charge(`again ${i}`, 1);
    expect(of.size).toBeLessThan(41_000);
    expect(of.hasAny('debtor')).toBe(false);
  });
});
