import { ArgsType, Field } from 'type-graphql';
import { DateTimeScalar } from '../platform/graphql/scalars';
import { PagedArgs } from '../platform/graphql/types';

const AT = 'The instant to answer for, default now; applies to everything below.';
const KNOWN_AT = 'What the graph knew at this instant, default now; applies to everything below.';

@ArgsType()
export class ViewArgs {
  @Field(() => DateTimeScalar, { nullable: true, description: AT })
  at?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: KNOWN_AT })
  knownAt?: number | null;
}

@ArgsType()
export class PagedViewArgs extends PagedArgs {
  @Field(() => DateTimeScalar, { nullable: true, description: AT })
  at?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: KNOWN_AT })
  knownAt?: number | null;
}
