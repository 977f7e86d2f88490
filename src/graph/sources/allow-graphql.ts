import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { compareKeys, listConnection, parsePage, type Connection } from '../../platform/graphql/paging';
import { viewOf, type GraphContext } from '../context';
import { ingest } from '../ingest';
import { PagedViewArgs } from '../view-args';
import { AllowList, AllowListConnection, DefineAllowListsInput } from './gql-types';
import { allowListsKnown, droppedFields } from './store';

const keysOf = ({ source, operation }: Pick<AllowList, 'source' | 'operation'>): string[] => [source, operation];

@Resolver(() => AllowList)
export class AllowListResolver {
  @Query(() => AllowListConnection, {
    description: 'What sources may tell, where they may not tell everything, and how often they told more.',
  })
  async allowLists(@Args(() => PagedViewArgs) args: PagedViewArgs, @Ctx() context: GraphContext): Promise<Connection<AllowList>> {
    const page = parsePage(args, 'allowLists', 2);
    const db = await context.db();
    const lists = await allowListsKnown(db, await viewOf(context, args));
    const dropped = await droppedFields(db);
    const found = lists.flatMap(({ fields, ...list }) =>
      fields === null
        ? []
        : [{ ...list, fields, dropped: dropped.filter((row) => row.source === list.source && row.operation === list.operation) }],
    );
    return listConnection(
      found.sort((a, b) => compareKeys(keysOf(a), keysOf(b))),
      page,
      keysOf,
    );
  }

  @Mutation(() => IngestPayload, {
    description:
      'Says what sources may tell. Whatever else they send from then on is left out before anything looks at it: it is stored nowhere.',
  })
  defineAllowLists(
    @Arg('input', () => DefineAllowListsInput, { description: 'Which sources, and what.' }) input: DefineAllowListsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineAllowLists', { source: 'api' }, input.allowLists);
  }
}
