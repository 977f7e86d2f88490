import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { isRefusal, refusal } from '../../core/refusal';
import { Refusal } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { CursorScalar } from '../../platform/graphql/scalars';
import { viewOf, type GraphContext } from '../context';
import { EmployeeKey } from '../people/gql-types';
import { uuidOfKey } from '../people/graphql';
import { sees } from '../sight';
import { eraseEmployee } from './erase';

@InputType({ description: 'Whom to forget, and why.' })
export class EraseEmployeeInput {
  @Field(() => EmployeeKey, { description: 'The person.' })
  employee: EmployeeKey;
  @Field(() => String, { description: 'Why, without naming the person: the reason is kept for ever.' })
  reason: string;
}

@ObjectType({ description: 'What came of an erasure.', simpleResolvers: true })
export class ErasurePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of who was erased, which nothing leads from any more; null when refused.',
  })
  employeeId: string | null;
  @Field(() => Refusal, { nullable: true, description: 'Why nothing was done; null: it was.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { description: 'Position in the change log after it.' })
  cursor: string;
}

@Resolver()
export class ErasureResolver {
  @Mutation(() => ErasurePayload, {
    description:
      'Forgets a person: destroys the key their log entries are sealed with and every row about them. It cannot be undone. The log keeps its positions, and all proofs about it and about others stay valid.',
  })
  async eraseEmployee(
    @Arg('input', () => EraseEmployeeInput, { description: 'Whom, and why.' }) input: EraseEmployeeInput,
    @Ctx() context: GraphContext,
  ): Promise<ErasurePayload> {
    const id = await uuidOfKey(await context.db(), input.employee, await viewOf(context, {}));
    await context.release();
    const { value, cursor } = await context.write('api', async (write) =>
      id === null || !(await sees(write.db, write.actor, write.now, id))
        ? refusal('UNKNOWN_EMPLOYEE', 'Nobody is known by this key: it may be erased already.', ['employee'])
        : eraseEmployee(write, id, input, context.graph.forget),
    );
    if (isRefusal(value)) return { employeeId: null, refusal: value, cursor };
    context.graph.feed.forget([value]);
    return { employeeId: nodeId('emp', value), refusal: null, cursor };
  }
}
