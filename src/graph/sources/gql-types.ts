// What sources can say, and what they may, in the schema.
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ALWAYS, type LimitedOperation } from '../../core/allow-list';
import { IngestInput } from '../../journal/graphql';
import { DateTimeScalar, FloatScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';

export const CapabilitySubject = { TYPE: 'TYPE', COURSE: 'COURSE', EVENT: 'EVENT' } as const;
registerEnumType(CapabilitySubject, {
  name: 'CapabilitySubject',
  description: 'What a source may be able, or unable, to speak of.',
  valuesConfig: {
    TYPE: { description: 'Who holds credentials of a type.' },
    COURSE: { description: 'Who has taken a course.' },
    EVENT: { description: 'What opens a `noOpen` condition, by the name it has there.' },
  },
});

@ObjectType({ description: 'What a source said it can say, or cannot.', simpleResolvers: true })
export class Capability {
  uuid: string;
  @Field(() => String, { description: 'The source.' })
  source: string;
  @Field(() => CapabilitySubject, { description: 'What sort of thing it speaks of.' })
  subject: keyof typeof CapabilitySubject;
  @Field(() => String, { description: 'The code of the type or course, or the name of the event.' })
  code: string;
  @Field(() => Boolean, { description: 'Whether it can say that there is none.' })
  isAble: boolean;
  @Field(() => DateTimeScalar, { description: 'From when on, until its next word on the subject.' })
  at: number;
  @Field(() => String, { nullable: true, description: 'Why.' })
  reason: string | null;
}

export const CapabilityConnection = connectionOf(Capability, 'Capability', 'words of sources, by subject, code, source and time');

@InputType({ description: 'What a source can say from now on, and what not.' })
export class DeclareCapabilitiesInput extends IngestInput {
  @Field(() => [CapabilityInput], { description: 'At most 1,000.' })
  capabilities: CapabilityInput[];
}

@InputType({
  description:
    'One subject a source can, or cannot, speak of. While no source that ever had a word on it can, "there is none" is not known: conditions on it are UNKNOWN instead of not met.',
})
export class CapabilityInput {
  @Field(() => CapabilitySubject, { description: 'What sort of thing it is.' })
  subject: keyof typeof CapabilitySubject;
  @Field(() => String, { description: 'The code of the type or course, or the name of the event as `noOpen` has it.' })
  code: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether the source can say that there is none; false takes the capability away.',
  })
  able?: boolean | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "From when on; default now, and for a source's first word that it can: since ever.",
  })
  effectiveAt?: number | null;
  @Field(() => String, { nullable: true, description: 'Why; kept with the word.' })
  reason?: string | null;
}

export const LimitedOperationEnum = Object.fromEntries(Object.keys(ALWAYS).map((name) => [name, name])) as {
  [K in LimitedOperation]: K;
};
registerEnumType(LimitedOperationEnum, {
  name: 'LimitedOperation',
  description:
    'A mutation whose items may be limited, per source, to fields that are listed. Whom, what and when an item is about is always taken in.',
  valuesConfig: {
    upsertEmployees: {
      description: 'Always: externalId, effectiveAt. Of `attributes` a list names each, as `attributes.level`, or all.',
    },
    recordCompletions: { description: 'Always: who, which course and attempt, status, completedAt, reportedAt, eventId.' },
    issueCredentials: { description: 'Always: who, which type and instance, its dates, initial, eventId.' },
    verifyCredentials: { description: 'Always: who, which type and instance, when, eventId.' },
    recordIncidents: { description: 'Always: who, which kind, reference, when, eventId.' },
  },
});

@ObjectType({ description: 'Fields that were left out of what a source sent.', simpleResolvers: true })
export class DroppedField {
  @Field(() => String, {
    description:
      'The field, such as `email` or `attributes.ssn`; (other) for those whose names are data themselves, or too many.',
  })
  field: string;
  @Field(() => FloatScalar, { description: 'In how many items, to a few seconds.' })
  count: number;
  @Field(() => DateTimeScalar, { description: 'When it was last sent.' })
  lastAt: number;
}

@ObjectType({
  description:
    'What a source may tell by a mutation: everything else that it sends is as if it had never been sent, and stored nowhere.',
  simpleResolvers: true,
})
export class AllowList {
  uuid: string;
  @Field(() => String, { description: 'The source.' })
  source: string;
  @Field(() => LimitedOperationEnum, { description: 'The mutation.' })
  operation: LimitedOperation;
  @Field(() => [String], { description: 'What it may tell, beside whom, what and when an item is about.' })
  fields: readonly string[];
  @Field(() => String, { nullable: true, description: 'Why.' })
  reason: string | null;
  @Field(() => [DroppedField], { description: 'What else it has sent since lists were first defined for it, by field.' })
  dropped: DroppedField[];
}

export const AllowListConnection = connectionOf(AllowList, 'AllowList', 'lists of what sources may tell, by source and mutation');

@InputType({ description: 'What sources may tell from now on.' })
export class DefineAllowListsInput {
  @Field(() => [AllowListInput], { description: 'At most 1,000.' })
  allowLists: AllowListInput[];
}

@InputType({
  description: 'What a source may tell by a mutation. It holds for what is sent from now on; what is kept already stays.',
})
export class AllowListInput {
  @Field(() => String, { description: 'The source.' })
  source: string;
  @Field(() => LimitedOperationEnum, { description: 'The mutation.' })
  operation: LimitedOperation;
  @Field(() => [String], {
    nullable: true,
    description: 'The fields it may tell, none for []; null: everything again, as without a list.',
  })
  fields?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Why; kept with the list.' })
  reason?: string | null;
}
