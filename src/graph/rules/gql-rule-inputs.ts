// Rules as clients write them.
import { Field, InputType, Int, registerEnumType } from 'type-graphql';
import { DateTimeScalar, DurationScalar, FloatScalar, JsonScalar } from '../../platform/graphql/scalars';

export const Audience = { HR: 'HR', MANAGER: 'MANAGER', EMPLOYEE: 'EMPLOYEE' } as const;
registerEnumType(Audience, {
  name: 'Audience',
  description: 'Who may see a condition; each includes those before it.',
  valuesConfig: {
    HR: { description: 'Those who administer the rules.' },
    MANAGER: { description: "The person's managers too." },
    EMPLOYEE: { description: 'The person too.' },
  },
});

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
  @Field(() => String, { nullable: true, description: 'Why it is published; kept with the publication in the audit.' })
  reason?: string | null;
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
  @Field(() => HeldForInput, { nullable: true, description: 'Another condition has held without a break for a time.' })
  heldFor?: HeldForInput;
  @Field(() => WithinInput, { nullable: true, description: 'Another condition holds, or did within a time.' })
  within?: WithinInput;
  @Field(() => AccumulatedInput, { nullable: true, description: 'Another condition has held for a time in all; stays so.' })
  accumulated?: AccumulatedInput;
  @Field(() => ServiceInput, {
    nullable: true,
    description: 'Another condition has held for so much of the last stretch of time.',
  })
  service?: ServiceInput;
  @Field(() => CreditsInput, { nullable: true, description: 'Credit hours earned within a window reach a sum.' })
  credits?: CreditsInput;
  @Field(() => AttributeInput, { nullable: true, description: 'An attribute of the person passes a test.' })
  attribute?: AttributeInput;
  @Field(() => TenureInput, { nullable: true, description: 'An attribute has had a value without a break for a time.' })
  tenure?: TenureInput;
  @Field(() => ApprovalConditionInput, { nullable: true, description: 'Somebody has granted something, and the grant stands.' })
  approval?: ApprovalConditionInput;
  @Field(() => NoOpenInput, { nullable: true, description: 'Nothing has happened that is still unresolved.' })
  noOpen?: NoOpenInput;
  @Field(() => DuringInput, { nullable: true, description: 'Only within a period.' })
  during?: DuringInput;
  @Field(() => RuleReferenceInput, {
    nullable: true,
    description: 'What the rule of another role says, or one version of a rule.',
  })
  rule?: RuleReferenceInput;
  @Field(() => DisclosedInput, { nullable: true, description: 'Another condition, shown in explanations to some only.' })
  disclosed?: DisclosedInput;
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
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'It counts only for this long after it was last verified (`verifyCredentials`), in whole days.',
  })
  verifiedWithin?: string | null;
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

@InputType({ description: 'How long a condition has held without a break.' })
export class HeldForInput {
  @Field(() => RuleNodeInput, { description: 'The condition.' })
  rule: RuleNodeInput;
  @Field(() => DurationScalar, { description: 'For how long, in whole days: met from the day this long after it began.' })
  duration: string;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'Breaks of at most this length do not begin the count anew; during a break it is not met.',
  })
  gap?: string | null;
}

@InputType({ description: 'A condition that holds or did hold not long ago.' })
export class WithinInput {
  @Field(() => RuleNodeInput, { description: 'The condition.' })
  rule: RuleNodeInput;
  @Field(() => DurationScalar, { description: 'How long after its end it still counts.' })
  duration: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether that runs on to the end of the calendar month it would end in.',
  })
  toMonthEnd?: boolean | null;
}

@InputType({ description: 'Time that a condition has held in all, added up.' })
export class AccumulatedInput {
  @Field(() => RuleNodeInput, { description: 'The condition.' })
  rule: RuleNodeInput;
  @Field(() => DurationScalar, { description: 'How much, in days or weeks, such as P365D.' })
  duration: string;
  @Field(() => DurationScalar, { nullable: true, description: 'A break longer than this begins the count anew.' })
  resetAfter?: string | null;
}

@InputType({
  description:
    'Another condition has held for so much of the last stretch of time; met from the instant that is reached until the one from which it falls short.',
})
export class ServiceInput {
  @Field(() => RuleNodeInput, { description: 'The condition.' })
  rule: RuleNodeInput;
  @Field(() => DurationScalar, { description: 'How much, in days or weeks, such as P60D.' })
  duration: string;
  @Field(() => DurationScalar, { description: 'Out of the last so many days or weeks, such as P365D.' })
  within: string;
}

@InputType({ description: 'Credit hours from courses, counted over a moving window.' })
export class CreditsInput {
  @Field(() => [String], { description: 'Hours from these courses count.' })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At least so many hours; those of attempts in progress make the condition PENDING.' })
  min: number;
  @Field(() => DurationScalar, { description: 'How long hours count after they are earned, in whole days.' })
  window: string;
  @Field(() => DurationScalar, { nullable: true, description: 'How long after they are earned hours begin to count.' })
  lag?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the window runs on to the end of the calendar month it would end in.',
  })
  toMonthEnd?: boolean | null;
  @Field(() => [CreditCapInput], { nullable: true, description: 'From how many hours on more of the same do not count.' })
  caps?: CreditCapInput[] | null;
}

@InputType({ description: 'The most hours that count from some of the courses.' })
export class CreditCapInput {
  @Field(() => [String], { description: 'From these courses together.' })
  courseCodes: string[];
  @Field(() => FloatScalar, { description: 'At most so many hours.' })
  max: number;
}

@InputType({ description: 'How long an attribute has had a value without a break.' })
export class TenureInput {
  @Field(() => String, { description: 'The attribute: a field of EmployeeInput or a custom attribute.' })
  name: string;
  @Field(() => JsonScalar, { description: 'The value; a list has it among its elements.' })
  equals: unknown;
  @Field(() => DurationScalar, { description: 'For how long, in whole days.' })
  duration: string;
}

@InputType({ description: 'A grant that stands; PENDING while it has been asked for and not answered.' })
export class ApprovalConditionInput {
  @Field(() => String, { description: 'What is approved, as `grantApproval` names it.' })
  kind: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether a grant ends for good when the person gets another manager.',
  })
  bindToManager?: boolean | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'How long a grant stands, in whole days; absent: until withdrawn.',
  })
  ttl?: string | null;
}

@InputType({
  description:
    'Not met from a trigger until the first resolver at or after it. Both name an incident by its kind, a course passed by its code, or a credential awarded by the code of its type.',
})
export class NoOpenInput {
  @Field(() => String, { description: 'What opens.' })
  trigger: string;
  @Field(() => String, { description: 'What closes.' })
  resolver: string;
}

@InputType({ description: 'The rule of another role, or one version of a rule.' })
export class RuleReferenceInput {
  @Field(() => String, { description: "The role's code; that of the role itself only with a version." })
  roleCode: string;
  @Field(() => Int, {
    nullable: true,
    description: 'This version, as if it had always been in effect; absent: each where it is in effect.',
  })
  version?: number | null;
}

@InputType({ description: 'A condition that explanations show to some only; the verdict does not depend on it.' })
export class DisclosedInput {
  @Field(() => Audience, { description: 'Whom it is shown to.' })
  to: keyof typeof Audience;
  @Field(() => RuleNodeInput, { description: 'The condition.' })
  rule: RuleNodeInput;
}
