import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import { isRefusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import type { AccessContext } from '../graphql';
import {
  DocumentsPayload,
  RegisterDocumentsInput,
  TrustedDocumentArgs,
  TrustedDocumentConnection,
  WithdrawDocumentsInput,
  type TrustedDocument,
} from './gql-types';
import { clientOf, registerDocuments, withdrawDocuments } from './register';
import { documentCount, documentPage, EVERYBODY, type DocumentRow } from './store';

@Resolver()
export class DocumentResolver {
  @Query(() => TrustedDocumentConnection, { description: 'The documents that clients may send by their hash.' })
  async trustedDocuments(
    @Args(() => TrustedDocumentArgs) { client, ...args }: TrustedDocumentArgs,
    @Ctx() context: AccessContext,
  ): Promise<Connection<TrustedDocument>> {
    const page = parsePage(args, 'trustedDocuments', 2);
    const db = await context.db();
    const whose = client == null ? null : client === '' ? EVERYBODY : clientOf(client);
    const found = await documentPage(db, whose, page);
    const keysOf = ({ name, uuid }: { readonly name: string; readonly uuid: string }): string[] => [name, uuid];
    return connection(
      found.map((row) => ({ ...row, ...toDocument(row) })),
      page,
      keysOf,
      () => documentCount(db, whose),
    );
  }

  @Mutation(() => DocumentsPayload, {
    description:
      'Registers documents, which a client may then send by their hash; where only such documents run, this is what lets a client ask.',
  })
  registerDocuments(
    @Arg('input', () => RegisterDocumentsInput, { description: 'Whose they are, and what they say.' })
    input: RegisterDocumentsInput,
    @Ctx() context: AccessContext,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<DocumentsPayload> {
    return change(context, (write) => registerDocuments(write, input, schema));
  }

  @Mutation(() => DocumentsPayload, { description: 'Lets go of documents: within five seconds no node knows them any more.' })
  withdrawDocuments(
    @Arg('input', () => WithdrawDocumentsInput, { description: 'Which, and why.' }) input: WithdrawDocumentsInput,
    @Ctx() context: AccessContext,
  ): Promise<DocumentsPayload> {
    return change(context, async (write) => {
      const gone = await withdrawDocuments(write, input);
      return isRefusal(gone) ? gone : gone.map(({ hash }) => hash);
    });
  }
}

async function change(context: AccessContext, work: (write: Write) => Promise<string[] | Refusal>): Promise<DocumentsPayload> {
  const { value, cursor } = await context.write('api', work);
  return isRefusal(value) ? { documentIds: [], refusal: value, cursor } : { documentIds: value.map(idOf), refusal: null, cursor };
}

function idOf(hash: string): string {
  return `sha256:${hash}`;
}

function toDocument({ hash, client, body, ...row }: DocumentRow & { readonly body: string }): TrustedDocument {
  return { ...row, id: idOf(hash), client: client === EVERYBODY ? null : client.replace(/^key:/, ''), text: body };
}
