import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { isEligibleExceptApproval } from '../../core/except-approval';
import { explain, untilBecause } from '../../core/explain';
import {
  answerAt,
  fromSegments,
  isEligible,
  segmentsBetween,
  type VerdictSegment,
  type VerdictTimeline,
} from '../../core/verdict';
import { badInput, refuseRepeated } from '../../platform/graphql/errors';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, viewKey, viewOf, type GraphContext, type View } from '../context';
import { findEmployee, loadEmployee } from '../people/graphql';
import { Employee, EmployeeKey } from '../people/gql-types';
import { allRoles, isOfKind, loadRole, loadRules } from '../rules/graphql';
import { Role } from '../rules/gql-types';
import { PagedViewArgs, ViewArgs } from '../view-args';
import {
  AudienceArgs,
  Eligibility,
  EligibilityConnection,
  EligibilityCount,
  EligibilityDimension,
  EligibilityFilter,
  EligibilitySegment,
  ExplanationNode,
} from './gql-types';
import { loadDefinitions, loadFacts, loadLabels } from './known-facts';
import { withLevels } from './person-facts';
import {
  pairCount,
  pairCounts,
  pairGroups,
  pairKeys,
  pairPage,
  pairPages,
  segmentsOfPairs,
  type PairFilter,
  type PairRow,
} from './store';

interface PairKey extends PairRow {
  readonly view: View;
}

const segmentsOfPair = {
  keyOf: (key: PairKey) => `${key.employeeUuid}|${key.roleUuid}|${viewKey(key.view)}`,
  fetch: async (context: GraphContext, keys: readonly PairKey[]): Promise<VerdictSegment[][]> => {
    const byKnown = new Map<number | null, PairKey[]>();
    for (const key of keys) byKnown.set(key.view.known, [...(byKnown.get(key.view.known) ?? []), key]);
    const found = new Map<PairKey, VerdictSegment[]>();
    for (const group of byKnown.values()) {
      const segments = await segmentsOfPairs(await context.db(), group[0]!.view, group);
      for (const key of group) found.set(key, segments.get(`${key.employeeUuid}|${key.roleUuid}`) ?? []);
    }
    return keys.map((key) => found.get(key)!);
  },
};

/** The stored timeline of a pair. */
export async function timelineOf(context: GraphContext, pair: PairRow, view: View): Promise<VerdictTimeline> {
  const [segments, rules] = await Promise.all([
    context.load(segmentsOfPair, { ...pair, view }),
    loadRules(context, pair.roleUuid, view),
  ]);
  return fromSegments(segments, rules);
}

/** The answer about a pair, read off its timeline; of somebody who has left the team of whoever asks since, as if nothing came after the instant. */
export async function answer(context: GraphContext, pair: PairRow, view: View): Promise<Eligibility> {
  const [stored, isFollowed] = await Promise.all([timelineOf(context, pair, view), context.mayFollow(pair.employeeUuid, view)]);
  const timeline = isFollowed ? stored : stored.filter(({ from }) => from <= view.at);
  return { ...pair, ...answerAt(timeline, view.at), view, timeline };
}

const finite = (instant: number): number | null => (Number.isFinite(instant) ? instant : null);

/** The roles that have a rule in effect at the view's instant: only they have verdicts to list. */
async function judgedRoles(context: GraphContext, view: View, filter: EligibilityFilter | null | undefined): Promise<string[]> {
  const roles = (await allRoles(context, view, filter?.roleCode)).filter((role) => isOfKind(role, filter?.roleKind));
  const rules = await Promise.all(roles.map((role) => loadRules(context, role.uuid, view)));
  return roles.filter((_, i) => rules[i]!.some(({ from, until }) => from <= view.at && view.at < until)).map((role) => role.uuid);
}

interface OfParentArgs extends PageArgs {
  readonly filter: EligibilityFilter | null;
}

const pairsOf = (side: 'employees' | 'roles') =>
  batchBy<OfParentArgs, PairRow[]>(
    async (context, ids, view, args) => {
      const roles = await judgedRoles(context, view, args.filter);
      const judged = side === 'roles' ? roles.filter((role) => ids.includes(role)) : roles;
      const parents = side === 'employees' ? { employees: ids } : { roles: ids };
      const found = await pairPages(
        await context.db(),
        await whomOf(context, view, args.filter),
        parents,
        judged,
        toPairFilter(args.filter),
        parsePage(args, 'eligibilities', 2),
      );
      const byParent = new Map<string, PairRow[]>(ids.map((id) => [id, []]));
      for (const row of found) byParent.get(side === 'employees' ? row.employeeUuid : row.roleUuid)!.push(row);
      return byParent;
    },
    () => [],
  );

