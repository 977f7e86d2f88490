// Courses and completions in the schema.
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { DateScalar, DateTimeScalar, DurationScalar, FloatScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

export const CompletionStatus = {
  PASSED: 'PASSED',
  FAILED: 'FAILED',
  IN_PROGRESS: 'IN_PROGRESS',
  NOT_STARTED: 'NOT_STARTED',
} as const;
registerEnumType(CompletionStatus, {
  name: 'CompletionStatus',
  description: 'Where an attempt at a course stands.',
  valuesConfig: {
    PASSED: { description: 'Finished with success, in the eyes of the sender; a pass mark may still say otherwise.' },
    FAILED: { description: 'Finished without success.' },
    IN_PROGRESS: { description: 'Begun.' },
    NOT_STARTED: { description: 'Enrolled.' },
  },
});

export const RetakePolicy = { LATEST: 'LATEST', HIGHEST_SCORE: 'HIGHEST_SCORE', FIRST_PASS: 'FIRST_PASS' } as const;
registerEnumType(RetakePolicy, {
  name: 'RetakePolicy',
  description: 'Which of several attempts at a course counts; the others stay visible.',
  valuesConfig: {
    LATEST: { description: 'The latest one.' },
    HIGHEST_SCORE: { description: 'The one with the highest score, the first of equals.' },
    FIRST_PASS: { description: 'The first one that passes.' },
  },
});

@ObjectType({ implements: Node, description: 'One attempt at a course.', simpleResolvers: true })
export class Completion implements Node {
  __typename: 'Completion';
  uuid: string;
  employeeUuid: string;
  view: View;
  id: string;
  @Field(() => String, { description: 'The course.' })
  courseCode: string;
  @Field(() => String, { nullable: true, description: "The sender's id of the attempt." })
  attemptId: string | null;
  @Field(() => CompletionStatus, { description: 'Where the attempt stands.' })
  status: keyof typeof CompletionStatus;
  @Field(() => FloatScalar, { nullable: true, description: "Score, in the course's own scale." })
  score: number | null;
  @Field(() => FloatScalar, { nullable: true, description: 'Credit hours earned; absent: those of the course.' })
  creditHours: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was finished, or reached this status.' })
  completedAt: number | null;
  @Field(() => String, { nullable: true, description: 'Where the evidence is.' })
  evidenceUrl: string | null;
  @Field(() => String, { nullable: true, description: 'The recertification cycle the sender counts it in.' })
  recertificationCycle: string | null;
  @Field(() => String, { nullable: true, description: 'The badge the sender issued for it.' })
  badgeId: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'The last valid day, when the sender says when the result expires.' })
  expiresOn: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was reported; null: not known.' })
  reportedAt: number | null;
  @Field(() => String, { description: 'The system that reported it.' })
  source: string;
}

export const CompletionConnection = connectionOf(Completion, 'Completion', 'attempts at courses, oldest first');

@ObjectType({ description: 'Something to be learned, attempt by attempt.', simpleResolvers: true })
export class Course {
  @Field(() => String, { description: 'Its code, by which completions name it.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
  @Field(() => FloatScalar, { nullable: true, description: 'Credit hours of a completion that names none.' })
  creditHours: number | null;
  @Field(() => FloatScalar, { nullable: true, description: "The lowest score that passes; null: the sender's word counts." })
  passMark: number | null;
  @Field(() => RetakePolicy, { description: 'Which of several attempts counts.' })
  retakePolicy: keyof typeof RetakePolicy;
  @Field(() => FloatScalar, { nullable: true, description: "What it costs, in the organisation's currency; null: not known." })
  cost: number | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long it takes; null: not known.' })
  leadTime: string | null;
}

@InputType({ description: 'Courses to define or define anew.' })
export class DefineCoursesInput {
  @Field(() => [CourseInput], { description: 'At most 1,000.' })
  courses: CourseInput[];
}

@InputType({ description: 'A course.' })
export class CourseInput {
  @Field(() => String, { description: 'Its code, by which completions name it.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
  @Field(() => FloatScalar, { nullable: true, description: 'Credit hours of a completion that names none.' })
  creditHours?: number | null;
  @Field(() => FloatScalar, { nullable: true, description: "The lowest score that passes; absent: the sender's word counts." })
  passMark?: number | null;
  @Field(() => RetakePolicy, { nullable: true, defaultValue: 'LATEST', description: 'Which of several attempts counts.' })
  retakePolicy?: keyof typeof RetakePolicy | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description: "What it costs, in the organisation's currency, zero or more; absent: not known, and counted as nothing.",
  })
  cost?: number | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long it takes; absent: not known.' })
  leadTime?: string | null;
}

@InputType({ description: 'What a learning system says happened.' })
export class RecordCompletionsInput extends IngestInput {
  @Field(() => [CompletionInput], { description: 'At most 1,000.' })
  completions: CompletionInput[];
}

@InputType({ description: 'One attempt at a course; the same attempt is taken in once, whatever its event is called.' })
export class CompletionInput {
  @Field(() => String, { nullable: true, description: "The sender's id of this message; the same one has one effect." })
  eventId?: string | null;
  @Field(() => String, { description: "Who; an unknown person's item is kept until the person arrives." })
  employeeExternalId: string;
  @Field(() => String, { description: "Which course; an unknown course's item is kept until it is defined." })
  courseCode: string;
  @Field(() => String, { nullable: true, description: "The sender's id of the attempt; the same one has one effect." })
  attemptId?: string | null;
  @Field(() => CompletionStatus, { description: 'Where the attempt stands.' })
  status: keyof typeof CompletionStatus;
  @Field(() => FloatScalar, { nullable: true, description: "Score, in the course's own scale." })
  score?: number | null;
  @Field(() => FloatScalar, { nullable: true, description: 'Credit hours earned; absent: those of the course.' })
  creditHours?: number | null;
  @Field(() => DateTimeScalar, { description: 'When it was finished, or reached this status.' })
  completedAt: number;
  @Field(() => String, { nullable: true, description: 'Where the evidence is.' })
  evidenceUrl?: string | null;
  @Field(() => String, { nullable: true, description: 'The recertification cycle the sender counts it in.' })
  recertificationCycle?: string | null;
  @Field(() => String, { nullable: true, description: 'The badge the sender issued for it.' })
  badgeId?: string | null;
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The last valid day, when the sender says when the result expires; it wins over the renewal policy.',
  })
  expiresOn?: string | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it was reported to the issuer, where a cycle of credit hours has a deadline for that; default: when it is taken in.',
  })
  reportedAt?: number | null;
}

@ObjectType({ implements: Change, description: 'An attempt at a course was recorded.', simpleResolvers: true })
export class CompletionChange implements Change {
  __typename: 'CompletionChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'Who, as known at delivery.' })
  employee: Employee | null;
  @Field(() => Completion, { nullable: true, description: 'The attempt, as known at delivery.' })
  completion: Completion | null;
  @Field(() => String, { description: 'The status that was recorded.' })
  kind: string;
}
