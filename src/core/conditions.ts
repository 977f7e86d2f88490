// The conditions that look at facts themselves: each makes a timeline of what one person's facts say.
import type { Instant, Span } from './calendar';
import type { ApprovalFact, AttributeSlice, CreditFact, HoldingSlice, PersonFacts, Silence } from './facts';
import {
  canonicalJson,
  MANAGER,
  type ApprovalNode,
  type AttributeNode,
  type CreditsNode,
  type HoldsNode,
  type Json,
  type LeafNode,
  type NoOpenNode,
  type TenureNode,
} from './rule';
import {
  clip,
  constant,
  fromIntervals,
  Level,
  maxOf,
  nthLargest,
  pushStep,
  type LevelInterval,
  type Step,
  type Timeline,
} from './timeline';
import { dayAfter, heldFor, type Stretch } from './windows';

/** The timeline of a condition without others below it. */
export function leafTimeline(node: LeafNode, facts: PersonFacts): Timeline {
  switch (node.op) {
    case 'holds':
      return holdingTimeline(node, facts);
    case 'attribute':
      return attributeTimeline(facts.attributes.get(node.name), (value) => testAttribute(node, value));
    case 'during':
      return clip(constant(Level.MET), node.from ?? -Infinity, node.until ?? Infinity);
    case 'credits':
      return creditsTimeline(node, facts);
    case 'tenure':
      return tenureTimeline(node, facts);
    case 'approval':
      return approvalTimeline(node, facts);
    case 'noOpen':
      return noOpenTimeline(node, facts);
    case 'rule':
      return facts.levelsOf?.(node.roleCode, node.version ?? null) ?? constant(Level.UNKNOWN);
  }
}

const zoneOf = (facts: PersonFacts): string => facts.zone ?? 'UTC';

/** The slices that a `holds` condition looks at: those of every type that counts as the one asked for. */
export function holdingSlices(node: HoldsNode, facts: PersonFacts): readonly HoldingSlice[] {
  const codes = facts.equivalents?.(node.typeCode);
  const slices =
    codes === undefined || (codes.length === 1 && codes[0] === node.typeCode)
      ? (facts.holdings.get(node.typeCode) ?? [])
      : [...new Set(codes)].flatMap((code) => facts.holdings.get(code) ?? []);
  return node.strict ? slices.filter(({ level }) => level === 'MET') : slices;
}

function holdingTimeline(node: HoldsNode, facts: PersonFacts): Timeline {
  const intervals: LevelInterval[] = [];
  for (const slice of holdingSlices(node, facts)) {
    const level = Level[slice.level];
    if (node.verifiedWithin === undefined) intervals.push({ from: slice.from, to: slice.to, level });
    else
      for (const { at } of slice.verifications ?? []) {
        const fresh = verifiedStretch(at, node.verifiedWithin, facts);
        intervals.push({ from: Math.max(slice.from, fresh.from), to: Math.min(slice.to, fresh.to), level });
      }
  }
  const silences = facts.silences?.('TYPE', node.typeCode) ?? [];
  return unlessSilent(intervals.length === 0 ? constant(Level.UNMET) : fromIntervals(intervals), silences);
}

/** How long a verification vouches for a credential. */
export function verifiedStretch(at: Instant, span: Span, facts: PersonFacts): Stretch {
  return { from: at, to: dayAfter(at, span, zoneOf(facts)) };
}

/** While nobody can say that something is not so, it is not UNMET but UNKNOWN. */
function unlessSilent(timeline: Timeline, silences: readonly Silence[]): Timeline {
  if (silences.length === 0) return timeline;
  return maxOf([timeline, fromIntervals(silences.map(({ from, to }) => ({ from, to, level: Level.UNKNOWN })))]);
}

/** Stretches without a slice are UNKNOWN. That slices with equal values may follow each other does not show: a timeline is canonical. */
function attributeTimeline(slices: readonly AttributeSlice[] | undefined, test: (value: Json) => Level): Timeline {
  if (slices === undefined || slices.length === 0) return constant(Level.UNKNOWN);
  const intervals: LevelInterval[] = [];
  for (const { from, to, value } of slices) intervals.push({ from, to, level: test(value) });
  return fromIntervals(intervals, Level.UNKNOWN);
}

/**
 * The level of one value: no value is UNMET; for `equals` and `in` a list passes when any of its elements does;
 * for `atLeast` a value that is not a number cannot be compared, which is UNKNOWN rather than a false no.
 */
