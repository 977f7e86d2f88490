/** Bodies as stored: in the clear when about nobody, else AES-256-GCM with the key of the person they are about. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalJson, type Json } from './entry';

/** Canonical JSON in UTF-8. */
export const PLAIN = 0;
/** 12-byte nonce || ciphertext || 16-byte tag of the canonical JSON; the associated data is the event id's text. */
export const SEALED = 1;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Length of a person's key in bytes. */
export const KEY_BYTES = 32;

/** A body ready for the table. */
export interface StoredBody {
  readonly format: number;
  readonly bytes: Buffer;
}

/** A body that is about nobody. */
export function plainBody(body: Json): StoredBody {
  return { format: PLAIN, bytes: Buffer.from(canonicalJson(body), 'utf8') };
}

/** So many nonces at once: asking the system for randomness costs more than the rest of sealing a body. */
export function freshNonces(count: number): Buffer[] {
  const bytes = randomBytes(count * NONCE_BYTES);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * NONCE_BYTES, (i + 1) * NONCE_BYTES));
}

/**
 * A body that only the holder of `key` can read, bound to its event: the same bytes under another event id do not open.
 * A nonce must never be used twice with one key.
 */
export function sealBody(body: Json, key: Buffer, eventId: string, nonce: Buffer = randomBytes(NONCE_BYTES)): StoredBody {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(eventId, 'utf8'));
  const ciphertext = cipher.update(canonicalJson(body), 'utf8');
  cipher.final(); // of nothing: this mode has no blocks to fill
  return { format: SEALED, bytes: Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]) };
}

/** What opening a stored body came to. */
export interface OpenedBody {
  readonly body: Json;
  readonly erased: boolean;
  readonly damaged: boolean;
}

/**
 * Opens a stored body. `key` is undefined when the person's key is gone: the answer is then `erased`. Bytes that do not
 * open with the key, or are no JSON, are `damaged`: one row somebody tampered with must not stop every reader.
 */
export function openBody(stored: StoredBody, key: Buffer | undefined, eventId: string): OpenedBody {
  if (stored.format === SEALED && key === undefined) return { body: null, erased: true, damaged: false };
  try {
    return { body: JSON.parse(plaintext(stored, key, eventId)) as Json, erased: false, damaged: false };
  } catch {
    return { body: null, erased: false, damaged: true };
  }
}

function plaintext(stored: StoredBody, key: Buffer | undefined, eventId: string): string {
  if (stored.format === PLAIN) return stored.bytes.toString('utf8');
  if (stored.format !== SEALED || key === undefined) throw new Error(`body format ${stored.format} is not known`);
  const end = stored.bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, stored.bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(eventId, 'utf8'));
  decipher.setAuthTag(stored.bytes.subarray(end));
  return decipher.update(stored.bytes.subarray(NONCE_BYTES, end), undefined, 'utf8') + decipher.final('utf8');
}
