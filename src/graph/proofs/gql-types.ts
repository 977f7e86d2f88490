// Proofs in the schema.
import { Field, InputType, ObjectType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar, FloatScalar } from '../../platform/graphql/scalars';
import { EmployeeKey } from '../people/gql-types';

@InputType({ description: 'Of whom and of what a proof is wanted, and why. Ask of one role or of one credential type.' })
export class ExportProofInput {
  @Field(() => EmployeeKey, { description: 'The person.' })
  employee: EmployeeKey;
  @Field(() => String, { nullable: true, description: 'Whether the person was eligible for this role.' })
  roleCode?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Whether the person held an active credential of this very type; what counts as it does not count here.',
  })
  typeCode?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'The instant asked about, default now.' })
  at?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'As known at this instant, default now.' })
  knownAt?: number | null;
  @Field(() => String, { description: 'For whom the proof is and why. It is kept with the export, and stands in the file.' })
  reason: string;
}

@ObjectType({ description: 'What came of an export.', simpleResolvers: true })
export class ExportProofPayload {
  @Field(() => String, {
    nullable: true,
    description:
      'The proof file, to be kept byte by byte: `credential-graph verify` reads it without a server. Null when refused, and when no head was signed in time: ask `answerProof` then.',
  })
  file: string | null;
  @Field(() => String, { nullable: true, description: 'What it proves, in a sentence; null when refused.' })
  statement: string | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: 'Position of the export in the log, for `answerProof`; null when refused.',
  })
  position: number | null;
  @Field(() => Refusal, { nullable: true, description: 'Why there is no proof; null: there is.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { description: 'Position in the change log after it.' })
  cursor: string;
}
