import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { renewalText } from '../../core/renewal-text';
import { isRefusal, type Refusal } from '../../core/refusal';
import { statusText } from '../../core/status-text';
import { IngestPayload } from '../../journal/graphql';
import type { Write } from '../../journal/write';
import { badInput, refuseRepeated } from '../../platform/graphql/errors';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, listConnection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { Completion } from '../learning/gql-types';
import { loadEmployee } from '../people/graphql';
import { Employee } from '../people/gql-types';
import { PagedViewArgs, ViewArgs } from '../view-args';
import { RulePayload, toRulePayload } from '../rule-types';
import { actOnCredential } from './act';
import { publishAwardRule } from './define';
import { awardThatGave } from './facts';
import { PublishAwardRuleInput } from './gql-award-inputs';
import { CredentialActionInput, CredentialFilter, DefineCredentialTypesInput, IssueCredentialsInput } from './gql-inputs';
import {
  AwardDecision,
  Credential,
  CredentialConnection,
  CredentialCount,
  CredentialDimension,
  CredentialPayload,
  CredentialTypeConnection,
  CredentialTypeNode,
} from './gql-types';
import {
  credentialCount,
  credentialCountsOf,
  credentialGroups,
  credentialKeys,
  credentialPage,
  credentialPages,
  credentialsById,
  decisionsOf,
  recordsOf,
  withdrawnById,
  type CredentialRow,
  type DecisionRow,
  type IssueRecord,
} from './store';
import { typesKnown, type CredentialType } from './types';

type TypeNode = CredentialTypeNode & CredentialType;

/** The holding as the schema shows it, under a view. */
export function toCredential(row: CredentialRow, view: View): Credential {
  return Object.assign(row, {
    __typename: 'Credential' as const,
    id: nodeId('crd', row.uuid),
    view,
    verificationUrl: null,
  }) as unknown as Credential;
}

function toTypeNode(type: CredentialType, view: View): TypeNode {
  return { ...type, __typename: 'CredentialType' as const, id: nodeId('typ', type.uuid), view } as unknown as TypeNode;
}

const typeById = batchBy<null, TypeNode | null>(
  async (context, ids, view) => {
    const types = await typesKnown(await context.db(), context.graph.zone, view, { ids });
    return new Map(types.map((type) => [type.uuid, toTypeNode(type, view)]));
  },
  () => null,
);

/** Loads a credential type by uuid. */
export function loadType(context: GraphContext, uuid: string, view: View): Promise<TypeNode | null> {
  return context.load(typeById, { id: uuid, view, args: null });
}

const credentialById = batchBy<null, Credential | null>(
  async (context, ids, view) => {
    const found = await credentialsById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toCredential(row, view)]));
  },
  () => null,
);

const withdrawn = batchBy<null, Credential | null>(
  async (context, ids, view) => {
    const found = await withdrawnById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toCredential(row, view)]));
  },
  () => null,
);

/** Loads a holding by uuid; null where nothing is held at the view's instant. */
export function loadCredential(context: GraphContext, uuid: string, view: View): Promise<Credential | null> {
  return context.load(credentialById, { id: uuid, view, args: null });
}

/** The holding a change is about, also when all that was ever awarded has been withdrawn since. */
export async function loadCredentialOfChange(context: GraphContext, uuid: string, view: View): Promise<Credential | null> {
  return (await loadCredential(context, uuid, view)) ?? context.load(withdrawn, { id: uuid, view, args: null });
}

interface OfPersonArgs extends PageArgs {
  readonly filter: CredentialFilter | null;
}

