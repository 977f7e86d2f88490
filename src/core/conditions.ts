// The conditions that look at facts themselves: each makes a timeline of what one person's facts say.
import type { Instant, Span } from './calendar';
import type { ApprovalFact, AttributeSlice, CreditFact, Happening, HoldingSlice, PersonFacts, Silence } from './facts';
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
import { clip, constant, fromIntervals, Level, maxOf, nthLargest, type LevelInterval, type Timeline } from './timeline';
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
  for (const { from, to, level, verifications } of holdingSlices(node, facts)) {
    for (const fresh of freshness(verifications, node.verifiedWithin, facts)) {
      intervals.push({ from: Math.max(from, fresh.from), to: Math.min(to, fresh.to), level: Level[level] });
    }
  }
  const silences = facts.silences?.('TYPE', node.typeCode) ?? [];
  return unlessSilent(intervals.length === 0 ? constant(Level.UNMET) : fromIntervals(intervals), silences);
}

const ALWAYS: readonly Stretch[] = [{ from: -Infinity, to: Infinity }];

function freshness(
  verifications: readonly Happening[] | undefined,
  span: Span | undefined,
  facts: PersonFacts,
): readonly Stretch[] {
  if (span === undefined) return ALWAYS;
  return (verifications ?? []).map(({ at }) => verifiedStretch(at, span, facts));
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
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && canonicalJson(a) === canonicalJson(b);
}

function tenureTimeline(node: TenureNode, facts: PersonFacts): Timeline {
  const has = attributeTimeline(facts.attributes.get(node.name), (value) => testAttribute(node, value));
  return heldFor(has, node.duration, null, zoneOf(facts));
}

/** The stretch in which hours earned at an instant count. */
export function creditStretch(node: CreditsNode, at: Instant, zone: string): Stretch {
  const { window, lag = { months: 0, days: 0 } } = node;
  const whole = { months: window.months + lag.months, days: window.days + lag.days };
  return {
    from: node.lag === undefined ? at : dayAfter(at, lag, zone),
    to: dayAfter(at, whole, zone, node.toMonthEnd === true),
  };
}

/** The facts a `credits` condition counts, with the stretch in which each counts. */
export function creditFacts(
  node: CreditsNode,
  facts: PersonFacts,
): readonly { readonly fact: CreditFact; readonly code: string; readonly stretch: Stretch }[] {
  return node.courseCodes.flatMap((code) =>
    (facts.credits?.get(code) ?? []).map((fact) => ({ fact, code, stretch: creditStretch(node, fact.at, zoneOf(facts)) })),
  );
}

function creditsTimeline(node: CreditsNode, facts: PersonFacts): Timeline {
  const counted = creditFacts(node, facts);
  const corners = counted.flatMap(({ fact, code, stretch }) => [
    { at: stretch.from, code, hours: fact.hours, isPending: fact.isPending },
    { at: stretch.to, code, hours: -fact.hours, isPending: fact.isPending },
  ]);
  corners.sort((a, b) => a.at - b.at);
  const sums = new CreditSums(node);
  const intervals: LevelInterval[] = [];
  corners.forEach(({ at, code, hours, isPending }, i) => {
    sums.add(code, hours, isPending);
    const to = corners[i + 1]?.at ?? Infinity;
    if (at < to) intervals.push({ from: at, to, level: sums.level() });
  });
  const silent = node.courseCodes.flatMap((code) => facts.silences?.('COURSE', code) ?? []);
  return unlessSilent(fromIntervals(intervals), silent);
}

/** Hours that count at an instant, by cap. Hours come in decimal fractions: 0.1 + 0.2 must reach 0.3. */
class CreditSums {
  private static readonly slack = 1e-9;
  private readonly groupOf = new Map<string, number>();
  private readonly confirmed: number[];
  private readonly reported: number[];

  constructor(private readonly node: CreditsNode) {
    const caps = node.caps ?? [];
    caps.forEach((cap, i) => cap.courseCodes.forEach((code) => this.groupOf.has(code) || this.groupOf.set(code, i)));
    this.confirmed = new Array<number>(caps.length + 1).fill(0);
    this.reported = new Array<number>(caps.length + 1).fill(0);
  }

  add(code: string, hours: number, isPending: boolean): void {
    const group = this.groupOf.get(code) ?? this.confirmed.length - 1;
    this.reported[group]! += hours;
    if (!isPending) this.confirmed[group]! += hours;
  }

  level(): Level {
    if (this.reaches(this.confirmed)) return Level.MET;
    return this.reaches(this.reported) ? Level.PENDING : Level.UNMET;
  }

  private reaches(sums: readonly number[]): boolean {
    const { caps = [], min } = this.node;
    const total = sums.reduce((sum, hours, i) => sum + Math.min(hours, caps[i]?.max ?? Infinity), 0);
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

/** From a trigger until the first resolver at or after it; one entry for each trigger. */
export function openStretches(node: NoOpenNode, facts: PersonFacts): readonly (Stretch & { readonly factId: string })[] {
  const resolved = [...(facts.happenings?.get(node.resolver) ?? [])].map(({ at }) => at).sort((a, b) => a - b);
  return (facts.happenings?.get(node.trigger) ?? []).map(({ at, factId }) => ({
    from: at,
    to: resolved.find((resolver) => resolver >= at) ?? Infinity,
    factId,
  }));
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
