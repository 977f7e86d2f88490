// Who asks: access tokens of the configured issuer, of systems and of people.
import type { Clock } from '../../platform/clock';
import { problem } from '../../platform/graphql/errors';
import type { Authenticated } from '../authenticate';
import { subjectId, type KnownPeople } from './people';
import type { VerifyToken } from './verify';

/** What tokens are believed by. */
export interface TokenOptions {
  readonly verify: VerifyToken;
  readonly people: Pick<KnownPeople, 'personOf'>;
  readonly clock: Pick<Clock, 'now'>;
}

const REFUSED = {
  UNKNOWN: 'Nobody here is linked to your account: ask HR to link it.',
  SEVERAL: 'Several people here have the e-mail address of your account: ask HR to link it to one of them.',
  TERMINATED: 'Your employment here has ended, and your access with it: ask HR if that is wrong.',
} as const;

/**
 * Answers who has a token. A token whose subject is its client is that of a system; any other is a person's, who has to be there already: nothing is
 * written for a token, and nothing in it but its subject, e-mail address, groups and scopes is looked at.
 */
export function tokenAuthentication({ verify, people, clock }: TokenOptions): (token: string) => Promise<Authenticated> {
  return async (token) => {
    const { subject, clientId, isOfClient, scopes, groups, expiresAt } = await verify(token);
    if (isOfClient) return { actor: { id: `client:${clientId}`, scopes }, expiresAt };
    const person = await people.personOf(subject, clock.now());
    if (typeof person === 'string') throw problem('UNAUTHENTICATED', REFUSED[person]);
    return {
      actor: { id: `person:${person.uuid}`, scopes, person: person.uuid, groups },
      holder: { kind: 'person', id: `${person.uuid} ${subjectId(subject)}`, subject, person: person.uuid },
      expiresAt,
    };
  };
}
