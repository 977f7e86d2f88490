// Who has to be kept so that no day is short of people, at the least cost.
import { FlowNetwork } from './flow';

/** Days [from, to) by their numbers in a list of days; empty when `from` is not before `to`. */
export interface DayRange {
  readonly from: number;
  readonly to: number;
}

/** Days as ranges in order, neither overlapping nor touching. */
export type DaySet = readonly DayRange[];

/** What can be done to keep somebody: its cost, a whole number of at least 1, and the days they are there because of it. */
export interface Option {
  readonly cost: number;
  readonly days: DaySet;
}

/** Somebody who can be kept, in one of several ways; one of them wins all days that any wins. */
export type Candidate = readonly Option[];

export interface Cover {
  /** The number of the option taken, by the number of the candidate; who is absent is not kept. */
  readonly taken: ReadonlyMap<number, number>;
  readonly cost: number;
  /** Whether nothing cheaper exists; otherwise the search was given up at its bound. */
  readonly isOptimal: boolean;
}

/** Ranges in order that do not overlap, without empty ones and with those that touch made one. */
export function asDaySet(ranges: readonly DayRange[]): DaySet {
  const days: DayRange[] = [];
  for (const { from, to } of ranges) {
    const last = days.at(-1);
    if (last?.to === from) days[days.length - 1] = { from: last.from, to };
    else if (from < to) days.push({ from, to });
  }
  return days;
}

/** The days of both. */
export function intersection(a: DaySet, b: DaySet): DaySet {
  const days: DayRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!.from, b[j]!.from);
    const to = Math.min(a[i]!.to, b[j]!.to);
    if (from < to) days.push({ from, to });
    if (a[i]!.to === to) i++;
    else j++;
  }
  return days;
}

/** The days of the first that are not days of the second. */
export function difference(a: DaySet, b: DaySet): DaySet {
  const days: DayRange[] = [];
  let next = 0;
  for (const { from, to } of a) {
    let rest = from;
    while (next < b.length && b[next]!.to <= rest) next++;
    for (let i = next; i < b.length && b[i]!.from < to; i++) {
      if (rest < b[i]!.from) days.push({ from: rest, to: b[i]!.from });
      rest = b[i]!.to;
    }
    if (rest < to) days.push({ from: rest, to });
  }
  return days;
}

/** Whether all days of the second are days of the first. */
export function includes(a: DaySet, b: DaySet): boolean {
  let i = 0;
  return b.every(({ from, to }) => {
    while (i < a.length && a[i]!.to < to) i++;
    return i < a.length && a[i]!.from <= from;
  });
}

/** How much work the search may take: arcs of all networks it solves together. */
const EFFORT = 5_000_000;

/**
 * The cheapest way to have on each day at least `need` of the candidates; null when all together are too few on some day.
 *
 * Time is a row of nodes, one for the beginning of each day, and what has to be covered is a flow along it: as many units as are ever needed
 * at once. Each day lets all but its need pass for nothing; the rest goes through candidates, and on a day with more of them than needed some
 * may go back for nothing. Where a candidate's options begin together and each reaches further than a cheaper one, they are arcs in a row, each
 * paying for the extension: the cheapest flow, which is integral, is the answer. A candidate with another pattern (away in between, say) is let
 * through in pieces, paying only at the first, which can only be too cheap: where the flow makes use of that, each of its options, and doing
 * without it, is tried in turn (branch and bound, until the networks solved have had `effort` arcs together).
 */
export function smallestCover(need: readonly number[], candidates: readonly Candidate[], effort = EFFORT): Cover | null {
  return new CoverSearch(need, candidates, effort).run();
}

/** An option on the days of need alone, which are counted anew. */
interface Choice extends Option {
  /** Its number among the candidate's options. */
  readonly index: number;
}

/** Candidates with equal choices. */
interface Group {
  readonly choices: readonly Choice[];
  readonly members: number[];
  /** The choices begin together, and each reaches further than the one before it, at a higher cost. */
  readonly isRow: boolean;
}

