// Approvals in the schema.
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

export const ApprovalAct = { REQUESTED: 'REQUESTED', GRANTED: 'GRANTED', WITHDRAWN: 'WITHDRAWN' } as const;
registerEnumType(ApprovalAct, {
  name: 'ApprovalAct',
  description: 'A step in the life of an approval.',
  valuesConfig: {
    REQUESTED: { description: 'Somebody asked for it; open until it is granted or withdrawn.' },
    GRANTED: { description: 'Somebody said yes; stands until it is withdrawn, or as long as a rule lets it.' },
    WITHDRAWN: { description: 'The request or the grant was taken back.' },
  },
});

@ObjectType({
  implements: Node,
  description: 'A request for an approval, a grant, or the withdrawal of one.',
  simpleResolvers: true,
})
export class Approval implements Node {
  __typename: 'Approval';
  uuid: string;
  employeeUuid: string;
  approverUuid: string | null;
  managerUuid: string | null;
  view: View;
  id: string;
  @Field(() => String, { description: 'What it is about, as rules name it.' })
  kind: string;
  @Field(() => ApprovalAct, { description: 'What was done.' })
  act: keyof typeof ApprovalAct;
  @Field(() => DateTimeScalar, { description: 'When it takes effect.' })
  at: number;
  @Field(() => String, { nullable: true, description: 'Why.' })
  reason: string | null;
  @Field(() => String, { description: 'Who recorded it: the name of the API key.' })
  actor: string;
  @Field(() => String, { description: 'The system it came from.' })
  source: string;
}

@ObjectType({
  implements: Node,
  description: 'Over a time a manager lets somebody else decide about approvals.',
  simpleResolvers: true,
})
export class ApprovalDelegation implements Node {
  __typename: 'ApprovalDelegation';
  uuid: string;
  managerUuid: string;
  delegateUuid: string;
  view: View;
  id: string;
  @Field(() => [String], { nullable: true, description: 'About which kinds; null: about all.' })
  kinds: readonly string[] | null;
  @Field(() => DateTimeScalar, { description: 'From this instant.' })
  from: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive); null: no end is in sight.' })
  until: number | null;
  @Field(() => String, { nullable: true, description: 'Why.' })
  reason: string | null;
  @Field(() => String, { description: 'Who recorded it.' })
  actor: string;
  @Field(() => String, { description: 'The system it came from.' })
  source: string;
}

export const ApprovalConnection = connectionOf(Approval, 'Approval', 'acts of approval, oldest first');

@InputType({ description: 'An act of approval.' })
export class ApprovalInput {
  @Field(() => String, { description: "About whom; an unknown person's is kept until the person arrives." })
  employeeExternalId: string;
  @Field(() => String, { description: 'What is approved, such as `night-shift`; rules name it.' })
  kind: string;
  @Field(() => String, { nullable: true, description: 'Why; kept with the act.' })
  reason?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "External id of who decides, or in a request of who is asked: the person's primary manager at that instant, or somebody whom that manager lets decide (`delegateApprovals`); anybody else is refused. Absent: the act stands on the authority of the API key.",
  })
  approverExternalId?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it takes effect, past or future; default now.' })
  effectiveAt?: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'Makes the request idempotent: the same key and body answer as the first time.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'A manager lets somebody else decide about approvals.' })
export class DelegateApprovalsInput {
  @Field(() => String, { description: 'In whose place; an unknown manager is waited for.' })
  managerExternalId: string;
  @Field(() => String, { description: 'Who may decide; somebody unknown is waited for.' })
  delegateExternalId: string;
  @Field(() => [String], { nullable: true, description: 'About which kinds, such as `night-shift`; absent: about all.' })
  kinds?: string[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'From this instant, past or future; default now.' })
  from?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive); absent: no end is in sight.' })
  until?: number | null;
  @Field(() => String, { nullable: true, description: 'Why; kept with it.' })
  reason?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Makes the request idempotent: the same key and body answer as the first time.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({
  implements: Change,
  description: 'An approval was requested, granted or withdrawn, or the right to decide about them was passed on.',
  simpleResolvers: true,
})
export class ApprovalChange implements Change {
  __typename: 'ApprovalChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { nullable: true, description: 'About whom, as known at delivery; of a delegation the manager.' })
  employee: Employee | null;
  @Field(() => Approval, { nullable: true, description: 'The act, as known at delivery.' })
  approval: Approval | null;
  @Field(() => ApprovalDelegation, { nullable: true, description: 'Who may decide for whom, as known at delivery.' })
  delegation: ApprovalDelegation | null;
  @Field(() => String, { description: 'APPROVAL_REQUESTED, APPROVAL_GRANTED, APPROVAL_WITHDRAWN or APPROVAL_DELEGATED.' })
  kind: string;
}
