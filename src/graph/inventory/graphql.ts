import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { compareKeys, listConnection, parsePage, type Connection } from '../../platform/graphql/paging';
import type { GraphContext } from '../context';
import { DefinitionArgs, DefinitionConnection, type Definition } from './gql-types';
import { definitionsOfSort } from './read';

// of one rule there are several versions
const keysOf = ({ key, input }: Definition): string[] => [key, (input as { effectiveFrom?: string | null }).effectiveFrom ?? ''];

@Resolver()
export class InventoryResolver {
  @Query(() => String, { nullable: true, description: 'The name of the environment this is, such as test; null: it has none.' })
  environment(@Ctx() context: GraphContext): string | null {
    return context.graph.environment;
  }

  @Query(() => DefinitionConnection, {
    description: 'Everything of a sort that is defined now, in the shape in which the mutations take it.',
  })
  async definitions(
    @Args(() => DefinitionArgs) args: DefinitionArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Definition>> {
    const page = parsePage(args, `definitions ${args.of}`, 2);
    const found = await definitionsOfSort(context, args.of);
    return listConnection(
      found.sort((a, b) => compareKeys(keysOf(a), keysOf(b))),
      page,
      keysOf,
    );
  }
}