/** The choice of each candidate that is kept. */
type Kept = ReadonlyMap<number, Choice>;

/** A cheapest flow, read as choices. `doubtful`: a candidate that was let through too cheaply. */
interface Relaxed {
  readonly cost: number;
  readonly kept: Kept;
  readonly doubtful: Group | null;
}

class CoverSearch {
  private readonly need: readonly number[];
  private readonly groups: readonly Group[];
  private best: Kept | null = null;
  private isOptimal = true;

  constructor(
    need: readonly number[],
    candidates: readonly Candidate[],
    private effort: number,
  ) {
    const place = [0];
    for (const people of need) place.push(place.at(-1)! + (people > 0 ? 1 : 0));
    this.need = need.filter((people) => people > 0);
    this.groups = groupsOf(candidates.map((options) => choicesOf(options, place)));
  }

  run(): Cover | null {
    const all = new Map(
      this.groups.flatMap(({ members, choices }) => members.map((member) => [member, widest(choices)] as const)),
    );
    if (missing(this.need, all.values()).some((people) => people > 0)) return null;
    if (this.groups.some(({ isRow }) => !isRow)) this.best = this.thinned(all);
    this.search(new Map());
    const kept = this.best!;
    return {
      taken: new Map([...kept].map(([member, { index }]) => [member, index])),
      cost: costOf(kept),
      isOptimal: this.isOptimal,
    };
  }

  /** Improves on the best where some candidates' choices are settled (null: not kept). */
  private search(settled: ReadonlyMap<number, Choice | null>): void {
    const kept = new Map([...settled].flatMap(([member, choice]) => (choice ? [[member, choice] as const] : [])));
    const relaxed = this.relaxed(missing(this.need, kept.values()), settled);
    if (relaxed === null) return;
    const least = costOf(kept) + relaxed.cost;
    if (this.best !== null && least >= costOf(this.best)) return;
    const whole = new Map([...kept, ...relaxed.kept]);
    const isEnough = missing(this.need, whole.values()).every((people) => people <= 0);
    if (isEnough && (this.best === null || costOf(whole) < costOf(this.best))) this.best = whole;
    if (isEnough && costOf(whole) === least) return;
    if (this.effort <= 0) {
      this.isOptimal = false;
      return;
    }
    const { members, choices } = relaxed.doubtful!;
    for (const choice of [...choices, null]) this.search(new Map([...settled, [members[0]!, choice]]));
  }

  private relaxed(need: readonly number[], settled: ReadonlyMap<number, unknown>): Relaxed | null {
    const most = Math.max(0, ...need);
    const network = new FlowNetwork();
    for (let day = 0; day <= need.length; day++) network.addNode();
    need.forEach((people, day) => network.addArc(day, day + 1, most - Math.max(0, people), 0));
    const free = this.groups.filter(({ members }) => !settled.has(members[0]!));
    const passages = free.map((group) => (group.isRow ? row(network, group) : pieces(network, group)));
    for (let day = 0; day < need.length; day++) network.addArc(day + 1, day, most, 0);
    this.effort -= network.size;
    const cost = network.send(0, need.length, most);
    if (cost === null) return null;
    const kept = new Map<number, Choice>();
    let doubtful: Group | null = null;
    free.forEach((group, i) => {
      const used = passages[i]!.filter(({ arc }) => network.flowOf(arc) > 0);
      if (used.length === 0) return;
      if (group.isRow) {
        const choices = used.flatMap(({ arc, choice }) => new Array<Choice>(network.flowOf(arc)).fill(choice));
        choices.forEach((choice, j) => kept.set(group.members[j]!, choice));
        return;
      }
      const choice = group.choices.find(({ days }) => used.every((passage) => includes(days, passage.days)))!;
      kept.set(group.members[0]!, choice);
      if (used.length > 1 || used[0]!.cost !== choice.cost) doubtful ??= group;
    });
    return { cost, kept, doubtful };
  }

