// Who asks, and until when that may be believed. Each way to prove it (keys.ts) is one function of this shape.
import type { Clock, Instant } from '../platform/clock';
import type { Actor } from '../platform/context';
import { problem } from '../platform/graphql/errors';

/** What a request brings to say who it is. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/** Who asks. */
export interface Authenticated {
  readonly actor: Actor;
  /** From this instant on the credentials are worth nothing; null: they do not end by themselves. */
  readonly expiresAt: Instant | null;
}

/** Answers who asks, or refuses with UNAUTHENTICATED. */
export type Authenticate = (credentials: Credentials) => Authenticated | Promise<Authenticated>;

/** The same, refusing credentials that have expired. */
export function whileValid(authenticate: Authenticate, clock: Clock): (credentials: Credentials) => Promise<Authenticated> {
  return async (credentials) => {
    const found = await authenticate(credentials);
    if (found.expiresAt !== null && clock.now() >= found.expiresAt)
      throw problem('UNAUTHENTICATED', 'Your credentials have expired: get new ones and send the request again.');
    return found;
  };
}
