// Incidents in the schema.
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

@ObjectType({
  implements: Node,
  description:
    'Something that happened to a person, or through them, that rules may ask about: it opens a `noOpen` condition, or closes one.',
  simpleResolvers: true,
})
export class Incident implements Node {
  __typename: 'Incident';
  uuid: string;
  employeeUuid: string;
  view: View;
  id: string;
  @Field(() => String, { description: 'What happened, as rules name it.' })
  kind: string;
  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  occurredAt: number;
  @Field(() => String, { nullable: true, description: 'More about it.' })
  reason: string | null;
  @Field(() => String, { nullable: true, description: "The sender's reference, such as a report number." })
  reference: string | null;
  @Field(() => String, { description: 'The system that reported it.' })
  source: string;
}

export const IncidentConnection = connectionOf(Incident, 'Incident', 'incidents, oldest first');

@InputType({ description: 'What a system says happened to people, or through them.' })
export class RecordIncidentsInput extends IngestInput {
  @Field(() => [IncidentInput], { description: 'At most 1,000.' })
  incidents: IncidentInput[];
}

@InputType({ description: 'One incident; without an event id, the same kind, instant and reference are the same incident.' })
export class IncidentInput {
  @Field(() => String, { nullable: true, description: "The sender's id of this message; the same one has one effect." })
  eventId?: string | null;
  @Field(() => String, { description: "Who; an unknown person's item is kept until the person arrives." })
  employeeExternalId: string;
  @Field(() => String, { description: 'What happened, such as `near-miss` or `refresher-done`; rules name it.' })
  kind: string;
  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  occurredAt: number;
  @Field(() => String, { nullable: true, description: 'More about it.' })
  reason?: string | null;
  @Field(() => String, { nullable: true, description: "The sender's reference, such as a report number." })
  reference?: string | null;
}

@InputType({ description: 'An incident that was recorded by mistake.' })
export class RetractIncidentInput {
  @Field(() => ID, { description: 'Which one: the id its recording answered.' })
  incident: string;
  @Field(() => String, { description: 'Why it is taken back; kept in the log.' })
  reason: string;
  @Field(() => String, {
    nullable: true,
    description: 'Makes the request idempotent: the same key and body answer as the first time.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ implements: Change, description: 'An incident was recorded, or taken back.', simpleResolvers: true })
export class IncidentChange implements Change {
  __typename: 'IncidentChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'Who, as known at delivery.' })
  employee: Employee | null;
  @Field(() => Incident, { nullable: true, description: 'The incident, as known at delivery; null once it was taken back.' })
  incident: Incident | null;
  @Field(() => String, { description: 'INCIDENT_RECORDED or INCIDENT_RETRACTED.' })
  kind: string;
  @Field(() => String, { nullable: true, description: 'What was said about it, or why it was taken back.' })
  reason: string | null;
}
