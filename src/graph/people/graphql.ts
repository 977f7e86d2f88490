import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { badInput, problem } from '../../platform/graphql/errors';
import { IngestPayload } from '../../journal/graphql';
import { uuidOf } from '../../platform/graphql/node-id';
import type { Db } from '../../platform/postgres/pool';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { PagedViewArgs, ViewArgs } from '../view-args';
import { nodeId } from '../../platform/graphql/node-id';
import {
  employeeCount,
  employeeKeys,
  employeePage,
  employeesById,
  findByEmail,
  findByExternalId,
  reportCounts,
  reportPages,
  type EmployeeRow,
  type ReportRow,
} from './store';
import {
  Employee,
  EmployeeConnection,
  EmployeeFilter,
  EmployeeKey,
  ReportingLine,
  EmployeeOrder,
  UpsertEmployeesInput,
} from './gql-types';

/** The person as the schema shows it, under a view. */
export function toEmployee(row: EmployeeRow, view: View): Employee {
  return Object.assign(row, { __typename: 'Employee' as const, id: nodeId('emp', row.uuid), view }) as unknown as Employee;
}

const byId = batchBy<null, Employee | null>(
  async (context, ids, view) => {
    const found = await employeesById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toEmployee(row, view)]));
  },
  () => null,
);

/** Loads a person by uuid. */
export function loadEmployee(context: GraphContext, uuid: string, view: View): Promise<Employee | null> {
  return context.load(byId, { id: uuid, view, args: null });
}

interface ReportArgs extends PageArgs {
  readonly transitive: boolean;
}

const reportsOf = batchBy<ReportArgs, ReportRow[]>(
  async (context, ids, view, args) => {
    const found = await reportPages(await context.db(), view, ids, args.transitive, parsePage(args, 'reports', 2));
    const byManager = new Map<string, ReportRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byManager.get(row.parent)!.push(row);
    return byManager;
  },
  () => [],
);

const reportCount = batchBy<boolean, number>(
  async (context, ids, view, transitive) => reportCounts(await context.db(), view, ids, transitive),
  () => 0,
);

/** The person a key means, if there is one. */
export async function findEmployee(context: GraphContext, key: EmployeeKey, view: View): Promise<Employee | null> {
  const uuid = await uuidOfKey(await context.db(), key, view);
  return uuid === null ? null : loadEmployee(context, uuid, view);
}

/** The id of the person a key means, null when it means nobody; of a node id it is not looked up whether anybody has it. */
export async function uuidOfKey(db: Db, key: EmployeeKey, view: View): Promise<string | null> {
  if (key.id != null) return uuidOf('emp', key.id);
  if (key.externalId) return findByExternalId(db, view, key.externalId.value, key.externalId.source ?? null);
  const found = await findByEmail(db, view, key.email!);
  if (found.length > 1) throw badInput(`${found.length} people have this e-mail address: ask by externalId instead.`);
  return found[0] ?? null;
}

@Resolver(() => Employee)
export class EmployeeResolver {
  @Query(() => Employee, {
    nullable: true,
    description:
      'One person. Reads at an instant (`at`, default now) with what was known then (`knownAt`, default now); both apply to everything below the field.',
  })
  async employee(
    @Arg('by', () => EmployeeKey, { description: 'Who.' }) by: EmployeeKey,
    @Args(() => ViewArgs) args: ViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Employee | null> {
    return findEmployee(context, by, await viewOf(context, args));
  }

  @Query(() => EmployeeConnection, { description: 'People, at an instant and as known at an instant.' })
  async employees(
    @Arg('filter', () => EmployeeFilter, { nullable: true, description: 'Which people.' }) filter: EmployeeFilter | null,
    @Arg('orderBy', () => EmployeeOrder, { nullable: true, description: 'By name unless said otherwise.' })
    orderBy: keyof typeof EmployeeOrder | null,
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Employee>> {
    const order = orderBy ?? 'NAME';
    const page = parsePage(args, `employees:${order}`, 2);
    const view = await viewOf(context, args);
    // the order alone would say it, and so do the cursors
    if (order === 'HIRED_ON' && view.sight?.confidants)
      throw problem('FORBIDDEN', 'Other sources than yours tell when people were hired: order by something else.');
    const db = await context.db();
    const rows = (await employeePage(db, view, filter, order, page)).map((row) => toEmployee(row, view));
    const keysOf = employeeKeys(order) as unknown as (row: Employee) => string[];
    return connection(rows, page, keysOf, () => employeeCount(db, view, filter));
  }

  @FieldResolver(() => Employee, { nullable: true, description: 'The one primary manager.' })
  manager(@Root() employee: Employee, @Ctx() context: GraphContext): Promise<Employee | null> | null {
    return employee.managerId === null ? null : loadEmployee(context, employee.managerId, employee.view);
  }

  @FieldResolver(() => [ReportingLine], { description: 'Everybody whom the person reports to, the primary manager first.' })
  async managers(@Root() employee: Employee, @Ctx() context: GraphContext): Promise<ReportingLine[]> {
    const { managerId, otherManagerIds, view } = employee;
    const ids = [...(managerId === null ? [] : [managerId]), ...otherManagerIds];
    const managers = await Promise.all(ids.map((id) => loadEmployee(context, id, view)));
    return managers.flatMap((manager, i) => (manager ? [{ manager, isPrimary: ids[i] === managerId }] : []));
  }

  @FieldResolver(() => EmployeeConnection, {
    description:
      'The people who report to this one, to whichever of their managers, by name; nobody appears twice, and a cycle of managers ends by itself.',
  })
  async reports(
    @Root() employee: Employee,
    @Arg('transitive', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Also those who report through others.',
    })
    transitive: boolean | null,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Employee>> {
    const page = parsePage(args, 'reports', 2);
    const rows = await context.load(reportsOf, {
      id: employee.uuid,
      view: employee.view,
      args: { ...args, transitive: transitive === true },
    });
    const keysOf = employeeKeys('NAME') as unknown as (row: Employee) => string[];
    const count = () => context.load(reportCount, { id: employee.uuid, view: employee.view, args: transitive === true });
    return connection(
      rows.map((row) => toEmployee(row, employee.view)),
      page,
      keysOf,
      count,
    );
  }

  @Mutation(() => IngestPayload, {
    description:
      'Takes in what a source says about people. Absent fields are left alone, null clears; nothing that was known is lost.',
  })
  upsertEmployees(
    @Arg('input', () => UpsertEmployeesInput, { description: 'Who says what.' }) input: UpsertEmployeesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'upsertEmployees', input, input.employees);
  }
}
