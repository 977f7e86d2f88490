import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { GraphContext } from '../../graph/context';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { AlertArgs, AlertConnection, type Alert } from './gql-types';
import { alertCount, alertPage } from './store';

@Resolver()
export class AlertResolver {
  @Query(() => AlertConnection, {
    description: 'What calls for somebody: receivers that fail, a log or timers that are late, unusual volumes.',
  })
  async alerts(@Args(() => AlertArgs) args: AlertArgs, @Ctx() context: GraphContext): Promise<Connection<Alert>> {
    const page = parsePage(args, 'alerts', 1);
    const db = await context.db();
    const open = args.open ?? null;
    return connection(
      await alertPage(db, open, page),
      page,
      (alert) => [alert.id],
      () => alertCount(db, open),
    );
  }
}
