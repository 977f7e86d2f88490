// Who asks, in the schema.
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { EmployeeKey } from '../people/gql-types';

export const AccessRole = { EMPLOYEE: 'EMPLOYEE', AUDITOR: 'AUDITOR', HR: 'HR', ADMIN: 'ADMIN' } as const;
registerEnumType(AccessRole, {
  name: 'AccessRole',
  description: 'In which role a person asks; docs/access.md says what each may do.',
  valuesConfig: {
    EMPLOYEE: { description: 'Sees themselves and whoever reports to them, directly or through others.' },
    AUDITOR: { description: 'Sees everybody, the log and its proofs, and changes nothing but that proofs were exported.' },
    HR: { description: 'Sees everybody and changes what the graph knows.' },
    ADMIN: { description: 'May do everything the token allows.' },
  },
});

export const Reach = { EVERYBODY: 'EVERYBODY', REPORTS: 'REPORTS', SOURCES: 'SOURCES' } as const;
registerEnumType(Reach, {
  name: 'Reach',
  description: 'Of whom somebody is told.',
  valuesConfig: {
    EVERYBODY: { description: 'Of everybody.' },
    REPORTS: { description: 'Of themselves and whoever reports to them, at the instant asked about.' },
    SOURCES: { description: 'Of the people of whom their sources have told something.' },
  },
});

@ObjectType({ description: 'Whoever asks, as the graph takes them.', simpleResolvers: true })
export class Viewer {
  @Field(() => String, { description: 'What the audit calls them.' })
  actor: string;
  @Field(() => AccessRole, { nullable: true, description: 'In which role a person asks; null: a system does.' })
  role: keyof typeof AccessRole | null;
  @Field(() => [String], {
    description: 'Why in this role: what decides, and what that overrules. By hand outranks group, group outranks job title.',
  })
  because: readonly string[];
  @Field(() => [String], { description: 'What they may do.' })
  scopes: readonly string[];
  @Field(() => Reach, { description: 'Of whom they are told.' })
  reach: keyof typeof Reach;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When their credentials end; null: not by themselves.' })
  expiresAt: number | null;
}

@ObjectType({ description: 'A job title or a group that gives a role.', simpleResolvers: true })
export class AccessMapping {
  @Field(() => String, { nullable: true, description: 'The job title, as the HR system writes it; null: a group gives it.' })
  jobTitle: string | null;
  @Field(() => String, { nullable: true, description: 'The group, as tokens name it; null: a job title gives it.' })
  group: string | null;
  @Field(() => AccessRole, { description: 'The role it gives.' })
  role: keyof typeof AccessRole;
}

@ObjectType({ description: 'A role that was given to a person by hand.', simpleResolvers: true })
export class AccessAssignment {
  employeeUuid: string;
  view: View;
  @Field(() => AccessRole, { description: 'The role.' })
  role: keyof typeof AccessRole;
  @Field(() => String, { description: 'Why.' })
  reason: string;
}

export const AccessAssignmentConnection = connectionOf(AccessAssignment, 'AccessAssignment', 'roles given by hand, by person');

@InputType({ description: 'A role to be given to a person by hand, whatever groups and job title say.' })
export class AssignAccessRoleInput {
  @Field(() => EmployeeKey, { description: 'To whom.' })
  employee: EmployeeKey;
  @Field(() => AccessRole, { nullable: true, description: 'Which one; null takes back what was given by hand.' })
  role?: keyof typeof AccessRole | null;
  @Field(() => String, { description: 'Why; kept in the audit.' })
  reason: string;
}

@InputType({ description: 'What gives a role; exactly one.' })
export class AccessMappingKey {
  @Field(() => String, { nullable: true, description: 'A job title, as the HR system writes it.' })
  jobTitle?: string;
  @Field(() => String, { nullable: true, description: 'A group, as tokens name it in `groups`.' })
  group?: string;
}

@InputType({ description: 'A job title or a group that is to give a role.' })
export class MapAccessRoleInput {
  @Field(() => AccessMappingKey, { description: 'What gives it.' })
  of: AccessMappingKey;
  @Field(() => AccessRole, { nullable: true, description: 'Which one; null: it gives none any more.' })
  role?: keyof typeof AccessRole | null;
  @Field(() => String, { description: 'Why; kept in the audit.' })
  reason: string;
}

@ObjectType({ description: 'What came of giving or taking a role.', simpleResolvers: true })
export class AccessRolePayload {
  @Field(() => Boolean, { description: 'Whether anything is different now.' })
  changed: boolean;
  @Field(() => Refusal, { nullable: true, description: 'Why nothing was done; null: it was, or there was nothing to do.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { description: 'Position in the change log after it.' })
  cursor: string;
}
