// Plans along career moves in the schema.
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar, FloatScalar } from '../../platform/graphql/scalars';
import { Way } from '../ways/gql-types';
import { Employee } from '../people/gql-types';
import { Role } from '../rules/gql-types';

const OBSTACLES = {
  NO_START: 'No role is known to start from.',
  NO_MOVES: 'No moves lead there.',
  NO_WAY: 'Moves lead there, but on each of them is a role for which nothing would make the person eligible.',
} as const;
export const CareerPlanObstacle = Object.fromEntries(Object.keys(OBSTACLES).map((code) => [code, code])) as {
  [K in keyof typeof OBSTACLES]: K;
};
registerEnumType(CareerPlanObstacle, {
  name: 'CareerPlanObstacle',
  description: 'Why there is no plan.',
  valuesConfig: Object.fromEntries(Object.entries(OBSTACLES).map(([code, description]) => [code, { description }])),
});

@ObjectType({ description: 'A move of a plan, and what is missing for it when it is its turn.', simpleResolvers: true })
export class CareerStage {
  @Field(() => Role, { description: 'The role it leads to.' })
  role: Role;
  @Field(() => Boolean, { description: 'Whether the person is eligible by then, with what earlier stages brought.' })
  alreadyEligible: boolean;
  @Field(() => Way, { nullable: true, description: 'The gap: the steps to take; null: there is none.' })
  way: Way | null;
}

@ObjectType({
  description:
    'The way to a role along the moves of career paths: at each stage the person becomes eligible for its role. Nobody is promoted by it.',
  simpleResolvers: true,
})
export class CareerPlan {
  @Field(() => Employee, { description: 'Whose.' })
  employee: Employee;
  @Field(() => Role, { nullable: true, description: 'The role it starts from; null: there is no plan.' })
  from: Role | null;
  @Field(() => Role, { description: 'The role it leads to.' })
  to: Role;
  @Field(() => [CareerStage], { description: 'The moves in order; empty when the person is there, or when there is no plan.' })
  stages: CareerStage[];
  @Field(() => FloatScalar, { description: 'The sum of the costs of the stages; what is needed by several is paid once.' })
  cost: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the last role is reached at the earliest; null: a lead time is not known, or there is no plan.',
  })
  earliestAt: number | null;
  @Field(() => Boolean, {
    description: 'Whether it is proved that no plan is cheaper, or that there is none; false when the search ended at its limit.',
  })
  isOptimal: boolean;
  @Field(() => CareerPlanObstacle, { nullable: true, description: 'Why there is no plan, for programs.' })
  obstacle: keyof typeof CareerPlanObstacle | null;
  @Field(() => String, { nullable: true, description: 'Why there is no plan, and what to do, for people.' })
  reason: string | null;
}
