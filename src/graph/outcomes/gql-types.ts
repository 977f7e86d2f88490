// Outcomes in the schema.
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar, DurationScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Verdict } from '../eligibility/gql-types';
import { Change, Employee, EmployeeKey } from '../people/gql-types';

const KINDS = {
  HRBP_TASK: 'A task for HR, such as a talk about a move.',
  DEVELOPMENT_PLAN_UPDATE: "The person's development plan is to be brought up to date.",
  NEXT_STEP_RECOMMENDATION: 'A next step is to be recommended; `eligibility.nearestWays` of the outcome says which there are.',
} as const;
export const OutcomeKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, kind])) as {
  [K in keyof typeof KINDS]: K;
};
registerEnumType(OutcomeKind, {
  name: 'OutcomeKind',
  description: 'What somebody is asked to do. None of them changes a job, a pay or a role by itself.',
  valuesConfig: Object.fromEntries(Object.entries(KINDS).map(([kind, description]) => [kind, { description }])),
});

export const OutcomeState = { OPEN: 'OPEN', DONE: 'DONE', WITHDRAWN: 'WITHDRAWN' } as const;
registerEnumType(OutcomeState, {
  name: 'OutcomeState',
  description: 'How far an outcome has got.',
  valuesConfig: {
    OPEN: { description: 'Its owner has something to do.' },
    DONE: { description: 'Somebody closed it, and said why.' },
    WITHDRAWN: { description: 'The verdict for which it was opened holds no longer; nobody had closed it by then.' },
  },
});

@ObjectType({
  implements: Node,
  description: 'What an organisation ties to verdicts: when one is reached, an outcome with an owner is opened, once.',
  simpleResolvers: true,
})
export class OutcomeRule implements Node {
  __typename: 'OutcomeRule';
  uuid: string;
  ownerUuid: string | null;
  fallbackOwnerUuid: string | null;
  view: View;
  id: string;
  @Field(() => String, { description: 'Its code.' })
  code: string;
  @Field(() => String, { description: 'What is to be done.' })
  title: string;
  @Field(() => OutcomeKind, { description: 'Of which kind its outcomes are.' })
  kind: keyof typeof OutcomeKind;
  @Field(() => [String], { nullable: true, description: 'The roles it watches; null: every role.' })
  roleCode: readonly string[] | null;
  @Field(() => [Verdict], { description: 'It opens on entering one of these verdicts.' })
  when: readonly (keyof typeof Verdict)[];
  @Field(() => [Verdict], { nullable: true, description: 'Only from one of these; null: from any other.' })
  from: readonly (keyof typeof Verdict)[] | null;
  @Field(() => DurationScalar, { nullable: true, description: 'After how long an outcome is due; null: whenever.' })
  dueIn: string | null;
  @Field(() => Boolean, { description: 'False: it opens nothing any more.' })
  active: boolean;
}

export const OutcomeRuleConnection = connectionOf(OutcomeRule, 'OutcomeRule', 'rules by which outcomes are opened, by code');

@ObjectType({
  implements: Node,
  description:
    'Something to do for an owner, because a verdict about a person was reached. Read at an instant like everything else.',
  simpleResolvers: true,
})
export class Outcome implements Node {
  __typename: 'Outcome';
  uuid: string;
  ruleUuid: string;
  employeeUuid: string;
  roleUuid: string;
  ownerUuid: string;
  view: View;
  id: string;
  @Field(() => OutcomeKind, { description: 'What is asked for.' })
  kind: keyof typeof OutcomeKind;
  @Field(() => Verdict, { description: 'The verdict that was reached.' })
  verdict: keyof typeof Verdict;
  because: readonly string[];
  @Field(() => DateTimeScalar, { description: 'When the verdict began; the outcome is open from then on.' })
  occurredAt: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By when it is to be done; null: whenever.',
  })
  dueAt: number | null;
  @Field(() => OutcomeState, { description: 'How far it has got at the instant asked about.' })
  state: keyof typeof OutcomeState;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was done or withdrawn; null: it is open.' })
  closedAt: number | null;
  @Field(() => String, { nullable: true, description: 'Who closed it; null: nobody.' })
  closedBy: string | null;
  reason: string | null;
}

export const OutcomeConnection = connectionOf(Outcome, 'Outcome', 'outcomes, oldest first');

