// What-if in the schema.
import { ArgsType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { DateScalar, DateTimeScalar, DurationScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { EmployeeKey } from '../people/gql-types';
import { Verdict } from '../eligibility/gql-types';
import type { SupposedChange as SupposedChangeData } from './suppose';

const NOW = 'When; default now.';
const WHICH_TYPE = 'Of this type; absent: all those that the question is about.';
const WHICH_INSTANCE = 'This instance, such as a licence number; absent: all instances.';

@InputType({ description: 'Of whom something is supposed; exactly one key.' })
export class SupposedOfInput {
  @Field(() => EmployeeKey, { nullable: true, description: 'One person; the question is about all their credentials.' })
  employee?: EmployeeKey;
  @Field(() => String, {
    nullable: true,
    description: 'Everybody who has a credential of this type, also an expired or revoked one; the question is about these.',
  })
  typeCode?: string;
  @Field(() => String, {
    nullable: true,
    description: 'Everybody who has a credential of a type that this issuer issues; the question is about these.',
  })
  issuer?: string;
}

@InputType({ description: 'A credential that is awarded; dates as in CredentialInput.' })
export class SupposedGrantInput {
  @Field(() => String, { description: 'Of which type.' })
  typeCode: string;
  @Field(() => String, { nullable: true, description: 'Which instance, such as a licence number.' })
  instance?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Valid from this instant; default now.' })
  issuedAt?: number | null;
  @Field(() => DateScalar, { nullable: true, description: "Valid from the start of this day in the type's zone." })
  issuedOn?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Valid until this instant; absent: the type's policy decides." })
  expiresAt?: number | null;
  @Field(() => DateScalar, { nullable: true, description: "Valid through the end of this day in the type's zone." })
  expiresOn?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether the whole of the requirements is met anew.' })
  initial?: boolean | null;
}

@InputType({ description: 'Credentials that are taken back.' })
export class SupposedRevocationInput {
  @Field(() => String, { nullable: true, description: WHICH_TYPE })
  typeCode?: string | null;
  @Field(() => String, { nullable: true, description: WHICH_INSTANCE })
  instance?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: NOW })
  effectiveAt?: number | null;
}

@InputType({
  description:
    "The last award of each credential comes later; an end that its issuer gave it moves along. Where it was earned by completions, the one that decided it comes later; where a higher credential renewed it, that one's award does.",
})
export class SupposedDelayInput {
  @Field(() => String, { nullable: true, description: WHICH_TYPE })
  typeCode?: string | null;
  @Field(() => String, { nullable: true, description: WHICH_INSTANCE })
  instance?: string | null;
  @Field(() => DurationScalar, { description: "By how much, in the zone of the credential's type." })
  by: string;
}

@InputType({ description: 'An absence: the status is ON_LEAVE, and afterwards what it would have been.' })
export class SupposedLeaveInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'From this instant; default now.' })
  from?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive); absent: no return is in sight.' })
  until?: number | null;
}

@InputType({ description: 'The end of the employment: the status is TERMINATED.' })
export class SupposedTerminationInput {
  @Field(() => DateTimeScalar, { nullable: true, description: NOW })
  effectiveAt?: number | null;
}

@InputType({ description: 'Another manager.' })
export class SupposedManagerInput {
  @Field(() => String, { nullable: true, description: 'External id of the new manager; absent: nobody.' })
  managerExternalId?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: NOW })
  effectiveAt?: number | null;
}

@InputType({ description: 'One supposed fact; exactly one key.' })
export class SuppositionInput {
  @Field(() => SupposedGrantInput, { nullable: true, description: 'A credential is awarded.' })
  grant?: SupposedGrantInput;
  @Field(() => SupposedRevocationInput, { nullable: true, description: 'Credentials are revoked.' })
  revoke?: SupposedRevocationInput;
  @Field(() => SupposedDelayInput, { nullable: true, description: 'An award or renewal comes later.' })
  delay?: SupposedDelayInput;
  @Field(() => SupposedLeaveInput, { nullable: true, description: 'The person is away.' })
  leave?: SupposedLeaveInput;
  @Field(() => SupposedTerminationInput, { nullable: true, description: 'The person leaves the organisation.' })
  terminate?: SupposedTerminationInput;
  @Field(() => SupposedManagerInput, { nullable: true, description: 'The person gets another manager.' })
  manager?: SupposedManagerInput;
}

@InputType({ description: 'What is supposed, and of whom.' })
export class WhatIfInput {
  @Field(() => SupposedOfInput, { description: 'Of whom; at most 5,000 people.' })
  of: SupposedOfInput;
  @Field(() => [String], {
    nullable: true,
    description: 'Of the holders of a type or issuer, only those who are in one of these departments now.',
  })
  department?: string[] | null;
  @Field(() => [SuppositionInput], { description: 'What, 1 to 20 facts; each person is supposed all of them, in this order.' })
  suppose: SuppositionInput[];
}

@ArgsType()
export class WhatIfArgs {
  @Field(() => WhatIfInput, { description: 'What is supposed, and of whom.' })
  input: WhatIfInput;
  @Field(() => DurationScalar, {
    nullable: true,
    defaultValue: 'P1Y',
    description: 'How far ahead to look: differences that begin later are left out.',
  })
  horizon?: string | null;
}

@ObjectType({ description: 'A stretch of time in which a person would be judged otherwise for a role.', simpleResolvers: true })
export class SupposedChange implements SupposedChangeData {
  view: View;
  employeeUuid: string;
  roleUuid: string;
  from: number;
  to: number;
  nth: number;
  @Field(() => Verdict, { description: 'The verdict as things are.' })
  before: keyof typeof Verdict;
  @Field(() => Verdict, { description: 'The verdict as it would be.' })
  after: keyof typeof Verdict;
}

export const SupposedChangeConnection = connectionOf(
  SupposedChange,
  'SupposedChange',
  'differences that something supposed would make',
);

@ObjectType({
  description:
    'What would be different about eligibility. It is the effect the facts would really have, seen and taken back: nothing is written.',
  simpleResolvers: true,
})
export class WhatIf {
  view: View;
  all: readonly (SupposedChangeData & { readonly nth: number })[];
  @Field(() => Refusal, { nullable: true, description: 'Why it can be supposed of nobody; null when it can.' })
  refusal: Refusal | null;
  @Field(() => Int, { description: 'Of how many people it was supposed.' })
  peopleCount: number;
  @Field(() => Int, {
    description:
      'Of how many more people it could not be, for instance because they have no such credential; nothing is said of them.',
  })
  passedOver: number;
  @Field(() => Int, {
    description: 'For how many roles somebody would be eligible (ELIGIBLE or AT_RISK) now and is not, all people together.',
  })
  gainedNow: number;
  @Field(() => Int, { description: 'For how many roles somebody is eligible now and would not be, all people together.' })
  lostNow: number;
}
