// Eligibility in the schema.
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { VerdictTimeline } from '../../core/verdict';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';
import { Audience } from '../rules/gql-rule-inputs';
import { Role, RoleKind } from '../rules/gql-types';

export const Verdict = {
  ELIGIBLE: 'ELIGIBLE',
  AT_RISK: 'AT_RISK',
  GRACE: 'GRACE',
  PENDING: 'PENDING',
  UNKNOWN: 'UNKNOWN',
  NOT_ELIGIBLE: 'NOT_ELIGIBLE',
} as const;
registerEnumType(Verdict, {
  name: 'Verdict',
  description: 'What a rule says about a person at an instant.',
  valuesConfig: {
    ELIGIBLE: { description: 'Every condition is met.' },
    AT_RISK: { description: "Met, and about to lapse within the rule's warning time." },
    GRACE: { description: 'Met only because of a grace period.' },
    PENDING: { description: 'Not met yet; what is missing has been asked for.' },
    UNKNOWN: { description: 'It cannot be said: a value the rule asks for is not known, or no rule is in effect.' },
    NOT_ELIGIBLE: { description: 'A condition is not met.' },
  },
});

@ObjectType({ description: 'A stretch of time with one verdict.', simpleResolvers: true })
export class EligibilitySegment {
  @Field(() => DateTimeScalar, { nullable: true, description: 'From this instant; null: since ever.' })
  from: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive); null: for ever.' })
  to: number | null;
  @Field(() => Verdict, { description: 'The verdict.' })
  verdict: keyof typeof Verdict;
  @Field(() => Int, { nullable: true, description: 'The version of the rule that says so; null: no rule was in effect.' })
  ruleVersion: number | null;
}

@ObjectType({ description: 'One condition of a rule, as it stands.', simpleResolvers: true })
export class ExplanationNode {
  @Field(() => ID, { description: 'Its place in the rule: "0" is the root, "0.1" its second child.' })
  id: string;
  @Field(() => ID, { nullable: true, description: 'The condition it is part of; null: the root.' })
  parentId: string | null;
  @Field(() => String, { description: 'The operator, as in RuleNodeInput.' })
  op: string;
  @Field(() => Verdict, { description: 'How far it is met.' })
  verdict: keyof typeof Verdict;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when.' })
  since: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when, if no new fact arrives; null: for ever.' })
  until: number | null;
  @Field(() => Boolean, { description: 'Whether the verdict is what it is because of this condition.' })
  binding: boolean;
  @Field(() => String, { description: 'The condition in English.' })
  text: string;
  @Field(() => [ID], { description: 'The facts in force that it looked at; each is found with `node(id)`.' })
  factIds: readonly string[];
}

@ArgsType()
export class AudienceArgs {
  @Field(() => Audience, {
    defaultValue: 'HR',
    description: 'For whom: conditions that are not disclosed to them are only said to be there. Default HR, who see all.',
  })
  audience: keyof typeof Audience;
}

@ObjectType('Eligibility', {
  description: 'One answer about one person and one role; it knows its own end.',
  simpleResolvers: true,
})
export class Eligibility {
  employeeUuid: string;
  roleUuid: string;
  view: View;
  timeline: VerdictTimeline;
  @Field(() => Verdict, { description: 'The verdict at the instant asked about.' })
  verdict: keyof typeof Verdict;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when the verdict has held; null: since ever.' })
  since: number | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The exact instant at which the verdict changes if no new fact arrives; null: never.',
  })
  until: number | null;
  @Field(() => Verdict, { nullable: true, description: 'What it changes to at `until`.' })
  untilVerdict: keyof typeof Verdict | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The next instant at which the person is eligible with no new fact; null: eligible already, or time alone does not help.',
  })
  nextEligibleAt: number | null;
  @Field(() => Int, { nullable: true, description: 'The version of the rule that says so; null: no rule is in effect.' })
  ruleVersion: number | null;
}

export const EligibilityConnection = connectionOf(Eligibility, 'Eligibility', 'answers about people and roles');

@InputType({ description: 'Which answers; all conditions must hold, an absent one always does.' })
export class EligibilityFilter {
  @Field(() => [String], { nullable: true, description: 'For these roles.' })
  roleCode?: string[] | null;
  @Field(() => [RoleKind], { nullable: true, description: 'For roles of these kinds.' })
  roleKind?: (keyof typeof RoleKind)[] | null;
  @Field(() => [Verdict], { nullable: true, description: 'With one of these verdicts at the instant asked about.' })
  verdict?: (keyof typeof Verdict)[] | null;
  @Field(() => [String], { nullable: true, description: 'For people in one of these departments.' })
  department?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'For people at one of these locations.' })
  location?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only roles the person has (`roleCodes`), whoever is not eligible there is a gap; false: only others.',
  })
  assigned?: boolean | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Whose verdict changes before this instant if no new fact arrives.',
  })
  changesBefore?: number | null;
}

export const EligibilityDimension = {
  DEPARTMENT: 'DEPARTMENT',
  LOCATION: 'LOCATION',
  JOB_FAMILY: 'JOB_FAMILY',
  ROLE: 'ROLE',
  VERDICT: 'VERDICT',
} as const;
registerEnumType(EligibilityDimension, {
  name: 'EligibilityDimension',
  description: 'What answers about people and roles can be counted by.',
  valuesConfig: {
    DEPARTMENT: { description: "The person's department." },
    LOCATION: { description: "The person's location." },
    JOB_FAMILY: { description: "The person's job family." },
    ROLE: { description: "The role's code." },
    VERDICT: { description: 'The verdict.' },
  },
});

@ObjectType({ description: 'How many answers share the same values.', simpleResolvers: true })
export class EligibilityCount {
  @Field(() => [String], { description: 'The values, in the order of `groupBy`; empty text where there is none.' })
  keys: string[];
  @Field(() => Int, { description: 'How many.' })
  count: number;
}

const KINDS = {
  TRANSITION: 'The verdict is another one now.',
  CORRECTION: 'The verdict now is the same, but a stretch of the past is judged otherwise.',
  FORECAST: 'The verdict now is the same, but its future is another one.',
} as const;
export const EligibilityChangeKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, kind])) as {
  [K in keyof typeof KINDS]: K;
};
registerEnumType(EligibilityChangeKind, {
  name: 'EligibilityChangeKind',
  description: 'What is different about an eligibility. One change per person, role and write: the first that applies.',
  valuesConfig: Object.fromEntries(Object.entries(KINDS).map(([kind, description]) => [kind, { description }])),
});

@ObjectType({ implements: Change, description: 'The eligibility of a person for a role changed.', simpleResolvers: true })
export class EligibilityChange implements Change {
  __typename: 'EligibilityChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { description: 'Who, as known at delivery.' })
  employee: Employee;
  @Field(() => Role, { description: 'For which role.' })
  role: Role;
  @Field(() => EligibilityChangeKind, { description: 'What is different.' })
  kind: keyof typeof EligibilityChangeKind;
  @Field(() => Verdict, { nullable: true, description: 'The verdict before; null: none had been given.' })
  before: keyof typeof Verdict | null;
  @Field(() => Verdict, { description: 'The verdict now.' })
  after: keyof typeof Verdict;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it will change if no new fact arrives; null: never.' })
  until: number | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Set on a correction: the stretch of time that is now judged otherwise.',
  })
  correctedFrom: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'The end (exclusive) of that stretch.' })
  correctedUntil: number | null;
  @Field(() => [String], { description: 'Why, in sentences.' })
  because: string[];
}
