import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { evaluate } from '../../core/evaluate';
import type { PersonFacts } from '../../core/facts';
import { careerPlan, type Careers, type Plan } from '../../core/plan';
import { Level, levelAt } from '../../core/timeline';
import { badInput } from '../../platform/graphql/errors';
import { viewOf, type GraphContext, type View } from '../context';
import { AudienceArgs } from '../eligibility/gql-types';
import { showWays } from '../ways/graphql';
import { loadFacts } from '../eligibility/known-facts';
import { loadOffers, loadStepLabels } from '../ways/offers';
import { findEmployee } from '../people/graphql';
import { EmployeeKey, type Employee } from '../people/gql-types';
import type { EffectiveRule } from '../rules/definitions';
import { allRoles, loadRules } from '../rules/graphql';
import type { Role } from '../rules/gql-types';
import { ViewArgs } from '../view-args';
import { CareerPlan } from './gql-plan';
import { allMoves } from './store';

/** The roles, the moves between them and their rules, as a view knows them. */
interface KnownCareers extends Careers {
  readonly roles: ReadonlyMap<string, Role>;
  readonly versionsOf: (code: string) => readonly EffectiveRule[];
}

@Resolver(() => CareerPlan)
export class CareerPlanResolver {
  @Query(() => CareerPlan, {
    description:
      'From where a person is to a role: the moves, and what is missing at each. The cheapest plan, within a stated limit.',
  })
  async careerPlan(
    @Arg('employee', () => EmployeeKey, { description: 'Who.' }) key: EmployeeKey,
    @Arg('toRoleCode', () => String, { description: 'The role to reach.' }) toRoleCode: string,
    @Arg('fromRoleCode', () => String, {
      nullable: true,
      description:
        "The role to start from; absent: whichever is best of those in the person's roleCodes and those they are eligible for.",
    })
    fromRoleCode: string | null,
    @Args(() => ViewArgs) args: ViewArgs,
    @Args(() => AudienceArgs) { audience }: AudienceArgs,
    @Ctx() context: GraphContext,
  ): Promise<CareerPlan> {
    const view = await viewOf(context, args);
    const [employee, careers] = await Promise.all([findEmployee(context, key, view), loadCareers(context, view)]);
    if (!employee) throw badInput('Nobody is known by this key: check the id, the external id or the e-mail address.');
    for (const code of [toRoleCode, fromRoleCode]) {
      if (code != null && !careers.roles.has(code))
        throw badInput(`There is no role "${code}": check the code, or define it with defineRoles.`);
    }
    const { zone } = context.graph;
    const [facts, offers, labels] = await Promise.all([
      loadFacts(context, employee.uuid, view),
      loadOffers(context, employee.uuid, view),
      loadStepLabels(context, view),
    ]);
    const starts = fromRoleCode == null ? startsOf(employee, careers, facts, view) : [fromRoleCode];
    const isFollowed = await context.mayFollow(employee.uuid, view);
    const toWay = await showWays(context, { employeeUuid: employee.uuid, view }, audience, labels);
    const plan = careerPlan(starts, toRoleCode, { facts, at: view.at, zone }, careers, offers);
    return {
      employee,
      from: plan.from === null ? null : careers.roles.get(plan.from)!,
      to: careers.roles.get(toRoleCode)!,
      stages: plan.stages.map(({ role, way }) => ({
        role: careers.roles.get(role)!,
        alreadyEligible: way === null,
        way: way && toWay(way),
      })),
      cost: plan.cost,
      earliestAt: plan.isTimeKnown && isFollowed ? plan.at : null,
      isOptimal: plan.isOptimal,
      obstacle: plan.reason,
      reason: reasonText(plan.reason, starts, toRoleCode),
    };
  }
}

async function loadCareers(context: GraphContext, view: View): Promise<KnownCareers> {
  const [roles, moves] = await Promise.all([allRoles(context, view), allMoves(await context.db(), view)]);
  const codes = new Map(roles.map((role) => [role.uuid, role.code]));
  const next = new Map<string, string[]>();
  for (const { from, to } of moves) {
    const [origin, end] = [codes.get(from), codes.get(to)];
    if (origin !== undefined && end !== undefined) next.set(origin, [...(next.get(origin) ?? []), end].sort());
  }
  const versions = new Map(
    await Promise.all(roles.map(async (role) => [role.code, await loadRules(context, role.uuid, view)] as const)),
  );
  return {
    roles: new Map(roles.map((role) => [role.code, role])),
    movesFrom: (code) => next.get(code) ?? [],
    versionsOf: (code) => versions.get(code) ?? [],
  };
}

/** Where a person is: the roles that the HR system names, and those they are eligible for. */
function startsOf(employee: Employee, { roles, versionsOf }: KnownCareers, facts: PersonFacts, view: View): string[] {
  const named = new Set(employee.roleCodes);
  return [...roles.keys()].filter((code) => {
    const version = versionsOf(code).find(({ from, until }) => from <= view.at && view.at < until);
    return named.has(code) || (version !== undefined && levelAt(evaluate(version.node, facts), view.at) === Level.MET);
  });
}

/** How many roles a sentence names: somebody may be eligible for hundreds. */
const MOST_NAMED = 5;

function reasonText(reason: Plan['reason'], starts: readonly string[], target: string): string | null {
  const left = starts.length - MOST_NAMED;
  const named = starts.slice(0, MOST_NAMED).join(', ') + (left > 0 ? ` and ${left} more` : '');
  switch (reason) {
    case null:
      return null;
    case 'NO_START':
      return "No role of the person's is known, and they are eligible for none: name one with fromRoleCode.";
    case 'NO_MOVES':
      return `No moves lead from ${named} to ${target}: define them with defineCareerPath.`;
    case 'NO_WAY':
      return `Each way from ${named} to ${target} leads through a role for which nothing would make the person eligible, or that has no rule.`;
  }
}
