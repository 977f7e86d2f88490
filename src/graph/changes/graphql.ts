import { Arg, Args, Ctx, Field, ID, Int, ObjectType, Query, Resolver, Root, Subscription } from 'type-graphql';
import { performance } from 'node:perf_hooks';
import { reachOf } from '../../access/policy';
import type { LogEntry } from '../../journal/entry';
import type { Actor } from '../../platform/context';
import { cursorRefused } from '../../journal/cursor-refused';
import { ChangeFilter, QuarantineArgs, QuarantinedItemConnection, type QuarantinedItem } from '../../journal/graphql';
import { quarantineCount, quarantinePage } from '../../journal/quarantine';
import { problem } from '../../platform/graphql/errors';
import { parseNodeId } from '../../platform/graphql/node-id';
import { connection, pageLimits, parsePage, type Connection } from '../../platform/graphql/paging';
import { CursorScalar } from '../../platform/graphql/scalars';
import { Node } from '../../platform/graphql/types';
import { loadApproval, loadDelegation } from '../approvals/graphql';
import { loadPath } from '../careers/graphql';
import { viewOf, type GraphContext } from '../context';
import { loadCredential, loadType } from '../credentials/graphql';
import { CredentialChange } from '../credentials/gql-types';
import { EligibilityChange } from '../eligibility/gql-types';
import { loadIncident } from '../incidents/graphql';
import { loadCompletion } from '../learning/graphql';
import { loadOutcome, loadOutcomeRule } from '../outcomes/graphql';
import { loadEmployee } from '../people/graphql';
import { Change } from '../people/gql-types';
import { loadRole } from '../rules/graphql';
import { passes, toChange, typeOf } from './change';

@ObjectType({ description: 'A page of the change log.', simpleResolvers: true })
export class ChangePage {
  @Field(() => [Change], { description: 'What the filter let through, in the order of the log.' })
  changes: Change[];
  @Field(() => CursorScalar, { description: 'Where to go on; never null, so a poller always has its next `after`.' })
  cursor: string;
  @Field(() => Boolean, {
    description: 'Whether there is more behind the cursor already; a page may be empty and still not the last.',
  })
  hasMore: boolean;
}

/** Entries a page looks at before it answers with what it has found, so that a narrow filter on a long log stays quick. */
const LOOKED_AT = 5_000;
const READ = 500;

async function positionOf(context: GraphContext, after: string): Promise<number> {
  const { cursors, feed } = context.graph;
  const decoded = await cursors.decodeCursor(after);
  if (typeof decoded !== 'string') return decoded.pos;
  throw await cursorRefused(decoded, cursors, feed.head());
}