@InputType({ description: 'Which outcomes; all conditions must hold, an absent one always does.' })
export class OutcomeFilter {
  @Field(() => [OutcomeState], { nullable: true, description: 'In one of these states at the instant asked about.' })
  state?: (keyof typeof OutcomeState)[] | null;
  @Field(() => [OutcomeKind], { nullable: true, description: 'Of these kinds.' })
  kind?: (keyof typeof OutcomeKind)[] | null;
  @Field(() => EmployeeKey, { nullable: true, description: 'Owned by this person.' })
  owner?: EmployeeKey | null;
  @Field(() => String, { nullable: true, description: 'About the person with this external id.' })
  employeeExternalId?: string | null;
  @Field(() => [String], { nullable: true, description: 'For these roles.' })
  roleCode?: string[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Due before this instant.' })
  dueBefore?: number | null;
}

@InputType({ description: 'Outcomes to define or define anew.' })
export class DefineOutcomesInput {
  @Field(() => [OutcomeRuleInput], { description: 'At most 1,000.' })
  outcomes: OutcomeRuleInput[];
}

@InputType({ description: 'An outcome: what is to be done, by whom, when which verdict is reached.' })
export class OutcomeRuleInput {
  @Field(() => String, { description: 'Its code, by which it is defined anew.' })
  code: string;
  @Field(() => String, { description: 'What is to be done.' })
  title: string;
  @Field(() => OutcomeKind, { description: 'Of which kind it is.' })
  kind: keyof typeof OutcomeKind;
  @Field(() => [String], { nullable: true, description: 'The roles it watches; absent: every role, also those to come.' })
  roleCode?: string[] | null;
  @Field(() => [Verdict], {
    description:
      'It opens on entering one of these verdicts, and is withdrawn on leaving them while it is open. Going from one of them to another is neither.',
  })
  when: (keyof typeof Verdict)[];
  @Field(() => [Verdict], {
    nullable: true,
    description:
      'Only from one of these verdicts; who was never judged counts as NOT_ELIGIBLE. Absent: from any that is not in `when`.',
  })
  from?: (keyof typeof Verdict)[] | null;
  @Field(() => OutcomeOwnerInput, { nullable: true, description: 'Whose it is; without an owner it is refused.' })
  owner?: OutcomeOwnerInput | null;
  @Field(() => String, {
    nullable: true,
    description: 'External id of who owns it where the manager is not known; required when the manager is the owner.',
  })
  fallbackOwner?: string | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description:
      'How long its owner has. Counts from the beginning of the verdict, or from when the person is known and the outcome is recorded, whichever is latest. Absent: whenever.',
  })
  dueIn?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Default true. False: it opens nothing any more; what is open stays with its owner.',
  })
  active?: boolean | null;
}

@InputType({ description: 'Who owns an outcome.' })
export class OutcomeOwnerInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'true: the primary manager of whom it is about, as of the instant at which the verdict began, or from which the person is known when that is later.',
  })
  manager?: boolean;
  @Field(() => String, { nullable: true, description: 'The person with this external id.' })
  employeeExternalId?: string;
}

@InputType({ description: 'An outcome that is done.' })
export class CloseOutcomeInput {
  @Field(() => ID, { description: 'Which one.' })
  outcome: string;
  @Field(() => String, { description: 'What was done, or why nothing was; kept with it.' })
  reason: string;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was done, not later than now; default now.' })
  effectiveAt?: number | null;
}

@ObjectType({ description: 'What became of closing an outcome.', simpleResolvers: true })
export class OutcomePayload {
  @Field(() => Outcome, { nullable: true, description: 'The outcome after it; null when refused.' })
  outcome: Outcome | null;
  @Field(() => Refusal, { nullable: true, description: 'Why not.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { nullable: true, description: 'Position in the change log after it.' })
  cursor: string | null;
}

@ObjectType({
  implements: Change,
  description: 'An outcome was opened, withdrawn or closed; behind the change of the verdict it follows from.',
  simpleResolvers: true,
})
export class OutcomeChange implements Change {
  __typename: 'OutcomeChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'About whom, as known at delivery.' })
  employee: Employee | null;
  @Field(() => Outcome, { nullable: true, description: 'The outcome, as known at delivery.' })
  outcome: Outcome | null;
  @Field(() => String, {
    description: 'OUTCOME_OPENED, OUTCOME_WITHDRAWN, OUTCOME_CLOSED, or OUTCOME_REASSIGNED when its owner was erased.',
  })
  kind: string;
  @Field(() => String, { nullable: true, description: 'Why it was closed, or what withdrew it.' })
  reason: string | null;
}
