import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { nodeId } from '../../platform/graphql/node-id';
import { listConnection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { hidesFrom } from '../../core/disclosure';
import { ruleHash, ruleToAst } from '../../core/rule-ast';
import { ruleExamples } from '../../core/rule-examples';
import { ruleText } from '../../core/rule-text';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { RuleVersion } from '../rule-types';
import { rolesKnown, rulesKnown, type EffectiveRule, type RoleRow } from './definitions';
import { labelsOf } from './labels';
import { DefineRolesInput, Role, RoleConnection, RoleKind } from './gql-types';

/** The role as the schema shows it, under a view. */
export function toRole(row: RoleRow, view: View): Role {
  return { ...row, __typename: 'Role' as const, id: nodeId('rol', row.uuid), view };
}

const roleById = batchBy<null, Role | null>(
  async (context, ids, view) =>
    new Map((await rolesKnown(await context.db(), view, { ids })).map((row) => [row.uuid, toRole(row, view)])),
  () => null,
);

/** Loads a role by uuid. */
export function loadRole(context: GraphContext, uuid: string, view: View): Promise<Role | null> {
  return context.load(roleById, { id: uuid, view, args: null });
}

const rulesOf = batchBy<null, EffectiveRule[]>(
  async (context, ids, view) => rulesKnown(await context.db(), view, ids),
  () => [],
);

/** Loads the versions of a role's rule that are or were to be in effect, as the view knows them. */
export function loadRules(context: GraphContext, roleUuid: string, view: View): Promise<EffectiveRule[]> {
  return context.load(rulesOf, { id: roleUuid, view: { at: 0, known: view.known, sight: null }, args: null });
}

/** All roles that a view knows, by code. */
export async function allRoles(context: GraphContext, view: View, codes?: readonly string[] | null): Promise<Role[]> {
  const found = await rolesKnown(await context.db(), view, codes ? { codes } : {});
  return found.map((row) => toRole(row, view)).sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Whether a role is of one of these kinds; null: any will do, also none. */
export function isOfKind({ kind }: Role, kinds: readonly (keyof typeof RoleKind)[] | null | undefined): boolean {
  return !kinds || (kind !== null && kinds.includes(kind));
}

async function toVersion(context: GraphContext, rule: EffectiveRule): Promise<RuleVersion> {
  const { version, publishedBy } = rule.published;
  const { text, ast, hash } = await worded(context, rule);
  return {
    version,
    effectiveFrom: rule.from,
    effectiveUntil: Number.isFinite(rule.until) ? rule.until : null,
    text,
    ast,
    hash,
    publishedBy,
    judges: rule,
  };
}

/** The rule as it was published, or without what is hidden from whoever asks. */
async function worded(
  context: GraphContext,
  { node, published }: EffectiveRule,
): Promise<Pick<RuleVersion, 'text' | 'ast' | 'hash'>> {
  const audience = context.audienceFor(null);
  if (!hidesFrom(node, audience)) return published;
  const labels = labelsOf(await context.graph.credentials.get(await context.db(), false));
  // the hash of the whole would let what is hidden be guessed
  return {
    text: ruleText(node, labels, context.graph.zone, audience),
    ast: ruleToAst(node, audience),
    hash: ruleHash(node, audience),
  };
}

/** What was said of why somebody is judged so by a role's rule, unless something of the rule is hidden from whoever asks. */
export async function reasonsShown<T>(context: GraphContext, pair: RuledPair, reasons: T, undisclosed: T): Promise<T> {
  const audience = context.audienceFor(pair.employeeUuid);
  if (audience === 'HR') return reasons;
  const rules = await loadRules(context, pair.roleUuid, pair.view);
  return rules.some(({ node }) => hidesFrom(node, audience)) ? undisclosed : reasons;
}

/** A person, a role, and what is known of both. */
export interface RuledPair {
  readonly employeeUuid: string;
  readonly roleUuid: string;
  readonly view: View;
}

@Resolver(() => RuleVersion)
export class RuleVersionResolver {
  @FieldResolver(() => [String], {
    description:
      'Three dates worked out for each way in which the rule counts time, warnings included; empty where it counts none, and for award rules.',
  })
  examples(@Root() { judges }: RuleVersion, @Ctx() context: GraphContext): string[] {
    return judges ? ruleExamples(judges.node, judges.warnBefore, context.graph.zone, context.audienceFor(null)) : [];
  }
}

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => Role, { nullable: true, description: 'One role.' })
  async role(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Ctx() context: GraphContext,
  ): Promise<Role | null> {
    const [role] = await allRoles(context, await viewOf(context, {}), [code]);
    return role ?? null;
  }

  @Query(() => RoleConnection, { description: 'All roles, by code.' })
  async roles(
    @Arg('kind', () => [RoleKind], { nullable: true, description: 'Only those of these kinds.' })
    kinds: (keyof typeof RoleKind)[] | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Role>> {
    const page = parsePage(args, 'roles', 1);
    const roles = (await allRoles(context, await viewOf(context, {}))).filter((role) => isOfKind(role, kinds));
    return listConnection(roles, page, (role) => [role.code]);
  }

  @FieldResolver(() => RuleVersion, {
    nullable: true,
    description: 'The version of its rule in effect at an instant; null: none was.',
  })
  async rule(
    @Root() role: Role,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'When, default the instant the role was asked about.' })
    at: number | null,
    @Ctx() context: GraphContext,
  ): Promise<RuleVersion | null> {
    const instant = at ?? role.view.at;
    const rules = await loadRules(context, role.uuid, role.view);
    const rule = rules.find(({ from, until }) => from <= instant && instant < until);
    return rule ? toVersion(context, rule) : null;
  }

  @Mutation(() => IngestPayload, { description: 'Defines roles, or defines them anew.' })
  defineRoles(
    @Arg('input', () => DefineRolesInput, { description: 'Which roles.' }) input: DefineRolesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineRoles', { source: 'api' }, input.roles);
  }
}
