// People in the schema.
import { Field, ID, InputType, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { CursorScalar, DateScalar, DateTimeScalar, FloatScalar, JsonScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';

export const EmploymentStatus = {
  PRE_HIRE: 'PRE_HIRE',
  ACTIVE: 'ACTIVE',
  ON_LEAVE: 'ON_LEAVE',
  TERMINATED: 'TERMINATED',
} as const;
registerEnumType(EmploymentStatus, {
  name: 'EmploymentStatus',
  description: 'Where a person stands with the organisation.',
  valuesConfig: {
    PRE_HIRE: { description: 'Known, not yet employed.' },
    ACTIVE: { description: 'Employed and at work.' },
    ON_LEAVE: { description: 'Employed and away.' },
    TERMINATED: { description: 'No longer employed; the records stay.' },
  },
});

export const EmployeeOrder = { NAME: 'NAME', EXTERNAL_ID: 'EXTERNAL_ID', HIRED_ON: 'HIRED_ON' } as const;
registerEnumType(EmployeeOrder, {
  name: 'EmployeeOrder',
  description: 'How people are listed; always ascending.',
  valuesConfig: {
    NAME: { description: 'By name.' },
    EXTERNAL_ID: { description: 'By external id, as text.' },
    HIRED_ON: { description: 'By first day of employment; those without one last.' },
  },
});

@InputType({ description: 'Names one person; exactly one key.' })
export class EmployeeKey {
  @Field(() => ID, { nullable: true, description: 'The node id.' })
  id?: string;
  @Field(() => ExternalIdInput, { nullable: true, description: "An id in a source, or the organisation's own." })
  externalId?: ExternalIdInput;
  @Field(() => String, { nullable: true, description: 'An e-mail address the person has, or had and nobody else ever did.' })
  email?: string;
}

@InputType({ description: 'An external id.' })
export class ExternalIdInput {
  @Field(() => String, { nullable: true, description: "The source in which it is an id; absent: the organisation's own id." })
  source?: string | null;
  @Field(() => String, { description: 'The id.' })
  value: string;
}

@InputType({ description: 'Which people; all conditions must hold, an absent one always does.' })
export class EmployeeFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name, e-mail or external id, in any case.' })
  search?: string | null;
  @Field(() => [EmploymentStatus], { nullable: true, description: 'One of these statuses.' })
  status?: (keyof typeof EmploymentStatus)[] | null;
  @Field(() => [String], { nullable: true, description: 'In one of these departments.' })
  department?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'At one of these locations.' })
  location?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'In one of these job families.' })
  jobFamily?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'With one of these job titles.' })
  jobTitle?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'On one of these cost centers.' })
  costCenter?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Of one of these employment types.' })
  employmentType?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'With one of these external ids.' })
  externalId?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'With one of these e-mail addresses, in any case.' })
  email?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Whose primary manager has this external id.' })
  managerExternalId?: string | null;
  @Field(() => String, { nullable: true, description: 'Whose primary manager has this e-mail address.' })
  managerEmail?: string | null;
  @Field(() => [String], { nullable: true, description: 'With any of these role codes.' })
  roleCode?: string[] | null;
  @Field(() => DateScalar, { nullable: true, description: 'Hired on this day or later.' })
  hiredFrom?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Hired before this day.' })
  hiredBefore?: string | null;
}

@ObjectType({ description: 'An edge from a person to somebody whom they report to.', simpleResolvers: true })
export class ReportingLine {
  @Field(() => Employee, { description: 'The manager.' })
  manager: Employee;
  @Field(() => Boolean, {
    description: 'Whether it is the primary manager, who decides about approvals; of several at most one is.',
  })
  isPrimary: boolean;
}

@ObjectType({ implements: Node, description: 'A person, once and only once, whatever systems know them.', simpleResolvers: true })
export class Employee implements Node {
  __typename: 'Employee';
  uuid: string;
  managerId: string | null;
  otherManagerIds: readonly string[];
  view: View;
  id: string;
  @Field(() => String, { description: 'The immutable id of the organisation.' })
  externalId: string;
  @Field(() => Int, { description: 'Grows by one with every change of the person in the log.' })
  version: number;
  @Field(() => String, { nullable: true, description: 'Given name.' })
  givenName: string | null;
  @Field(() => String, { nullable: true, description: 'Family name.' })
  familyName: string | null;
  @Field(() => String, { description: 'The name to show; the external id while no name is known.' })
  name: string;
  @Field(() => String, { nullable: true, description: 'E-mail address. Former ones still find the person.' })
  email: string | null;
  @Field(() => EmploymentStatus, { description: 'Employment status at the instant asked about.' })
  status: keyof typeof EmploymentStatus;
  @Field(() => String, { nullable: true, description: 'Such as full-time or contractor, in the words of the source.' })
  employmentType: string | null;
  @Field(() => String, { nullable: true, description: 'Job title.' })
  jobTitle: string | null;
  @Field(() => String, { nullable: true, description: 'Job family.' })
  jobFamily: string | null;
  @Field(() => String, { nullable: true, description: 'Department.' })
  department: string | null;
  @Field(() => String, { nullable: true, description: 'Place of work.' })
  location: string | null;
  @Field(() => String, { nullable: true, description: 'Cost center.' })
  costCenter: string | null;
  @Field(() => [String], { description: 'Codes the HR system uses for entitlements.' })
  roleCodes: string[];
  @Field(() => DateScalar, { nullable: true, description: 'First day of employment.' })
  hiredOn: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Last day of employment.' })
  terminatedOn: string | null;
  @Field(() => JsonScalar, { description: 'Custom attributes by name.' })
  attributes: unknown;
}

