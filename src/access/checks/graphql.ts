import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../platform/context';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { AccessCheckConnection } from './gql-types';
import { checkCount, checkPage, type CheckRow } from './store';

@Resolver()
export class AccessCheckResolver {
  @Query(() => AccessCheckConnection, {
    description:
      'Whether access tokens would have been accepted, as it was tried on schedule; `last: 1` is the latest. Empty without an issuer.',
  })
  async accessChecks(@Args(() => PagedArgs) args: PagedArgs, @Ctx() context: Context): Promise<Connection<CheckRow>> {
    const page = parsePage(args, 'accessChecks', 1);
    const db = await context.db();
    return connection(
      await checkPage(db, page),
      page,
      ({ id }) => [id],
      () => checkCount(db),
    );
  }
}
