// An issuer of tokens as organisations run one: a real OpenID provider on a port of its own that knows two clients, both by private_key_jwt.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { CompactJWSHeaderParameters, JWK, JWTPayload } from 'jose';
import {
  api,
  CALLBACK,
  CLIENT_ALG,
  configurationOf,
  loadProvider,
  publicPart,
  type Account,
  type TokenAlgorithm,
} from './provider';

/** What a token says beside whom it is for; instants are epoch milliseconds. Without them it begins now and ends in an hour. */
export interface TokenOptions {
  /** Separated by blanks. */
  readonly scope?: string;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
}

/** Alters a request for a token before it is sent. */
export type Change = (form: URLSearchParams, headers: Headers) => void;
/** What is answered instead of what the provider would; null: what it would. */
export type Instead = (path: string) => { readonly status?: number; readonly headers?: object; readonly body: string } | null;

export interface Issuer {
  /** Its identifier, such as http://127.0.0.1:3999 */
  readonly url: string;
  readonly audience: string;
  /** What a server needs to accept its tokens. */
  readonly env: { readonly OIDC_ISSUER: string; readonly OIDC_AUDIENCE: string };
  /** The paths it was asked for. */
  readonly asked: string[];
  /** The private key by which its client `machine` proves itself. */
  readonly clientKey: JWK;
  /** The public keys it publishes, the one that signs first. */
  readonly keys: readonly JWK[];
  /** A token of a system: `sub` is `client_id`, which is `machine`. */
  clientToken(options?: TokenOptions): Promise<string>;
  /** A token of a person, as the provider issues it to the client `app`. */
  personToken(account: Account, options?: TokenOptions): Promise<string>;
  /** Any token under the key that signs now. `claims` may be the bytes themselves. */
  sign(claims: JWTPayload | string, header?: Partial<CompactJWSHeaderParameters>): Promise<string>;
  /** Asks for a token as `machine` does: client_credentials over HTTP, authenticated by private_key_jwt. */
  exchange(scope: string, change?: Change): Promise<Response>;
  /** Logs a person in as a browser does: authorization code with PKCE. Answers the access token. */
  login(account: Account, scope: string): Promise<string>;
  /** Signs by a new key from now on; the earlier ones stay published unless `forget`. */
  rotate(options?: { readonly forget?: boolean }): Promise<void>;
  answer(instead: Instead): void;
  /** Refuses connections, takes them and never answers, or answers 500. */
  down(how?: 'refuses' | 'hangs' | 'fails'): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Starts an issuer on a free port of this machine. */
export async function startIssuer(options: { audience?: string; alg?: TokenAlgorithm } = {}): Promise<Issuer> {
  const { audience = 'https://graph.example', alg = 'ES256' } = options;
  const Provider = await loadProvider();
  const [clientKey, appKey] = [await newKey(CLIENT_ALG, 'machine-key'), await newKey(CLIENT_ALG, 'app-key')];
  let keys = [await newKey(alg, `${alg}-1`)];
  let rotations = 1;
  let instead: Instead = () => null;
  let outage: 'refuses' | 'hangs' | 'fails' | null = null;
  const asked: string[] = [];
  const accounts = new Map<string, Account>();
  const accountOfToken = new WeakMap<object, Account>();
  const accountOf = (token: object) => accountOfToken.get(token) ?? accounts.get(String((token as any).accountId));

  const server = http.createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    asked.push(path);
    if (outage === 'hangs') return;
    const answer = outage === 'fails' ? { status: 500, body: 'no' } : instead(path);
    if (answer) {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
    } else if (path.startsWith('/interaction/')) {
      const login = { accountId: String(request.headers['x-login']) };
      provider.interactionFinished(request, response, { login }).catch((error: Error) => response.destroy(error));
    } else void provider.callback()(request, response);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const records = new Map<string, Record<string, unknown>>();
  const load = () => new Provider(url, configurationOf({ audience, alg, keys, machine: clientKey, app: appKey, accountOf, records })); // prettier-ignore
  let provider = load();

  const mint = async (
    kind: 'AccessToken' | 'ClientCredentials',
    clientId: string,
    fields: object,
    times: TokenOptions,
    account?: Account,
  ) => {
    // prettier-ignore
    const { issuedAt = Date.now(), expiresAt = issuedAt + HOUR_MS, scope } = times;
    const Token = provider[kind] as any;
    const token = new Token({
      ...{ client: await provider.Client.find(clientId), scope, ...fields },
      ...{ iat: Math.floor(issuedAt / 1000), exp: Math.floor(expiresAt / 1000) },
    });
    token.resourceServer = new (provider as any).ResourceServer(audience, api({ audience, alg }));
    if (account) accountOfToken.set(token, account);
    return (await token.save()) as string;
  };
  const post = async (clientId: string, key: JWK, form: Record<string, string>, change?: Change) => {
    const assertion = await new SignJWT({ jti: randomUUID(), iss: clientId, sub: clientId, aud: `${url}/token` })
      .setProtectedHeader({ alg: CLIENT_ALG, kid: key.kid! })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(await importJWK(key, CLIENT_ALG));
    const body = new URLSearchParams({
      ...form,
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    const headers = new Headers();
    change?.(body, headers);
    return fetch(`${url}/token`, { method: 'POST', headers, body });
  };

  return {
    ...{ url, audience, asked, clientKey, env: { OIDC_ISSUER: url, OIDC_AUDIENCE: audience } },
    get keys() {
      return keys.map(publicPart);
    },
    clientToken: (times = {}) => mint('ClientCredentials', 'machine', {}, times),
    personToken: (account, times = {}) =>
      mint('AccessToken', 'app', { accountId: account.sub, gty: 'authorization_code' }, times, account),
    async sign(claims, header = {}) {
      const bytes = new TextEncoder().encode(typeof claims === 'string' ? claims : JSON.stringify(claims));
      const key = await importJWK(keys[0]!, alg);
      return new CompactSign(bytes).setProtectedHeader({ alg, kid: keys[0]!.kid!, typ: 'at+jwt', ...header }).sign(key);
    },
    exchange: (scope, change) =>
      post('machine', clientKey, { grant_type: 'client_credentials', scope, resource: audience }, change),
    async login(account, scope) {
      accounts.set(account.sub, account);
      const verifier = randomBytes(32).toString('base64url');
      const wish = new URLSearchParams({
        ...{ client_id: 'app', response_type: 'code', redirect_uri: CALLBACK, scope: `openid ${scope}`, resource: audience },
        ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
      });
      const code = await authorize(`${url}/auth?${wish.toString()}`, account.sub);
      const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier };
      const answer = (await (await post('app', appKey, form)).json()) as { access_token?: string };
      if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
      return answer.access_token;
    },
    async rotate({ forget = false } = {}) {
      rotations += 1;
      keys = [await newKey(alg, `${alg}-${rotations}`), ...(forget ? [] : keys)];
      provider = load();
    },
    answer(other) {
      instead = other;
    },
    async down(how = 'refuses') {
      outage = how;
      if (how === 'refuses') await close();
    },
    async up() {
      outage = null;
      if (!server.listening) await listen(port);
    },
    stop: close,
  };
}

async function newKey(alg: string, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid, use: 'sig' };
}

/** Follows the redirects of a login with its cookies until they lead back to the client. */
async function authorize(start: string, sub: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = start;
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie, 'x-login': sub } });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split(/=(.*)/s) as [string, string];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    next = new URL(answer.headers.get('location') ?? CALLBACK, start).href;
    if (!next.startsWith(CALLBACK)) continue;
    const code = new URL(next).searchParams.get('code');
    if (code === null) throw new Error(`the login ended with ${answer.status} at ${next}: ${await answer.text()}`);
    return code;
  }
  throw new Error('the login leads nowhere');
}
