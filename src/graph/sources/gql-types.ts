// What sources can say, in the schema.
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
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