async function* follow(
  context: GraphContext,
  type: string | null,
  filter: ChangeFilter | null,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<LogEntry> {
  const from = after === null ? await context.graph.feed.present() : await positionOf(context, after);
  await context.release();
  const wants = (entry: LogEntry): boolean => (type === null || typeOf(entry) === type) && passes(entry, filter);
  if (context.actor.person === undefined && reachOf(context.actor) === 'EVERYBODY') {
    yield* context.graph.feed.read(from, signal, wants);
    return;
  }
  yield* permitted(context, signal, from, wants);
}

/** Somebody's role may change without a fact about them, such as by a job title that begins on a day: it is looked up again after so long. */
const LOOK_AGAIN_MS = 2_000;

/** The entries somebody may be told of who does not see everybody, or may cease to: with the permissions of each entry's own position. */
async function* permitted(
  context: GraphContext,
  signal: AbortSignal,
  from: number,
  wants: (entry: LogEntry) => boolean,
): AsyncGenerator<LogEntry> {
  const { feed, standings, circles, clock } = context.graph;
  const { person } = context.actor;
  const concerns = ({ kind, subject }: LogEntry): boolean =>
    person !== undefined && (kind.startsWith('access.') || (kind === 'employee.changed' && subject === person));
  let standing: { readonly actor: Actor; readonly until: number } | null = null;
  for await (const entry of feed.read(from, signal, (read) => concerns(read) || wants(read))) {
    if (standing === null || concerns(entry) || performance.now() > standing.until) {
      const known = await circles.endOf(entry);
      const present = await standings.at(context.actor, { at: clock.now(), known: null });
      // who has lost a role does not get back what it showed by an old cursor
      const actor =
        reachOf(present) === 'EVERYBODY' ? await standings.at(context.actor, { at: entry.recordedAt, known }) : present;
      standing = { actor, until: performance.now() + LOOK_AGAIN_MS };
    }
    if (wants(entry) && (await circles.among(standing.actor, [entry])).size > 0) yield entry;
  }
}

/** Ends the reading at once when the subscriber goes, also while it waits for the next change. */
function subscription(
  context: GraphContext,
  type: string | null,
  args: { filter?: ChangeFilter | null; after?: string | null },
): AsyncIterable<LogEntry> {
  const stop = new AbortController();
  const entries = follow(context, type, args.filter ?? null, args.after ?? null, stop.signal);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => entries.next(),
      return: () => {
        stop.abort();
        return Promise.resolve({ value: undefined, done: true as const });
      },
      throw: (error) => {
        stop.abort();
        return Promise.reject(error as Error);
      },
    }),
  };
}

interface SubscribeArgs {
  readonly args: { filter?: ChangeFilter | null; after?: string | null };
  readonly context: GraphContext;
}

function delivered(entry: LogEntry, context: GraphContext): object {
  context.delivers(entry.pos);
  return toChange(entry, context);
}

const FILTER = { nullable: true, description: 'Which changes; default all.' } as const;
const AFTER = { nullable: true, description: 'Go on behind this cursor; default from now.' } as const;
const FEED =
  'From `after` (exclusive) to now, then live; with no `after`, live only. At least once, in order per employee, never a gap.';

