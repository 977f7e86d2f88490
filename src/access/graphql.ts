import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { addSpanToInstant, parseSpan } from '../core/calendar';
import { isRefusal, type Refusal } from '../core/refusal';
import type { Write } from '../journal/write';
import type { Context } from '../platform/context';
import { ApiKey, ApiKeyPayload, CreateApiKeyInput, RevokeApiKeyInput, RotateApiKeyInput } from './gql-types';
import { createKey, revokeKey, rotateKey, type Minted } from './manage';
import { allKeys, keyById, type KeyRow } from './store';

/** A request that can change things; what it is more than that is the business of later rooms. */
export interface AccessContext extends Context {
  readonly graph: { readonly environment: string | null };
  write<T>(source: string | null, work: (write: Write) => Promise<T>): Promise<{ value: T; cursor: string }>;
}

const DEFAULT_OVERLAP = 'P1D';
const ID = /^key_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

@Resolver()
export class ApiKeyResolver {
  @Query(() => [ApiKey], { description: 'All keys there ever were, by name, without their secrets.' })
  async apiKeys(@Ctx() context: AccessContext): Promise<ApiKey[]> {
    return (await allKeys(await context.db())).map(toKey);
  }

  @Mutation(() => ApiKeyPayload, { description: 'Makes a key for a system. Its secret is in this answer and nowhere else.' })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'For which system, and what it may do.' }) input: CreateApiKeyInput,
    @Ctx() context: AccessContext,
  ): Promise<ApiKeyPayload> {
    return change(context, (write) => createKey(write, input, context.graph.environment));
  }

  @Mutation(() => ApiKeyPayload, {
    description: 'Gives a key a new secret, while the old one goes on for a while: nothing that is sent meanwhile is lost.',
  })
  rotateApiKey(
    @Arg('input', () => RotateApiKeyInput, { description: 'Which key, and for how long both secrets open.' })
    input: RotateApiKeyInput,
    @Ctx() context: AccessContext,
  ): Promise<ApiKeyPayload> {
    const span = parseSpan(input.overlap ?? DEFAULT_OVERLAP)!;
    const overlapMs = addSpanToInstant(context.now, span, 'UTC') - context.now;
    return change(context, (write) =>
      rotateKey(write, keyUuid(input.id), overlapMs, input.reason ?? null, context.graph.environment),
    );
  }

  @Mutation(() => ApiKeyPayload, { description: 'Ends a key at once: within five seconds it opens nothing on any node.' })
  revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'Which key, and why.' }) input: RevokeApiKeyInput,
    @Ctx() context: AccessContext,
  ): Promise<ApiKeyPayload> {
    const uuid = keyUuid(input.id);
    return change(context, async (write) => (await revokeKey(write, uuid, input.reason)) ?? { uuid, secret: null });
  }
}

async function change(
  context: AccessContext,
  work: (write: Write) => Promise<Minted | { readonly uuid: string; readonly secret: null } | Refusal>,
): Promise<ApiKeyPayload> {
  const { value, cursor } = await context.write('api', work);
  if (isRefusal(value)) return { key: null, secret: null, refusal: value, cursor };
  return { key: toKey(await keyById(await context.db(), value.uuid)), secret: value.secret, refusal: null, cursor };
}

// no key has an id that cannot be one
function keyUuid(id: string): string {
  return ID.exec(id)?.[1] ?? '00000000-0000-0000-0000-000000000000';
}

function toKey({ uuid, earlierUntil, ...row }: KeyRow): ApiKey {
  return { ...row, id: `key_${uuid}`, earlierSecretUntil: earlierUntil };
}
