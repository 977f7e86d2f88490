// Access in the schema.
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Refusal } from '../journal/graphql';
import { CursorScalar, DateScalar, DateTimeScalar, DurationScalar, FloatScalar } from '../platform/graphql/scalars';
import { connectionOf } from '../platform/graphql/types';

@ObjectType({
  description: 'A key by which a system is known. Its secret is shown once, when it is made or rotated.',
  simpleResolvers: true,
})
export class ApiKey {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;
  @Field(() => String, { description: 'Which system it is for; the audit calls what it does `key:` and this name.' })
  name: string;
  @Field(() => [String], { description: 'What it may do; docs/access.md says what each scope allows.' })
  scopes: readonly string[];
  @Field(() => [String], { nullable: true, description: 'The sources it may speak for; null: any.' })
  sources: readonly string[] | null;
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'From when on it opens nothing; null: it does not expire.' })
  expiresAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null: it was not.' })
  revokedAt: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last used, to a few seconds; null: never.' })
  lastUsedAt: number | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the secret before the last rotation opens, too; null: it was never rotated.',
  })
  earlierSecretUntil: number | null;
}

@InputType({ description: 'A key to be made.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'Which system it is for; no two keys have one name.' })
  name: string;
  @Field(() => [String], { description: 'What it may do. Nobody can give a scope that they do not have.' })
  scopes: string[];
  @Field(() => [String], { nullable: true, description: 'The sources it may speak for, default any.' })
  sources?: string[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'From when on it opens nothing, default never.' })
  expiresAt?: number | null;
  @Field(() => String, { nullable: true, description: 'Why; kept in the audit.' })
  reason?: string | null;
}

@InputType({ description: 'A key that gets a new secret.' })
export class RotateApiKeyInput {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'For how long the old secret opens, too: default P1D, at most P30D.',
  })
  overlap?: string | null;
  @Field(() => String, { nullable: true, description: 'Why; kept in the audit. An act without is refused.' })
  reason?: string | null;
}

@InputType({ description: 'A key to be ended.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'Id of the key.' })
  id: string;
  @Field(() => String, { description: 'Why; kept in the audit.' })
  reason: string;
}

@ObjectType({ description: 'What came of an act on a key.', simpleResolvers: true })
export class ApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key as it is now; null when refused.' })
  key: ApiKey | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The new secret, to be sent as `authorization: Bearer <secret>`. It is not shown again; null when there is none.',
  })
  secret: string | null;
  @Field(() => Refusal, { nullable: true, description: 'Why nothing was done; null: it was.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { description: 'Position in the change log after it.' })
  cursor: string;
}

@ObjectType({ description: 'Something of this schema that is deprecated, and who uses it.', simpleResolvers: true })
export class Deprecation {
  @Field(() => String, { description: 'What: its schema coordinate, such as `Employee.name` or `Query.employees(first:)`.' })
  element: string;
  @Field(() => String, { description: 'What to use instead, and until when.' })
  reason: string;
  @Field(() => DateScalar, { description: 'The day on which it was deprecated.' })
  since: string;
  @Field(() => DateScalar, { description: 'The last day on which it is sure to answer; days are those of UTC.' })
  until: string;
  @Field(() => FloatScalar, {
    description: 'Operations that used it, as far as they are remembered: a year after the last one of a client.',
  })
  uses: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last used, to a few seconds; null: never.' })
  lastUsedAt: number | null;
}

@ObjectType({ description: 'How one client uses something that is deprecated.', simpleResolvers: true })
export class DeprecatedUse {
  @Field(() => String, { description: 'Who, as the audit calls them: `key:` and the name of a key.' })
  client: string;
  @Field(() => FloatScalar, { description: 'Operations that used it.' })
  uses: number;
  @Field(() => DateTimeScalar, { description: 'When it was first used.' })
  firstUsedAt: number;
  @Field(() => DateTimeScalar, { description: 'When it was last used, to a few seconds.' })
  lastUsedAt: number;
}

export const DeprecatedUseConnection = connectionOf(DeprecatedUse, 'DeprecatedUse', 'clients by name');
