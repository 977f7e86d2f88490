// Evaluation: a rule and the facts about one person make a timeline; the versions of a role's rule make the verdict.
import { subtractSpanFromInstant, type Instant, type Span } from './calendar';
import { canonicalJson, type AttributeNode, type HoldsNode, type Json, type RuleNode } from './rule';
import { clip, constant, fromIntervals, Level, negate, nthLargest, type LevelInterval, type Timeline } from './timeline';
import { pushVerdict, verdictOf, type RuleRange, type VerdictStep, type VerdictTimeline } from './verdict';

/** A stretch [from, to) in which a credential counts, fully or in grace. Stretches may overlap. */
export interface HoldingSlice {
  readonly from: Instant;
  readonly to: Instant;
  readonly level: 'MET' | 'GRACE';
  readonly factId: string;
  /** What ends it, when that is not the passing of its own expiry; only sentences depend on it. */
  readonly endedBy?: 'SUSPENSION' | 'REVOCATION';
}

/** A stretch [from, to) in which an attribute is known to have a value; null: known to have none. Stretches do not overlap. */
export interface AttributeSlice {
  readonly from: Instant;
  readonly to: Instant;
  readonly value: Json;
  readonly factId: string;
}

/** All that rules may ask about one person. */
export interface PersonFacts {
  readonly holdings: ReadonlyMap<string, readonly HoldingSlice[]>;
  readonly attributes: ReadonlyMap<string, readonly AttributeSlice[]>;
  /** The type codes that count as the given one, itself included; absent: only itself. */
  readonly equivalents?: (typeCode: string) => readonly string[];
}

/** A version of a rule, the stretch in which it is in effect, and how long before a lapse ELIGIBLE turns to AT_RISK (null: never). */
export interface RuleVersion extends RuleRange {
  readonly node: RuleNode;
  readonly warnBefore: Span | null;
}

/** How far the person meets the rule, over all of time. */
export function evaluate(node: RuleNode, facts: PersonFacts): Timeline {
  return combine(node, facts, (child) => evaluate(child, facts));
}

/** One node of an evaluated rule. Ids are paths: "0" is the root, "0.1" its second child. */
export interface NodeTimeline {
  readonly id: string;
  readonly parentId: string | null;
  readonly node: RuleNode;
  readonly timeline: Timeline;
}

/** The timeline of every node of the rule, parents before children. The first is the root's, equal to `evaluate`. */
export function evaluateNodes(node: RuleNode, facts: PersonFacts): readonly NodeTimeline[] {
  const nodes: NodeTimeline[] = [];
  const visit = (at: RuleNode, id: string, parentId: string | null): Timeline => {
    const place = nodes.length;
    nodes.push({ id, parentId, node: at, timeline: constant(Level.UNMET) });
    let child = 0;
    const timeline = combine(at, facts, (below) => visit(below, `${id}.${child++}`, id));
    nodes[place] = { id, parentId, node: at, timeline };
    return timeline;
  };
  visit(node, '0', null);
  return nodes;
}

/** The meaning of each operator, given the meaning of the nodes below it (asked for once each, in order). */
function combine(node: RuleNode, facts: PersonFacts, below: (child: RuleNode) => Timeline): Timeline {
  switch (node.op) {
    case 'all':
      return nthLargest(node.of.map(below), node.of.length);
    case 'any':
      return nthLargest(node.of.map(below), 1);
    case 'atLeast':
      return nthLargest(node.of.map(below), node.n);
    case 'not':
      return negate(below(node.of));
    case 'holds':
      return holdingTimeline(node, facts);
    case 'attribute':
      return attributeTimeline(node, facts);
    case 'during':
      return clip(constant(Level.MET), node.from ?? -Infinity, node.until ?? Infinity);
  }
}

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
  const slices = holdingSlices(node, facts);
  if (slices.length === 0) return constant(Level.UNMET);
  const intervals: LevelInterval[] = [];
  for (const { from, to, level } of slices) intervals.push({ from, to, level: Level[level] });
  return fromIntervals(intervals);
}

/** Stretches without a slice are UNKNOWN. That slices with equal values may follow each other does not show: a timeline is canonical. */
function attributeTimeline(node: AttributeNode, facts: PersonFacts): Timeline {
  const slices = facts.attributes.get(node.name);
  if (slices === undefined || slices.length === 0) return constant(Level.UNKNOWN);
  const intervals: LevelInterval[] = [];
  for (const { from, to, value } of slices) intervals.push({ from, to, level: testAttribute(node, value) });
  return fromIntervals(intervals, Level.UNKNOWN);
}

/**
 * The level of one value: no value is UNMET; for `equals` and `in` a list passes when any of its elements does;
 * for `atLeast` a value that is not a number cannot be compared, which is UNKNOWN rather than a false no.
 */
