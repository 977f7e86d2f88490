// Who asks, and until when that may be believed. Each way to prove it (keys.ts) is one function of this shape.
import type { Clock, Instant } from '../platform/clock';
import type { Actor } from '../platform/context';
import { problem } from '../platform/graphql/errors';
import type { Subject } from './tokens/claims';

/** What a request brings to say who it is. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  /** The network address it comes from. */
  readonly address?: string;
}

/** Whom an open socket belongs to: it is closed when this key or this person is not to be believed any more (open-sockets.ts). */
export type Holder = { readonly id: string } & (
  | { readonly kind: 'key'; readonly hash: Buffer }
  | { readonly kind: 'person'; readonly subject: Subject; readonly person: string }
);

/** Who asks. */
export interface Authenticated {
  readonly actor: Actor;
  /** Absent: nothing but its end can end it. */
  readonly holder?: Holder;
  /** From this instant on the credentials are worth nothing; null: they do not end by themselves. */
  readonly expiresAt: Instant | null;
}

/** Answers who asks, or refuses with UNAUTHENTICATED. */
export type Authenticate = (credentials: Credentials) => Authenticated | Promise<Authenticated>;

/** What is sent as `authorization: Bearer …` in a header or in the payload of connection_init. @throws UNAUTHENTICATED when there is nothing */
export function bearerOf({ headers, connectionParams }: Credentials): string {
  const sent =
    text(headers['authorization']) ?? text(connectionParams?.['authorization']) ?? text(connectionParams?.['Authorization']);
  const bearer = /^Bearer +(.+)$/i.exec(sent ?? '')?.[1]?.trim();
  if (bearer === undefined)
    throw problem('UNAUTHENTICATED', 'Send your API key or your access token as `authorization`, behind the word Bearer.');
  return bearer;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The same, refusing credentials that have expired. */
export function whileValid(authenticate: Authenticate, clock: Clock): (credentials: Credentials) => Promise<Authenticated> {
  return async (credentials) => {
    const found = await authenticate(credentials);
    if (found.expiresAt !== null && clock.now() >= found.expiresAt)
      throw problem('UNAUTHENTICATED', 'Your credentials have expired: get new ones and send the request again.');
    return found;
  };
}
