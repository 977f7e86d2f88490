import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { loadEmployee } from '../people/graphql';
import { Employee } from '../people/gql-types';
import { Approval, ApprovalConnection, ApprovalInput } from './gql-types';
import { approvalCounts, approvalKeys, approvalPages, approvalsById, type ApprovalRow } from './store';

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

@Resolver(() => Employee)
export class EmployeeApprovalsResolver {
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
