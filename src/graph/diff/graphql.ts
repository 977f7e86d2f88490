import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { badInput } from '../../platform/graphql/errors';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { viewOf, type GraphContext, type View } from '../context';
import { Employee } from '../people/gql-types';
import { findEmployee, loadEmployee } from '../people/graphql';
import { Role } from '../rules/gql-types';
import { allRoles, loadRole, loadRules } from '../rules/graphql';
import { whatHappened, whatWasLearned } from './causes';
import { differenceCount, differenceKeys, differencePage, type DifferenceRow, type DiffScope, type Sides } from './store';
import { DiffScopeInput, EligibilityDifference, EligibilityDifferenceConnection, StateInput } from './gql-types';

async function scopeOf(context: GraphContext, of: DiffScopeInput, shown: View): Promise<DiffScope> {
  if (of.department !== undefined) return { department: of.department };
  if (of.employee) {
    const employee = await findEmployee(context, of.employee, shown);
    if (!employee) throw badInput('Nobody is known by this key: check the id, the external id or the e-mail address.');
    return { employee: employee.uuid };
  }
  const [role] = await allRoles(context, shown, [of.roleCode!]);
  if (!role) throw badInput(`There is no role "${of.roleCode}": check the code, or define it with defineRoles.`);
  return { role: role.uuid };
}

/** The knowledge of the side that knows more: everybody either side speaks of is known to it. */
function shownBy({ from, to }: Sides): View {
  return { ...to, known: from.known === null || to.known === null ? null : Math.max(from.known, to.known) };
}

async function ruleVersion(context: GraphContext, roleUuid: string, view: View): Promise<number | null> {
  const rules = await loadRules(context, roleUuid, view);
  return rules.find(({ from, until }) => from <= view.at && view.at < until)?.version ?? null;
}

@Resolver(() => EligibilityDifference)
export class EligibilityDiffResolver {
  @Query(() => EligibilityDifferenceConnection, {
    description:
      'What differs between two states of the graph, each at an instant and as known at an instant, and whether it happened or was learned late. Making the differences to the first state gives the second. By role and person.',
  })
  async eligibilityDiff(
    @Arg('of', () => DiffScopeInput, { description: 'Whose eligibility.' }) of: DiffScopeInput,
    @Arg('from', () => StateInput, { description: 'The first state.' }) from: StateInput,
    @Arg('to', () => StateInput, { description: 'The second state.' }) to: StateInput,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<EligibilityDifference>> {
    const page = parsePage(args, 'differences', 2);
    const sides = { from: await viewOf(context, from), to: await viewOf(context, to) };
    const shown = shownBy(sides);
    const scope = await scopeOf(context, of, shown);
    const db = await context.db();
    const found = (await differencePage(db, sides, scope, page)).map((row) => toDifference(row, sides, shown));
    return connection(found, page, differenceKeys, () => differenceCount(db, sides, scope));
  }

  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() { employeeUuid, shown }: EligibilityDifference, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, employeeUuid, shown);
  }

  @FieldResolver(() => Role, { description: 'For which role.' })
  role(@Root() { roleUuid, shown }: EligibilityDifference, @Ctx() context: GraphContext): Promise<Role | null> {
    return loadRole(context, roleUuid, shown);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The version of the rule in effect on the first side; null: none was.',
  })
  ruleVersionBefore(@Root() { roleUuid, sides }: EligibilityDifference, @Ctx() context: GraphContext): Promise<number | null> {
    return ruleVersion(context, roleUuid, sides.from);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The version of the rule in effect on the second side; null: none is.',
  })
  ruleVersionAfter(@Root() { roleUuid, sides }: EligibilityDifference, @Ctx() context: GraphContext): Promise<number | null> {
    return ruleVersion(context, roleUuid, sides.to);
  }

  @FieldResolver(() => [String], {
    description: 'What happened between the two instants, in sentences: the last change of the verdict. Empty when nothing did.',
  })
  because(@Root() difference: EligibilityDifference, @Ctx() context: GraphContext): Promise<string[]> {
    return difference.happened ? whatHappened(context, difference, difference.sides) : Promise.resolve([]);
  }

  @FieldResolver(() => [String], {
    description: 'What the second side knows of the first instant that the first did not, in sentences. Empty when nothing.',
  })
  learnedBecause(@Root() difference: EligibilityDifference, @Ctx() context: GraphContext): Promise<string[]> {
    return difference.learned ? whatWasLearned(context, difference, difference.sides) : Promise.resolve([]);
  }
}

function toDifference(row: DifferenceRow, sides: Sides, shown: View): EligibilityDifference {
  const { before, inHindsight, after } = row;
  return { ...row, sides, shown, happened: inHindsight !== after, learned: before !== inHindsight };
}
