// Everything that is defined, in the schema.
import { ArgsType, Field, ObjectType, registerEnumType } from 'type-graphql';
import { JsonScalar } from '../../platform/graphql/scalars';
import { connectionOf, PagedArgs } from '../../platform/graphql/types';

export const DefinitionSort = {
  COURSE: 'COURSE',
  CREDENTIAL_TYPE: 'CREDENTIAL_TYPE',
  AWARD_RULE: 'AWARD_RULE',
  ROLE: 'ROLE',
  CAREER_PATH: 'CAREER_PATH',
  CAPABILITY: 'CAPABILITY',
  RULE: 'RULE',
  OUTCOME: 'OUTCOME',
  ALLOW_LIST: 'ALLOW_LIST',
} as const;
/** A sort of definition. */
export type Sort = keyof typeof DefinitionSort;
registerEnumType(DefinitionSort, {
  name: 'DefinitionSort',
  description: 'A sort of definition.',
  valuesConfig: {
    COURSE: { description: 'As an item of `defineCourses`.' },
    CREDENTIAL_TYPE: { description: 'As an item of `defineCredentialTypes`.' },
    AWARD_RULE: { description: 'As the input of `publishAwardRule`: the version in effect, and those that will be.' },
    ROLE: { description: 'As an item of `defineRoles`.' },
    CAREER_PATH: { description: 'As the input of `defineCareerPath`.' },
    CAPABILITY: { description: 'As an item of `declareCapabilities`, with its `source`.' },
    RULE: { description: 'As the input of `publishRule`: the version in effect, and those that will be.' },
    OUTCOME: { description: 'As an item of `defineOutcomes`.' },
    ALLOW_LIST: { description: 'As an item of `defineAllowLists`.' },
  },
});

@ObjectType({
  description: 'One definition, in the shape in which a mutation takes it: it can be sent elsewhere.',
  simpleResolvers: true,
})
export class Definition {
  @Field(() => String, { description: 'What it defines: its code, or the code of what a rule is about.' })
  key: string;
  @Field(() => JsonScalar, { description: 'The input of the mutation.' })
  input: unknown;
}

export const DefinitionConnection = connectionOf(Definition, 'Definition', 'definitions of one sort, by key');

@ArgsType()
export class DefinitionArgs extends PagedArgs {
  @Field(() => DefinitionSort, { description: 'Which.' })
  of: Sort;
}
