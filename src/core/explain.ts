// Why a verdict is what it is, why it will change, and why it has changed.
import type { Instant } from './calendar';
import {
  evaluate,
  evaluateNodes,
  lapsesOf,
  splice,
  verdictsOf,
  type NodeTimeline,
  type RuleVersion,
  type SplicedStep,
} from './evaluate';
import type { PersonFacts } from './facts';
import { approvalStretches, creditFacts, holdingSlices, openStretches, verifiedStretch } from './conditions';
import { isHidden, RANKS, UNDISCLOSED } from './disclosure';
import { childrenOf, isLeaf, isWindow, type Audience, type LeafNode, type RuleNode, type WindowNode } from './rule';
import { changeAheadText, changeMadeText, reachText, type LeafChange } from './change-text';
import { instantText, leafLabel, ruleText, windowClause, type Labels } from './rule-text';
import { equal, Level, levelAt, levelBefore, nextChange, sinceChange, type Timeline } from './timeline';
import { answerAt, verdictOf, type Verdict } from './verdict';
import type { Stretch } from './windows';

/** One condition of a rule as it stands at an instant. */
export interface ExplanationNode {
  /** The path of the node: "0" is the root, "0.1" its second child. */
  readonly id: string;
  readonly parentId: string | null;
  readonly op: RuleNode['op'];
  readonly verdict: Verdict;
  /** Since when and until when the condition has this verdict; null: no bound. Those of the root are the answer's. */
  readonly since: Instant | null;
  readonly until: Instant | null;
  /** Whether the root has its verdict because of this node: were it better (or worse), the root could be. */
  readonly binding: boolean;
  readonly text: string;
  /** The facts in force that a leaf looked at. */
  readonly factIds: readonly string[];
}

/**
 * Every node of the version in effect at `at`, root first, parents before children; nothing without a version. A node is binding
 * when its parent is and their levels are equal (under n of m that is the n-th rank), and wherever its parent is when that makes another
 * level of the one below it (`not`, windows). Of what is not disclosed to the audience only the one node is left that says so.
 */
export function explain(
  versions: readonly RuleVersion[],
  facts: PersonFacts,
  at: Instant,
  labels: Labels,
  zone: string,
  audience: Audience = 'HR',
): ExplanationNode[] {
  const version = versions.find(({ from, until }) => from <= at && at < until);
  if (version === undefined) return [];
  const answer = answerAt(verdictsOf(splice(versions, facts), zone), at);
  const above = new Map<
    string,
    { readonly level: Level; readonly binding: boolean; readonly node: RuleNode; readonly isHidden: boolean }
  >();
  const nodes: ExplanationNode[] = [];
  for (const { id, parentId, node, timeline } of evaluateNodes(version.node, facts)) {
    const level = levelAt(timeline, at);
    const parent = parentId === null ? undefined : above.get(parentId)!;
    const binding = parent === undefined || (parent.binding && (!isGroup(parent.node) || parent.level === level));
    const hidden = isHidden(node, audience);
    above.set(id, { level, binding, node, isHidden: hidden || parent?.isHidden === true });
    if (parent?.isHidden) continue;
    const own =
      parent === undefined
        ? { verdict: answer.verdict, since: answer.since, until: answer.until }
        : { verdict: verdictOf(level), since: sinceChange(timeline, at), until: nextChange(timeline, at) };
    nodes.push({
      id,
      parentId,
      op: node.op,
      ...own,
      binding,
      text: hidden ? UNDISCLOSED : nodeText(node, labels, zone),
      factIds: [...new Set(factIdsOf(node, facts, at))],
    });
  }
  return nodes;
}

function isGroup(node: RuleNode): node is Extract<RuleNode, { readonly op: 'all' | 'any' | 'atLeast' }> {
  return node.op === 'all' || node.op === 'any' || node.op === 'atLeast';
}