  /** Without what can be done without, the dearest first. */
  private thinned(all: Kept): Kept {
    const kept = new Map(all);
    const short = missing(this.need, all.values());
    const isSpare = (days: DaySet): boolean => days.every(({ from, to }) => short.slice(from, to).every((people) => people < 0));
    const dearest = this.groups.flatMap((group) => group.members.map((member) => ({ member, choices: group.choices })));
    dearest.sort((a, b) => kept.get(b.member)!.cost - kept.get(a.member)!.cost);
    for (const { member, choices } of dearest) {
      for (const choice of [null, ...choices]) {
        const lost = difference(kept.get(member)!.days, choice?.days ?? []);
        if (!isSpare(lost)) continue;
        if (choice === null) kept.delete(member);
        else kept.set(member, choice);
        for (const { from, to } of lost) for (let day = from; day < to; day++) short[day]!++;
        break;
      }
    }
    return kept;
  }
}

/** A way through a network: what goes along the arc has made the choice, for these days of it, at this cost. */
interface Passage {
  readonly arc: number;
  readonly choice: Choice;
  readonly days: DaySet;
  readonly cost: number;
}

function row(network: FlowNetwork, { choices, members }: Group): Passage[] {
  let before = choices[0]!.days[0]!.from;
  let paid = 0;
  return choices.map((choice) => {
    const end = network.addNode();
    network.addArc(before, end, members.length, choice.cost - paid);
    before = end;
    paid = choice.cost;
    return { arc: network.addArc(end, choice.days[0]!.to, members.length, 0), choice, days: choice.days, cost: choice.cost };
  });
}

function pieces(network: FlowNetwork, { choices }: Group): Passage[] {
  return choices.flatMap((choice) =>
    choice.days.map((days, i) => {
      const cost = i === 0 ? choice.cost : 0;
      return { arc: network.addArc(days.from, days.to, 1, cost), choice, days: [days], cost };
    }),
  );
}

/** What is worth considering, cheapest first: nothing that wins no day that another choice does not win at the same cost or less. */
function choicesOf(options: readonly Option[], place: readonly number[]): readonly Choice[] {
  let choices: readonly Choice[] = [];
  const ordered = options.map((option, index) => ({ ...option, index })).sort((a, b) => a.cost - b.cost);
  for (const { cost, days, index } of ordered) {
    const needed = asDaySet(days.map(({ from, to }) => ({ from: place[from]!, to: place[to]! })));
    if (needed.length === 0 || choices.some((other) => includes(other.days, needed))) continue;
    const better = choices.filter((other) => other.cost < cost || !includes(needed, other.days));
    choices = [...better, { cost, days: needed, index }];
  }
  return choices;
}

function groupsOf(candidates: readonly (readonly Choice[])[]): readonly Group[] {
  const groups = new Map<string, Group>();
  candidates.forEach((choices, member) => {
    if (choices.length === 0) return;
    const isRow = choices.every(
      ({ days }, i) =>
        days.length === 1 &&
        days[0]!.from === choices[0]!.days[0]!.from &&
        (i === 0 || days[0]!.to > choices[i - 1]!.days[0]!.to),
    );
    const key = isRow ? JSON.stringify(choices) : `${member}`;
    const group = groups.get(key);
    if (group) group.members.push(member);
    else groups.set(key, { choices, members: [member], isRow });
  });
  return [...groups.values()];
}

function widest(choices: readonly Choice[]): Choice {
  return choices.find(({ days }) => choices.every((other) => includes(days, other.days)))!;
}

function costOf(kept: Kept): number {
  return [...kept.values()].reduce((sum, { cost }) => sum + cost, 0);
}

/** How many are missing on each day beside the chosen; below 0: so many more than needed. */
function missing(need: readonly number[], chosen: Iterable<Choice>): number[] {
  const change = new Array<number>(need.length + 1).fill(0);
  for (const { days } of chosen) {
    for (const { from, to } of days) {
      change[from]!--;
      change[to]!++;
    }
  }
  let kept = 0;
  return need.map((people, day) => people + (kept += change[day]!));
}