const ofPerson = batchBy<OfPersonArgs, CredentialRow[]>(
  async (context, ids, view, args) => {
    const found = await credentialPages(await context.db(), view, ids, args.filter, parsePage(args, 'credentials', 1));
    const byPerson = new Map<string, CredentialRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

const countOfPerson = batchBy<CredentialFilter | null, number>(
  async (context, ids, view, filter) => credentialCountsOf(await context.db(), view, ids, filter),
  () => 0,
);

/** The facts behind a holding. */
export const records = batchBy<null, IssueRecord[]>(
  async (context, ids, view) => recordsOf(await context.db(), view, ids),
  () => [],
);

const decisions = batchBy<null, DecisionRow[]>(
  async (context, ids, view) => decisionsOf(await context.db(), view, ids),
  () => [],
);

const keysOf = credentialKeys as unknown as (row: Credential) => string[];

@Resolver(() => CredentialTypeNode)
export class CredentialTypeResolver {
  @Query(() => CredentialTypeNode, { nullable: true, description: 'One credential type.' })
  async credentialType(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Ctx() context: GraphContext,
  ): Promise<TypeNode | null> {
    const view = await viewOf(context, {});
    const [type] = await typesKnown(await context.db(), context.graph.zone, view, { codes: [code] });
    return type ? toTypeNode(type, view) : null;
  }

  @Query(() => CredentialTypeConnection, { description: 'All credential types, by code.' })
  async credentialTypes(@Args(() => PagedArgs) args: PagedArgs, @Ctx() context: GraphContext): Promise<Connection<TypeNode>> {
    const page = parsePage(args, 'credentialTypes', 1);
    const view = await viewOf(context, {});
    const types = (await typesKnown(await context.db(), context.graph.zone, view, {})).map((type) => toTypeNode(type, view));
    return listConnection(types, page, (type) => [type.code]);
  }

  @FieldResolver(() => String, { description: 'English for the renewal policy, with three worked dates.' })
  renewalText(@Root() type: TypeNode): string {
    return renewalText(type.policy, type.renews);
  }

  @Mutation(() => IngestPayload, {
    description: 'Defines credential types, or defines them anew; all holders are judged by the new policy.',
  })
  defineCredentialTypes(
    @Arg('input', () => DefineCredentialTypesInput, { description: 'Which types.' }) input: DefineCredentialTypesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineCredentialTypes', { source: 'api' }, input.credentialTypes);
  }

  @Mutation(() => RulePayload, {
    description: 'Completion -> credential. A new version each time; older decisions keep naming theirs.',
  })
  async publishAwardRule(
    @Arg('input', () => PublishAwardRuleInput, { description: 'The rule.' }) input: PublishAwardRuleInput,
    @Ctx() context: GraphContext,
  ): Promise<RulePayload> {
    return toRulePayload(await context.write('api', (write) => publishAwardRule(write, input, context.graph.credentials)));
  }
}

@Resolver(() => Credential)
export class CredentialResolver {
  @Query(() => CredentialConnection, { description: 'Credentials, at an instant and as known at an instant.' })
  async credentials(
    @Arg('filter', () => CredentialFilter, { nullable: true, description: 'Which credentials.' }) filter: CredentialFilter | null,
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Credential>> {
    const page = parsePage(args, 'credentials', 1);
    const view = await viewOf(context, args);
    const db = await context.db();
    const rows = (await credentialPage(db, view, filter, page)).map((row) => toCredential(row, view));
    return connection(rows, page, keysOf, () => credentialCount(db, view, filter));
  }

  @Query(() => [CredentialCount], {
    description: 'Counts for dashboards, grouped; equals an independent count of the same rows.',
  })
  async credentialCounts(
    @Arg('groupBy', () => [CredentialDimension], { description: 'What to count by, in this order.' })
    groupBy: (keyof typeof CredentialDimension)[],
    @Arg('filter', () => CredentialFilter, { nullable: true, description: 'Which credentials.' }) filter: CredentialFilter | null,
    @Args(() => ViewArgs) args: ViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<CredentialCount[]> {
    if (groupBy.length === 0) throw badInput('Name at least one dimension in groupBy.');
    refuseRepeated(groupBy);
    const view = await viewOf(context, args);
    return credentialGroups(await context.db(), view, groupBy, filter);
  }

  @FieldResolver(() => Employee, { description: 'Who holds it.' })
  employee(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, credential.employeeUuid, credential.view);
  }

  @FieldResolver(() => CredentialTypeNode, { description: 'What it is a holding of.' })
  type(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<TypeNode | null> {
    return loadType(context, credential.typeUuid, credential.view);
  }

  @FieldResolver(() => String, {
    description:
      "Plain language at the instant asked about: 'CPR certification active until 2027-03-30', 'Recertification due in 45 days'.",
  })
  async statusText(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<string> {
    const type = (await loadType(context, credential.typeUuid, credential.view))!;
    const { status, validFrom, validTo, issuedAt, expiresAt, view } = credential;
    const segment = { from: validFrom, to: validTo, status, issuedAt, expiresAt };
    return statusText({
      label: type.label,
      segment,
      at: view.at,
      zone: type.policy.zone,
      noticeBefore: type.policy.noticeBefore,
    });
  }

  @FieldResolver(() => String, { nullable: true, description: 'Where the evidence of the award in effect is.' })
  async evidenceUrl(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<string | null> {
    return (await awardInEffect(context, credential))?.evidenceUrl ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name it was issued to, as it was then; the current one is `employee.name`.',
  })
  async issuedTo(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<string | null> {
    return (await awardInEffect(context, credential))?.issuedTo ?? null;
  }

  @Mutation(() => IngestPayload, { description: "Issues and renews credentials with the issuer's own dates." })
  issueCredentials(
    @Arg('input', () => IssueCredentialsInput, { description: 'Who holds what.' }) input: IssueCredentialsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'issueCredentials', input, input.credentials);
  }

  @Mutation(() => CredentialPayload, { description: 'Suspends a credential until it is reinstated; its clock runs on.' })
  suspendCredential(
    @Arg('input', () => CredentialActionInput, { description: 'Which one, and why.' }) input: CredentialActionInput,
    @Ctx() context: GraphContext,
  ): Promise<CredentialPayload> {
    return act(context, (write) => actOnCredential(write, 'SUSPENSION', input, context.graph.credentials));
  }

  @Mutation(() => CredentialPayload, { description: 'Lifts a suspension.' })
  reinstateCredential(
    @Arg('input', () => CredentialActionInput, { description: 'Which one, and why.' }) input: CredentialActionInput,
    @Ctx() context: GraphContext,
  ): Promise<CredentialPayload> {
    return act(context, (write) => actOnCredential(write, 'REINSTATEMENT', input, context.graph.credentials));
  }

  @Mutation(() => CredentialPayload, {
    description:
      'Takes a credential back; what was awarded at or before that instant is void from then on, so a new initial award must be later than it. May arrive before the issue it takes back.',
  })
  revokeCredential(
    @Arg('input', () => CredentialActionInput, { description: 'Which one, and why.' }) input: CredentialActionInput,
    @Ctx() context: GraphContext,
  ): Promise<CredentialPayload> {
    return act(context, (write) => actOnCredential(write, 'REVOCATION', input, context.graph.credentials));
  }
}

async function awardInEffect(context: GraphContext, credential: Credential): Promise<IssueRecord | undefined> {
  const facts = await context.load(records, { id: credential.uuid, view: credential.view, args: null });
  const type = (await loadType(context, credential.typeUuid, credential.view))!;
  return awardThatGave(credential, facts, type.policy);
}

async function act(context: GraphContext, work: (write: Write) => Promise<string | Refusal>): Promise<CredentialPayload> {
  const { value, cursor } = await context.write('api', work);
  if (isRefusal(value)) return { credential: null, refusal: value, cursor };
  return {
    credential: await loadCredential(context, value, await context.present()),
    refusal: null,
    cursor,
  };
}

@Resolver(() => Employee)
export class EmployeeCredentialsResolver {
  @FieldResolver(() => CredentialConnection, { description: 'What the person holds, held, or will hold.' })
  async credentials(
    @Root() employee: Employee,
    @Arg('filter', () => CredentialFilter, { nullable: true, description: 'Which credentials.' }) filter: CredentialFilter | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Credential>> {
    const page = parsePage(args, 'credentials', 1);
    const rows = await context.load(ofPerson, {
      id: employee.uuid,
      view: employee.view,
      args: { ...args, filter: filter ?? null },
    });
    const count = () => context.load(countOfPerson, { id: employee.uuid, view: employee.view, args: filter ?? null });
    return connection(
      rows.map((row) => toCredential(row, employee.view)),
      page,
      keysOf,
      count,
    );
  }
}

@Resolver(() => AwardDecision)
export class AwardDecisionResolver {
  @FieldResolver(() => CredentialTypeNode, { description: 'The type it was about.' })
  type(@Root() decision: AwardDecision, @Ctx() context: GraphContext): Promise<TypeNode | null> {
    return loadType(context, decision.typeUuid, decision.view);
  }

  @FieldResolver(() => Credential, { nullable: true, description: 'The credential that was awarded, if any.' })
  credential(@Root() decision: AwardDecision, @Ctx() context: GraphContext): Promise<Credential | null> | null {
    return decision.credentialUuid === null ? null : loadCredential(context, decision.credentialUuid, decision.view);
  }
}

@Resolver(() => Completion)
export class CompletionAwardResolver {
  @FieldResolver(() => [AwardDecision], { description: 'What the award rules decided because of it.' })
  async decisions(@Root() completion: Completion, @Ctx() context: GraphContext): Promise<AwardDecision[]> {
    const found = await context.load(decisions, { id: completion.uuid, view: completion.view, args: null });
    return found.map((row) => ({ ...row, view: completion.view })) as unknown as AwardDecision[];
  }
}
