// Tokens that nobody should accept: what is tried against servers that verify JWTs.
import { createHmac, createPublicKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import { startIssuer, type Issuer } from '../kit/issuer';

export type Forged = readonly [what: string, token: string];
type Claims = Record<string, unknown>;

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** What a genuine token of the client `machine` says now. */
export function genuineClaims(issuer: Issuer): Claims {
  const now = Math.floor(Date.now() / 1_000);
  const who = { sub: 'machine', client_id: 'machine', scope: 'graph:read', jti: 'j1' };
  return { iss: issuer.url, aud: issuer.audience, iat: now, exp: now + 600, ...who };
}

/** A forger has a key pair of their own, and everything that is public. */
async function forger() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' };
  const sign = (header: object, claims: unknown) => {
    const text = `${encode({ alg: 'ES256', typ: 'at+jwt', ...header })}.${encode(claims)}`;
    return `${text}.${signBytes('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  return { jwk, sign };
}

/** Headers that lie about the key or the algorithm. */
export async function forgedHeaders(issuer: Issuer): Promise<Forged[]> {
  const claims = genuineClaims(issuer);
  const [key] = issuer.keys as [JWK];
  const kid = key.kid!;
  const genuine = await issuer.sign(claims);
  const { jwk, sign } = await forger();
  const signature = genuine.split('.')[2]!;
  const unsigned = (header: object, tail = ''): string =>
    `${encode({ typ: 'at+jwt', kid, ...header })}.${encode(claims)}.${tail}`;
  const hmac = (secret: string | Buffer, hash = 'sha256', header: object = {}): string => {
    const text = `${encode({ alg: `HS${hash.slice(3)}`, typ: 'at+jwt', kid, ...header })}.${encode(claims)}`;
    return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
  };
  const pem = createPublicKey({ key: key as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const der = createPublicKey({ key: key as never, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  const bringing = (header: object) => issuer.sign(claims, header);
  return [
    ...['none', 'None', 'NONE', 'nOnE'].map((alg): Forged => [`alg ${alg}`, unsigned({ alg })]),
    ['alg none with a signature', unsigned({ alg: 'none' }, signature)],
    ['HS256 by the public key as PEM', hmac(pem)],
    ['HS256 by the public key as PEM without its last line end', hmac(String(pem).trim())],
    ['HS256 by the public key as DER', hmac(der)],
    ['HS256 by the public key as JWK', hmac(JSON.stringify(key))],
    ['HS256 by nothing', hmac('')],
    ['HS384 by the public key', hmac(pem, 'sha384')],
    ['HS512 by the public key', hmac(pem, 'sha512')],
    ['HS256 by nothing, kid a path', hmac('', 'sha256', { kid: '../../../../../../dev/null' })],
    ['kid a statement', sign({ kid: "x' UNION SELECT 'k' --" }, claims)],
    ['kid a command', sign({ kid: '|/bin/true' }, claims)],
    ['kid a URL', sign({ kid: 'http://127.0.0.1/key' }, claims)],
    ['kid __proto__', sign({ kid: '__proto__' }, claims)],
    ['kid constructor', sign({ kid: 'constructor' }, claims)],
    ['kid empty', sign({ kid: '' }, claims)],
    ['kid a number', sign({ kid: 1 }, claims)],
    ['kid a list', sign({ kid: [kid] }, claims)],
    ['kid very long', sign({ kid: 'k'.repeat(2_000) }, claims)],
    ['no kid', sign({}, claims)],
    ['no kid, genuinely signed', await bringing({ kid: undefined })],
    ['another key under the genuine kid', sign({ kid }, claims)],
    ['brings its key', sign({ jwk }, claims)],
    ['brings its key under the genuine kid', sign({ kid, jwk }, claims)],
    ['brings the genuine key', await bringing({ jwk: key })],
    ['jku', sign({ kid, jku: 'http://127.0.0.1:1/keys' }, claims)],
    ['jku, genuinely signed', await bringing({ jku: `${issuer.url}/jwks` })],
    ['x5u', sign({ kid, x5u: 'http://127.0.0.1:1/certificate' }, claims)],
    ['x5c', sign({ kid, x5c: ['MIIB'] }, claims)],
    ['crit of something unknown', unsigned({ alg: 'ES256', crit: ['x'], x: 1 }, signature)],
    ['crit of something known', unsigned({ alg: 'ES256', crit: ['exp'], exp: 1 }, signature)],
    ['crit empty', unsigned({ alg: 'ES256', crit: [] }, signature)],
    ['payload not encoded', await bringing({ b64: true, crit: ['b64'] })],
    ['compressed', await bringing({ zip: 'DEF' })],
    ['nested', await bringing({ cty: 'JWT' })],
    ...(await Promise.all(
      ['JWT', 'jwt', 'id+jwt', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'at+jwt;v=1', 'text/at+jwt', ''].map(
        async (typ): Promise<Forged> => [`typ ${JSON.stringify(typ)}`, await issuer.sign(claims, { typ })],
      ),
    )),
    ['no typ', await bringing({ typ: undefined })],
    ['alg of another kind of key', unsigned({ alg: 'RS256' }, signature)],
    ['alg of another curve', unsigned({ alg: 'ES384' }, signature)],
    ['alg unknown', unsigned({ alg: 'ES257' }, signature)],
    ['alg a list', unsigned({ alg: ['ES256'] }, signature)],
    ['no alg', unsigned({}, signature)],
    ['alg twice', `${encode(`{"alg":"none","typ":"at+jwt","kid":"${kid}","alg":"ES256"}`)}.${encode(claims)}.${signature}`],
    ['a signature of zeros', unsigned({ alg: 'ES256' }, Buffer.alloc(64).toString('base64url'))],
    ['header a list', `${encode([])}.${encode(claims)}.${signature}`],
    ['header no JSON', `${encode('{')}.${encode(claims)}.${signature}`],
  ];
}

/** Claims that are not ours to believe, genuinely signed; and bytes that are none. */
export async function forgedClaims(issuer: Issuer): Promise<Forged[]> {
  const claims = genuineClaims(issuer);
  const now = Math.floor(Date.now() / 1_000);
  const genuine = await issuer.sign(claims);
  const [head, body, tail] = genuine.split('.') as [string, string, string];
  const other = await startIssuer({ audience: issuer.audience });
  const { kid } = issuer.keys[0]!;
  const foreign: Forged[] = [
    ['of another issuer', await other.clientToken({ scope: 'graph:read' })],
    ['of another issuer that says it is ours', await other.sign(claims, { kid })],
    ['of another issuer under its own kid', await other.sign(claims, { kid: 'of another' })],
  ];
  await other.stop();
  const saying = (changes: Claims): Promise<string> => issuer.sign({ ...claims, ...changes });
  const text = JSON.stringify(claims);
  const wrong: Record<string, Claims> = {
    'no iss': { iss: undefined },
    'iss with a slash': { iss: `${issuer.url}/` },
    'iss in capitals': { iss: issuer.url.toUpperCase() },
    'iss a list': { iss: [issuer.url] },
    'no aud': { aud: undefined },
    'aud null': { aud: null },
    'aud another': { aud: 'https://other.example' },
    'aud longer': { aud: `${issuer.audience}.evil.example` },
    'aud with a slash': { aud: `${issuer.audience}/` },
    'aud empty': { aud: '' },
    'aud a list of none': { aud: [] },
    'aud a list of others': { aud: ['https://other.example', `${issuer.audience} `] },
    'aud a list in a list': { aud: [[issuer.audience]] },
    'aud an object': { aud: { [issuer.audience]: true } },
    'no exp': { exp: undefined },
    'exp null': { exp: null },
    'exp a text': { exp: String(now + 600) },
    'exp over': { exp: now - 1 },
    'exp over within the leeway': { exp: now },
    'exp before 1970': { exp: -1 },
    'exp beyond all time': { exp: 9e12 },
    'nbf to come': { nbf: now + 300 },
    'nbf a text': { nbf: 'now' },
    'iat to come': { iat: now + 300 },
    'iat a text': { iat: String(now) },
    'no iat': { iat: undefined },
    'no sub': { sub: undefined },
    'sub empty': { sub: '' },
    'sub a number': { sub: 7 },
    'sub too long': { sub: 's'.repeat(256) },
    'sub that cannot be stored': { sub: 'a\u0000b' },
    'sub that is no text': { sub: '\ud800' },
    'no client_id': { client_id: undefined },
    'client_id a list': { client_id: ['machine'] },
    'client_id with a line end': { client_id: 'machine\n', sub: 'machine\n' },
    'bound to a key (DPoP)': { cnf: { jkt: 'thumbprint' } },
    'bound to a certificate': { cnf: { 'x5t#S256': 'thumbprint' } },
  };
  const signed = await Promise.all(
    Object.entries(wrong).map(async ([what, changes]): Promise<Forged> => [what, await saying(changes)]),
  );
  return [
    ...foreign,
    ...signed,
    ['aud twice', await issuer.sign(text.replace('{', '{"aud":"https://other.example",'))],
    ['sub twice', await issuer.sign(text.replace('}', ',"s\\u0075b":"machine"}'))],
    ['exp without end', await issuer.sign(text.replace(/"exp":\d+/, '"exp":1e999'))],
    ['claims behind a byte order mark', await issuer.sign(`\ufeff${text}`)],
    ['claims no JSON', await issuer.sign('{')],
    ['claims a list', await issuer.sign('[]')],
    ['claims a text', await issuer.sign('"machine"')],
    ['more scope under the same signature', `${head}.${encode({ ...claims, scope: 'people:erase' })}.${tail}`],
    ['another end under the same signature', `${head}.${encode({ ...claims, exp: now + 9_999_999 })}.${tail}`],
    ['signature cut', `${head}.${body}.${tail.slice(0, -4)}`],
    ['signature missing', `${head}.${body}.`],
    ['signature longer', `${genuine}AA`],
    ['claims cut', `${head}.${body.slice(0, -8)}.${tail}`],
    ['claims missing', `${head}..${tail}`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${genuine}.${tail}`],
    ['five parts, as if encrypted', `${genuine}.${tail}.${tail}`],
    ['dots alone', '..'],
    ['padded', `${head}.${body}.${tail}=`],
    ['padded as bytes are', `${head}.${body}.${tail}==`],
    ['a blank within', `${head}. ${body}.${tail}`],
    ['a blank in the signature', `${head}.${body}.${tail.slice(0, 9)} ${tail.slice(9)}`],
    ['a tab in the signature', `${head}.${body}.${tail.slice(0, 9)}\t${tail.slice(9)}`],
    ['bits that are not used', `${head}.${body}.${tail.slice(0, -1)}${otherLast(tail)}`],
    ['another alphabet', `${head}.${body}.${tail.slice(0, -1)}+`],
  ];
}

/** Another last letter that the same bytes are read from: four of its six bits are not used in 86 letters of 64 bytes. */
function otherLast(signature: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(signature.at(-1)!) ^ 1]!;
}
