/** Who reports to whom over time, and the circles that must not come about. */
import type { Instant } from './calendar';

/** From `at` until the next line of the same employee, this is the manager; null: nobody. */
export interface ReportingLine {
  readonly employee: string;
  readonly manager: string | null;
  readonly at: Instant;
}

/**
 * The lines of those asserted together that must be refused, because with them somebody would at some instant report to themselves,
 * directly or through others. Where refusing either of two would do, it is the later one in the list; the order of the list matters
 * in no other way, so that two people can change places.
 */
export function circularLines(
  standing: readonly ReportingLine[],
  asserted: readonly ReportingLine[],
): ReadonlySet<ReportingLine> {
  const refused = new Set<ReportingLine>();
  // a refused line leaves the one before it in place, which may close a circle with a line that was sound until then
  for (let before = -1; before < refused.size;) {
    before = refused.size;
    const lines = new Lines([...standing, ...asserted.filter((line) => !refused.has(line))]);
    for (const line of [...asserted].reverse()) {
      if (refused.has(line) || !lines.closesCircle(line)) continue;
      refused.add(line);
      lines.remove(line);
    }
  }
  return refused;
}

class Lines {
  private readonly byEmployee = new Map<string, ReportingLine[]>();

  constructor(lines: readonly ReportingLine[]) {
    const dated = new Map<string, Map<Instant, ReportingLine>>();
    for (const line of lines)
      dated.set(line.employee, (dated.get(line.employee) ?? new Map<Instant, ReportingLine>()).set(line.at, line));
    for (const [employee, own] of dated)
      this.byEmployee.set(
        employee,
        [...own.values()].sort((a, b) => a.at - b.at),
      );
  }

  remove(line: ReportingLine): void {
    const own = this.byEmployee.get(line.employee)!;
    own.splice(own.indexOf(line), 1);
  }

  closesCircle(line: ReportingLine): boolean {
    const own = this.byEmployee.get(line.employee)!;
    const place = own.indexOf(line);
    if (place < 0 || line.manager === null) return false;
    return this.leadsTo(line.employee, line.manager, line.at, own[place + 1]?.at ?? Infinity, new Set());
  }

  /** Whether somebody is above `from`, or is them, at an instant of [since, until). */
  private leadsTo(wanted: string, from: string, since: Instant, until: Instant, passed: Set<string>): boolean {
    if (from === wanted) return true;
    if (passed.has(from)) return false;
    passed.add(from);
    const own = this.byEmployee.get(from) ?? [];
    const found = own.some(({ at, manager }, i) => {
      const [begin, end] = [Math.max(since, at), Math.min(until, own[i + 1]?.at ?? Infinity)];
      return manager !== null && begin < end && this.leadsTo(wanted, manager, begin, end, passed);
    });
    passed.delete(from);
    return found;
  }
}
