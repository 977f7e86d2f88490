// Differences between two states of the graph, in the schema.
import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { EmployeeKey } from '../people/gql-types';
import type { Sides } from './store';
import { Verdict } from '../eligibility/gql-types';

@InputType({ description: 'Whose eligibility is compared; exactly one key.' })
export class DiffScopeInput {
  @Field(() => EmployeeKey, { nullable: true, description: "One person's." })
  employee?: EmployeeKey;
  @Field(() => String, {
    nullable: true,
    description: 'That of everybody who is in this department on either side; who has left it is compared all the same.',
  })
  department?: string;
  @Field(() => String, { nullable: true, description: "Everybody's for the role of this code." })
  roleCode?: string;
}

@InputType({ description: 'A state of the graph: what held at an instant, as known at an instant.' })
export class StateInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'The instant to answer for; default now.' })
  at?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'What the graph knew at this instant; default now.' })
  knownAt?: number | null;
}

@ObjectType({
  description:
    'A person and a role that two states do not judge alike. Where one does not list them, because nobody was there or no rule in effect, they count as NOT_ELIGIBLE.',
  simpleResolvers: true,
})
export class EligibilityDifference {
  sides: Sides;
  /** The later knowledge, which knows every person and role of either side. */
  shown: View;
  employeeUuid: string;
  roleUuid: string;
  @Field(() => Verdict, { description: 'The verdict on the first side.' })
  before: keyof typeof Verdict;
  @Field(() => Verdict, { description: 'The verdict at the first instant, as the second side knows it.' })
  inHindsight: keyof typeof Verdict;
  @Field(() => Verdict, { description: 'The verdict on the second side.' })
  after: keyof typeof Verdict;
  @Field(() => Boolean, {
    description: 'By what the second side knows, the verdict differs between the two instants: something happened between them.',
  })
  happened: boolean;
  @Field(() => Boolean, {
    description:
      'What the second side knows of the first instant is not what the first side knew: something was learned late, or taken back.',
  })
  learned: boolean;
}

export const EligibilityDifferenceConnection = connectionOf(
  EligibilityDifference,
  'EligibilityDifference',
  'people and roles that two states do not judge alike',
);
