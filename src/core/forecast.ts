// Coverage ahead: the days on which people count for a role, and the renewals that keep them counting.
import { addSpanToNumber, dayFromNumber, dayNumber, dayOf, startOfDay, type Day, type Instant, type Span } from './calendar';
import { asDaySet, difference, includes, intersection, smallestCover, type Candidate, type DayRange, type DaySet } from './cover';
import { judge, type RuleVersion } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import { childrenOf, type RuleNode } from './rule';
import { Level } from './timeline';
import type { Verdict, VerdictTimeline } from './verdict';

/** The days of a forecast. Each is counted at one instant: the first at the instant asked about, every other at its start. */
export interface Calendar {
  readonly days: readonly Day[];
  readonly instants: readonly Instant[];
}

/** The day that contains `at` and those after it, as many as the horizon has. */
export function calendarFrom(at: Instant, horizon: Span, zone: string): Calendar {
  const first = dayNumber(dayOf(at, zone));
  const days: Day[] = [];
  for (let n = first; n < addSpanToNumber(first, horizon); n++) days.push(dayFromNumber(n));
  return { days, instants: days.map((day, i) => (i === 0 ? at : startOfDay(day, zone))) };
}

/** The days whose instants lie in [from, to). */
export function daysBetween(instants: readonly Instant[], from: Instant, to: Instant): DayRange {
  return { from: firstNotBefore(instants, from), to: firstNotBefore(instants, to) };
}

