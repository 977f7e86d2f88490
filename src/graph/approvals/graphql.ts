import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { loadEmployee } from '../people/graphql';
import { Employee } from '../people/gql-types';
import { Approval, ApprovalConnection, ApprovalDelegation, ApprovalInput, DelegateApprovalsInput } from './gql-types';
import {
  approvalCounts,
  approvalKeys,
  approvalPages,
  approvalsById,
  delegationsById,
  delegationsRunning,
  type ApprovalRow,
  type DelegationRow,
} from './store';

function toApproval(row: ApprovalRow, view: View): Approval {
  return { ...row, __typename: 'Approval', id: nodeId('apr', row.uuid), view };
}

const byId = batchBy<null, Approval | null>(
  async (context, ids, view) => {
    const found = await approvalsById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toApproval(row, view)]));
  },
  () => null,
);

/** Loads an act of approval by uuid. */
export function loadApproval(context: GraphContext, uuid: string, view: View): Promise<Approval | null> {
  return context.load(byId, { id: uuid, view, args: null });
}

function toDelegation({ to, ...row }: DelegationRow, view: View): ApprovalDelegation {
  const until = Number.isFinite(to) ? to : null;
  return { ...row, __typename: 'ApprovalDelegation', id: nodeId('dlg', row.uuid), until, view };
}

const delegationById = batchBy<null, ApprovalDelegation | null>(
  async (context, ids, view) => {
    const found = await delegationsById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toDelegation(row, view)]));
  },
  () => null,
);

/** Loads a delegation by uuid. */
export function loadDelegation(context: GraphContext, uuid: string, view: View): Promise<ApprovalDelegation | null> {
  return context.load(delegationById, { id: uuid, view, args: null });
}

const running = batchBy<null, ApprovalDelegation[]>(
  async (context, ids, view) => {
    const byManager = new Map<string, ApprovalDelegation[]>(ids.map((id) => [id, []]));
    for (const row of await delegationsRunning(await context.db(), view, ids))
      byManager.get(row.managerUuid)!.push(toDelegation(row, view));
    return byManager;
  },
  () => [],
);

const ofPerson = batchBy<PageArgs, ApprovalRow[]>(
  async (context, ids, view, args) => {
    const found = await approvalPages(await context.db(), view, ids, parsePage(args, 'approvals', 2));
    const byPerson = new Map<string, ApprovalRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

const countOfPerson = batchBy<null, number>(
  async (context, ids, view) => approvalCounts(await context.db(), view, ids),
  () => 0,
);

@Resolver(() => Approval)
export class ApprovalResolver {
  @FieldResolver(() => Employee, { description: 'About whom.' })
  employee(@Root() approval: Approval, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, approval.employeeUuid, approval.view);
  }

  @FieldResolver(() => Employee, {
    nullable: true,
    description: 'Who decided, or was asked; null: nobody was named, it stands on the authority of the API key.',
  })
  approver(@Root() { approverUuid, view }: Approval, @Ctx() context: GraphContext): Promise<Employee | null> {
    return approverUuid === null ? Promise.resolve(null) : loadEmployee(context, approverUuid, view);
  }

  @FieldResolver(() => Employee, {
    nullable: true,
    description: 'The primary manager in whose place a delegate decided; null: no delegate did.',
  })
  onBehalfOf(@Root() { approverUuid, managerUuid, view }: Approval, @Ctx() context: GraphContext): Promise<Employee | null> {
    const isDelegate = managerUuid !== null && managerUuid !== approverUuid;
    return isDelegate ? loadEmployee(context, managerUuid, view) : Promise.resolve(null);
  }

  @Mutation(() => IngestPayload, {
    description:
      'Asks for an approval: rules that need it are PENDING until it is granted or withdrawn. Asking again changes nothing.',
  })
  requestApproval(
    @Arg('input', () => ApprovalInput, { description: 'What is asked for whom.' }) input: ApprovalInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return record(context, 'requestApproval', input);
  }

  @Mutation(() => IngestPayload, {
    description:
      'Grants an approval, asked for or not. How long it stands is up to each rule: until withdrawn, for a time, or until another manager takes over.',
  })
  grantApproval(
    @Arg('input', () => ApprovalInput, { description: 'What is granted to whom.' }) input: ApprovalInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return record(context, 'grantApproval', input);
  }

  @Mutation(() => IngestPayload, {
    description: 'Takes back a request and a grant. What was never asked for nor granted is refused.',
  })
  withdrawApproval(
    @Arg('input', () => ApprovalInput, { description: 'What is taken back from whom.' }) input: ApprovalInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return record(context, 'withdrawApproval', input);
  }
}

function record(context: GraphContext, operation: string, { idempotencyKey, ...item }: ApprovalInput): Promise<IngestPayload> {
  return ingest(context, operation, { source: 'api', idempotencyKey }, [item]);
}

@Resolver(() => ApprovalDelegation)
export class ApprovalDelegationResolver {
  @FieldResolver(() => Employee, { description: 'In whose place.' })
  manager(@Root() { managerUuid, view }: ApprovalDelegation, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, managerUuid, view);
  }

  @FieldResolver(() => Employee, { description: 'Who may decide.' })
  delegate(@Root() { delegateUuid, view }: ApprovalDelegation, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, delegateUuid, view);
  }

  @Mutation(() => IngestPayload, {
    description:
      'A manager lets somebody else decide about approvals for a time. What the delegate decides meanwhile is as if the manager had, and stays when the time is over. The same manager, delegate and beginning again replace what was said before: so it is ended early, or taken back with `until` at its beginning.',
  })
  delegateApprovals(
    @Arg('input', () => DelegateApprovalsInput, { description: 'Who lets whom decide about what.' })
    { idempotencyKey, ...item }: DelegateApprovalsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'delegateApprovals', { source: 'api', idempotencyKey }, [item]);
  }
}

@Resolver(() => Employee)
export class EmployeeApprovalsResolver {
  @FieldResolver(() => [ApprovalDelegation], {
    description: 'Whom the person, as a manager, lets decide about approvals at the instant asked about.',
  })
  approvalDelegations(@Root() { uuid: id, view }: Employee, @Ctx() context: GraphContext): Promise<ApprovalDelegation[]> {
    return context.load(running, { id, view, args: null });
  }

  @FieldResolver(() => ApprovalConnection, {
    description: 'Every request, grant and withdrawal that had taken effect by the instant asked about, oldest first.',
  })
  async approvals(
    @Root() employee: Employee,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Approval>> {
    const page = parsePage(args, 'approvals', 2);
    const { uuid: id, view } = employee;
    const rows = await context.load(ofPerson, { id, view, args: { ...args } });
    const count = () => context.load(countOfPerson, { id, view, args: null });
    return connection(
      rows.map((row) => toApproval(row, view)),
      page,
      approvalKeys,
      count,
    );
  }
}
