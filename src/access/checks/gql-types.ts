// Checks of access in the schema.
import { Field, ID, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';

@ObjectType({
  description:
    'What came of trying whether access tokens would be accepted: the issuer, its keys, its clock and, if so configured, a token for a client of this server.',
  simpleResolvers: true,
})
export class AccessCheck {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
  @Field(() => DateTimeScalar, { description: 'When it was tried.' })
  at: number;
  @Field(() => Boolean, { description: 'Whether all was as it should be.' })
  ok: boolean;
  @Field(() => String, { description: 'One sentence: what was found, or what is wrong. It names no person.' })
  detail: string;
}

export const AccessCheckConnection = connectionOf(AccessCheck, 'AccessCheck', 'checks, latest last');