export function testAttribute(node: Pick<AttributeNode, 'equals' | 'in' | 'atLeast'>, value: Json): Level {
  if (value === null) return Level.UNMET;
  if (node.atLeast !== undefined) {
    if (typeof value !== 'number') return Level.UNKNOWN;
    return value >= node.atLeast ? Level.MET : Level.UNMET;
  }
  const wanted = node.in ?? [node.equals!];
  const values = Array.isArray(value) ? [value as Json, ...(value as Json[])] : [value];
  return values.some((one) => wanted.some((other) => isSameJson(one, other))) ? Level.MET : Level.UNMET;
}

function isSameJson(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && canonicalJson(a) === canonicalJson(b));
}

function tenureTimeline(node: TenureNode, facts: PersonFacts): Timeline {
  const has = attributeTimeline(facts.attributes.get(node.name), (value) => testAttribute(node, value));
  return heldFor(has, node.duration, null, zoneOf(facts));
}

/** The stretch in which hours earned at an instant count. */
export function creditStretch(node: CreditsNode, at: Instant, zone: string): Stretch {
  const { window, lag } = node;
  const whole = lag === undefined ? window : { months: window.months + lag.months, days: window.days + lag.days };
  return {
    from: lag === undefined ? at : dayAfter(at, lag, zone),
    to: dayAfter(at, whole, zone, node.toMonthEnd === true),
  };
}

/** A fact that a `credits` condition counts, and the stretch in which it counts. */
export interface CountedCredit {
  readonly fact: CreditFact;
  readonly code: string;
  readonly stretch: Stretch;
}

/** The facts a `credits` condition counts, in order of time; so their stretches both begin and end in order. */
export function creditFacts(node: CreditsNode, facts: PersonFacts): readonly CountedCredit[] {
  const zone = zoneOf(facts);
  const counted: CountedCredit[] = [];
  let isInOrder = true;
  for (const code of node.courseCodes) {
    for (const fact of facts.credits?.get(code) ?? []) {
      isInOrder &&= counted.length === 0 || counted[counted.length - 1]!.fact.at <= fact.at;
      counted.push({ fact, code, stretch: creditStretch(node, fact.at, zone) });
    }
  }
  return isInOrder ? counted : counted.sort((a, b) => a.fact.at - b.fact.at);
}

function creditsTimeline(node: CreditsNode, facts: PersonFacts): Timeline {
  const counted = creditFacts(node, facts);
  const sums = new CreditSums(node);
  const steps: Step[] = [{ from: -Infinity, level: Level.UNMET }];
  let begun = 0;
  for (let ended = 0; ended < counted.length;) {
    const end = counted[ended]!.stretch.to;
    const at = begun < counted.length ? Math.min(counted[begun]!.stretch.from, end) : end;
    for (; begun < counted.length && counted[begun]!.stretch.from === at; begun++) sums.add(counted[begun]!, 1);
    for (; ended < begun && counted[ended]!.stretch.to === at; ended++) sums.add(counted[ended]!, -1);
    pushStep(steps, at, sums.level());
  }
  const silent = facts.silences === undefined ? [] : node.courseCodes.flatMap((code) => facts.silences!('COURSE', code));
  return unlessSilent(steps, silent);
}

/** Hours that count at an instant, by cap. Hours come in decimal fractions: 0.1 + 0.2 must reach 0.3. */
class CreditSums {
  private static readonly slack = 1e-9;
  private readonly groupOf = new Map<string, number>();
  private readonly confirmed: number[] = [0];
  private readonly reported: number[] = [0];

  constructor(private readonly node: CreditsNode) {
    node.caps?.forEach((cap, i) => {
      for (const code of cap.courseCodes) if (!this.groupOf.has(code)) this.groupOf.set(code, i);
      this.confirmed.push(0);
      this.reported.push(0);
    });
  }

  add({ fact, code }: CountedCredit, times: 1 | -1): void {
    const group = this.groupOf.get(code) ?? this.confirmed.length - 1;
    this.reported[group]! += times * fact.hours;
    if (!fact.isPending) this.confirmed[group]! += times * fact.hours;
  }

  level(): Level {
    if (this.reaches(this.confirmed)) return Level.MET;
    return this.reaches(this.reported) ? Level.PENDING : Level.UNMET;
  }

