/** Bodies as stored: in the clear when about nobody, else AES-256-GCM with the key of the person they are about. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { canonicalJson, type Json } from './entry';

/** Canonical JSON in UTF-8. */
export const PLAIN = 0;
/** 12-byte nonce || ciphertext || 16-byte tag of the canonical JSON under the person's own key; the associated data is the event id's text. */
export const SEALED = 1;
/**
 * 32-byte commitment || ciphertext || 16-byte tag, under a key of the entry's own that follows from the person's and the event id
 * (`entryKey`): one entry can be shown to somebody without showing the others. The commitment is a hash of that key, so that no second key
 * opens the entry to something else; its first 12 bytes are the nonce, as a key seals one body only.
 */
export const DISCLOSABLE = 2;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COMMITMENT_BYTES = 32;
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

/** The key of one entry about a person. */
export function entryKey(personKey: Buffer, eventId: string): Buffer {
  return createHmac('sha256', personKey).update(`entry ${eventId}`).digest();
}

/** A body that only the holder of the person's key can read, and whoever is given the entry's own. */
export function sealEntry(body: Json, personKey: Buffer, eventId: string): StoredBody {
  const key = entryKey(personKey, eventId);
  const commitment = commitmentTo(key);
  const cipher = createCipheriv('aes-256-gcm', key, commitment.subarray(0, NONCE_BYTES));
  cipher.setAAD(Buffer.from(eventId, 'utf8'));
  const ciphertext = cipher.update(canonicalJson(body), 'utf8');
  cipher.final();
  return { format: DISCLOSABLE, bytes: Buffer.concat([commitment, ciphertext, cipher.getAuthTag()]) };
}

function commitmentTo(key: Buffer): Buffer {
  return createHash('sha256').update('credential-graph entry key').update(key).digest();
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
  if (stored.format !== PLAIN && key === undefined) return { body: null, erased: true, damaged: false };
  return opened(() => plaintext(stored, key, eventId));
}

/** Opens a `DISCLOSABLE` body with the key of its entry; null: it is none, or the key is not the one it was sealed with. */
export function openEntry(stored: StoredBody, key: Buffer, eventId: string): Json | null {
  if (stored.format !== DISCLOSABLE) return null;
  return opened(() => disclosed(stored.bytes, key, eventId)).body;
}

function opened(read: () => string): OpenedBody {
  try {
    return { body: JSON.parse(read()) as Json, erased: false, damaged: false };
  } catch {
    return { body: null, erased: false, damaged: true };
  }
}

function plaintext({ format, bytes }: StoredBody, key: Buffer | undefined, eventId: string): string {
  if (format === PLAIN) return bytes.toString('utf8');
  if (format === DISCLOSABLE) return disclosed(bytes, entryKey(key!, eventId), eventId);
  if (format !== SEALED) throw new Error(`body format ${format} is not known`);
  return decrypted(bytes.subarray(NONCE_BYTES), key!, bytes.subarray(0, NONCE_BYTES), eventId);
}

function disclosed(bytes: Buffer, key: Buffer, eventId: string): string {
  const commitment = bytes.subarray(0, COMMITMENT_BYTES);
  if (!commitmentTo(key).equals(commitment)) throw new Error('another key than the one it was sealed with');
  return decrypted(bytes.subarray(COMMITMENT_BYTES), key, commitment.subarray(0, NONCE_BYTES), eventId);
}

function decrypted(sealed: Buffer, key: Buffer, nonce: Buffer, eventId: string): string {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(eventId, 'utf8'));
  decipher.setAuthTag(sealed.subarray(end));
  return decipher.update(sealed.subarray(0, end), undefined, 'utf8') + decipher.final('utf8');
}