function firstNotBefore(instants: readonly Instant[], bound: Instant): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (instants[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The days on which a verdict that counts is in force. */
export function countedDays(timeline: VerdictTimeline, instants: readonly Instant[], counts: ReadonlySet<Verdict>): DaySet {
  const ranges: DayRange[] = [];
  timeline.forEach(({ from, verdict }, i) => {
    if (counts.has(verdict)) ranges.push(daysBetween(instants, from, timeline[i + 1]?.from ?? Infinity));
  });
  return asDaySet(ranges);
}

/** A credential that ends within a forecast and could be renewed. */
export interface Lapse {
  readonly typeCode: string;
  /** The credential. */
  readonly factId: string;
  /** The first instant at which it no longer counts. */
  readonly at: Instant;
}

/**
 * The credentials of these types that stop counting after the first and by the last instant of a forecast, each with the first such end.
 * One that is suspended or revoked then is not among them: renewing does not mend that. A credential counts from the level `least` on.
 */
export function lapsesWithin(
  facts: PersonFacts,
  typeCodes: Iterable<string>,
  instants: readonly Instant[],
  least: Level,
): readonly Lapse[] {
  const lapses: Lapse[] = [];
  for (const typeCode of typeCodes) {
    const counting = (facts.holdings.get(typeCode) ?? []).filter(({ level }) => Level[level] >= least);
    const begins = new Set(counting.map(({ factId, from }) => `${factId} ${from}`));
    const ends = counting.filter(
      ({ factId, to, endedBy }) =>
        endedBy === undefined && to > instants[0]! && to <= instants.at(-1)! && !begins.has(`${factId} ${to}`),
    );
    const first = new Map<string, Instant>();
    for (const { factId, to } of ends) first.set(factId, Math.min(to, first.get(factId) ?? Infinity));
    for (const [factId, at] of first) lapses.push({ typeCode, factId, at });
  }
  return lapses.sort((a, b) => a.at - b.at || (a.factId < b.factId ? -1 : 1));
}

/** The holdings as they were if these credentials were renewed in time, for good. */
export function renewedHoldings(holdings: PersonFacts['holdings'], lapses: readonly Lapse[]): PersonFacts['holdings'] {
  const renewed = new Map(holdings);
  for (const { typeCode, factId, at } of lapses) {
    const slices = renewed.get(typeCode)!;
    const old = slices.find((slice) => slice.factId === factId && slice.to === at)!;
    const added: HoldingSlice = { ...old, from: at, to: Infinity, level: 'MET' };
    renewed.set(typeCode, [...slices, added]);
  }
  return renewed;
}

/** Somebody and what could be renewed for them. */
export interface Holder {
  readonly versions: readonly RuleVersion[];
  readonly facts: PersonFacts;
  /** The facts with other holdings. */
  readonly withHoldings: (holdings: PersonFacts['holdings']) => PersonFacts;
  readonly lapses: readonly Lapse[];
  /** The days on which they are where the forecast counts. */
  readonly present: DaySet;
}

/** Some renewals for one person, and the days won by them. */
export interface Keeping {
  readonly lapses: readonly Lapse[];
  readonly days: DaySet;
}

export interface Keepings {
  /** The last one wins all days that any wins. */
  readonly options: readonly Keeping[];
  /** Whether every set of renewals that could matter was looked at. */
  readonly isComplete: boolean;
}

/** How often one person may be judged anew; twelve credentials that are all needed take 24. */
const MOST_JUDGED = 500;

/**
 * What can be renewed to have somebody counted on more days. Sets of renewals are tried one credential after the other, in the order of
 * their ends, and no further where all the rest together would win nothing. Under a rule with `not`, where renewing can do harm, all are tried.
 */
export function keepingsOf(
  { versions, facts, withHoldings, lapses, present }: Holder,
  instants: readonly Instant[],
  counts: ReadonlySet<Verdict>,
  zone: string,
): Keepings {
  const known = new Map<string, DaySet>();
  const daysWith = (renewed: readonly Lapse[]): DaySet => {
    const key = renewed.map((lapse) => lapses.indexOf(lapse)).join();
    let days = known.get(key);
    if (days === undefined) {
      const then = renewed.length === 0 ? facts : withHoldings(renewedHoldings(facts.holdings, renewed));
      days = intersection(countedDays(judge(versions, then, zone), instants, counts), present);
      known.set(key, days);
    }
    return days;
  };
  const without = daysWith([]);
  const canHarm = versions.some(({ node }) => hasNot(node));
  const found: Keeping[] = [];
  let isComplete = true;
  const attempt = (renewed: readonly Lapse[], next: number): void => {
    const days = daysWith(renewed);
    const rest = lapses.slice(next);
    if (rest.length === 0 || (!canHarm && includes(days, daysWith([...renewed, ...rest])))) {
      if (includes(days, without)) found.push({ lapses: renewed, days: difference(days, without) });
      return;
    }
    if (known.size > MOST_JUDGED) {
      isComplete = false;
      attempt([...renewed, ...rest], lapses.length);
      return;
    }
    attempt([...renewed, rest[0]!], next + 1);
    attempt(renewed, next + 1);
  };
  attempt([], 0);
  return { options: ordered(found.filter(({ days }) => days.length > 0)), isComplete };
}

function hasNot(node: RuleNode): boolean {
  return node.op === 'not' || childrenOf(node).some(hasNot);
}

// where renewing can do harm, only what lies within the most that can be won is an option
function ordered(found: readonly Keeping[]): readonly Keeping[] {
  const size = (days: DaySet): number => days.reduce((sum, { from, to }) => sum + to - from, 0);
  const sorted = [...found].sort((a, b) => size(a.days) - size(b.days) || b.lapses.length - a.lapses.length);
  const widest = sorted.at(-1);
  return sorted.filter(({ days }) => includes(widest!.days, days));
}

export interface RenewalPlan {
  /** The renewals of each person that is kept, by the person's number; everybody else is let go. */
  readonly kept: ReadonlyMap<number, readonly Lapse[]>;
  /** The first day that stays under the minimum even if everything is renewed; null: none. */
  readonly remaining: number | null;
  readonly isOptimal: boolean;
}

/** The fewest renewals by which no day stays under the minimum, where that can be reached, and as few as possible are missing where not. */
export function fewestRenewals(counts: readonly number[], minimum: number, people: readonly (readonly Keeping[])[]): RenewalPlan {
  const most = [...counts];
  for (const options of people) {
    for (const { from, to } of options.at(-1)?.days ?? []) for (let day = from; day < to; day++) most[day]!++;
  }
  const need = counts.map((count, day) => Math.min(minimum, most[day]!) - count);
  const candidates = people.map((options): Candidate => options.map(({ lapses, days }) => ({ cost: lapses.length, days })));
  const cover = smallestCover(need, candidates);
  if (cover === null) throw new Error('All renewals together do not give what they give together.');
  const remaining = most.findIndex((count) => count < minimum);
  return {
    kept: new Map([...cover.taken].map(([person, option]) => [person, people[person]![option]!.lapses])),
    remaining: remaining < 0 ? null : remaining,
    isOptimal: cover.isOptimal,
  };
}
