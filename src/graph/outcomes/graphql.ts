import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { UNDISCLOSED } from '../../core/disclosure';
import { isRefusal } from '../../core/refusal';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, listConnection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { answer } from '../eligibility/graphql';
import { Eligibility } from '../eligibility/gql-types';
import { ingest } from '../ingest';
import { findEmployee, loadEmployee, uuidOfKey } from '../people/graphql';
import { Employee, type EmployeeKey } from '../people/gql-types';
import { findByExternalId } from '../people/store';
import { loadRole, reasonsShown } from '../rules/graphql';
import { Role } from '../rules/gql-types';
import { PagedViewArgs } from '../view-args';
import { closeOutcome } from './close';
import { outcomeRulesKnown, type OutcomeRuleRow } from './definitions';
import {
  CloseOutcomeInput,
  DefineOutcomesInput,
  Outcome,
  OutcomeConnection,
  OutcomeFilter,
  OutcomePayload,
  OutcomeRule,
  OutcomeRuleConnection,
} from './gql-types';
import {
  outcomeCount,
  outcomeCounts,
  outcomeKeys,
  outcomePage,
  outcomePages,
  outcomesById,
  type OutcomeConditions,
  type OutcomeRow,
} from './store';

function toOutcome(row: OutcomeRow, view: View): Outcome {
  return { ...row, __typename: 'Outcome', id: nodeId('out', row.uuid), view } as Outcome;
}

function toRule(row: OutcomeRuleRow, view: View): OutcomeRule {
  return { ...row, __typename: 'OutcomeRule', id: nodeId('otr', row.uuid), view } as OutcomeRule;
}

const byId = batchBy<null, Outcome | null>(
  async (context, ids, view) => {
    const found = await outcomesById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toOutcome(row, view)]));
  },
  () => null,
);

/** Loads an outcome by uuid. */
export function loadOutcome(context: GraphContext, uuid: string, view: View): Promise<Outcome | null> {
  return context.load(byId, { id: uuid, view, args: null });
}

const ruleById = batchBy<null, OutcomeRule | null>(
  async (context, ids, view) =>
    new Map((await outcomeRulesKnown(await context.db(), view, ids)).map((row) => [row.uuid, toRule(row, view)])),
  () => null,
);

/** Loads the rule by which outcomes are opened, by uuid. */
export function loadOutcomeRule(context: GraphContext, uuid: string, view: View): Promise<OutcomeRule | null> {
  return context.load(ruleById, { id: uuid, view, args: null });
}

async function conditionsOf(context: GraphContext, filter: OutcomeFilter | null, view: View): Promise<OutcomeConditions> {
  const { owner, employeeExternalId, ...conditions } = filter ?? {};
  const db = await context.db();
  const found = (uuid: string | null) => (uuid === null ? [] : [uuid]);
  return {
    ...conditions,
    ...(owner && { owners: found(await ownerOf(context, owner, view)) }),
    ...(employeeExternalId != null && { people: found(await findByExternalId(db, view, employeeExternalId, null)) }),
  };
}

// a node id is taken as it is by whoever sees everybody; to others, whom they do not see owns nothing
async function ownerOf(context: GraphContext, owner: EmployeeKey, view: View): Promise<string | null> {
  if (view.sight === null) return uuidOfKey(await context.db(), owner, view);
  return (await findEmployee(context, owner, view))?.uuid ?? null;
}

interface OfPersonArgs extends PageArgs {
  readonly filter: OutcomeFilter | null;
}

