import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { addSpanToInstant, parseSpan } from '../../core/calendar';
import { isRefusal, type Refusal } from '../../core/refusal';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { DurationScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import type { GraphContext, View } from '../context';
import { Employee } from '../people/gql-types';
import { loadEmployee } from '../people/graphql';
import { RulePayload, toRulePayload } from '../rule-types';
import { checkDraft } from '../rules/draft';
import { RuleDraftInput } from '../rules/gql-rule-inputs';
import { publishRule } from './publish';
import { RehearsedChangeConnection, RehearsedChangeObject, RuleRehearsal } from './gql-types';
import { draftDigest, writeHash } from './hash';
import { rehearse } from './rehearse';
import { changeKeys, RehearsedChanges } from './rehearsed-changes';

const DEFAULT_HORIZON = 'P1Y';

@Resolver(() => RuleRehearsal)
export class RuleRehearsalResolver {
  @Mutation(() => RuleRehearsal, {
    description: 'Who would gain and lose what, now and at every boundary to come, were this rule published. Writes nothing.',
  })
  async rehearseRule(
    @Arg('input', () => RuleDraftInput, { description: 'The rule; `rehearsalHash` says nothing here.' }) input: RuleDraftInput,
    @Arg('horizon', () => DurationScalar, { nullable: true, description: 'How far ahead to look, default P1Y.' })
    horizon: string | null,
    @Ctx() context: GraphContext,
  ): Promise<RuleRehearsal> {
    const { graph, now } = context;
    const { db, position } = await context.snapshot();
    const { zone } = graph;
    const [definitions, rules] = [await graph.credentials.get(db, false), await graph.rules.get(db, false)];
    const view: View = { at: now, known: null, sight: null };
    const draft = await checkDraft(db, input, { definitions, rules, now, actor: context.actor.id, zone });
    if (isRefusal(draft)) return refused(draft, view);
    const to = addSpanToInstant(now, parseSpan(horizon ?? DEFAULT_HORIZON)!, zone);
    const known = { types: [...definitions.types.values()], rules, zone };
    const found = await rehearse(db, view, draft, known, { publishedAt: now, from: now, to });
    if (isRefusal(found)) return refused(found, view);
    const { changes, gained, lost, digest } = found;
    const hash = writeHash({ draft: draftDigest(draft), from: now, to, known: position, digest });
    return { changes, view, hash, refusal: null, gainedNow: gained, lostNow: lost };
  }

  @Mutation(() => RulePayload, {
    description: "Publishes a new version of a role's rule; everybody is judged by it before the answer.",
  })
  async publishRule(
    @Arg('input', () => RuleDraftInput, { description: 'The rule.' }) input: RuleDraftInput,
    @Ctx() context: GraphContext,
  ): Promise<RulePayload> {
    return toRulePayload(await context.write('api', (write) => publishRule(write, input, context.graph)));
  }

  @FieldResolver(() => RehearsedChangeConnection, { description: 'Whose verdicts would be other ones, and when.' })
  affected(@Root() rehearsal: RuleRehearsal, @Args(() => PagedArgs) args: PagedArgs): Connection<RehearsedChangeObject> {
    const { changes, view } = rehearsal;
    const page = parsePage(args, 'affected', 2);
    const found = changes.page(page).map((change) => ({ ...change, view }));
    return connection(found, page, changeKeys, () => Promise.resolve(changes.count));
  }
}

function refused(refusal: Refusal, view: View): RuleRehearsal {
  return {
    changes: new RehearsedChanges(),
    view,
    hash: '',
    refusal: refusal,
    gainedNow: 0,
    lostNow: 0,
  };
}

@Resolver(() => RehearsedChangeObject)
export class RehearsedChangeResolver {
  @FieldResolver(() => Employee, { description: 'Whose.' })
  employee(@Root() change: RehearsedChangeObject, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, change.employeeUuid, change.view);
  }
}
