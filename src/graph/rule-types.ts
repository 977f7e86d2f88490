// Published versions of rules in the schema, whether they award credentials or judge roles.
import { Field, Int, ObjectType } from 'type-graphql';
import { isRefusal, type Refusal as RefusalData } from '../core/refusal';
import { Refusal } from '../journal/graphql';
import { CursorScalar, DateTimeScalar, JsonScalar } from '../platform/graphql/scalars';
import type { JudgingRule, PublishedVersion } from './versions';

@ObjectType({
  description: 'A published version of a rule, kept for ever: older decisions go on naming theirs.',
  simpleResolvers: true,
})
export class RuleVersion {
  @Field(() => Int, { description: 'Counts from 1.' })
  version: number;
  @Field(() => DateTimeScalar, {
    description: 'When it takes effect; a first version published without a date has been in effect since 1900.',
  })
  effectiveFrom: number;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When a later version takes over; null: not yet known.' })
  effectiveUntil: number | null;
  @Field(() => String, { description: 'The rule in English.' })
  text: string;
  /** What a rule that judges a role says; absent: it awards a credential. */
  judges?: JudgingRule;
  @Field(() => JsonScalar, { description: 'The rule as its input, canonical: it can be published again as it is.' })
  ast: unknown;
  @Field(() => String, { description: 'SHA-256 of the canonical rule, in hexadecimal digits.' })
  hash: string;
  @Field(() => String, { description: 'Who published it.' })
  publishedBy: string;
}

@ObjectType({ description: 'What became of a publication.', simpleResolvers: true })
export class RulePayload {
  @Field(() => RuleVersion, { nullable: true, description: 'The new version; null when refused.' })
  version: RuleVersion | null;
  @Field(() => Refusal, { nullable: true, description: 'Why not.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { nullable: true, description: 'Position in the change log after it.' })
  cursor: string | null;
}

/** What became of a publication, as the schema shows it. */
export function toRulePayload({ value, cursor }: { value: PublishedVersion | RefusalData; cursor: string }): RulePayload {
  if (isRefusal(value)) return { version: null, refusal: value, cursor };
  return { version: value, refusal: null, cursor };
}