function nodeText(node: RuleNode, labels: Labels, zone: string): string {
  if (isWindow(node)) return windowClause(node, false);
  if (!isGroup(node)) return ruleText(node, labels, zone);
  const count = `${node.of.length} condition${node.of.length === 1 ? '' : 's'}`;
  return node.op === 'atLeast' ? `at least ${node.n} of ${count}` : `${node.op} of ${count}`;
}

/** The facts in force that a condition looks at itself. */
function factIdsOf(node: RuleNode, facts: PersonFacts, at: Instant): string[] {
  const inForce = (slices: readonly { readonly from: Instant; readonly to: Instant; readonly factId: string }[]): string[] =>
    slices.filter(({ from, to }) => from <= at && at < to).map(({ factId }) => factId);
  switch (node.op) {
    case 'holds': {
      const slices = holdingSlices(node, facts);
      const span = node.verifiedWithin;
      const verified = span
        ? slices.flatMap(({ verifications = [] }) =>
            verifications.map((fact) => ({ ...verifiedStretch(fact.at, span, facts), ...fact })),
          )
        : [];
      return [...inForce(slices), ...inForce(verified)];
    }
    case 'attribute':
    case 'tenure':
      return inForce(facts.attributes.get(node.name) ?? []);
    case 'credits':
      return inForce(creditFacts(node, facts).map(({ fact, stretch }) => ({ ...stretch, factId: fact.factId })));
    case 'approval':
      return inForce(approvalStretches(node, facts));
    case 'noOpen': {
      const stretches = openStretches(node, facts);
      const open = inForce(stretches);
      if (open.length > 0) return open;
      // nothing is open because of what resolved the last that was
      const last = stretches.filter(({ to }) => to <= at).sort((a, b) => b.to - a.to)[0];
      return last ? [last.factId, last.resolvedBy!] : [];
    }
    default:
      return [];
  }
}

/**
 * What makes the verdict change at the `until` of the answer at `at`, in sentences; empty when it never changes. Before a warning
 * (ELIGIBLE to AT_RISK) it is what causes the lapse that the warning is about, with its date.
 */
export function untilBecause(
  versions: readonly RuleVersion[],
  facts: PersonFacts,
  at: Instant,
  labels: Labels,
  zone: string,
  audience: Audience = 'HR',
): string[] {
  const spliced = splice(versions, facts);
  const verdicts = verdictsOf(spliced, zone);
  const { until } = answerAt(verdicts, at);
  if (until === null) return [];
  const index = spliced.findLastIndex(({ from }) => from <= until);
  const step = spliced[index]!;
  const isWarning = answerAt(verdicts, until).verdict === 'AT_RISK' && (step.from < until || warnedAnyway(spliced, index, zone));
  const change = isWarning ? spliced.findIndex(({ from }) => from === lapsesOf(spliced)[index]) : index;
  return stepBecause(spliced, change, facts, labels, zone, isWarning, audience);
}

/** Whether the warning would have come at the seam before `index` under the older version as well. */
function warnedAnyway(spliced: readonly SplicedStep[], index: number, zone: string): boolean {
  const older = spliced[index - 1]!;
  if (older.level !== Level.MET || older.version === null) return false;
  const continued = spliced.map((step, i) => (i === index ? { ...step, version: older.version } : step));
  const seam = spliced[index]!.from;
  const verdicts = verdictsOf(continued, zone);
  return answerAt(verdicts, seam).verdict === 'AT_RISK' && answerAt(verdicts, seam).since === seam;
}

