// Evaluation: a rule and the facts about one person make a timeline; the versions of a role's rule make the verdict.
import { subtractSpanFromInstant, type Instant, type Span } from './calendar';
import { leafTimeline } from './conditions';
import type { PersonFacts } from './facts';
import type { RuleNode } from './rule';
import { constant, Level, negate, nthLargest, type Timeline } from './timeline';
import { pushVerdict, verdictOf, type RuleRange, type VerdictStep, type VerdictTimeline } from './verdict';
import { windowTimeline } from './windows';

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
    case 'disclosed':
      return below(node.of);
    case 'heldFor':
    case 'within':
    case 'accumulated':
    case 'service':
      return windowTimeline(node, below(node.of), facts.zone ?? 'UTC');
    default:
      return leafTimeline(node, facts);
  }
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
