// Ways to eligibility in the schema.
import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar, FloatScalar } from '../../platform/graphql/scalars';

@ObjectType({ description: 'Something to do, or to wait for.', simpleResolvers: true })
export class WayStep {
  @Field(() => String, {
    description:
      'CREDENTIAL: obtain or renew one. COURSE: pass one, for a credential that an award rule gives. CREDITS: earn credit hours. APPROVAL: get one. ' +
      'RESOLUTION: close what is open. VERIFICATION: have a credential verified. ATTRIBUTE: an attribute would have to be another; HR decides that. ' +
      'REMOVAL: what stands in the way would have to go. WAIT: time has to pass. UNDISCLOSED: something that the audience is not to see.',
  })
  kind: string;
  @Field(() => String, {
    nullable: true,
    description: 'Code of the credential type, course, approval, resolver or attribute; null for credit hours and waiting.',
  })
  code: string | null;
  @Field(() => String, { description: 'The step in English.' })
  text: string;
  @Field(() => FloatScalar, {
    description: "What it costs, in the organisation's currency; 0 where nothing is known. Shared courses cost once.",
  })
  cost: number;
}

@ObjectType({
  description:
    'Steps after which the person is eligible: none can be left out. What is obtained is taken to be kept up, and prerequisites and courses are steps of their own.',
  simpleResolvers: true,
})
export class Way {
  @Field(() => [WayStep], { description: 'In an order in which they can be done.' })
  steps: WayStep[];
  @Field(() => FloatScalar, { description: 'The sum of the costs of the steps.' })
  cost: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the person is eligible at the earliest: the longest chain of lead times, and not before what has to be waited for. Null: a lead time is not known.',
  })
  earliestAt: number | null;
  @Field(() => Boolean, {
    description: 'Whether it is proved that no way is cheaper. False also for the best when the search ended at its limit.',
  })
  isOptimal: boolean;
}