function stepBecause(
  spliced: readonly SplicedStep[],
  index: number,
  facts: PersonFacts,
  labels: Labels,
  zone: string,
  dated: boolean,
  audience: Audience,
): string[] {
  const before = spliced[index - 1]!;
  const after = spliced[index]!;
  const at = after.from;
  const on = dated ? ` on ${instantText(at, zone)}` : '';
  if (before.version !== after.version) {
    if (after.version === null) return [`no rule is in effect any more${on}`];
    if (
      before.version === null ||
      levelAt(evaluate(before.version.node, facts), at) !== after.level ||
      before.level === after.level
    ) {
      return [`rule version ${after.version.version} takes effect${on}`];
    }
  }
  const changes = causes(evaluateNodes(before.version!.node, facts), (timeline) => [
    levelBefore(timeline, at),
    levelAt(timeline, at),
  ]);
  return distinct(
    changes.map(({ hiddenFrom, ...change }) =>
      hiddenFrom !== null && RANKS[audience] < RANKS[hiddenFrom]
        ? `${UNDISCLOSED} changes${on}`
        : changeAheadText(
            { ...change, endedBy: endedBy(change.leaf, facts, at), isReinstated: isReinstatedAt(change.leaf, facts, at) },
            at,
            labels,
            zone,
            dated,
          ),
    ),
  );
}

function endedBy(leaf: LeafNode | WindowNode, facts: PersonFacts, at: Instant): LeafChange['endedBy'] {
  if (leaf.op === 'approval') return runsOutAt(leaf, facts, at) ? undefined : 'MANAGER';
  if (leaf.op !== 'holds') return undefined;
  const slices = holdingSlices(leaf, facts);
  const ending = slices.filter((slice) => slice.to === at);
  if (leaf.verifiedWithin && ending.length === 0 && !slices.some((slice) => slice.from === at)) return 'VERIFICATION';
  return ending.find((slice) => slice.endedBy !== undefined)?.endedBy;
}

function isReinstatedAt(leaf: LeafNode | WindowNode, facts: PersonFacts, at: Instant): boolean {
  return leaf.op === 'holds' && holdingSlices(leaf, facts).some(({ from, begunBy }) => from === at && begunBy !== undefined);
}

/** Whether an approval ends at an instant whoever the manager is. */
function runsOutAt(leaf: Extract<LeafNode, { readonly op: 'approval' }>, facts: PersonFacts, at: Instant): boolean {
  return approvalStretches({ ...leaf, bindToManager: false }, facts).some(({ to }) => to === at);
}

/** A condition that changed, and from whom it is hidden: those below this audience. */
type Cause = LeafChange & { readonly hiddenFrom: Audience | null };

/**
 * The conditions by which the root goes from one level to another. A group falls because of the children that fall from its old level or
 * better to below it, and rises because of those that rise to its new level or better: without them it would not have. A window changes
 * because of the condition below it when that goes the same way at that instant, else because of the time that has passed.
 */
function causes(
  nodes: readonly NodeTimeline[],
  levels: (timeline: Timeline, id: string) => readonly [before: Level, after: Level],
): Cause[] {
  const byId = new Map(nodes.map((entry) => [entry.id, entry]));
  const changes: Cause[] = [];
  const visit = ({ id, node, timeline }: NodeTimeline, hidden: Audience | null): void => {
    const [before, after] = levels(timeline, id);
    if (before === after) return;
    const hiddenFrom = node.op === 'disclosed' && (hidden === null || RANKS[node.to] > RANKS[hidden]) ? node.to : hidden;
    const children = childrenOf(node).map((_, i) => byId.get(`${id}.${i}`)!);
    const below = children.filter((child) => {
      const [was, is] = levels(child.timeline, child.id);
      if (node.op === 'not') return was !== is;
      if (isWindow(node)) return after < before ? is < was : is > was;
      return after < before ? was >= before && is < before : was < after && is >= after;
    });
    if (isLeaf(node) || (isWindow(node) && below.length === 0)) changes.push({ leaf: node, before, after, hiddenFrom });
    for (const child of below) visit(child, hiddenFrom);
  };
  visit(nodes[0]!, null);
  return changes;
}

/**
 * What a write changed about the conditions of one rule, in sentences: `before` and `after` are `evaluateNodes` of the same rule with the
 * facts before and after the write. Where the root's level at `now` differs, the leaves that did it; else the leaves that differ now or
 * from now on; else those that differ in the past. `facts` (after the write) lets it tell a revocation from an expiry, and with those before
 * the write a reinstatement from an award.
 */
