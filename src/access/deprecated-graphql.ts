import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Batch, Context } from '../platform/context';
import type { Deprecated } from '../platform/graphql/deprecations';
import { connection, parsePage, type Connection, type PageArgs } from '../platform/graphql/paging';
import { PagedArgs } from '../platform/graphql/types';
import { DeprecatedUseConnection, Deprecation, type DeprecatedUse } from './gql-types';
import { clientUses, elementUses, type ClientUses } from './store';

/** A request that knows what is deprecated. */
export interface DeprecationContext extends Context {
  readonly graph: { readonly deprecated: readonly Deprecated[] };
}

const LIST = 'deprecatedUses';

@Resolver(() => Deprecation)
export class DeprecationResolver {
  @Query(() => [Deprecation], { description: 'What of this schema is deprecated, until when it answers, and who uses it.' })
  async deprecations(@Ctx() context: DeprecationContext): Promise<Deprecation[]> {
    const uses = await elementUses(await context.db());
    return context.graph.deprecated.map((one) => {
      const { count = 0, lastUsedAt = null } = uses.get(one.element) ?? {};
      return { ...one, uses: count, lastUsedAt };
    });
  }

  @FieldResolver(() => DeprecatedUseConnection, { description: 'Who has used it.' })
  async clients(
    @Root() { element }: Deprecation,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: DeprecationContext,
  ): Promise<Connection<DeprecatedUse>> {
    const found = await context.load(usesOf, { element, args: { ...args } });
    const toUse = ({ count, ...use }: ClientUses): DeprecatedUse => ({ ...use, uses: count });
    const countAll = async () => (await elementUses(await context.db())).get(element)?.clients ?? 0;
    return connection(found.map(toUse), parsePage(args, LIST, 1), ({ client }) => [client], countAll);
  }
}

const usesOf: Batch<DeprecationContext, { readonly element: string; readonly args: PageArgs }, ClientUses[]> = {
  keyOf: ({ element, args }) => JSON.stringify([element, args]),
  fetch: async (context, keys) => {
    const db = await context.db();
    const pages = new Map<string, Promise<ClientUses[]>>();
    for (const { args } of keys) {
      const page = JSON.stringify(args);
      const elements = keys.filter((key) => JSON.stringify(key.args) === page).map(({ element }) => element);
      if (!pages.has(page)) pages.set(page, clientUses(db, elements, parsePage(args, LIST, 1)));
    }
    return Promise.all(
      keys.map(async ({ element, args }) => (await pages.get(JSON.stringify(args))!).filter((use) => use.element === element)),
    );
  },
};
