// Whether a token is one of the issuer's access tokens for us (RFC 9068), and what it says.
import { decodeProtectedHeader, errors, jwtVerify, type JWTHeaderParameters } from 'jose';
import { GraphQLError } from 'graphql';
import type { Clock } from '../../platform/clock';
import { problem } from '../../platform/graphql/errors';
import type { Log } from '../../platform/log';
import { LEEWAY_MS, readClaims, type TokenClaims } from './claims';
import { ALGORITHMS } from './discovery';
import type { IssuerKeys } from './issuer-keys';
import { hasRepeatedName } from './repeated-name';

/** What tokens are compared with. */
export interface VerifyOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: Pick<IssuerKeys, 'keyFor'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Reads a token. @throws UNAUTHENTICATED when it is not accepted, whatever the reason; UNAVAILABLE when that cannot be said just now */
export type VerifyToken = (token: string) => Promise<TokenClaims>;

/** More than a whole request's headers may have. */
const LONGEST = 16_384;
const LONGEST_KEY_NAME = 200;
/** A header that brings or names the key to be verified with, or asks for what is not understood here. */
const STRANGE = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'cty', 'enc'];

/** Whether what was sent as a bearer token looks like a signed JWT. */
export function looksLikeToken(bearer: string): boolean {
  return /^[^.]*\.[^.]*\.[^.]*$/.test(bearer);
}

/** Tokens of one issuer for one audience. */
export function tokenVerifier({ issuer, audience, keys, clock, log }: VerifyOptions): VerifyToken {
  const read = async (token: string): Promise<TokenClaims | string> => {
    if (token.length > LONGEST) return 'too long';
    const parts = token.split('.');
    if (!parts.every(isWrittenStrictly)) return 'not written as a JWS is';
    const header = decodeProtectedHeader(token);
    if (STRANGE.some((name) => Object.hasOwn(header, name))) return 'strange header';
    if (parts.slice(0, 2).some((part) => hasRepeatedName(Buffer.from(part, 'base64url').toString('utf8'))))
      return 'repeated name';
    if (!ALGORITHMS.includes(String(header.alg)) || !isKeyName(header.kid)) return 'no key of ours';
    const key = await keys.keyFor(header as JWTHeaderParameters & { kid: string });
    if (key === null) return 'unknown key';
    const now = clock.now();
    const { payload } = await jwtVerify(token, key, {
      ...{ issuer, audience, typ: 'at+jwt', algorithms: [...ALGORITHMS], requiredClaims: ['exp', 'iat', 'sub', 'client_id'] },
      ...{ clockTolerance: LEEWAY_MS / 1_000, currentDate: new Date(now) },
    });
    return readClaims(payload, now) ?? 'claims';
  };

  return async (token) => {
    const claims = await read(token).catch((error: unknown) => {
      if (error instanceof GraphQLError) throw error;
      // keys that cannot be used are told of by other errors than the library's own
      if (!(error instanceof errors.JOSEError)) log.warn({ err: error }, 'an access token could not be verified');
      return (error as { code?: string }).code ?? 'unusable key';
    });
    if (typeof claims !== 'string') return claims;
    // for operators: whoever sent it is told no more than that it was refused
    log.debug({ reason: claims }, 'an access token was refused');
    throw problem('UNAUTHENTICATED', 'This access token is not accepted: get a new one from your identity provider.');
  };
}

/** Decoders are lenient with blanks, padding, bits that are not used and byte order marks: one token would have many texts. */
function isWrittenStrictly(part: string): boolean {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part && bytes.subarray(0, 3).toString('hex') !== 'efbbbf';
}

function isKeyName(kid: unknown): boolean {
  return typeof kid === 'string' && kid !== '' && kid.length <= LONGEST_KEY_NAME;
}
