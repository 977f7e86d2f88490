/** Bodies as stored: in the clear when about nobody, else AES-256-GCM with the key of the person they are about. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { canonicalJson, type Json } from './entry';

/** Canonical JSON in UTF-8. */
export const PLAIN = 0;
/** 12-byte nonce || ciphertext || 16-byte tag of the canonical JSON under the person's own key; the associated data is the event id's text. */
export const SEALED = 1;
/**
 * 4-byte big-endian length of the first part || first part || second part, which may be empty: free text (`PRIVATE`) stands in the second. Each part
 * is a 32-byte commitment || ciphertext || 16-byte tag, under a key of its own that follows from the person's and the event id (`entryKey`):
 * what an entry says can be shown to somebody without what people wrote beside it, and without any other entry. The commitment is a hash
 * of the key, so that no second key opens a part to something else; its first 12 bytes are the nonce, as a key seals one part only.
 */
export const DISCLOSABLE = 2;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COMMITMENT_BYTES = 32;
const LENGTH_BYTES = 4;
/** Members of a body that no answer follows from, and that say more than a stranger should read. */
const PRIVATE = ['reason', 'evidenceUrl'] as const;
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

/** The key of what one entry about a person says. */
export function entryKey(personKey: Buffer, eventId: string): Buffer {
  return partKey(personKey, `entry ${eventId}`);
}

function partKey(personKey: Buffer, part: string): Buffer {
  return createHmac('sha256', personKey).update(part).digest();
}

/** A body that only the holder of the person's key can read; whoever is given the entry's own key reads it without its free text. */
export function sealEntry(body: Json, personKey: Buffer, eventId: string): StoredBody {
  const [said, beside] = parted(body);
  const first = sealedPart(said, entryKey(personKey, eventId), eventId);
  const second = beside === null ? Buffer.alloc(0) : sealedPart(beside, partKey(personKey, `beside ${eventId}`), eventId);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(first.length);
  return { format: DISCLOSABLE, bytes: Buffer.concat([length, first, second]) };
}

function parted(body: Json): readonly [said: Json, beside: Json | null] {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return [body, null];
  const members = body as Readonly<Record<string, Json | undefined>>;
  const own = PRIVATE.filter((name) => members[name] != null);
  if (own.length === 0) return [body, null];
  const isOwn = (name: string) => (own as readonly string[]).includes(name);
  return [
    Object.fromEntries(Object.entries(members).filter(([name]) => !isOwn(name))),
    Object.fromEntries(own.map((name) => [name, members[name]!])),
  ];
}

function sealedPart(part: Json, key: Buffer, eventId: string): Buffer {
  const commitment = commitmentTo(key);
  const cipher = createCipheriv('aes-256-gcm', key, commitment.subarray(0, NONCE_BYTES));
  cipher.setAAD(Buffer.from(eventId, 'utf8'));
  const ciphertext = cipher.update(canonicalJson(part), 'utf8');
  cipher.final();
  return Buffer.concat([commitment, ciphertext, cipher.getAuthTag()]);
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
  return opened(() => read(stored, key, eventId));
}

/** Opens what a `DISCLOSABLE` body says, without its free text, with the key of its entry; null: it is none, or the key is another. */
export function openEntry(stored: StoredBody, key: Buffer, eventId: string): Json | null {
  if (stored.format !== DISCLOSABLE) return null;
  return opened(() => JSON.parse(openedPart(parts(stored.bytes)[0], key, eventId)) as Json).body;
}

function opened(read: () => Json): OpenedBody {
  try {
    return { body: read(), erased: false, damaged: false };
  } catch {
    return { body: null, erased: false, damaged: true };
  }
}

function read({ format, bytes }: StoredBody, key: Buffer | undefined, eventId: string): Json {
  if (format === PLAIN) return JSON.parse(bytes.toString('utf8')) as Json;
  if (format === SEALED)
    return JSON.parse(decrypted(bytes.subarray(NONCE_BYTES), key!, bytes.subarray(0, NONCE_BYTES), eventId)) as Json;
  if (format !== DISCLOSABLE) throw new Error(`body format ${format} is not known`);
  const [first, second] = parts(bytes);
  const said = JSON.parse(openedPart(first, entryKey(key!, eventId), eventId)) as Json;
  if (second.length === 0) return said;
  const beside = JSON.parse(openedPart(second, partKey(key!, `beside ${eventId}`), eventId)) as object;
  return { ...(said as object), ...beside };
}

function parts(bytes: Buffer): readonly [first: Buffer, second: Buffer] {
  const end = LENGTH_BYTES + bytes.readUInt32BE();
  if (end > bytes.length) throw new Error('cut short');
  return [bytes.subarray(LENGTH_BYTES, end), bytes.subarray(end)];
}

function openedPart(part: Buffer, key: Buffer, eventId: string): string {
  const commitment = part.subarray(0, COMMITMENT_BYTES);
  if (!commitmentTo(key).equals(commitment)) throw new Error('another key than the one it was sealed with');
  return decrypted(part.subarray(COMMITMENT_BYTES), key, commitment.subarray(0, NONCE_BYTES), eventId);
}

function decrypted(sealed: Buffer, key: Buffer, nonce: Buffer, eventId: string): string {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(eventId, 'utf8'));
  decipher.setAuthTag(sealed.subarray(end));
  return decipher.update(sealed.subarray(0, end), undefined, 'utf8') + decipher.final('utf8');
}
