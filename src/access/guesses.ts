// Keys are not found by trying: an address that has failed often is not listened to for a while, unless it sends what was right before.
import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Budgets } from '../platform/budgets';
import { refuseForNow } from '../platform/graphql/errors';
import { networkOf } from '../platform/http/address';
import type { Authenticate, Authenticated, Credentials } from './authenticate';

/** What is remembered of what was right. */
const MOST_REMEMBERED = 10_000;
/** A JSON Web Token. */
const TOKEN = /^Bearer +[\w-]+\.[\w-]+\.[\w-]+$/i;

/** How failures are counted. */
export interface GuessOptions {
  /** So many of one address within a minute are let be. */
  readonly perMinute: number;
  /** Milliseconds of a clock that only goes forwards. */
  readonly now: () => number;
}

/**
 * The same, refusing addresses that have failed too often with RATE_LIMITED: what they send is not even looked at, so that nothing is learned from it.
 * What was right on this node before is looked at all the same, and so are tokens, whose signatures nobody guesses: whoever shares an address with
 * somebody who guesses goes on working.
 */
export function slowGuesses(
  authenticate: Authenticate,
  options: GuessOptions,
): (credentials: Credentials) => Promise<Authenticated> {
  const failures = new Budgets({ points: options.perMinute, seconds: 60 }, options.now);
  const right = new Set<string>();
  return async (credentials) => {
    if (!credentials.address) return authenticate(credentials);
    const network = networkOf(credentials.address);
    const said = saidBy(credentials);
    const sent = createHash('sha256').update(said).digest('base64');
    if (!failures.hasAny(network) && !right.has(sent) && !TOKEN.test(said)) {
      const { resetSeconds } = failures.standing(network);
      const message = `Too many requests from this address had no key that is known: wait ${resetSeconds} s.`;
      throw refuseForNow('RATE_LIMITED', message, resetSeconds);
    }
    try {
      const found = await authenticate(credentials);
      right.delete(sent);
      right.add(sent);
      if (right.size > MOST_REMEMBERED) right.delete(right.values().next().value!);
      return found;
    } catch (error) {
      right.delete(sent);
      if (error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED') failures.charge(network, 1);
      throw error;
    }
  };
}

function saidBy({ headers, connectionParams }: Credentials): string {
  const sent = [headers['authorization'], connectionParams?.['authorization'], connectionParams?.['Authorization']];
  return sent.filter((one) => typeof one === 'string').join(' ');
}
