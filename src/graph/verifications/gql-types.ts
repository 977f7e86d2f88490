// Verifications in the schema.
import { Field, InputType, ObjectType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { DateScalar, DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';

@ObjectType({ description: 'Somebody made sure, at an instant, that a credential is what it says.', simpleResolvers: true })
export class Verification {
  uuid: string;
  @Field(() => DateTimeScalar, { description: 'When; of a day, its first instant.' })
  at: number;
  @Field(() => DateScalar, { nullable: true, description: "The day, when only the day is known; in the type's zone." })
  verifiedOn: string | null;
  @Field(() => String, { nullable: true, description: 'How, in the words of the sender, such as `primary source`.' })
  method: string | null;
  @Field(() => String, { nullable: true, description: 'Where the evidence is.' })
  evidenceUrl: string | null;
  @Field(() => String, { description: 'Who said so.' })
  actor: string;
  @Field(() => String, { description: 'The system it came from.' })
  source: string;
}

export const VerificationConnection = connectionOf(Verification, 'Verification', 'verifications, oldest first');

@InputType({ description: 'What a system has verified.' })
export class VerifyCredentialsInput extends IngestInput {
  @Field(() => [VerificationInput], { description: 'At most 1,000.' })
  verifications: VerificationInput[];
}

@InputType({ description: 'One credential verified; it need not be issued yet.' })
export class VerificationInput {
  @Field(() => String, { nullable: true, description: "The sender's id of this message; the same one has one effect." })
  eventId?: string | null;
  @Field(() => String, { description: "Whose; an unknown person's item is kept until the person arrives." })
  employeeExternalId: string;
  @Field(() => String, { description: "The type's code; an unknown type's item is kept until it is defined." })
  typeCode: string;
  @Field(() => String, { nullable: true, description: 'Which one of several of the same type, such as a licence number.' })
  instance?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was verified, default now.' })
  verifiedAt?: number | null;
  @Field(() => DateScalar, {
    nullable: true,
    description: "The day it was verified, in the type's zone; instead of `verifiedAt`.",
  })
  verifiedOn?: string | null;
  @Field(() => String, { nullable: true, description: 'Where the evidence is: an http or https address.' })
  evidenceUrl?: string | null;
  @Field(() => String, { nullable: true, description: 'How, such as `primary source`.' })
  method?: string | null;
}