const countsOf = (side: 'employees' | 'roles') =>
  batchBy<EligibilityFilter | null, number>(
    async (context, ids, view, filter) => {
      const roles = await judgedRoles(context, view, filter);
      const judged = side === 'roles' ? roles.filter((role) => ids.includes(role)) : roles;
      const parents = side === 'employees' ? { employees: ids } : { roles: ids };
      return pairCounts(await context.db(), await whomOf(context, view, filter), parents, judged, toPairFilter(filter));
    },
    () => 0,
  );

const ofEmployee = pairsOf('employees');
const ofRole = pairsOf('roles');
const countOfEmployee = countsOf('employees');
const countOfRole = countsOf('roles');

/** Of whom a filter may find somebody: what changes later is not found out of those whose later is not shown. */
function whomOf(context: GraphContext, view: View, filter: EligibilityFilter | null | undefined): Promise<View> {
  return filter?.changesBefore == null ? Promise.resolve(view) : context.followed(view);
}

function toPairFilter(filter: EligibilityFilter | null | undefined): PairFilter {
  const { verdict, department, location, assigned, changesBefore } = filter ?? {};
  return { verdict, department, location, assigned, changesBefore };
}

@Resolver(() => Eligibility)
export class EligibilityResolver {
  @Query(() => Eligibility, { description: 'One answer about one person and one role.' })
  async eligibility(
    @Arg('employee', () => EmployeeKey, { description: 'Who.' }) key: EmployeeKey,
    @Arg('roleCode', () => String, { description: 'For which role.' }) roleCode: string,
    @Args(() => ViewArgs) args: ViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Eligibility> {
    const view = await viewOf(context, args);
    const [employee, [role]] = await Promise.all([findEmployee(context, key, view), allRoles(context, view, [roleCode])]);
    if (!employee) throw badInput('Nobody is known by this key: check the id, the external id or the e-mail address.');
    if (!role) throw badInput(`There is no role "${roleCode}": check the code, or define it with defineRoles.`);
    return answer(context, { employeeUuid: employee.uuid, roleUuid: role.uuid }, view);
  }

  @Query(() => EligibilityConnection, {
    description: 'Who is eligible for what: the reverse look-up. Lists every person with every role that has a rule in effect.',
  })
  async eligibilities(
    @Arg('filter', () => EligibilityFilter, { nullable: true, description: 'Which answers.' }) filter: EligibilityFilter | null,
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Eligibility>> {
    const page = parsePage(args, 'eligibilities', 2);
    const view = await viewOf(context, args);
    const roles = await judgedRoles(context, view, filter);
    const [db, whom] = [await context.db(), await whomOf(context, view, filter)];
    const pairs = await pairPage(db, whom, roles, toPairFilter(filter), page);
    const answers = await Promise.all(pairs.map((pair) => answer(context, pair, view)));
    return connection(answers, page, pairKeys, () => pairCount(db, whom, roles, toPairFilter(filter)));
  }

  @Query(() => [EligibilityCount], {
    description: 'Counts for dashboards, grouped; equals an independent count of what `eligibilities` lists.',
  })
  async eligibilityCounts(
    @Arg('groupBy', () => [EligibilityDimension], { description: 'What to count by, in this order.' })
    groupBy: (keyof typeof EligibilityDimension)[],
    @Arg('filter', () => EligibilityFilter, { nullable: true, description: 'Which answers.' }) filter: EligibilityFilter | null,
    @Args(() => ViewArgs) args: ViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<EligibilityCount[]> {
    if (groupBy.length === 0) throw badInput('Name at least one dimension in groupBy.');
    refuseRepeated(groupBy);
    const view = await viewOf(context, args);
    const roles = await judgedRoles(context, view, filter);
    return pairGroups(await context.db(), await whomOf(context, view, filter), groupBy, roles, toPairFilter(filter));
  }

  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() eligibility: Eligibility, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, eligibility.employeeUuid, eligibility.view);
  }

  @FieldResolver(() => Role, { description: 'For which role.' })
  role(@Root() eligibility: Eligibility, @Ctx() context: GraphContext): Promise<Role | null> {
    return loadRole(context, eligibility.roleUuid, eligibility.view);
  }

  @FieldResolver(() => [String], { description: 'Which conditions cause the change at `until`, in sentences.' })
  async untilBecause(
    @Root() eligibility: Eligibility,
    @Args(() => AudienceArgs) { audience }: AudienceArgs,
    @Ctx() context: GraphContext,
  ): Promise<string[]> {
    if (eligibility.until === null) return [];
    const { employeeUuid, roleUuid, view } = eligibility;
    const [rules, facts, labels] = await Promise.all([
      loadRules(context, roleUuid, view),
      loadFacts(context, employeeUuid, view),
      loadLabels(context, view),
    ]);
    return untilBecause(rules, facts, view.at, labels, context.graph.zone, context.audienceFor(employeeUuid, audience));
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether approvals are all that is missing, asked for or not: with them the person would be eligible at the instant asked about.',
  })
  async isEligibleExceptApproval(
    @Root() { employeeUuid, roleUuid, verdict, view }: Eligibility,
    @Ctx() context: GraphContext,
  ): Promise<boolean> {
    if (isEligible(verdict)) return false;
    const [rules, facts, definitions] = await Promise.all([
      loadRules(context, roleUuid, view),
      loadFacts(context, employeeUuid, view),
      loadDefinitions(context, view),
    ]);
    return isEligibleExceptApproval(rules, facts, view.at, (own) =>
      withLevels(own, (code) => definitions.rules.byCode.get(code)),
    );
  }

