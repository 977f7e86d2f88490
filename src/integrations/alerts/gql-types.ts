// Alerts in the schema.
import { ArgsType, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf, PagedArgs } from '../../platform/graphql/types';
import { ALERT_KINDS, type AlertKind } from './kinds';

export const AlertKindEnum = Object.fromEntries(Object.keys(ALERT_KINDS).map((kind) => [kind, kind])) as {
  [K in AlertKind]: K;
};
registerEnumType(AlertKindEnum, {
  name: 'AlertKind',
  description: 'What calls for somebody; docs/operations.md says what to do.',
  valuesConfig: Object.fromEntries(Object.entries(ALERT_KINDS).map(([kind, description]) => [kind, { description }])),
});

@ObjectType({
  description: 'Something that calls for somebody: opened once when it begins, resolved once when it is over.',
  simpleResolvers: true,
})
export class Alert {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
  @Field(() => AlertKindEnum, { description: 'What it is.' })
  kind: AlertKind;
  @Field(() => String, {
    description: 'What it is about: the id of a webhook, the name of a node; empty when there is but one. One is open at a time.',
  })
  subject: string;
  @Field(() => String, { description: 'One sentence, as it was when it was opened. It names no person.' })
  message: string;
  @Field(() => DateTimeScalar, { description: 'When it was seen first.' })
  openedAt: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was over; null while it is open.' })
  resolvedAt: number | null;
}

export const AlertConnection = connectionOf(Alert, 'Alert', 'alerts, in the order in which they were opened');

@ArgsType()
export class AlertArgs extends PagedArgs {
  @Field(() => Boolean, { nullable: true, description: 'Only those that are open (true) or resolved (false); default all.' })
  open?: boolean | null;
}
