/**
 * Checkpoints: the signed head of the log, as C2SP tlog-checkpoint lays it down (a signed note of origin, size and root),
 * so that witnesses of any make can keep them.
 */
import { createHash, createPublicKey, generateKeyPairSync, createPrivateKey, sign, verify, type KeyObject } from 'node:crypto';
import { HASH_BYTES, type Hash } from './merkle';

/** What a log's head says. */
export interface Checkpoint {
  /** Which log. */
  readonly origin: string;
  /** How many entries it has. */
  readonly size: number;
  readonly root: Hash;
}

/** A key that signs checkpoints. */
export interface Signer {
  /** Its name in signatures: no blanks and no plus. */
  readonly name: string;
  readonly privateKey: KeyObject;
  /** The public half as text, for `readVerifier`. */
  readonly verifier: string;
}

/** The public half of a signer. */
export interface Verifier {
  readonly name: string;
  /** Four bytes that tell keys of one name apart. */
  readonly hint: Buffer;
  readonly publicKey: KeyObject;
}

const ED25519 = 0x01;
const HINT_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** What precedes a raw Ed25519 key in DER (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Makes a signing key; its text is secret. */
export function newSigningKey(name: string): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return `PRIVATE+KEY+${name}+${privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length).toString('base64')}`;
}

/** Reads what `newSigningKey` wrote. Throws when it is not that. */
export function readSigner(text: string): Signer {
  const found = /^PRIVATE\+KEY\+([^\s+]+)\+([A-Za-z0-9+/]{43}=)$/.exec(text.trim());
  if (!found) throw new Error('this is no signing key: it must read PRIVATE+KEY+<name>+<base64>');
  const seed = Buffer.from(found[2]!, 'base64');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  const typed = Buffer.concat([Buffer.from([ED25519]), raw]);
  const name = found[1]!;
  return { name, privateKey, verifier: `${name}+${hintOf(name, typed).toString('hex')}+${typed.toString('base64')}` };
}

/** Reads a verifier in the form `name+hint+key` that signed notes use. Throws when it is not that, or not an Ed25519 key. */
export function readVerifier(text: string): Verifier {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  const typed = Buffer.from(found?.[3] ?? '', 'base64');
  if (!found || typed.length !== 1 + KEY_BYTES || typed[0] !== ED25519) {
    throw new Error('this is no verifier of an Ed25519 key: it must read <name>+<8 hex digits>+<base64>');
  }
  if (typed.toString('base64') !== found[3])
    throw new Error('the verifier was changed: its key is not spelled as it was given out');
  const hint = hintOf(found[1]!, typed);
  if (hint.toString('hex') !== found[2]) throw new Error('the verifier was changed: its hint does not fit its key');
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, typed.subarray(1)]), format: 'der', type: 'spki' });
  return { name: found[1]!, hint, publicKey };
}

function hintOf(name: string, typedKey: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(typedKey).digest().subarray(0, HINT_BYTES);
}

/** Writes and signs a checkpoint. */
export function signCheckpoint({ origin, size, root }: Checkpoint, signer: Signer): string {
  const body = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const { hint } = readVerifier(signer.verifier);
  const signature = sign(null, Buffer.from(body, 'utf8'), signer.privateKey);
  return `${body}\n— ${signer.name} ${Buffer.concat([hint, signature]).toString('base64')}\n`;
}

/** Reads a checkpoint without looking at who signed it; null: it is none. */
export function parseCheckpoint(note: string): Checkpoint | null {
  const [origin, size, root] = noteBody(note)?.split('\n') ?? [];
  if (!origin || !size || !root || !/^(0|[1-9]\d*)$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) return null;
  const hash = Buffer.from(root, 'base64');
  const count = Number(size);
  // one root has one spelling: what a checkpoint says must not be told by other bytes
  if (hash.length !== HASH_BYTES || hash.toString('base64') !== root || !Number.isSafeInteger(count)) return null;
  return { origin, size: count, root: hash };
}

/** The checkpoint a note holds, if one of these keys signed it; null: it is none, or none of them did. Never throws. */
export function openCheckpoint(note: string, verifiers: readonly Verifier[]): Checkpoint | null {
  const checkpoint = parseCheckpoint(note);
  if (checkpoint === null) return null;
  const body = noteBody(note)!;
  const lines = note.slice(body.length + 1).split('\n');
  if (lines.pop() !== '' || lines.length === 0) return null;
  const signatures = lines.map((line) => /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line));
  if (signatures.includes(null)) return null;
  const isSigned = signatures.some((found) => {
    const [, name, text] = found!;
    const bytes = Buffer.from(text!, 'base64');
    if (bytes.length !== HINT_BYTES + SIGNATURE_BYTES || bytes.toString('base64') !== text) return false;
    const verifier = verifiers.find((key) => key.name === name && key.hint.equals(bytes.subarray(0, HINT_BYTES)));
    return verifier !== undefined && verify(null, Buffer.from(body, 'utf8'), verifier.publicKey, bytes.subarray(HINT_BYTES));
  });
  return isSigned ? checkpoint : null;
}

/** What is signed of a note: everything up to the last blank line, with its end of line. */
function noteBody(note: string): string | null {
  const end = note.lastIndexOf('\n\n');
  return end < 0 ? null : note.slice(0, end + 1);
}
