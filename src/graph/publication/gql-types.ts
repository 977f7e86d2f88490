// Rehearsals in the schema.
import { Field, Int, ObjectType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { Verdict } from '../eligibility/gql-types';
import { type RehearsedChanges } from './rehearsed-changes';

@ObjectType('RehearsedChange', {
  description:
    'A verdict that would be another one from an instant on, until the next of the same person or until both agree again.',
  simpleResolvers: true,
})
export class RehearsedChangeObject {
  employeeUuid: string;
  externalId: string;
  view: View;
  @Field(() => DateTimeScalar, { description: 'From this instant; what began before the rehearsal begins at its instant.' })
  at: number;
  @Field(() => Verdict, { description: 'The verdict without the draft; UNKNOWN also where no rule would be in effect.' })
  before: keyof typeof Verdict;
  @Field(() => Verdict, { description: 'The verdict with it.' })
  after: keyof typeof Verdict;
}

export const RehearsedChangeConnection = connectionOf(
  RehearsedChangeObject,
  'RehearsedChange',
  'verdicts that would change, by external id and instant',
);

@ObjectType({ description: 'What would differ, were a draft published. Nothing was written.', simpleResolvers: true })
export class RuleRehearsal {
  changes: RehearsedChanges;
  view: View;
  @Field(() => String, {
    description:
      'For publishRule, which refuses it when facts or rules have moved on and the answer would differ. Empty when the draft is refused.',
  })
  hash: string;
  @Field(() => Refusal, { nullable: true, description: 'Why publishRule would refuse the draft; null: it would not.' })
  refusal: Refusal | null;
  @Field(() => Int, { description: 'How many people would at once become eligible (ELIGIBLE or AT_RISK).' })
  gainedNow: number;
  @Field(() => Int, { description: 'How many people would at once cease to be eligible.' })
  lostNow: number;
}
