import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { addSpan, dayOf, parseSpan } from '../../core/calendar';
import { refuseDates } from '../../core/dates';
import { judge } from '../../core/evaluate';
import { untilBecause } from '../../core/explain';
import { calendarFrom } from '../../core/forecast';
import { isoText } from '../../core/instant-text';
import { answerAt } from '../../core/verdict';
import { badInput, refuseRepeated } from '../../platform/graphql/errors';
import { uuidOf } from '../../platform/graphql/node-id';
import { listConnection, parsePage, type Connection } from '../../platform/graphql/paging';
import { DurationScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import { viewKey, viewOf, type GraphContext, type View } from '../context';
import { Credential } from '../credentials/gql-types';
import { loadCredential } from '../credentials/graphql';
import { Employee } from '../people/gql-types';
import { loadEmployee } from '../people/graphql';
import { Role } from '../rules/gql-types';
import { allRoles, loadRole, loadRules } from '../rules/graphql';
import { ViewArgs } from '../view-args';
import {
  countingVerdicts,
  coverageOf,
  departures,
  groupKey,
  planRenewals,
  type Coverage,
  type CoveragePlan,
  type CoverageSetting,
} from './forecast';
import {
  CoverageDay,
  CoverageDimension,
  CoverageFilter,
  CoverageForecast,
  CoverageLapse,
  CoverageLapseConnection,
  CoverageRenewal,
  CoverageRenewalConnection,
  CoverageRenewalPlan,
} from './gql-types';
import { lapsesBefore, whereaboutsAt, type LapseRow, type Whereabouts } from './store';
import { AudienceArgs } from '../eligibility/gql-types';
import { loadDefinitions, loadFacts, loadLabels } from '../eligibility/known-facts';

const LONGEST = 'P5Y';

/** Forecasts by the field that asked for them, for what is read for all of them together. */
function bySetting(coverages: readonly Coverage[]): Coverage[][] {
  const groups = new Map<string, Coverage[]>();
  for (const coverage of coverages) {
    const { key } = coverage.setting;
    groups.set(key, [...(groups.get(key) ?? []), coverage]);
  }
  return [...groups.values()];
}

const keyOf = (coverage: Coverage): string => `${coverage.setting.key} ${groupKey(coverage)}`;

const lapsesOf = {
  keyOf,
  fetch: async (context: GraphContext, coverages: readonly Coverage[]): Promise<LapseRow[][]> => {
    const lapses = new Map<string, LapseRow[]>();
    for (const group of bySetting(coverages)) {
      const { setting } = group[0]!;
      const days = group.flatMap(({ roleUuid, keys, shortfall }) =>
        shortfall === null ? [] : { roleUuid, keys, day: shortfall },
      );
      if (days.length === 0) continue;
      const found = await lapsesBefore(await context.db(), setting.view, setting.question, [...countingVerdicts(setting)], days);
      for (const row of found) {
        const key = `${setting.key} ${groupKey(row)}`;
        const own = lapses.get(key);
        if (own) own.push(row);
        else lapses.set(key, [row]);
      }
    }
    return coverages.map((coverage) => lapses.get(keyOf(coverage)) ?? []);
  },
};

const planOf = {
  keyOf,
  fetch: async (context: GraphContext, coverages: readonly Coverage[]): Promise<CoveragePlan[]> => {
    const plans = new Map<Coverage, CoveragePlan>();
    for (const group of bySetting(coverages)) {
      const { view } = group[0]!.setting;
      const definitions = await loadDefinitions(context, view);
      for (const uuid of new Set(group.map(({ roleUuid }) => roleUuid))) {
        const short = group.filter(({ roleUuid, shortfall }) => roleUuid === uuid && shortfall !== null);
        if (short.length === 0) continue;
        const role = { uuid, versions: await loadRules(context, uuid, view) };
        for (const [coverage, plan] of await planRenewals(await context.db(), role, short, definitions))
          plans.set(coverage, plan);
      }
    }
    return coverages.map((coverage) => plans.get(coverage) ?? { renewals: [], remaining: null, isOptimal: true });
  },
};

const whereabouts = {
  keyOf: ({ row, coverage }: CoverageLapse) => `${row.employeeUuid} ${row.at} ${coverage.setting.view.known}`,
  fetch: async (context: GraphContext, lapses: readonly CoverageLapse[]): Promise<(Whereabouts | null)[]> => {
    const views = new Map(lapses.map(({ coverage: { setting } }) => [setting.view.known, setting.view]));
    const found = new Map<CoverageLapse, Whereabouts | null>();
    for (const view of views.values()) {
      const own = lapses.filter(({ coverage }) => coverage.setting.view.known === view.known);
      const answers = await whereaboutsAt(
        await context.db(),
        view,
        own.map(({ row }) => row),
      );
      own.forEach((lapse, i) => found.set(lapse, answers[i]!));
    }
    return lapses.map((lapse) => found.get(lapse)!);
  },
};

@Resolver(() => CoverageForecast)
export class CoverageForecastResolver {
  @Query(() => [CoverageForecast], {
    description:
      'How many people there will be for roles, day by day, if no new fact arrives: one forecast for each role and group of people, by role and keys. With a minimum also when there are first too few, because of whom, and which credentials to renew and keep valid to avoid it.',
  })
  async coverageForecast(
    @Arg('roleCode', () => [String], { description: 'For these roles.' }) roleCode: string[],
    @Arg('filter', () => CoverageFilter, { nullable: true, description: 'Whom to count.' }) filter: CoverageFilter | null,
    @Arg('groupBy', () => [CoverageDimension], { defaultValue: [], description: 'What to group people by, in this order.' })
    groupBy: (keyof typeof CoverageDimension)[],
    @Arg('horizon', () => DurationScalar, { defaultValue: 'P1Y', description: 'How far ahead to look, five years at most.' })
    horizon: string,
    @Arg('minimum', () => Int, {
      nullable: true,
      description: 'How many eligible people each group needs on each day; absent: nothing is held against it.',
    })
    minimum: number | null,
    @Arg('includeGrace', () => Boolean, {
      defaultValue: false,
      description: 'Whether people in GRACE count towards the minimum.',
    })
    includeGrace: boolean,
    @Args(() => ViewArgs) args: ViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<CoverageForecast[]> {
    refuseRepeated(groupBy);
    if (minimum !== null && minimum < 0) throw badInput('`minimum` is a number of people: 0 or more.');
    const view = await context.followed(await viewOf(context, args));
    const outside = refuseDates({ at: view.at }, ['at']);
    if (outside) throw badInput(outside.message);
    const { zone } = context.graph;
    const span = parseSpan(horizon)!;
    const today = dayOf(view.at, zone);
    if (addSpan(today, span) > addSpan(today, parseSpan(LONGEST)!)) throw badInput(`A forecast looks ahead ${LONGEST} at most.`);
    const roles = await allRoles(context, view, roleCode);
    const missing = roleCode.find((code) => !roles.some((role) => role.code === code));
    if (missing !== undefined) throw badInput(`There is no role "${missing}": check the code, or define it with defineRoles.`);
    const calendar = calendarFrom(view.at, span, zone);
    const setting: CoverageSetting = {
      key: JSON.stringify([viewKey(view), roleCode, filter, groupBy, horizon, minimum, includeGrace]),
      view,
      calendar,
      minimum,
      includeGrace,
      question: {
        roles: roles.map(({ uuid }) => uuid),
        groupBy,
        department: filter?.department ?? null,
        location: filter?.location ?? null,
        status: filter?.status ?? ['ACTIVE'],
        instants: calendar.instants,
      },
    };
    const coverages = await coverageOf(await context.db(), setting);
    return coverages.map((coverage) => ({
      coverage,
      keys: coverage.keys,
      firstShortfallOn: coverage.shortfall === null ? null : calendar.days[coverage.shortfall]!,
    }));
  }

  @FieldResolver(() => Role, { description: 'The role.' })
  role(@Root() { coverage }: CoverageForecast, @Ctx() context: GraphContext): Promise<Role | null> {
    return loadRole(context, coverage.roleUuid, coverage.setting.view);
  }

  @FieldResolver(() => [CoverageDay], { description: 'The numbers of the days of the horizon, in order.' })
  days(
    @Root() { coverage }: CoverageForecast,
    @Arg('changesOnly', () => Boolean, {
      defaultValue: false,
      description: 'Leave out the days on which every number is that of the day before.',
    })
    changesOnly: boolean,
  ): CoverageDay[] {
    const { people, eligible, grace, setting } = coverage;
    const days = setting.calendar.days.map((on, i) => ({ on, people: people[i]!, eligible: eligible[i]!, grace: grace[i]! }));
    if (!changesOnly) return days;
    return days.filter((day, i) => {
      const before = days[i - 1];
      return day.people !== before?.people || day.eligible !== before.eligible || day.grace !== before.grace;
    });
  }

  @FieldResolver(() => CoverageLapseConnection, {
    description:
      'Whose lapse brings the first shortfall about: everybody who counts on an earlier day of the horizon and not on that one. Empty where nothing falls short, or does so from the first day on.',
  })
  async lapses(
    @Root() { coverage }: CoverageForecast,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<CoverageLapse>> {
    const page = parsePage(args, 'lapses', 2);
    const rows = coverage.shortfall === null ? [] : await context.load(lapsesOf, coverage);
    const lapses = rows.map((row) => ({ row, coverage, at: row.at }));
    return listConnection(lapses, page, ({ row }) => [isoText(row.at), row.employeeUuid]);
  }

  @FieldResolver(() => CoverageRenewalPlan, {
    nullable: true,
    description: 'What to renew so that no day is under the minimum; null: no day is.',
  })
  async renewalPlan(@Root() { coverage }: CoverageForecast, @Ctx() context: GraphContext): Promise<CoverageRenewalPlan | null> {
    if (coverage.shortfall === null) return null;
    const plan = await context.load(planOf, coverage);
    const { days } = coverage.setting.calendar;
    return {
      coverage,
      plan,
      count: plan.renewals.length,
      isOptimal: plan.isOptimal,
      remainingShortfallOn: plan.remaining === null ? null : days[plan.remaining]!,
    };
  }
}

@Resolver(() => CoverageLapse)
export class CoverageLapseResolver {
  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() { row, coverage }: CoverageLapse, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, row.employeeUuid, coverage.setting.view);
  }

  @FieldResolver(() => [String], {
    description: 'Why, in sentences: what ends their eligibility, or takes them out of the group.',
  })
  async because(
    @Root() lapse: CoverageLapse,
    @Args(() => AudienceArgs) { audience }: AudienceArgs,
    @Ctx() context: GraphContext,
  ): Promise<string[]> {
    const { row, coverage, at } = lapse;
    const { view } = coverage.setting;
    const { zone } = context.graph;
    const [rules, facts, labels, where] = await Promise.all([
      loadRules(context, row.roleUuid, view),
      loadFacts(context, row.employeeUuid, view),
      loadLabels(context, view),
      context.load(whereabouts, lapse),
    ]);
    const { until, untilVerdict } = answerAt(judge(rules, facts, zone), at - 1);
    const isJudged = until === at && untilVerdict !== null && !countingVerdicts(coverage.setting).has(untilVerdict);
    const why = isJudged ? untilBecause(rules, facts, at - 1, labels, zone, context.audienceFor(row.employeeUuid, audience)) : [];
    return where ? [...why, ...departures(coverage, where)] : why;
  }
}

@Resolver(() => CoverageRenewalPlan)
export class CoverageRenewalPlanResolver {
  @FieldResolver(() => CoverageRenewalConnection, { description: 'The credentials, those that end first in front.' })
  renewals(
    @Root() { plan, coverage }: CoverageRenewalPlan,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Connection<CoverageRenewal> {
    const page = parsePage(args, 'renewals', 2);
    const { view } = coverage.setting;
    const renewals = plan.renewals.map((renewal) => ({
      renewal,
      view,
      lapsesAt: renewal.at,
      dueOn: dayOf(renewal.at - 1, context.graph.zone),
    }));
    return listConnection(renewals, page, ({ renewal }) => [isoText(renewal.at), renewal.factId]);
  }
}

@Resolver(() => CoverageRenewal)
export class CoverageRenewalResolver {
  @FieldResolver(() => Employee, { description: 'Whose.' })
  employee(@Root() { renewal, view }: CoverageRenewal, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, renewal.employeeUuid, view);
  }

  @FieldResolver(() => Credential, { description: 'Which credential.' })
  async credential(@Root() { renewal, view }: CoverageRenewal, @Ctx() context: GraphContext): Promise<Credential | null> {
    const uuid = uuidOf('crd', renewal.factId)!;
    // one that begins only later is shown as it is before it ends
    return (
      (await loadCredential(context, uuid, view)) ?? loadCredential(context, uuid, { ...view, at: renewal.at - 1 } satisfies View)
    );
  }
}
