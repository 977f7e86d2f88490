import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { RANKS } from '../../core/disclosure';
import type { Audience } from '../../core/rule';
import { stepCode, stepText, type StepLabels } from '../../core/step-text';
import { nearestWays, type Way as FoundWay } from '../../core/ways';
import { isEligible } from '../../core/verdict';
import { badInput } from '../../platform/graphql/errors';
import type { GraphContext, View } from '../context';
import { loadRules } from '../rules/graphql';
import { AudienceArgs, Eligibility } from '../eligibility/gql-types';
import { Way } from './gql-types';
import { loadFacts } from '../eligibility/known-facts';
import { loadOffers, loadStepLabels } from './offers';

const MOST_WAYS = 10;

/** A person and the view in which ways are looked for. */
interface Wayfarer {
  readonly employeeUuid: string;
  readonly view: View;
}

/**
 * How ways of a person are shown to whoever asks: no more than is disclosed to them, and when it would be done only if what became of the person since
 * is their business.
 */
export async function showWays(
  context: GraphContext,
  { employeeUuid, view }: Wayfarer,
  asked: Audience,
  labels: StepLabels,
): Promise<(way: FoundWay) => Way> {
  const audience = context.audienceFor(employeeUuid, asked);
  const isFollowed = await context.mayFollow(employeeUuid, view);
  return (way) => {
    const shown = toWay(way, audience, labels, context.graph.zone);
    return isFollowed ? shown : { ...shown, earliestAt: null };
  };
}

/** A way as the schema shows it; of what is not disclosed to the audience only that there is something to do. */
function toWay({ steps, cost, at, isTimeKnown, isOptimal }: FoundWay, audience: Audience, labels: StepLabels, zone: string): Way {
  return {
    steps: steps.map(({ step, cost: own, audience: to }) =>
      RANKS[audience] < RANKS[to]
        ? { kind: 'UNDISCLOSED', code: null, text: 'meet a condition that is not disclosed', cost: own }
        : { kind: step.kind, code: stepCode(step), text: stepText(step, labels, zone), cost: own },
    ),
    cost,
    earliestAt: isTimeKnown ? at : null,
    isOptimal,
  };
}

@Resolver(() => Eligibility)
export class NearestWaysResolver {
  @FieldResolver(() => [Way], {
    description: 'Cheapest sets of steps that lead to eligibility, best first. Empty: eligible already, or nothing would help.',
  })
  async nearestWays(
    @Root() { employeeUuid, roleUuid, verdict, view }: Eligibility,
    @Arg('max', () => Int, { nullable: true, defaultValue: 3, description: 'How many at most, 1 to 10.' }) max: number | null,
    @Args(() => AudienceArgs) { audience }: AudienceArgs,
    @Ctx() context: GraphContext,
  ): Promise<Way[]> {
    const most = max ?? 3;
    if (most < 1 || most > MOST_WAYS) throw badInput(`Ask for 1 to ${MOST_WAYS} ways.`);
    if (isEligible(verdict)) return [];
    const { zone } = context.graph;
    const [rules, facts, offers, labels] = await Promise.all([
      loadRules(context, roleUuid, view),
      loadFacts(context, employeeUuid, view),
      loadOffers(context, employeeUuid, view),
      loadStepLabels(context, view),
    ]);
    const { ways } = nearestWays(rules, { facts, at: view.at, zone }, offers);
    return ways.slice(0, most).map(await showWays(context, { employeeUuid, view }, audience, labels));
  }
}