const ofPerson = batchBy<OfPersonArgs, OutcomeRow[]>(
  async (context, ids, view, args) => {
    const conditions = await conditionsOf(context, args.filter, view);
    const found = await outcomePages(await context.db(), view, ids, conditions, parsePage(args, 'outcomes', 2));
    const byPerson = new Map<string, OutcomeRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

const countOfPerson = batchBy<OutcomeFilter | null, number>(
  async (context, ids, view, filter) => outcomeCounts(await context.db(), view, ids, await conditionsOf(context, filter, view)),
  () => 0,
);

const FILTER = { nullable: true, description: 'Which outcomes.' } as const;

@Resolver(() => Outcome)
export class OutcomeResolver {
  @Query(() => OutcomeConnection, {
    description: 'Outcomes that were opened by an instant, as they were then: with an owner, what that person has to do.',
  })
  async outcomes(
    @Arg('filter', () => OutcomeFilter, FILTER) filter: OutcomeFilter | null,
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Outcome>> {
    const page = parsePage(args, 'outcomes', 2);
    const view = await viewOf(context, args);
    const conditions = await conditionsOf(context, filter, view);
    const db = await context.db();
    const found = (await outcomePage(db, view, conditions, page)).map((row) => toOutcome(row, view));
    return connection(found, page, outcomeKeys, () => outcomeCount(db, view, conditions));
  }

  @FieldResolver(() => OutcomeRule, { description: 'By which rule it was opened, as the rule is now.' })
  rule(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<OutcomeRule | null> {
    return loadOutcomeRule(context, outcome.ruleUuid, outcome.view);
  }

  @FieldResolver(() => Employee, { description: 'About whom.' })
  employee(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, outcome.employeeUuid, outcome.view);
  }

  @FieldResolver(() => Role, { description: 'For which role the verdict is.' })
  role(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<Role | null> {
    return loadRole(context, outcome.roleUuid, outcome.view);
  }

  @FieldResolver(() => Employee, { nullable: true, description: 'Who attends to it; null: somebody whom you do not see.' })
  owner(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, outcome.ownerUuid, outcome.view);
  }

  @FieldResolver(() => [String], { description: 'Why the verdict was reached, in sentences.' })
  because(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<readonly string[]> {
    return reasonsShown(context, outcome, outcome.because, [UNDISCLOSED]);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why it was closed, or what withdrew it.' })
  async reason(@Root() outcome: Outcome, @Ctx() context: GraphContext): Promise<string | null> {
    if (outcome.state !== 'WITHDRAWN') return outcome.reason;
    return reasonsShown(context, outcome, outcome.reason, UNDISCLOSED);
  }

  @FieldResolver(() => Eligibility, {
    description: 'The answer about the person and the role at the instant asked about, with the nearest ways to it.',
  })
  eligibility(@Root() { employeeUuid, roleUuid, view }: Outcome, @Ctx() context: GraphContext): Promise<Eligibility> {
    return answer(context, { employeeUuid, roleUuid }, view);
  }

  @Mutation(() => IngestPayload, {
    description:
      'Defines outcomes, or defines them anew. They follow from verdicts reached from then on; verdicts reached before open nothing.',
  })
  defineOutcomes(
    @Arg('input', () => DefineOutcomesInput, { description: 'Which outcomes.' }) input: DefineOutcomesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineOutcomes', { source: 'api' }, input.outcomes);
  }

  @Mutation(() => OutcomePayload, { description: 'Closes an outcome: it is done, or there is nothing to do.' })
  async closeOutcome(
    @Arg('input', () => CloseOutcomeInput, { description: 'Which one, and why.' }) input: CloseOutcomeInput,
    @Ctx() context: GraphContext,
  ): Promise<OutcomePayload> {
    const { value, cursor } = await context.write('api', (write) => closeOutcome(write, input, context.graph.outcomes));
    if (isRefusal(value)) return { outcome: null, refusal: value, cursor };
    const outcome = await loadOutcome(context, value, await context.present());
    return { outcome, refusal: null, cursor };
  }
}

@Resolver(() => OutcomeRule)
export class OutcomeRuleResolver {
  @Query(() => OutcomeRuleConnection, { description: 'The rules by which outcomes are opened, by code.' })
  async outcomeRules(
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<OutcomeRule>> {
    const page = parsePage(args, 'outcomeRules', 1);
    const view = await viewOf(context, args);
    const found = (await outcomeRulesKnown(await context.db(), view)).sort((a, b) => (a.code < b.code ? -1 : 1));
    return listConnection(
      found.map((row) => toRule(row, view)),
      page,
      (rule) => [rule.code],
    );
  }

  @FieldResolver(() => Employee, { nullable: true, description: 'Who owns its outcomes; null: the primary manager.' })
  owner(@Root() { ownerUuid, view }: OutcomeRule, @Ctx() context: GraphContext): Promise<Employee | null> | null {
    return ownerUuid === null ? null : loadEmployee(context, ownerUuid, view);
  }

  @FieldResolver(() => Employee, { nullable: true, description: 'Who owns them where the manager is not known.' })
  fallbackOwner(@Root() { fallbackOwnerUuid, view }: OutcomeRule, @Ctx() context: GraphContext): Promise<Employee | null> | null {
    return fallbackOwnerUuid === null ? null : loadEmployee(context, fallbackOwnerUuid, view);
  }
}

@Resolver(() => Employee)
export class EmployeeOutcomesResolver {
  @FieldResolver(() => OutcomeConnection, {
    description: 'What was opened about the person by the instant asked about, oldest first.',
  })
  async outcomes(
    @Root() { uuid: id, view }: Employee,
    @Arg('filter', () => OutcomeFilter, FILTER) filter: OutcomeFilter | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Outcome>> {
    const page = parsePage(args, 'outcomes', 2);
    const found = await context.load(ofPerson, { id, view, args: { ...args, filter } });
    const count = () => context.load(countOfPerson, { id, view, args: filter });
    return connection(
      found.map((row) => toOutcome(row, view)),
      page,
      outcomeKeys,
      count,
    );
  }
}
