// The OpenID provider behind a test's issuer: what it is configured with, and what it keeps.
import type { Configuration, Provider, ResourceServer } from 'oidc-provider';
import type { JWK } from 'jose';
import { SCOPES } from '../../src/access/policy';

/** By what it signs. */
export type TokenAlgorithm = 'ES256' | 'RS256' | 'EdDSA';

/** Who a person is to the issuer. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[];
  /** Any further claim. */
  readonly [claim: string]: unknown;
}

export interface ProviderOptions {
  readonly audience: string;
  readonly alg: TokenAlgorithm;
  /** Private keys, the one that signs first. */
  readonly keys: readonly JWK[];
  /** The keys of the clients `machine` and `app`. */
  readonly machine: JWK;
  readonly app: JWK;
  /** What a token of a person says of them. */
  readonly accountOf: (token: object) => Account | undefined;
  readonly records: Map<string, Record<string, unknown>>;
}

/** Both clients prove themselves by keys of this algorithm. */
export const CLIENT_ALG = 'ES256';
export const CALLBACK = 'https://app.example/callback';

/** The product, as the provider knows it. */
export function api({ audience, alg }: Pick<ProviderOptions, 'audience' | 'alg'>): ResourceServer {
  const scope = Object.keys(SCOPES).join(' ');
  return { audience, scope, accessTokenFormat: 'jwt', accessTokenTTL: 3_600, jwt: { sign: { alg } } };
}

export function configurationOf(options: ProviderOptions): Configuration {
  const { audience, alg, keys, accountOf, records } = options;
  const client = (id: string, key: JWK) => ({
    client_id: id,
    token_endpoint_auth_method: 'private_key_jwt' as const,
    token_endpoint_auth_signing_alg: CLIENT_ALG as 'ES256',
    id_token_signed_response_alg: alg,
    jwks: { keys: [publicPart(key)] },
  });
  return {
    adapter: (model: string) => adapter(records, model),
    clients: [
      {
        ...client('machine', options.machine),
        ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      },
      {
        ...client('app', options.app),
        ...{ grant_types: ['authorization_code'], redirect_uris: [CALLBACK], response_types: ['code'] },
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    cookies: { keys: ['of a test'] },
    extraTokenClaims: (_context, token) => {
      const { sub: _sub, ...claims } = accountOf(token) ?? { sub: '' };
      return claims;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => api(options), useGrantedResource: () => true },
    },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    jwks: { keys },
    // whoever logs in has agreed
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: oidc.session!.accountId, clientId: 'app' });
      grant.addOIDCScope('openid');
      grant.addResourceScope(audience, api(options).scope);
      await grant.save();
      return grant;
    },
    ttl: {
      ...{ AccessToken: 3_600, ClientCredentials: 3_600, IdToken: 3_600, Grant: 3_600, Session: 3_600 },
      ...{ AuthorizationCode: 60, Interaction: 600 },
    },
  };
}

/** What of a key anybody may know. */
export function publicPart({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open }: JWK): JWK {
  return open;
}

/** The class, without its word about versions of Node that are not ours to choose. */
export async function loadProvider(): Promise<typeof Provider> {
  // objects that node clones are not those of jest, and the provider looks twice at where they come from
  if (structuredClone({}).constructor !== Object) globalThis.structuredClone = (value) => JSON.parse(JSON.stringify(value));
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return (await import('oidc-provider')).Provider;
  } finally {
    console.warn = warn;
  }
}

function adapter(records: ProviderOptions['records'], model: string) {
  const key = (id: string) => `${model}:${id}`;
  const found = (isIt: (record: Record<string, unknown>) => boolean) =>
    [...records].find(([id, record]) => id.startsWith(`${model}:`) && isIt(record))?.[1];
  return {
    upsert: async (id: string, payload: object) => void records.set(key(id), { ...payload }),
    find: async (id: string) => records.get(key(id)),
    findByUid: async (uid: string) => found((record) => record['uid'] === uid),
    findByUserCode: async (userCode: string) => found((record) => record['userCode'] === userCode),
    consume: async (id: string) => void Object.assign(records.get(key(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
    destroy: async (id: string) => void records.delete(key(id)),
    revokeByGrantId: async (grantId: string) => {
      for (const [id, record] of records) if (record['grantId'] === grantId) records.delete(id);
    },
  };
}
