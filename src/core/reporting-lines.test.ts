import fc from 'fast-check';
import { circularLines, type ReportingLine } from './reporting-lines';

const INSTANTS = [0, 1, 2, 3, 4];

/** Whether following managers from anybody, as of one instant, ever comes back. */
function hasCircle(lines: readonly ReportingLine[]): boolean {
  return INSTANTS.some((t) => {
    const bossAt = (who: string): string | null =>
      lines
        .filter((line) => line.employee === who && line.at <= t)
        .reduce<ReportingLine | null>((last, line) => (last === null || line.at >= last.at ? line : last), null)?.manager ?? null;
    return lines.some(({ employee }) => {
      let above: string | null = bossAt(employee);
      for (let steps = 0; above !== null && above !== employee && steps < 10; steps++) above = bossAt(above);
      return above === employee;
    });
  });
}

const line = fc.record({
  employee: fc.constantFrom('a', 'b', 'c', 'd'),
  manager: fc.constantFrom('a', 'b', 'c', 'd', null),
  at: fc.constantFrom(...INSTANTS),
});

describe('reporting lines', () => {
  it('that are let through never make a circle at any instant, whatever stood before (E4)', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.array(line, { maxLength: 5 }), (some, asserted) => {
        const refusedBefore = circularLines([], some);
        const standing = some.filter((one) => !refusedBefore.has(one));
        expect(hasCircle(standing)).toBe(false);
        const refused = circularLines(standing, asserted);
        expect(hasCircle([...standing, ...asserted.filter((one) => !refused.has(one))])).toBe(false);
        if (!hasCircle([...standing, ...asserted])) expect(refused.size).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });

  it('change places together, and of two that exclude each other the later is refused (E4)', () => {
    const at = 1;
    const standing = [{ employee: 'b', manager: 'a', at: 0 }];
    const swap = [
      { employee: 'a', manager: 'b', at },
      { employee: 'b', manager: null, at },
    ];
    expect(circularLines(standing, swap).size).toBe(0);
    const [first, second] = [
      { employee: 'x', manager: 'y', at },
      { employee: 'y', manager: 'x', at },
    ];
    expect([...circularLines([], [first, second])]).toEqual([second]);
  });

  it('refuse what an earlier line, put back in place by a refusal, excludes (E4)', () => {
    const standing = [{ employee: 'b', manager: 'a', at: 0 }];
    const [first, second, third] = [
      { employee: 'a', manager: 'b', at: 1 },
      { employee: 'c', manager: 'b', at: 1 },
      { employee: 'b', manager: 'c', at: 1 },
    ];
    expect([...circularLines(standing, [first, second, third])]).toEqual([third, first]);
  });
});