export const EmployeeConnection = connectionOf(Employee, 'Employee', 'people');

@InputType({ description: 'What a source says about people.' })
export class UpsertEmployeesInput extends IngestInput {
  @Field(() => [EmployeeInput], { description: 'At most 1,000.' })
  employees: EmployeeInput[];
}

@InputType({ description: 'Absent fields are left alone, null clears.' })
export class EmployeeInput {
  @Field(() => String, {
    description: "The person's id in the source; the organisation's own if no other source knew it before.",
  })
  externalId: string;
  @Field(() => String, {
    nullable: true,
    description:
      'What a person keeps for life, such as a hash of a national number: an id nobody knows belongs to whoever has this reference already. Only a hash of it is stored.',
  })
  personReference?: string | null;
  @Field(() => String, { nullable: true, description: 'Given name.' })
  givenName?: string | null;
  @Field(() => String, { nullable: true, description: 'Family name.' })
  familyName?: string | null;
  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  email?: string | null;
  @Field(() => EmploymentStatus, {
    nullable: true,
    description: 'Employment status; while none was ever sent it follows from hiredOn and terminatedOn.',
  })
  status?: keyof typeof EmploymentStatus | null;
  @Field(() => String, { nullable: true, description: 'Such as full-time or contractor.' })
  employmentType?: string | null;
  @Field(() => String, { nullable: true, description: 'Job title.' })
  jobTitle?: string | null;
  @Field(() => String, { nullable: true, description: 'Job family.' })
  jobFamily?: string | null;
  @Field(() => String, { nullable: true, description: 'Department.' })
  department?: string | null;
  @Field(() => String, { nullable: true, description: 'Place of work.' })
  location?: string | null;
  @Field(() => String, { nullable: true, description: 'Cost center.' })
  costCenter?: string | null;
  @Field(() => String, { nullable: true, description: 'External id of the one primary manager, who may arrive later.' })
  managerExternalId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'External ids of all other managers, such as of a function or project; they replace the earlier ones and may arrive later. They see the person among their reports; only the primary manager decides.',
  })
  otherManagerExternalIds?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'All role codes; they replace the earlier ones.' })
  roleCodes?: string[] | null;
  @Field(() => DateScalar, { nullable: true, description: 'First day of employment.' })
  hiredOn?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Last day of employment.' })
  terminatedOn?: string | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When these values begin to hold; default now. May be in the past (a correction) or the future. On a first load give the day on which they began, such as the hiring date: before it the person is PRE_HIRE, and lists, diffs and counts of the past do not contain them.',
  })
  effectiveAt?: number | null;
  @Field(() => JsonScalar, { nullable: true, description: 'Custom attributes by name; those not named are left alone.' })
  attributes?: unknown;
}

@InterfaceType({
  description: 'One entry of the change log.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Change {
  @Field(() => CursorScalar, { description: 'Pass as `after` to go on behind this change.' })
  cursor: string;
  @Field(() => FloatScalar, {
    description: 'Dense position in the log: a consumer that filters nothing and sees n then n+2 knows it lost one.',
  })
  position: number;
  @Field(() => DateTimeScalar, { description: 'When it became true.' })
  occurredAt: number;
  @Field(() => DateTimeScalar, { description: 'When the graph learned or published it.' })
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'Who it is about, as known at delivery; null: nobody.' })
  employee: Employee | null;
}

@ObjectType({
  implements: Change,
  description: 'Somebody was erased, or what the log said about somebody who was: nobody can read it again. Forget them too.',
  simpleResolvers: true,
})
export class ErasedChange implements Change {
  __typename: 'ErasedChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'Always null: nothing leads to the person any more.' })
  employee: Employee | null;
  @Field(() => String, { description: 'ERASURE: this is the act; ERASED: this was an earlier change.' })
  kind: string;
  @Field(() => ID, { description: 'The id the person had.' })
  employeeId: string;
}

@ObjectType({ implements: Change, description: 'Something changed about a person.', simpleResolvers: true })
export class EmployeeChange implements Change {
  __typename: 'EmployeeChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { description: 'The person, as known at delivery.' })
  employee: Employee;
  @Field(() => String, {
    description:
      'ADDED, TERMINATED, LEAVE_STARTED, STATUS_CHANGED, MANAGER_CHANGED, TRANSFERRED, JOB_CHANGED or UPDATED; the weightiest one.',
  })
  kind: string;
  @Field(() => [String], { description: 'The names of the attributes that were set.' })
  attributes: string[];
}
