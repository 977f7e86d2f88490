// Coverage ahead in the schema.
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateScalar, DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { EmploymentStatus } from '../people/gql-types';
import type { Coverage, CoveragePlan, PlannedRenewal } from './forecast';
import type { LapseRow } from './store';

export const CoverageDimension = { DEPARTMENT: 'DEPARTMENT', LOCATION: 'LOCATION' } as const;
registerEnumType(CoverageDimension, {
  name: 'CoverageDimension',
  description: 'What a forecast can be grouped by beside the role.',
  valuesConfig: {
    DEPARTMENT: { description: 'The department of the person on each day.' },
    LOCATION: { description: 'The location of the person on each day.' },
  },
});

@InputType({ description: 'Whom a forecast counts on a day: people of whom all of this is true on that day.' })
export class CoverageFilter {
  @Field(() => [String], { nullable: true, description: 'In one of these departments; default: any, and none.' })
  department?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'At one of these locations; default: any, and none.' })
  location?: string[] | null;
  @Field(() => [EmploymentStatus], {
    nullable: true,
    description: 'With one of these statuses; default ACTIVE: who is on leave or has left covers nothing.',
  })
  status?: (keyof typeof EmploymentStatus)[] | null;
}

@ObjectType({
  description:
    'The numbers of one civil day of the organisation, as they are at its start; those of the first day are as they are at the instant asked about.',
  simpleResolvers: true,
})
export class CoverageDay {
  @Field(() => DateScalar, { description: 'The day.' })
  on: string;
  @Field(() => Int, { description: 'How many people the forecast looks at, eligible or not.' })
  people: number;
  @Field(() => Int, { description: 'How many of them are ELIGIBLE or AT_RISK.' })
  eligible: number;
  @Field(() => Int, { description: 'How many of them are in GRACE; they are not among the eligible.' })
  grace: number;
}

@ObjectType({ description: 'Somebody who counts no longer.', simpleResolvers: true })
export class CoverageLapse {
  row: LapseRow;
  coverage: Coverage;
  @Field(() => DateTimeScalar, { description: 'Since when.' })
  at: number;
}

export const CoverageLapseConnection = connectionOf(CoverageLapse, 'CoverageLapse', 'people who lapse, by instant');

@ObjectType({ description: 'A credential to renew.', simpleResolvers: true })
export class CoverageRenewal {
  renewal: PlannedRenewal;
  view: View;
  @Field(() => DateTimeScalar, { description: 'The first instant at which it would no longer count.' })
  lapsesAt: number;
  @Field(() => DateScalar, {
    description: 'The first due date: the last civil day of the organisation on which it counts. Renew it by then.',
  })
  dueOn: string;
}

export const CoverageRenewalConnection = connectionOf(
  CoverageRenewal,
  'CoverageRenewal',
  'credentials to renew, by the instant they end',
);

@ObjectType({
  description:
    'The smallest set of credentials which, renewed by the day they are first due and kept valid from then until the end of the horizon, leave no day under the minimum; where even all renewals cannot do that, days come as near to it as they can.',
  simpleResolvers: true,
})
export class CoverageRenewalPlan {
  coverage: Coverage;
  plan: CoveragePlan;
  @Field(() => Int, { description: 'How many credentials that are.' })
  count: number;
  @Field(() => Boolean, {
    description:
      'Whether no smaller set exists. False: the search was given up at its bound, and the set may not be the smallest.',
  })
  isOptimal: boolean;
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The first day that stays under the minimum whatever is renewed; null: none does.',
  })
  remainingShortfallOn: string | null;
}

@ObjectType({
  description: 'How many people there will be for a role, day by day, if no new fact arrives.',
  simpleResolvers: true,
})
export class CoverageForecast {
  coverage: Coverage;
  @Field(() => [String], {
    description: 'The values grouped by, in the order of `groupBy`; empty text: people without one.',
  })
  keys: readonly string[];
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The first day on which there are fewer than `minimum`; null: none, or no minimum was given.',
  })
  firstShortfallOn: string | null;
}