@Resolver()
export class ChangesResolver {
  @Query(() => ChangePage, { description: 'The polling twin of the subscriptions: the same changes, same cursors, same filter.' })
  async changes(
    @Arg('filter', () => ChangeFilter, FILTER) filter: ChangeFilter | null,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'Go on behind this cursor; default from the beginning, or the first change that is kept.',
    })
    after: string | null,
    @Arg('first', () => Int, { nullable: true, description: 'At most so many, 50 by default, 200 at most.' })
    first: number | null,
    @Ctx() context: GraphContext,
  ): Promise<ChangePage> {
    const { limit } = parsePage({ first }, 'changes', 1);
    // first: a snapshot knows in which epoch the log is
    await context.snapshot();
    let position = after == null ? await context.graph.feed.gone() : await positionOf(context, after);
    const found: LogEntry[] = [];
    let isEnd = false;
    const { actor } = context;
    for (let looked = 0; looked < LOOKED_AT && found.length < limit && !isEnd;) {
      const page = await context.graph.feed.page(position, READ);
      const told = await context.graph.circles.among(
        actor,
        page.filter((entry) => passes(entry, filter)),
      );
      for (const entry of page) {
        if (found.length === limit) break;
        position = entry.pos;
        if (told.has(entry)) found.push(entry);
      }
      looked += page.length;
      isEnd = page.length < READ && position === (page.at(-1)?.pos ?? position);
    }
    return {
      changes: found.map((entry) => toChange(entry, context)) as Change[],
      cursor: context.graph.cursors.encodeCursor(position),
      hasMore: !isEnd,
    };
  }

  @Subscription(() => EligibilityChange, {
    description: FEED,
    subscribe: ({ args, context }: SubscribeArgs) => subscription(context, 'EligibilityChange', args),
  })
  eligibilityChanged(
    @Root() entry: LogEntry,
    @Arg('filter', () => ChangeFilter, FILTER) _filter: ChangeFilter | null,
    @Arg('after', () => CursorScalar, AFTER) _after: string | null,
    @Ctx() context: GraphContext,
  ): EligibilityChange {
    return delivered(entry, context) as EligibilityChange;
  }

  @Subscription(() => CredentialChange, {
    description: FEED,
    subscribe: ({ args, context }: SubscribeArgs) => subscription(context, 'CredentialChange', args),
  })
  credentialChanged(
    @Root() entry: LogEntry,
    @Arg('filter', () => ChangeFilter, FILTER) _filter: ChangeFilter | null,
    @Arg('after', () => CursorScalar, AFTER) _after: string | null,
    @Ctx() context: GraphContext,
  ): CredentialChange {
    return delivered(entry, context) as CredentialChange;
  }

  @Subscription(() => Change, {
    description: FEED,
    subscribe: ({ args, context }: SubscribeArgs) => subscription(context, null, args),
  })
  changed(
    @Root() entry: LogEntry,
    @Arg('filter', () => ChangeFilter, FILTER) _filter: ChangeFilter | null,
    @Arg('after', () => CursorScalar, AFTER) _after: string | null,
    @Ctx() context: GraphContext,
  ): Change {
    return delivered(entry, context) as Change;
  }
}

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Anything by its id, as it is now; null when there is nothing.' })
  async node(@Arg('id', () => ID, { description: 'The id.' }) id: string, @Ctx() context: GraphContext): Promise<Node | null> {
    return loadNode(context, id);
  }

  @Query(() => [Node], { nullable: 'items', description: 'Several by their ids, in order; null where there is nothing.' })
  async nodes(
    @Arg('ids', () => [ID], { description: 'The ids, 200 at most.' }) ids: string[],
    @Ctx() context: GraphContext,
  ): Promise<(Node | null)[]> {
    if (ids.length > pageLimits.max) throw problem('BAD_USER_INPUT', `Ask for at most ${pageLimits.max} ids at once.`);
    return Promise.all(ids.map((id) => loadNode(context, id)));
  }

  @Query(() => QuarantinedItemConnection, {
    description: 'Items that were sent and are not part of the graph, with the reason; oldest first.',
  })
  async quarantine(
    @Args(() => QuarantineArgs) args: QuarantineArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<QuarantinedItem>> {
    const page = parsePage(args, 'quarantine', 1);
    const db = await context.db();
    const sources = quarantineSources(context.actor, args.source ?? null);
    const rows = await quarantinePage(db, sources, page);
    return connection(
      rows,
      page,
      (row) => [row.id],
      () => quarantineCount(db, sources),
    );
  }
}

/** The sources whose items somebody sees; null: all. */
function quarantineSources({ sources: own }: Actor, asked: string | null): string[] | null {
  if (asked === null) return own ? [...own] : null;
  return own && !own.has(asked) ? [] : [asked];
}

async function loadNode(context: GraphContext, id: string): Promise<Node | null> {
  const parsed = parseNodeId(id);
  if (!parsed) return null;
  const view = await viewOf(context, {});
  switch (parsed.kind) {
    case 'emp':
      return loadEmployee(context, parsed.uuid, view);
    case 'typ':
      return loadType(context, parsed.uuid, view);
    case 'crd':
      return loadCredential(context, parsed.uuid, view);
    case 'cmp':
      return loadCompletion(context, parsed.uuid, view);
    case 'rol':
      return loadRole(context, parsed.uuid, view);
    case 'pth':
      return loadPath(context, parsed.uuid, view);
    case 'apr':
      return loadApproval(context, parsed.uuid, view);
    case 'dlg':
      return loadDelegation(context, parsed.uuid, view);
    case 'inc':
      return loadIncident(context, parsed.uuid, view);
    case 'out':
      return loadOutcome(context, parsed.uuid, view);
    case 'otr':
      return loadOutcomeRule(context, parsed.uuid, view);
    case 'crs':
      return null;
  }
}
