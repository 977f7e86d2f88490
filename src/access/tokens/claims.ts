// What is read off a token whose signature is right: whom it is for, what it allows and until when. Everything else in it is let be.
import type { Instant } from '../../platform/clock';
import { SCOPES, type Scope } from '../policy';

/** Whom a token of a person speaks of. */
export interface Subject {
  /** What the issuer calls the person, for ever. */
  readonly sub: string;
  /** In lower case; null: none, or one that the issuer does not vouch for. */
  readonly email: string | null;
}

/** A token, read. */
export interface TokenClaims {
  readonly subject: Subject;
  /** The client it was given to. */
  readonly clientId: string;
  /** It speaks for that client itself, and for no person. */
  readonly isOfClient: boolean;
  readonly expiresAt: Instant;
  readonly scopes: ReadonlySet<Scope>;
  readonly groups: readonly string[];
}

/** The clocks of the issuer and ours may differ by so much: a token may begin a little later by ours. It never ends later. */
export const LEEWAY_MS = 30_000;
/** The last instant there is, in the year 275760; JSON can say later ones, up to infinity. */
const LAST = 8_640_000_000_000_000;
const LONGEST_SUBJECT = 255;
const LONGEST_EMAIL = 320;
const MOST_GROUPS = 200;
const CLIENT_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/;

/** Reads the claims at an instant; null: they are none of an access token that is worth anything now. */
export function readClaims(payload: Readonly<Record<string, unknown>>, now: Instant): TokenClaims | null {
  const { sub, client_id: clientId, exp, iat } = payload;
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof exp !== 'number' || typeof iat !== 'number') return null;
  if (!isName(sub, LONGEST_SUBJECT) || !CLIENT_ID.test(clientId)) return null;
  const expiresAt = Math.floor(exp * 1_000);
  if (expiresAt <= now || expiresAt > LAST || iat * 1_000 > now + LEEWAY_MS) return null;
  // bound to a key that whoever sends it as a bearer token does not prove to have
  if (payload['cnf'] !== undefined) return null;
  const words = payload['scope'] ?? payload['scp'];
  return {
    ...{ subject: { sub, email: emailIn(payload) }, clientId, isOfClient: sub === clientId, expiresAt },
    scopes: new Set(wordsIn(words).filter((word): word is Scope => Object.hasOwn(SCOPES, word))),
    groups: [...new Set(listIn(payload['groups']))].filter((group) => isName(group, LONGEST_SUBJECT)).slice(0, MOST_GROUPS),
  };
}

function emailIn(payload: Readonly<Record<string, unknown>>): string | null {
  const { email, email_verified: isVerified } = payload;
  if (typeof email !== 'string' || !isName(email, LONGEST_EMAIL) || !email.includes('@')) return null;
  // letters that become others in lower case or look the same, such as the Kelvin sign: another mailbox than the one it would be taken for
  if (email.normalize('NFKC') !== email) return null;
  return isVerified === false || isVerified === 'false' ? null : email.toLowerCase();
}

/** What can be looked up and kept as text. */
function isName(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && !/[\p{Cc}\p{Cs}]/u.test(text);
}

function wordsIn(value: unknown): string[] {
  return typeof value === 'string' ? value.split(' ') : listIn(value);
}

function listIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
