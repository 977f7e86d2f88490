// Why two states do not judge a person alike.
import { evaluateNodes, type RuleVersion } from '../../core/evaluate';
import { changeBecause, untilBecause } from '../../core/explain';
import { answerAt } from '../../core/verdict';
import { hidesFrom, UNDISCLOSED } from '../../core/disclosure';
import type { GraphContext, View } from '../context';
import { loadRules } from '../rules/graphql';
import { hindsight, type Sides } from './store';
import { timelineOf } from '../eligibility/graphql';
import { loadFacts, loadLabels } from '../eligibility/known-facts';
import type { PairRow } from '../eligibility/store';

const NOT_THERE = 'nothing was asserted of the person yet';

/** What made the verdict change, as the second side knows it, when it last did between the two instants. */
export async function whatHappened(context: GraphContext, pair: PairRow, { from, to }: Sides): Promise<string[]> {
  const [earlier, later] = [Math.min(from.at, to.at), Math.max(from.at, to.at)];
  const timeline = await timelineOf(context, pair, to);
  const since = answerAt(timeline, later).since;
  // the verdicts over all of time agree: what differs is whether anybody was there to be judged
  if (since === null || since <= earlier) return [NOT_THERE];
  const [rules, facts, labels] = await Promise.all([
    loadRules(context, pair.roleUuid, to),
    loadFacts(context, pair.employeeUuid, to),
    loadLabels(context, to),
  ]);
  return untilBecause(rules, facts, since - 1, labels, context.graph.zone, context.audienceFor(pair.employeeUuid));
}

/** What the second side knows of the first instant and the first does not. */
export async function whatWasLearned(context: GraphContext, pair: PairRow, sides: Sides): Promise<string[]> {
  const { from } = sides;
  const [labels, old, fresh] = await Promise.all([
    loadLabels(context, sides.to),
    seenFrom(context, pair, from),
    seenFrom(context, pair, hindsight(sides)),
  ]);
  if (old.rule?.version !== fresh.rule?.version)
    return [fresh.rule ? `rule version ${fresh.rule.version} was published` : 'no rule was known'];
  if (!fresh.rule || !old.rule) return [NOT_THERE];
  const [before, after] = [evaluateNodes(old.rule.node, old.facts), evaluateNodes(fresh.rule.node, fresh.facts)];
  if (hidesFrom(fresh.rule.node, context.audienceFor(pair.employeeUuid))) return [UNDISCLOSED];
  const why = changeBecause(before, after, from.at, labels, context.graph.zone, fresh.facts, old.facts);
  return why.length > 0 ? why : [NOT_THERE];
}

async function seenFrom(context: GraphContext, { roleUuid, employeeUuid }: PairRow, view: View) {
  const [rules, facts] = await Promise.all([loadRules(context, roleUuid, view), loadFacts(context, employeeUuid, view)]);
  const rule: RuleVersion | undefined = rules.find((version) => version.from <= view.at && view.at < version.until);
  return { rule, facts };
}
