import { GraphQLError } from 'graphql';

/** The codes of transport and programming mistakes, as the contract names them. Business refusals are data, not errors. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'INVALID_CURSOR'
  | 'CURSOR_EXPIRED'
  | 'RESYNC_REQUIRED'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'QUERY_TOO_EXPENSIVE'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** A GraphQL error with one of the published codes; the message says what to do. */
export function problem(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Not now: the same may be sent again after so many seconds. */
export function refuseForNow(code: 'RATE_LIMITED' | 'UNAVAILABLE', message: string, retryAfter: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code, retryAfter } });
}

/** The caller's mistake. */
export function badInput(message: string): GraphQLError {
  return problem('BAD_USER_INPUT', message);
}

/** Refuses a dimension that is named twice: the second says nothing that the first does not. */
export function refuseRepeated(groupBy: readonly string[]): void {
  const repeated = groupBy.find((dimension, i) => groupBy.indexOf(dimension) !== i);
  if (repeated !== undefined) throw badInput(`groupBy names ${repeated} twice: name each dimension once.`);
}

/**
 * What an event is about was erased between its being read and its being answered: there is nothing to tell of it. Whoever asked for it is told to ask
 * again, and a subscriber is told nothing, since the erasure itself is an event that follows.
 */
export class Gone extends GraphQLError {
  constructor() {
    super('What this is about was erased just now: send the request again.', { extensions: { code: 'UNAVAILABLE' } });
  }
}
