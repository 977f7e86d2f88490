// What failures are when they go back over a socket.
import { type ExecutionResult, GraphQLError } from 'graphql';

/** A failure before there is a result is a result too: what `execute` throws would end the socket. */
export async function guarded<T>(work: () => Promise<T>): Promise<T | ExecutionResult> {
  try {
    return await work();
  } catch (error) {
    return { errors: [asGraphQLError(error)] };
  }
}

export function asGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error });
}

/** What was thrown, as what is told. */
export function asErrors(error: unknown): readonly GraphQLError[] {
  return [asGraphQLError(error)];
}
