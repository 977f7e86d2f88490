// Standard Webhooks 1.0.0: who sends a message proves it with a secret that only sender and receiver know.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a message's timestamp may be from the receiver's clock, in seconds; older ones may be replays. */
export const TOLERANCE_SECONDS = 300;

const PREFIX = 'whsec_';
const VERSION = 'v1';
const MAC_BYTES = 32;
const SHORTEST = 24;
const LONGEST = 64;

/** A secret as people copy it: `whsec_` and the base64 of 24 to 64 random bytes. */
export function secretText(bytes: Buffer): string {
  return `${PREFIX}${bytes.toString('base64')}`;
}

/** The bytes of a secret, with or without its prefix; null when it is none. */
export function secretBytes(secret: string): Buffer | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const bytes = Buffer.from(encoded, 'base64');
  const isCanonical = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  return isCanonical && bytes.length >= SHORTEST && bytes.length <= LONGEST ? bytes : null;
}

/** What is signed beside the secret: the message's id, when it was sent (seconds since 1970), and its body, byte by byte. */
export interface Signed {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string | Buffer;
}

/** The value of `webhook-signature`: one signature per secret, so that a receiver may know the old or the new one. */
export function sign(message: Signed, secrets: readonly Buffer[]): string {
  return secrets.map((secret) => `${VERSION},${mac(message, secret).toString('base64')}`).join(' ');
}

/** The three headers of a message as they arrived. */
export interface SignedHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** Why a message is not believed. */
export type Disbelief = 'MISSING_HEADER' | 'INVALID_TIMESTAMP' | 'STALE_TIMESTAMP' | 'NO_MATCHING_SIGNATURE';

/**
 * Checks a message over the bytes that were received, never over JSON written again. Answers null when one of the signatures was
 * made with one of the secrets. Takes the same time wherever a signature differs; nothing that can be sent makes it throw.
 *
 * @param now the receiver's clock, in seconds since 1970.
 */
export function verify(headers: SignedHeaders, body: string | Buffer, secrets: readonly Buffer[], now: number): Disbelief | null {
  const { id, timestamp: sentAt, signature } = headers;
  if (!id || !sentAt || !signature) return 'MISSING_HEADER';
  if (!/^\d{1,12}$/.test(sentAt)) return 'INVALID_TIMESTAMP';
  const timestamp = Number(sentAt);
  if (Math.abs(now - timestamp) > TOLERANCE_SECONDS) return 'STALE_TIMESTAMP';
  const expected = secrets.map((secret) => mac({ id, timestamp: sentAt, body }, secret));
  const isSigned = signature.split(' ').some((one) => {
    const [version, encoded] = one.split(',', 2);
    const sent = Buffer.from(version === VERSION ? (encoded ?? '') : '', 'base64');
    // timingSafeEqual throws when the lengths differ; a length is no secret
    return sent.length === MAC_BYTES && expected.some((own) => timingSafeEqual(own, sent));
  });
  return isSigned ? null : 'NO_MATCHING_SIGNATURE';
}

function mac({ id, timestamp, body }: { id: string; timestamp: number | string; body: string | Buffer }, secret: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
}
