// Who asks: API keys. The bootstrap key has every scope.
import { timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { environmentOf } from '../core/environment';
import type { Config } from '../platform/config';
import { problem } from '../platform/graphql/errors';
import { keptSecret } from '../platform/secret-file';
import { bearerOf, type Authenticate, type Authenticated } from './authenticate';
import type { KnownKeys } from './known-keys';
import { freshSecret, hashOf } from './manage';
import { looksLikeToken } from './tokens/verify';

const ADMIN: Authenticated = { actor: { id: 'key:admin', scopes: new Set(['*']) }, expiresAt: null };

/** How bearers are known. */
export interface Bearers {
  readonly adminKey: string;
  readonly known: Pick<KnownKeys, 'holderOf'>;
  /** Says whose a token is; null: there is no issuer. */
  readonly tokens: ((bearer: string) => Promise<Authenticated>) | null;
  /** The environment this is; null: it has no name. */
  readonly environment: string | null;
}

/**
 * Knows the bootstrap key and those that were made (`createApiKey`). What looks like a token is for `tokens` to say, if there is an issuer: no key that
 * was made does. A key that says it is of another environment is not even looked up.
 * @throws UNAUTHENTICATED
 */
export function bearerAuthentication({ adminKey, known, tokens, environment }: Bearers): Authenticate {
  const expected = hashOf(adminKey);
  return (credentials) => {
    const bearer = bearerOf(credentials);
    const hash = hashOf(bearer);
    if (timingSafeEqual(hash, expected)) return ADMIN;
    const its = environmentOf(bearer);
    if (its !== null && its !== environment) {
      const here = environment === null ? 'this one has no name' : `this is ${environment}`;
      throw problem('UNAUTHENTICATED', `This is a key of the environment ${its}, and ${here}: use a key that was made here.`);
    }
    return tokens !== null && looksLikeToken(bearer) ? tokens(bearer) : known.holderOf(hash);
  };
}

/** The bootstrap key: the configured one, else the one kept in the data folder, made there at the first start. */
export function bootstrapKey({ adminKey, dataDir, environment }: Pick<Config, 'adminKey' | 'dataDir' | 'environment'>): {
  readonly key: string;
  readonly isNew: boolean;
} {
  if (adminKey !== null) return { key: adminKey, isNew: false };
  const { text: key, isNew } = keptSecret(path.join(dataDir, 'admin-key'), () => freshSecret(environment));
  return { key, isNew };
}