  @FieldResolver(() => [EligibilitySegment], {
    description:
      'The whole step function, past and future, or the part of it that overlaps [from, to). Of somebody who has left the team of whoever asks since the instant asked about, no further than that.',
  })
  segments(
    @Root() eligibility: Eligibility,
    @Arg('from', () => DateTimeScalar, { nullable: true, description: 'From this instant, default since ever.' })
    from: number | null,
    @Arg('to', () => DateTimeScalar, { nullable: true, description: 'Until this instant, default for ever.' }) to: number | null,
  ): EligibilitySegment[] {
    return segmentsBetween(eligibility.timeline, from ?? -Infinity, to ?? Infinity).map((segment) => ({
      from: finite(segment.from),
      to: finite(segment.to),
      verdict: segment.verdict,
      ruleVersion: segment.ruleVersion,
    }));
  }

  @FieldResolver(() => [ExplanationNode], {
    description: 'Why: every condition of the rule in effect. Flat list, root first; `parentId` gives the tree.',
  })
  async explanation(
    @Root() eligibility: Eligibility,
    @Args(() => AudienceArgs) { audience }: AudienceArgs,
    @Ctx() context: GraphContext,
  ): Promise<ExplanationNode[]> {
    const { employeeUuid, roleUuid, view } = eligibility;
    const [rules, facts, labels] = await Promise.all([
      loadRules(context, roleUuid, view),
      loadFacts(context, employeeUuid, view),
      loadLabels(context, view),
    ]);
    const nodes = explain(rules, facts, view.at, labels, context.graph.zone, context.audienceFor(employeeUuid, audience));
    if (nodes.length === 0) return [withoutRule(eligibility)];
    return (await context.mayFollow(employeeUuid, view)) ? nodes : nodes.map((node) => ({ ...node, until: null }));
  }
}

function withoutRule({ since, until }: Eligibility): ExplanationNode {
  return {
    id: '0',
    parentId: null,
    op: 'rule',
    verdict: 'UNKNOWN',
    since,
    until,
    binding: true,
    text: 'no rule is in effect for this role',
    factIds: [],
  };
}

@Resolver(() => Employee)
export class EmployeeEligibilityResolver {
  @FieldResolver(() => EligibilityConnection, {
    description: 'What the person is eligible for, and what not: every role that has a rule in effect.',
  })
  async eligibilities(
    @Root() employee: Employee,
    @Arg('filter', () => EligibilityFilter, { nullable: true, description: 'Which answers.' }) filter: EligibilityFilter | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Eligibility>> {
    const page = parsePage(args, 'eligibilities', 2);
    const { uuid: id, view } = employee;
    const pairs = await context.load(ofEmployee, { id, view, args: { ...args, filter: filter ?? null } });
    const answers = await Promise.all(pairs.map((pair) => answer(context, pair, view)));
    return connection(answers, page, pairKeys, () => context.load(countOfEmployee, { id, view, args: filter ?? null }));
  }
}

@Resolver(() => Role)
export class RoleEligibilityResolver {
  @FieldResolver(() => EligibilityConnection, {
    description: 'Who is eligible for the role, and who is not: everybody, if it has a rule in effect.',
  })
  async eligibilities(
    @Root() role: Role,
    @Arg('filter', () => EligibilityFilter, { nullable: true, description: 'Which answers.' }) filter: EligibilityFilter | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Eligibility>> {
    const page = parsePage(args, 'eligibilities', 2);
    const { uuid: id, view } = role;
    const pairs = await context.load(ofRole, { id, view, args: { ...args, filter: filter ?? null } });
    const answers = await Promise.all(pairs.map((pair) => answer(context, pair, view)));
    return connection(answers, page, pairKeys, () => context.load(countOfRole, { id, view, args: filter ?? null }));
  }
}
