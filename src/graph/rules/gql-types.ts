// Roles and rules in the schema.
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

export const RoleKind = {
  JOB: 'JOB',
  JOB_FAMILY: 'JOB_FAMILY',
  PAY_BAND: 'PAY_BAND',
  SHIFT: 'SHIFT',
  MARKETPLACE_ROLE: 'MARKETPLACE_ROLE',
} as const;
registerEnumType(RoleKind, {
  name: 'RoleKind',
  description: 'What sort of target a role is. Rules judge all alike.',
  valuesConfig: {
    JOB: { description: 'A job or position.' },
    JOB_FAMILY: { description: 'A family of jobs.' },
    PAY_BAND: { description: 'A pay band. Eligibility for one pays nobody: it says who may be paid so.' },
    SHIFT: { description: 'A shift or duty.' },
    MARKETPLACE_ROLE: { description: 'A role in the talent marketplace.' },
  },
});

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
  @Field(() => RoleKind, { nullable: true, description: 'What sort of target it is; null: nobody said.' })
  kind: keyof typeof RoleKind | null;
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
  @Field(() => RoleKind, { nullable: true, description: 'What sort of target it is.' })
  kind?: keyof typeof RoleKind | null;
}

@ObjectType({
  implements: Change,
  description:
    'A definition changed: a course, a credential type, a role, a career path, an outcome, the rule of one, or what a source can speak of.',
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
      'COURSE_DEFINED, CREDENTIAL_TYPE_DEFINED, ROLE_DEFINED, CAREER_PATH_DEFINED, OUTCOME_RULE_DEFINED, AWARD_RULE_PUBLISHED, RULE_PUBLISHED, CAPABILITY_DECLARED or ALLOW_LIST_DEFINED.',
  })
  kind: string;
  @Field(() => String, {
    description:
      'The code of what was defined; for a rule, that of the role or type it judges or awards; for a word of a source, what it speaks of; for what a source may tell, the source.',
  })
  code: string;
  @Field(() => Int, { nullable: true, description: 'The version of a rule.' })
  version: number | null;
}
