// Who asks: API keys. The bootstrap key has every scope.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { problem } from '../platform/graphql/errors';
import { keptSecret } from '../platform/secret-file';
import type { Authenticate, Authenticated } from './authenticate';
import type { KnownKeys } from './known-keys';
import { hashOf } from './manage';

const ADMIN: Authenticated = { actor: { id: 'key:admin', scopes: new Set(['*']) }, expiresAt: null };

/**
 * Knows the bootstrap key and those that were made (`createApiKey`), sent as `authorization: Bearer …` in a header or in the payload of
 * connection_init.
 * @throws UNAUTHENTICATED
 */
export function keyAuthentication(adminKey: string, known: Pick<KnownKeys, 'holderOf'>): Authenticate {
  const expected = hashOf(adminKey);
  return ({ headers, connectionParams }) => {
    const sent =
      text(headers['authorization']) ?? text(connectionParams?.['authorization']) ?? text(connectionParams?.['Authorization']);
    const key = /^Bearer +(.+)$/i.exec(sent ?? '')?.[1]?.trim();
    if (key === undefined) throw problem('UNAUTHENTICATED', 'Send your API key: authorization: Bearer <key>.');
    const hash = hashOf(key);
    return timingSafeEqual(hash, expected) ? ADMIN : known.holderOf(hash);
  };
}

/** The bootstrap key: the configured one, else the one kept in the data folder, made there at the first start. */
export function bootstrapKey(configured: string | null, dataDir: string): { readonly key: string; readonly isNew: boolean } {
  if (configured !== null) return { key: configured, isNew: false };
  const { text: key, isNew } = keptSecret(path.join(dataDir, 'admin-key'), () => `cgk_${randomBytes(24).toString('base64url')}`);
  return { key, isNew };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
