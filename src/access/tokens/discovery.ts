// What an issuer publishes of itself: where its keys are (OpenID Connect Discovery 1.0), and those keys (RFC 7517).
import type { JWK } from 'jose';
import { fetchJson, type JsonAnswer } from '../../platform/http/fetch-json';
import { isLoopback } from '../../platform/loopback';

/** By these keys tokens may be signed; none of them is a secret that two know. */
export const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Where an issuer is asked for what. */
export interface Discovered {
  readonly keysUrl: string;
  /** Where tokens are given out; null: nowhere that it says. */
  readonly tokenUrl: string | null;
  /** How far its clock is ahead of `now`, which was read when it answered; null: it does not say. */
  readonly aheadMs: number | null;
}

/** Of keys that are looked for by name. */
export type NamedKey = JWK & { readonly kid: string };

export const ASK_WITHIN_MS = 4_000;
const MOST_BYTES = 512 * 1_024;
const MOST_KEYS = 100;
/** What is public in a key; a private one that somebody publishes by mistake is not kept. */
const PUBLIC = ['kty', 'kid', 'alg', 'crv', 'x', 'y', 'n', 'e'] as const;

/** Reads what the issuer says of itself. @throws Error with a reason for operators */
export async function discover(issuer: string, now: () => number, signal?: AbortSignal): Promise<Discovered> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await ask(url, signal);
  const found = answer.body as Readonly<Record<string, unknown>> | null;
  if (typeof found !== 'object' || found?.['issuer'] !== issuer) {
    throw new Error(`${url} speaks for another issuer than OIDC_ISSUER: the two must be the same to the letter`);
  }
  const { jwks_uri: keysUrl, token_endpoint: tokenUrl } = found;
  if (typeof keysUrl !== 'string' || !isSafe(keysUrl, issuer)) throw new Error(`${url} names no jwks_uri that is https`);
  const said = Date.parse(answer.headers.get('date') ?? '');
  return {
    keysUrl,
    tokenUrl: typeof tokenUrl === 'string' && isSafe(tokenUrl, issuer) ? tokenUrl : null,
    // a date has whole seconds
    aheadMs: Number.isNaN(said) ? null : said + 500 - now(),
  };
}

/** The issuer's keys that tokens can be signed by. @throws Error with a reason for operators when there is none */
export async function readKeys(keysUrl: string, signal?: AbortSignal): Promise<NamedKey[]> {
  const { body } = await ask(keysUrl, signal);
  const { keys } = (body ?? {}) as { keys?: unknown };
  const usable = (Array.isArray(keys) ? keys : []).slice(0, MOST_KEYS).filter(isUsable);
  if (usable.length === 0) throw new Error(`${keysUrl} has no key that access tokens can be signed by`);
  return usable.map(publicPart);
}

async function ask(url: string, signal?: AbortSignal): Promise<JsonAnswer> {
  const answer = await fetchJson({ url, withinMs: ASK_WITHIN_MS, maxBytes: MOST_BYTES, signal }).catch((error: unknown) => {
    throw new Error(`${url} ${(error as Error).message}`, { cause: error });
  });
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return answer;
}

function publicPart(key: NamedKey): NamedKey {
  return { kid: key.kid, ...Object.fromEntries(PUBLIC.flatMap((name) => (key[name] ? [[name, key[name]]] : []))) };
}

function isUsable(key: unknown): key is NamedKey {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, kid, use, alg, key_ops: operations } = key as JWK;
  if (!['RSA', 'EC', 'OKP'].includes(String(kty)) || typeof kid !== 'string' || kid === '') return false;
  if ((use ?? 'sig') !== 'sig' || (alg !== undefined && !ALGORITHMS.includes(alg))) return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

/** https; or, as the issuer itself, on this machine. */
function isSafe(url: string, issuer: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(url) && isLoopback(issuer));
}
