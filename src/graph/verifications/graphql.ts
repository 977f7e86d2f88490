import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, type GraphContext } from '../context';
import { Credential } from '../credentials/gql-types';
import { ingest } from '../ingest';
import { type Verification, VerificationConnection, VerifyCredentialsInput } from './gql-types';
import { verificationCounts, verificationKeys, verificationPages, type VerificationRow } from './store';

const ofCredential = batchBy<PageArgs, VerificationRow[]>(
  async (context, ids, view, args) => {
    const found = await verificationPages(await context.db(), view, ids, parsePage(args, 'verifications', 2));
    const byCredential = new Map<string, VerificationRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byCredential.get(row.credentialUuid)!.push(row);
    return byCredential;
  },
  () => [],
);

const countOfCredential = batchBy<null, { readonly count: number; readonly last: number | null }>(
  async (context, ids, view) => verificationCounts(await context.db(), view, ids),
  () => ({ count: 0, last: null }),
);

@Resolver(() => Credential)
export class CredentialVerificationsResolver {
  @FieldResolver(() => VerificationConnection, {
    description: 'Every verification there had been by the instant asked about, oldest first.',
  })
  async verifications(
    @Root() credential: Credential,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Verification>> {
    const page = parsePage(args, 'verifications', 2);
    const { uuid: id, view } = credential;
    const rows = await context.load(ofCredential, { id, view, args: { ...args } });
    return connection(
      rows.map((row): Verification => row),
      page,
      verificationKeys,
      async () => (await context.load(countOfCredential, { id, view, args: null })).count,
    );
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last verified by the instant asked about; null: never.',
  })
  async lastVerifiedAt(@Root() credential: Credential, @Ctx() context: GraphContext): Promise<number | null> {
    return (await context.load(countOfCredential, { id: credential.uuid, view: credential.view, args: null })).last;
  }

  @Mutation(() => IngestPayload, {
    description:
      'Records that credentials were verified, which rules may ask for (`holds` with `verifiedWithin`). A verification changes nothing about what is held.',
  })
  verifyCredentials(
    @Arg('input', () => VerifyCredentialsInput, { description: 'Who says what.' }) input: VerifyCredentialsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'verifyCredentials', input, input.verifications);
  }
}