  private reaches(sums: readonly number[]): boolean {
    const { caps, min } = this.node;
    let total = sums[sums.length - 1]!;
    for (let i = 0; i < sums.length - 1; i++) total += Math.min(sums[i]!, caps![i]!.max);
    return total >= min - CreditSums.slack;
  }
}

/** A grant and how long it stands, or a request and how long it is open. */
export interface ApprovalStretch extends Stretch {
  readonly level: typeof Level.MET | typeof Level.PENDING;
  readonly factId: string;
}

const ACTS = { REQUESTED: 0, GRANTED: 1, WITHDRAWN: 2 } as const;

/** What an `approval` condition looks at. A grant stands until it is withdrawn, runs out, or the manager is another one. */
export function approvalStretches(node: ApprovalNode, facts: PersonFacts): readonly ApprovalStretch[] {
  const acts = [...(facts.approvals?.get(node.kind) ?? [])].sort((a, b) => a.at - b.at || ACTS[a.act] - ACTS[b.act]);
  const next = (after: number, ends: readonly ApprovalFact['act'][]): Instant =>
    acts.slice(after + 1).find(({ act }) => ends.includes(act))?.at ?? Infinity;
  const managers = node.bindToManager ? managerChanges(facts) : [];
  const stretches: ApprovalStretch[] = [];
  acts.forEach(({ act, at, factId }, i) => {
    if (act === 'REQUESTED') stretches.push({ from: at, to: next(i, ['GRANTED', 'WITHDRAWN']), level: Level.PENDING, factId });
    if (act !== 'GRANTED') return;
    const ends = [next(i, ['WITHDRAWN']), managers.find((change) => change > at) ?? Infinity];
    if (node.ttl) ends.push(dayAfter(at, node.ttl, zoneOf(facts)));
    stretches.push({ from: at, to: Math.min(...ends), level: Level.MET, factId });
  });
  return stretches;
}

/** When the manager becomes another one; the same manager told again is no change, having none or an unknown one is a value of its own. */
function managerChanges(facts: PersonFacts): readonly Instant[] {
  const changes: Instant[] = [];
  let current: string | null = null;
  let end = -Infinity;
  const turn = (at: Instant, to: string | null): void => {
    if (to !== current && at > -Infinity) changes.push(at);
    current = to;
  };
  const slices = [...(facts.attributes.get(MANAGER) ?? [])].sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const { from, to, value } of slices) {
    if (!(from < to)) continue;
    if (from > end) turn(end, null);
    turn(from, value === null ? null : canonicalJson(value));
    end = to;
  }
  if (end < Infinity) turn(end, null);
  return changes;
}

function approvalTimeline(node: ApprovalNode, facts: PersonFacts): Timeline {
  return fromIntervals(approvalStretches(node, facts));
}

/** A trigger, and until when it is open. */
export interface OpenStretch extends Stretch {
  readonly factId: string;
  /** What resolved it; null: nothing has. */
  readonly resolvedBy: string | null;
}

/** From a trigger until the first resolver at or after it; one entry for each trigger. */
export function openStretches(node: NoOpenNode, facts: PersonFacts): readonly OpenStretch[] {
  const resolvers = [...(facts.happenings?.get(node.resolver) ?? [])].sort((a, b) => a.at - b.at);
  return (facts.happenings?.get(node.trigger) ?? []).map(({ at, factId }) => {
    const resolver = resolvers.find((candidate) => candidate.at >= at);
    return { from: at, to: resolver?.at ?? Infinity, factId, resolvedBy: resolver?.factId ?? null };
  });
}

function noOpenTimeline(node: NoOpenNode, facts: PersonFacts): Timeline {
  const silent = facts.silences?.('EVENT', node.trigger) ?? [];
  const open = openStretches(node, facts).map(({ from, to }) => ({ from, to, level: Level.MET }));
  if (open.length === 0 && silent.length === 0) return constant(Level.MET);
  const silences = silent.map(({ from, to }) => ({ from, to, level: Level.MET }));
  // closed is MET where triggers would be heard of, and UNKNOWN where they would not
  const closed = inverse(fromIntervals(open), Level.UNMET, Level.MET);
  return nthLargest([closed, inverse(fromIntervals(silences), Level.UNKNOWN, Level.MET)], 2);
}

function inverse(timeline: Timeline, on: Level, off: Level): Timeline {
  return timeline.map(({ from, level }) => ({ from, level: level === Level.MET ? on : off }));
}
