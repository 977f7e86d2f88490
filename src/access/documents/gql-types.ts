// Registered documents in the schema.
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf, PagedArgs } from '../../platform/graphql/types';

@ObjectType({ description: 'A document that a client may send by its hash.', simpleResolvers: true })
export class TrustedDocument {
  @Field(() => ID, { description: 'What to send as `documentId` in its place: `sha256:` and the hash of its text.' })
  id: string;
  @Field(() => String, { description: 'What it is called.' })
  name: string;
  @Field(() => String, { nullable: true, description: 'The name of the API key whose it is; null: everybody’s.' })
  client: string | null;
  @Field(() => String, { description: 'Its text.' })
  text: string;
  @Field(() => DateTimeScalar, { description: 'Since when it is registered.' })
  registeredAt: number;
  @Field(() => String, { description: 'Who registered it.' })
  registeredBy: string;
}

export const TrustedDocumentConnection = connectionOf(TrustedDocument, 'TrustedDocument', 'registered documents, by name');

@ArgsType()
export class TrustedDocumentArgs extends PagedArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Only those of the API key with this name; empty: only those of everybody.',
  })
  client?: string | null;
}

@InputType({ description: 'A document to be registered.' })
export class DocumentInput {
  @Field(() => String, { description: 'What to call it, such as the name of its file.' })
  name: string;
  @Field(() => String, { description: 'Its text; the same text, byte by byte, is the same document.' })
  text: string;
}

@InputType({ description: 'Documents of one client, to be registered.' })
export class RegisterDocumentsInput {
  @Field(() => String, { nullable: true, description: 'The name of the API key that may send them, default everybody.' })
  client?: string | null;
  @Field(() => [DocumentInput], { description: 'The documents, 100 at a time.' })
  documents: DocumentInput[];
  @Field(() => String, { nullable: true, description: 'Why; kept in the audit.' })
  reason?: string | null;
}

@InputType({ description: 'Documents of one client, to be let go of.' })
export class WithdrawDocumentsInput {
  @Field(() => String, { nullable: true, description: 'The name of the API key whose they are; left out: those of everybody.' })
  client?: string | null;
  @Field(() => [String], { description: 'The SHA-256 of each text, in 64 hexadecimal digits.' })
  hashes: string[];
  @Field(() => String, { description: 'Why; kept in the audit.' })
  reason: string;
}

@ObjectType({ description: 'What came of an act on documents.', simpleResolvers: true })
export class DocumentsPayload {
  @Field(() => [ID], { description: 'The ids of the documents; none when refused.' })
  documentIds: string[];
  @Field(() => Refusal, { nullable: true, description: 'Why nothing was done; null: it was.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { description: 'Position in the change log after it.' })
  cursor: string;
}
