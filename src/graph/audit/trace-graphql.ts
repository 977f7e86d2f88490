// What one request led to, and what followed from one entry.
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { effectsOf } from '../../core/effects';
import { isTraceId } from '../../core/trace-context';
import { QuarantinedItemConnection, type QuarantinedItem } from '../../journal/graphql';
import { tracedItemCount, tracedItems } from '../../journal/quarantine';
import type { Batch } from '../../platform/context';
import { badInput } from '../../platform/graphql/errors';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import type { GraphContext } from '../context';
import { Change } from '../people/gql-types';
import { toEntries } from './entries';
import { AuditEntry, AuditEntryConnection, Trace } from './gql-types';
import { entriesBeside, trailKeys, tracedEntries, tracedEntryCount, tracesOfChanges, type ChangeTraces } from './store';

const TRACE = {
  nullable: true,
  description: 'Trace id of the request that made it, or of the step of the clock; null before traces were kept.',
} as const;
const RELEASED = {
  description:
    'Trace ids of the requests whose items had been kept in quarantine until this change applied them; for as long as those are kept.',
} as const;

const tracesAt: Batch<GraphContext, number, ChangeTraces> = {
  keyOf: String,
  fetch: async (context, positions) => {
    const found = new Map((await tracesOfChanges(await context.db(), positions)).map((row) => [row.position, row]));
    return positions.map((position) => found.get(position) ?? { position, traceId: null, released: [] });
  },
};

type Beside = Awaited<ReturnType<typeof toEntries>>;

const besideOf: Batch<GraphContext, AuditEntry & { subject: string }, Beside> = {
  keyOf: ({ changeId, subject }) => `${changeId}|${subject}`,
  fetch: async (context, entries) => {
    const found = await toEntries(context, await entriesBeside(await context.db(), entries));
    return entries.map(({ changeId, subject }) =>
      found.filter((other) => other.changeId === changeId && other.subject === subject),
    );
  },
};

@Resolver(() => Change)
export class ChangeTraceResolver {
  @FieldResolver(() => String, TRACE)
  async traceId(@Root() change: Change, @Ctx() context: GraphContext): Promise<string | null> {
    return (await context.load(tracesAt, change.position)).traceId;
  }

  @FieldResolver(() => [String], RELEASED)
  async releasedTraceIds(@Root() change: Change, @Ctx() context: GraphContext): Promise<readonly string[]> {
    return (await context.load(tracesAt, change.position)).released;
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryTraceResolver {
  @FieldResolver(() => String, TRACE)
  async traceId(@Root() entry: AuditEntry, @Ctx() context: GraphContext): Promise<string | null> {
    return (await context.load(tracesAt, entry.position)).traceId;
  }

  @FieldResolver(() => [String], RELEASED)
  async releasedTraceIds(@Root() entry: AuditEntry, @Ctx() context: GraphContext): Promise<readonly string[]> {
    return (await context.load(tracesAt, entry.position)).released;
  }

  @FieldResolver(() => [AuditEntry], {
    description:
      'What followed from it at once, in the same change and about the same person: credentials it earned, verdicts that changed, outcomes opened. Each has effects of its own.',
  })
  async effects(@Root() entry: AuditEntry, @Ctx() context: GraphContext): Promise<readonly AuditEntry[]> {
    const { subject } = entry;
    if (subject === null) return [];
    const beside = await context.load(besideOf, { ...entry, subject });
    const pos = entry.position;
    return effectsOf({ ...entry, pos }, beside);
  }
}

@Resolver(() => Trace)
export class TraceResolver {
  @Query(() => Trace, {
    description:
      'What a trace id leads to, from the payload to the acknowledgements; its lists are empty when nothing is known of it.',
  })
  trace(@Arg('id', () => ID, { description: 'The trace id: 32 hex digits.' }) id: string): Trace {
    if (!isTraceId(id)) throw badInput('A trace id has 32 hex digits in lower case: it is the second part of a traceparent.');
    return { id };
  }

  @FieldResolver(() => AuditEntryConnection, { description: 'The entries of its changes, in the order of the log.' })
  async entries(
    @Root() trace: Trace,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<AuditEntry>> {
    const page = parsePage(args, 'tracedEntries', 1);
    const db = await context.db();
    const found = await toEntries(context, await tracedEntries(db, trace.id, page));
    return connection(found, page, trailKeys, () => tracedEntryCount(db, trace.id));
  }

  @FieldResolver(() => QuarantinedItemConnection, {
    description: 'Items it brought that were kept in quarantine, and items kept earlier that its changes applied; oldest first.',
  })
  async quarantined(
    @Root() trace: Trace,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<QuarantinedItem>> {
    const page = parsePage(args, 'tracedItems', 1);
    const db = await context.db();
    const found = await tracedItems(db, trace.id, page);
    return connection(
      found,
      page,
      (row) => [row.id],
      () => tracedItemCount(db, trace.id),
    );
  }
}
