// A token for a client of our own, as integrators get theirs: client_credentials, with the client authenticated by a JWT that it signs
// (private_key_jwt, RFC 7523). A secret that both sides know is not among the ways.
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import { fetchJson } from '../../platform/http/fetch-json';
import { StartError } from '../../platform/start-error';
import { ASK_WITHIN_MS } from '../tokens/discovery';

/** A client, and the key that proves it. */
export interface ClientKey {
  readonly clientId: string;
  readonly key: KeyObject;
  readonly alg: string;
  /** What the issuer calls the key; null: what it is called by its thumbprint (RFC 7638). */
  readonly kid: string | null;
}

const MOST_BYTES = 64 * 1_024;
const VALID_FOR = '60s';
const ALG_OF_CURVE: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** Reads the private key: PEM, or a JWK with its `kid`. @throws StartError when it cannot be used */
export function readClientKey(clientId: string, file: string): ClientKey {
  try {
    const text = readFileSync(file, 'utf8').trim();
    const jwk = text.startsWith('{') ? (JSON.parse(text) as { alg?: string; kid?: string }) : null;
    const key = createPrivateKey(jwk === null ? text : { key: jwk, format: 'jwk' });
    return { clientId, key, alg: jwk?.alg ?? algOf(key), kid: jwk?.kid ?? null };
  } catch (error) {
    // the message of a parser may show what it read
    const reason = (error as { code?: string }).code ?? 'no key that is understood';
    throw new StartError(`OIDC_CLIENT_KEY_FILE must be a private key as PEM or JWK: ${file} is not (${reason}).`);
  }
}

function algOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  return asymmetricKeyType === 'ec' ? (ALG_OF_CURVE[asymmetricKeyDetails?.namedCurve ?? ''] ?? 'ES256') : 'RS256';
}

/** Asks for a token. @throws Error with a reason for operators, which shows nothing of the token */
export async function tokenForClient(
  client: ClientKey,
  tokenUrl: string,
  audience: string,
  signal: AbortSignal,
): Promise<string> {
  const { clientId, key, alg } = client;
  const kid = client.kid ?? (await calculateJwkThumbprint(await exportJWK(key)));
  const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: tokenUrl, jti: randomUUID() })
    .setProtectedHeader({ alg, kid })
    .setIssuedAt()
    .setExpirationTime(VALID_FOR)
    .sign(key);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    // RFC 8707 calls it the one, some issuers the other
    resource: audience,
    audience,
  });
  const answer = await fetchJson({ url: tokenUrl, form, withinMs: ASK_WITHIN_MS, maxBytes: MOST_BYTES, signal }).catch(
    (error: unknown) => {
      throw new Error(`${tokenUrl} ${(error as Error).message}`, { cause: error });
    },
  );
  const { access_token: token, error } = (answer.body ?? {}) as { access_token?: unknown; error?: unknown };
  if (answer.status === 200 && typeof token === 'string') return token;
  const why = typeof error === 'string' ? ` (${error.slice(0, 100)})` : '';
  throw new Error(`${tokenUrl} gives ${clientId} no token: it answers ${answer.status}${why}`);
}