export function changeBecause(
  before: readonly NodeTimeline[],
  after: readonly NodeTimeline[],
  now: Instant,
  labels: Labels,
  zone = 'UTC',
  facts?: PersonFacts,
  factsBefore?: PersonFacts,
): string[] {
  const old = new Map(before.map(({ id, timeline }) => [id, timeline]));
  const levels = (timeline: Timeline, id: string): readonly [Level, Level] => [
    levelAt(old.get(id) ?? timeline, now),
    levelAt(timeline, now),
  ];
  const made = ({ leaf, ...change }: LeafChange): string => {
    const told = facts && {
      endedBy: lastEndedBy(leaf, facts, now),
      isReinstated: factsBefore !== undefined && isReinstatedBetween(leaf, factsBefore, facts, now),
    };
    return changeMadeText({ leaf, ...change, ...told }, labels, zone);
  };
  const [was, is] = levels(after[0]!.timeline, after[0]!.id);
  if (was !== is) return distinct(causes(after, levels).map(made));

  const current: string[] = [];
  const past: string[] = [];
  for (const { id, node, timeline } of after) {
    const previous = old.get(id) ?? timeline;
    if (!isLeaf(node) || equal(previous, timeline)) continue;
    const leaf = node;
    const [wasLevel, isLevel] = levels(timeline, id);
    if (wasLevel !== isLevel) current.push(made({ leaf, before: wasLevel, after: isLevel }));
    else if (!equalFrom(previous, timeline, now)) current.push(outlookText(leaf, timeline, now, labels, zone));
    else past.push(`${leafLabel(leaf, labels, zone)}: corrected for the past`);
  }
  return distinct(current.length > 0 ? current : past);
}

function lastEndedBy(leaf: LeafNode | WindowNode, facts: PersonFacts, now: Instant): LeafChange['endedBy'] {
  if (leaf.op !== 'holds') return undefined;
  const ended = holdingSlices(leaf, facts).filter(({ to }) => to <= now);
  return ended.reduce<(typeof ended)[number] | undefined>(
    (last, slice) => (last === undefined || slice.to >= last.to ? slice : last),
    undefined,
  )?.endedBy;
}

/** Whether a holding counts now because its suspension was lifted, and did not before. */
function isReinstatedBetween(leaf: LeafNode | WindowNode, before: PersonFacts, after: PersonFacts, now: Instant): boolean {
  if (leaf.op !== 'holds') return false;
  const counts = ({ from, to }: Stretch) => from <= now && now < to;
  return holdingSlices(leaf, after)
    .filter(counts)
    .some(({ from, factId, begunBy }) => {
      const old = holdingSlices(leaf, before).filter((slice) => slice.factId === factId);
      // lifted from its very beginning a suspension leaves no trace
      const wasCut = () => old.some(({ to, endedBy }) => endedBy === 'SUSPENSION' && from < to && to <= now);
      return !old.some(counts) && (begunBy === 'REINSTATEMENT' || wasCut());
    });
}

function equalFrom(a: Timeline, b: Timeline, from: Instant): boolean {
  const ahead = (timeline: Timeline): Timeline => timeline.filter((step) => step.from > from);
  return equal(ahead(a), ahead(b));
}

function outlookText(leaf: LeafNode, timeline: Timeline, now: Instant, labels: Labels, zone: string): string {
  const level = levelAt(timeline, now);
  if (leaf.op === 'holds' && level >= Level.GRACE) {
    const lapse = timeline.find((step) => step.from > now && step.level < Level.GRACE);
    return reachText(leaf, lapse?.from ?? null, labels, zone);
  }
  const next = nextChange(timeline, now);
  if (next === null) return `${leafLabel(leaf, labels, zone)}: no change lies ahead any more`;
  return changeAheadText({ leaf, before: level, after: levelAt(timeline, next) }, next, labels, zone, true);
}

function distinct(sentences: readonly string[]): string[] {
  return [...new Set(sentences)];
}
