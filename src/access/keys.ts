// Who asks: API keys. The bootstrap key has every scope.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { keptSecret } from '../platform/secret-file';
import { bearerOf, type Authenticate, type Authenticated } from './authenticate';
import type { KnownKeys } from './known-keys';
import { hashOf } from './manage';
import { looksLikeToken } from './tokens/verify';

const ADMIN: Authenticated = { actor: { id: 'key:admin', scopes: new Set(['*']) }, expiresAt: null };

/**
 * Knows the bootstrap key and those that were made (`createApiKey`). What looks like a token is for `tokens` to say, if there is an issuer: no key that
 * was made does.
 * @throws UNAUTHENTICATED
 */
export function bearerAuthentication(
  adminKey: string,
  known: Pick<KnownKeys, 'holderOf'>,
  tokens: ((bearer: string) => Promise<Authenticated>) | null,
): Authenticate {
  const expected = hashOf(adminKey);
  return (credentials) => {
    const bearer = bearerOf(credentials);
    const hash = hashOf(bearer);
    if (timingSafeEqual(hash, expected)) return ADMIN;
    return tokens !== null && looksLikeToken(bearer) ? tokens(bearer) : known.holderOf(hash);
  };
}

/** The bootstrap key: the configured one, else the one kept in the data folder, made there at the first start. */
export function bootstrapKey(configured: string | null, dataDir: string): { readonly key: string; readonly isNew: boolean } {
  if (configured !== null) return { key: configured, isNew: false };
  const { text: key, isNew } = keptSecret(path.join(dataDir, 'admin-key'), () => `cgk_${randomBytes(24).toString('base64url')}`);
  return { key, isNew };
}