export function testAttribute(node: AttributeNode, value: Json): Level {
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

/**
 * When each published version is in effect. Publications are in the order in which they were made; each overrides everything
 * that was published before it, from its own `from` on. Versions that are left with nothing are not in the answer, which is in order of time.
 */
export function effectiveRanges<P extends { readonly version: number; readonly from: Instant }>(
  published: readonly P[],
): (P & RuleRange)[] {
  const ranges: (P & RuleRange)[] = [];
  for (const publication of published) {
    while (ranges.length > 0 && ranges[ranges.length - 1]!.from >= publication.from) ranges.pop();
    const last = ranges.pop();
    if (last !== undefined) ranges.push({ ...last, until: publication.from });
    ranges.push({ ...publication, until: Infinity });
  }
  return ranges;
}

/** A stretch of the spliced timeline, in which one version is in effect (null: none) and the level does not change. */
export interface SplicedStep {
  readonly from: Instant;
  readonly level: Level;
  readonly version: RuleVersion | null;
}

/**
 * The levels of all versions, each only where it is in effect; UNKNOWN where none is. Versions are in order of time
 * and do not overlap (a bug otherwise, which throws). Neighbours differ in level or in version.
 */
export function splice(versions: readonly RuleVersion[], facts: PersonFacts): readonly SplicedStep[] {
  const steps: SplicedStep[] = [];
  let end = -Infinity;
  for (const version of versions) {
    if (!(version.from < version.until)) continue;
    if (version.from < end) throw new Error('The versions of a rule overlap or are out of order.');
    if (version.from > end) steps.push({ from: end, level: Level.UNKNOWN, version: null });
    const timeline = evaluate(version.node, facts);
    for (let i = 0; i < timeline.length; i++) {
      const { from, level } = timeline[i]!;
      if (from >= version.until) break;
      const next = timeline[i + 1];
      if (next !== undefined && next.from <= version.from) continue;
      steps.push({ from: from > version.from ? from : version.from, level, version });
    }
    end = version.until;
  }
  if (end < Infinity || steps.length === 0) steps.push({ from: end, level: Level.UNKNOWN, version: null });
  return steps;
}

/**
 * The verdict over all of time. The verdict at t is that of the version in effect at t, and UNKNOWN without one.
 * MET is AT_RISK instead of ELIGIBLE when t is not before lapse - warnBefore, where the lapse is the first instant after t
 * at which the spliced timeline is below GRACE (also because another version takes effect, or none is left), warnBefore is that
 * of the version in effect at t, and the subtraction is calendar arithmetic in `zone`. GRACE in between does not lapse and stays GRACE.
 */
export function judge(versions: readonly RuleVersion[], facts: PersonFacts, zone: string): VerdictTimeline {
  return verdictsOf(splice(versions, facts), zone);
}

/** The second half of `judge`, for those who need the spliced timeline too. */
export function verdictsOf(spliced: readonly SplicedStep[], zone: string): VerdictTimeline {
  const lapses = lapsesOf(spliced);
  const steps: VerdictStep[] = [];
  let warnedLapse = Infinity;
  let warnedBy: Span | null = null;
  let riskFrom = Infinity;
  for (let i = 0; i < spliced.length; i++) {
    const { from, level, version } = spliced[i]!;
    if (version === null) {
      pushVerdict(steps, from, 'UNKNOWN', null);
      continue;
    }
    const lapse = lapses[i]!;
    if (level !== Level.MET || version.warnBefore === null || lapse === Infinity) {
      pushVerdict(steps, from, verdictOf(level), version.version);
      continue;
    }
    if (lapse !== warnedLapse || version.warnBefore !== warnedBy) {
      warnedLapse = lapse;
      warnedBy = version.warnBefore;
      riskFrom = subtractSpanFromInstant(lapse, warnedBy, zone);
    }
    if (riskFrom > from) pushVerdict(steps, from, 'ELIGIBLE', version.version);
    const to = spliced[i + 1]?.from ?? Infinity;
    if (riskFrom < to) pushVerdict(steps, riskFrom > from ? riskFrom : from, 'AT_RISK', version.version);
  }
  return steps;
}

/** For each step at GRACE or better, when that ends (Infinity: never); for the others their own beginning. */
export function lapsesOf(spliced: readonly SplicedStep[]): readonly Instant[] {
  const lapses = new Array<Instant>(spliced.length);
  let lapse = Infinity;
  for (let i = spliced.length - 1; i >= 0; i--) {
    if (spliced[i]!.level < Level.GRACE) lapse = spliced[i]!.from;
    lapses[i] = lapse;
  }
  return lapses;
}
