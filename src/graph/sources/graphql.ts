import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { viewOf, type GraphContext } from '../context';
import { ingest } from '../ingest';
import { PagedViewArgs } from '../view-args';
import { Capability, CapabilityConnection, DeclareCapabilitiesInput } from './gql-types';
import { capabilitiesKnown, type CapabilityRow } from './store';

const keysOf = ({ subject, code, source, at }: CapabilityRow): string[] => [subject, code, source, String(at).padStart(20, '0')];

@Resolver(() => Capability)
export class CapabilityResolver {
  @Query(() => CapabilityConnection, {
    description: 'What sources said they can say, and cannot, by the instant asked about.',
  })
  async capabilities(
    @Args(() => PagedViewArgs) args: PagedViewArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Capability>> {
    const page = parsePage(args, 'capabilities', 4);
    const view = await viewOf(context, args);
    const words = (await capabilitiesKnown(await context.db(), view)).filter((word) => word.at <= view.at);
    const keyed = words.map((word) => ({ word, key: JSON.stringify(keysOf(word)) })).sort((a, b) => (a.key < b.key ? -1 : 1));
    const [after, before] = [page.after, page.before].map((keys) => (keys ? JSON.stringify(keys) : null));
    const between = keyed.filter(({ key }) => (after == null || key > after) && (before == null || key < before));
    if (!page.forward) between.reverse();
    return connection(
      between.slice(0, page.limit + 1).map(({ word }) => word),
      page,
      keysOf,
      () => Promise.resolve(words.length),
    );
  }

  @Mutation(() => IngestPayload, {
    description:
      'Says what a source can speak of, and what it cannot (any more). Where nobody can speak of something, a rule that asks for it answers UNKNOWN instead of a false no; what no source ever had a word on is known to be empty, as before.',
  })
  declareCapabilities(
    @Arg('input', () => DeclareCapabilitiesInput, { description: 'Which source, and what.' }) input: DeclareCapabilitiesInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'declareCapabilities', input, input.capabilities);
  }
}
