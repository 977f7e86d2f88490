import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { loadEmployee } from '../people/graphql';
import { Employee } from '../people/gql-types';
import { completionCounts, completionKeys, completionPages, completionsById, coursesKnown, type CompletionRow } from './store';
import { Completion, CompletionConnection, Course, DefineCoursesInput, RecordCompletionsInput } from './gql-types';

/** The attempt as the schema shows it, under a view. */
export function toCompletion(row: CompletionRow, view: View): Completion {
  return Object.assign(row, { __typename: 'Completion' as const, id: nodeId('cmp', row.uuid), view }) as unknown as Completion;
}

const byId = batchBy<null, Completion | null>(
  async (context, ids, view) => {
    const found = await completionsById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toCompletion(row, view)]));
  },
  () => null,
);

/** Loads an attempt by uuid. */
export function loadCompletion(context: GraphContext, uuid: string, view: View): Promise<Completion | null> {
  return context.load(byId, { id: uuid, view, args: null });
}

const ofPerson = batchBy<PageArgs, CompletionRow[]>(
  async (context, ids, view, args) => {
    const found = await completionPages(await context.db(), view, ids, parsePage(args, 'completions', 2));
    const byPerson = new Map<string, CompletionRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

const countOfPerson = batchBy<null, number>(
  async (context, ids, view) => completionCounts(await context.db(), view, ids),
  () => 0,
);

@Resolver(() => Completion)
export class CompletionResolver {
  @Query(() => Course, { nullable: true, description: 'One course.' })
  async course(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Ctx() context: GraphContext,
  ): Promise<Course | null> {
    const found = await coursesKnown(await context.db(), await viewOf(context, {}), new Set([code]));
    return (found.get(code) as Course | undefined) ?? null;
  }

  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() completion: Completion, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, completion.employeeUuid, completion.view);
  }

  @Mutation(() => IngestPayload, {
    description: 'Defines courses, or defines them anew; what their completions earned is decided again.',
  })
  defineCourses(
    @Arg('input', () => DefineCoursesInput, { description: 'Which courses.' }) input: DefineCoursesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineCourses', { source: 'api' }, input.courses);
  }

  @Mutation(() => IngestPayload, {
    description:
      'Records attempts at courses: enrolments, results, corrections. What they earn is awarded in the same transaction.',
  })
  recordCompletions(
    @Arg('input', () => RecordCompletionsInput, { description: 'Who says what.' }) input: RecordCompletionsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'recordCompletions', input, input.completions);
  }
}

@Resolver(() => Employee)
export class EmployeeLearningResolver {
  @FieldResolver(() => CompletionConnection, {
    description: 'All attempts at courses, also those that do not count, oldest first.',
  })
  async completions(
    @Root() employee: Employee,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Completion>> {
    const page = parsePage(args, 'completions', 2);
    const rows = await context.load(ofPerson, { id: employee.uuid, view: employee.view, args: { ...args } });
    const keysOf = completionKeys as unknown as (row: Completion) => string[];
    const count = () => context.load(countOfPerson, { id: employee.uuid, view: employee.view, args: null });
    return connection(
      rows.map((row) => toCompletion(row, employee.view)),
      page,
      keysOf,
      count,
    );
  }
}
