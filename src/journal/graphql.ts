// The journal's part of the schema: refusals, what became of ingested items, and what every change has in common.
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CursorScalar, DateTimeScalar } from '../platform/graphql/scalars';
import { PagedArgs, connectionOf } from '../platform/graphql/types';

@ObjectType({ description: 'An expected no: stable code, one sentence that says what to do, and where.', simpleResolvers: true })
export class Refusal {
  @Field(() => String, { description: 'Stable; all codes are listed in docs/errors.md.' })
  code: string;
  @Field(() => String, { description: 'One sentence for a person: what is wrong and what to do.' })
  message: string;
  @Field(() => [String], { description: 'The input field it is about, from the item down; empty when it is about the whole.' })
  path: readonly string[];
}

export const IngestOutcome = {
  APPLIED: 'APPLIED',
  UNCHANGED: 'UNCHANGED',
  DUPLICATE: 'DUPLICATE',
  QUARANTINED: 'QUARANTINED',
  REJECTED: 'REJECTED',
} as const;
registerEnumType(IngestOutcome, {
  name: 'IngestOutcome',
  description: 'What became of one item.',
  valuesConfig: {
    APPLIED: { description: 'It is part of the graph now.' },
    UNCHANGED: { description: 'The graph said so already.' },
    DUPLICATE: { description: 'It was applied before, under the same event, attempt or content; no second effect.' },
    QUARANTINED: { description: 'It is kept and not applied yet; the refusal says what it waits for.' },
    REJECTED: { description: 'It cannot be taken; correct it and send it again.' },
  },
});

@ObjectType({ description: 'What became of one item of an ingestion.', simpleResolvers: true })
export class IngestResult {
  @Field(() => Int, { description: 'Place of the item in the input, from 0.' })
  index: number;
  @Field(() => IngestOutcome, { description: 'What became of it.' })
  outcome: keyof typeof IngestOutcome;
  @Field(() => ID, { nullable: true, description: 'What it made or found.' })
  id: string | null;
  @Field(() => Refusal, { nullable: true, description: 'Why it was not applied; null when it was.' })
  refusal: Refusal | null;
}

@ObjectType({
  description:
    'What became of each item, in input order. One bad item never spoils its neighbours unless `atomic` was asked for.',
  simpleResolvers: true,
})
export class IngestPayload {
  @Field(() => [IngestResult], { description: 'One per item, in input order.' })
  results: IngestResult[];
  @Field(() => CursorScalar, {
    description: 'Position in the change log after this write; pass as `after`, or read with `knownAt` from it.',
  })
  cursor: string;
}

/** What every request that takes facts in says beside its items. */
@InputType()
export class IngestInput {
  @Field(() => String, { description: 'The system that says so, such as `hris` or `lms`: its name everywhere.' })
  source: string;
  @Field(() => String, {
    nullable: true,
    description: 'Makes the whole request idempotent: the same key and body answer as the first time.',
  })
  idempotencyKey?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'All items or none.' })
  atomic?: boolean | null;
}

@InputType({ description: 'Which changes to deliver; all conditions must hold, an absent one always does.' })
export class ChangeFilter {
  @Field(() => [String], { nullable: true, description: 'Changes about these people.' })
  employeeExternalId?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Changes about people who were in these departments when the change was recorded.',
  })
  department?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Eligibility for these roles, its outcomes, and definitions of them.' })
  roleCode?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Credentials of these types, and definitions of them.' })
  typeCode?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Kinds of change, such as TRANSITION, EXPIRED or ISSUED.' })
  kind?: string[] | null;
}

@ObjectType({
  description:
    'An item that was sent and is not part of the graph: kept with the reason, applied by itself when what it waits for arrives.',
  simpleResolvers: true,
})
export class QuarantinedItem {
  @Field(() => ID, { description: 'Id of the kept item.' })
  id: string;
  @Field(() => String, { description: 'The mutation it was sent to.' })
  operation: string;
  @Field(() => String, { description: 'The system that sent it.' })
  source: string;
  @Field(() => String, { description: 'The item as JSON text, exactly as it was taken in.' })
  item: string;
  @Field(() => String, {
    nullable: true,
    description: 'What it waits for, such as `employee:E12345`; null when somebody must repair it.',
  })
  waitsFor: string | null;
  @Field(() => Refusal, { description: 'Why it was not applied.' })
  refusal: Refusal;
  @Field(() => DateTimeScalar, { description: 'When it was taken in.' })
  recordedAt: number;
  @Field(() => String, { nullable: true, description: 'Trace id of the request that sent it; null before traces were kept.' })
  traceId: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Trace id of the change that applied it at last; null while it is kept. What it made is in that change.',
  })
  releaseTraceId: string | null;
}

export const QuarantinedItemConnection = connectionOf(QuarantinedItem, 'QuarantinedItem', 'items in quarantine, oldest first');

@ArgsType()
export class QuarantineArgs extends PagedArgs {
  @Field(() => String, { nullable: true, description: 'Only items from this source.' })
  source?: string | null;
}
