/**
 * A second opinion on cycles of credit hours, for tests: a clerk with a calendar and a box of slips, one slip for each half hour, who walks
 * day by day. Knows no instants, no fold and no policy object, and shares no code with what it checks.
 */
import { Temporal } from 'temporal-polyfill';

export interface OracleCycle {
  courses: string[];
  min: number;
  floors: { courses: string[]; min: number }[];
  caps: { courses: string[]; max: number }[];
  leastBlock: number | null;
  carry: { max: number; earnedWithin: string | null; courses: string[] | null } | null;
  reportWithin: string | null;
  length: string | null;
  dayAfter: boolean;
}

export interface OracleTerms {
  /** ISO 8601; the first day no longer covered is the k-th such span after the day of the first award. */
  life: string;
  /** How long after the end missing hours may be made up for, keeping the calendar of cycles. */
  grace: string | null;
}

export interface OracleCredit {
  id: string;
  course: string;
  /** A multiple of a half. */
  hours: number;
  on: string;
  reportedOn: string | null;
}

interface Slip {
  credit: OracleCredit;
  isCarried: boolean;
}

const moves = new Map<string, string>();
/** The day `times` spans after a day, counted from that day. */
function plus(day: string, span: string, times = 1): string {
  const question = `${day} ${span} ${times}`;
  let moved = moves.get(question);
  if (moved === undefined) {
    const { years, months, weeks, days } = Temporal.Duration.from(span);
    const inMonth = Temporal.PlainDate.from(day).add({ months: times * (years * 12 + months) });
    moved = inMonth.add({ days: times * (weeks * 7 + days) }).toString();
    moves.set(question, moved);
  }
  return moved;
}

/** The first half hours in the box that find room under every cap. */
function kept(cycle: OracleCycle, box: readonly Slip[]): Slip[] {
  const chosen: Slip[] = [];
  for (const slip of box) {
    if (!cycle.courses.includes(slip.credit.course)) continue;
    const fits = cycle.caps.every(
      (cap) =>
        !cap.courses.includes(slip.credit.course) ||
        chosen.filter((other) => cap.courses.includes(other.credit.course)).length + 1 <= cap.max * 2,
    );
    if (fits) chosen.push(slip);
  }
  return chosen;
}

function enough(cycle: OracleCycle, chosen: readonly Slip[]): boolean {
  const have = (courses: readonly string[]): number => chosen.filter((slip) => courses.includes(slip.credit.course)).length / 2;
  return have(cycle.courses) >= cycle.min && cycle.floors.every((floor) => have(floor.courses) >= floor.min);
}

/** 'credit day' for every renewal, in order, when the first award was on `first`; the walk ends on `to`. Credits are in order of earning. */
export function renewals(
  cycle: OracleCycle,
  terms: OracleTerms,
  credits: readonly OracleCredit[],
  first: string,
  to: string,
): string[] {
  const told: string[] = [];
  const spent = new Set<OracleCredit>(); // on missing hours of an earlier cycle
  let box: Slip[] = [];
  let lives = 1;
  let begins = first; // the first day whose hours are for this cycle
  let ends = plus(first, terms.life);
  let isRenewed = false;
  let opensOn = null as string | null; // where the next cycle takes hours before it begins

  const counts = (credit: OracleCredit): boolean =>
    credit.on >= begins && !spent.has(credit) && cycle.courses.includes(credit.course) && credit.hours >= (cycle.leastBlock ?? 0);
  const isToldLate = (credit: OracleCredit): boolean =>
    cycle.reportWithin !== null && credit.reportedOn !== null && credit.reportedOn >= ends;
  const isToldTooLate = (credit: OracleCredit): boolean =>
    isToldLate(credit) && credit.reportedOn! >= plus(ends, cycle.reportWithin!);
  const isNear = (credit: OracleCredit): boolean => cycle.length === null || credit.on >= plus(ends, cycle.length, -1);

  const take = (credit: OracleCredit, day: string): void => {
    for (let half = 0; half < credit.hours * 2; half++) box.push({ credit, isCarried: false });
    if (isRenewed || !enough(cycle, kept(cycle, box))) return;
    told.push(`${credit.id} ${day}`);
    isRenewed = true;
    if (cycle.dayAfter && day < ends) opensOn = plus(day, 'P1D');
    if (day >= ends) for (const slip of box) if (slip.credit.on >= ends) spent.add(slip.credit);
  };

  /** Half hours beyond what is needed, the latest first: each is taken out of the box unless it is missed. */
  const leftOver = (): Slip[] => {
    if (cycle.carry === null) return [];
    const { max, earnedWithin, courses } = cycle.carry;
    const out: Slip[] = [];
    let rest = kept(
      cycle,
      box.filter((slip) => slip.credit.on < ends),
    );
    if (!enough(cycle, rest)) return [];
    const order = new Map(credits.map((credit, i) => [credit, i]));
    for (const slip of [...rest].sort((a, b) => order.get(b.credit)! - order.get(a.credit)!)) {
      if (out.length >= max * 2) break;
      if (slip.isCarried || (courses !== null && !courses.includes(slip.credit.course))) continue;
      if (earnedWithin !== null && slip.credit.on < plus(ends, earnedWithin, -1)) continue;
      const without = rest.filter((other) => other !== slip);
      if (!enough(cycle, without)) continue;
      rest = without;
      out.unshift({ ...slip, isCarried: true });
    }
    return out;
  };

  const turn = (): void => {
    const carried = leftOver();
    const over = ends;
    begins = opensOn ?? over;
    box = carried;
    ends = plus(first, terms.life, ++lives);
    isRenewed = false;
    opensOn = null;
    // hours of the days before the cycle begins take effect when it does
    for (const credit of credits)
      if (credit.on < over && counts(credit) && isNear(credit) && !isToldLate(credit)) take(credit, over);
  };

  for (let day = first; day <= to; day = plus(day, 'P1D')) {
    if (day === ends) {
      // what was earned before and told after comes in now
      for (const credit of credits)
        if (credit.on < (opensOn ?? ends) && counts(credit) && isNear(credit) && isToldLate(credit) && !isToldTooLate(credit))
          take(credit, day);
      if (isRenewed) turn();
      else if (terms.grace === null) return told;
    }
    if (day > ends && day >= plus(ends, terms.grace!)) return told; // lapsed: hours alone bring nothing back
    for (const credit of credits) {
      if (credit.on !== day || !counts(credit) || (opensOn !== null && day >= opensOn)) continue;
      if (day < ends && (isToldLate(credit) || !isNear(credit))) continue;
      take(credit, day);
      if (isRenewed && day >= ends) turn();
    }
  }
  return told;
}
