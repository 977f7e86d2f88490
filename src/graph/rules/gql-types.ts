// Roles and rules in the schema.
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, DurationScalar, FloatScalar, JsonScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

@ObjectType('Role', {
  implements: Node,
  description: 'A target of eligibility: a job, a shift, a pay band, a place in the talent marketplace.',
  simpleResolvers: true,
})
export class Role implements Node {
  __typename: 'Role';
  uuid: string;
  view: View;
  id: string;
  @Field(() => String, { description: 'Its code, by which everything names it.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
  @Field(() => String, { nullable: true, description: 'The job family it belongs to.' })
  jobFamily: string | null;
}

export const RoleConnection = connectionOf(Role, 'Role', 'roles, by code');

@InputType({ description: 'Roles to define or define anew.' })
export class DefineRolesInput {
  @Field(() => [RoleInput], { description: 'At most 1,000.' })
  roles: RoleInput[];
}

@InputType({ description: 'A role.' })
export class RoleInput {
  @Field(() => String, { description: 'Its code, by which everything names it.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
  @Field(() => String, { nullable: true, description: 'The job family it belongs to.' })
  jobFamily?: string | null;
}

@InputType({ description: 'A rule to publish.' })
export class RuleDraftInput {
  @Field(() => String, { description: 'The role it judges.' })
  roleCode: string;
  @Field(() => RuleNodeInput, { description: 'What somebody must be and hold.' })
  rule: RuleNodeInput;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it takes effect, default now; a first version by default since ever. It replaces what was to hold from then on.',
  })
  effectiveFrom?: number | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long before a lapse the verdict turns to AT_RISK.' })
  warnBefore?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The hash of a rehearsal of this draft; refused when no rehearsal has it.',
  })
  rehearsalHash?: string | null;
}

@InputType({ description: 'One condition; exactly one key.' })
export class RuleNodeInput {
  @Field(() => [RuleNodeInput], { nullable: true, description: 'All of these.' })
  all?: RuleNodeInput[];
  @Field(() => [RuleNodeInput], { nullable: true, description: 'Any of these.' })
  any?: RuleNodeInput[];
  @Field(() => AtLeastInput, { nullable: true, description: 'At least so many of these.' })
  atLeast?: AtLeastInput;
  @Field(() => RuleNodeInput, { nullable: true, description: 'Not this; what is unknown stays unknown.' })
  not?: RuleNodeInput;
  @Field(() => HoldsInput, { nullable: true, description: 'Holds a credential of a type, or of one that counts in its place.' })
  holds?: HoldsInput;
  @Field(() => AttributeInput, { nullable: true, description: 'An attribute of the person passes a test.' })
  attribute?: AttributeInput;
  @Field(() => DuringInput, { nullable: true, description: 'Only within a period.' })
  during?: DuringInput;
}

@InputType({ description: 'At least n of several conditions.' })
export class AtLeastInput {
  @Field(() => Int, { description: 'How many.' })
  n: number;
  @Field(() => [RuleNodeInput], { description: 'Of these.' })
  of: RuleNodeInput[];
}

@InputType({ description: 'Holding a credential.' })
export class HoldsInput {
  @Field(() => String, { description: "The type's code." })
  typeCode: string;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether grace does not count.' })
  strict?: boolean | null;
}

@InputType({
  description:
    'A test of an attribute; exactly one of equals, in and atLeast. No value known: unknown; known to have none: not met.',
})
export class AttributeInput {
  @Field(() => String, { description: 'The attribute: a field of EmployeeInput or a custom attribute.' })
  name: string;
  @Field(() => JsonScalar, { nullable: true, description: 'Has this value; a list has it among its elements.' })
  equals?: unknown;
  @Field(() => [JsonScalar], { nullable: true, description: 'Has one of these values.' })
  in?: unknown[];
  @Field(() => FloatScalar, { nullable: true, description: 'Is a number of at least this.' })
  atLeast?: number | null;
}

@InputType({ description: 'A period; at least one bound.' })
export class DuringInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'From this instant.' })
  from?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive).' })
  until?: number | null;
}

@ObjectType({
  implements: Change,
  description: 'A definition changed: a course, a credential type, a role, a career path, or the rule of one.',
  simpleResolvers: true,
})
export class DefinitionChange implements Change {
  __typename: 'DefinitionChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'Always null: a definition is about nobody.' })
  employee: Employee | null;
  @Field(() => String, {
    description:
      'COURSE_DEFINED, CREDENTIAL_TYPE_DEFINED, ROLE_DEFINED, CAREER_PATH_DEFINED, AWARD_RULE_PUBLISHED or RULE_PUBLISHED.',
  })
  kind: string;
  @Field(() => String, { description: 'The code of what was defined; for a rule, that of the role or type it judges or awards.' })
  code: string;
  @Field(() => Int, { nullable: true, description: 'The version of a rule.' })
  version: number | null;
}
