/**
 * The leaf hash: what the log promises about one entry, recomputable by anybody who can read the row.
 *
 * Format 1. leaf = SHA-256( 0x00 || field 1 || … || field 12 ), where 0x00 is RFC 6962's prefix of a leaf and
 * each field is a 4-byte big-endian length followed by that many bytes. A null is the length 0xFFFFFFFF and nothing else.
 *
 *    1 version         the text "1"
 *    2 event_id        uuid, lower case with hyphens
 *    3 kind            UTF-8
 *    4 entity          uuid as above
 *    5 entity_version  decimal
 *    6 subject         uuid as above, or null
 *    7 actor           UTF-8
 *    8 source          UTF-8, or null
 *    9 occurred_at     milliseconds since 1970-01-01T00:00:00Z, decimal, with a minus sign before that
 *   10 recorded_at     likewise
 *   11 body_format     decimal
 *   12 body            the stored bytes: ciphertext for entries about a person, so erasing a key breaks no hash
 *
 * The position is not part of the leaf: it is the leaf's index in the tree, and proofs speak about it.
 */
import { createHash } from 'node:crypto';

/** The version new leaves are computed with; stored beside each leaf, so that a later format rewrites nothing. */
export const LEAF_VERSION = 1;

/** Length of a leaf in bytes. */
export const LEAF_BYTES = 32;

/** Everything of a row that its leaf vouches for. */
export interface LeafInput {
  readonly eventId: string;
  readonly kind: string;
  readonly entity: string;
  readonly entityVersion: number;
  readonly subject: string | null;
  readonly actor: string;
  readonly source: string | null;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  /** Epoch milliseconds. */
  readonly recordedAt: number;
  readonly bodyFormat: number;
  readonly body: Uint8Array;
}

const NULL_LENGTH = Buffer.from([0xff, 0xff, 0xff, 0xff]);
const LEAF_PREFIX = Buffer.from([0x00]);

/** The 32-byte leaf of an entry, format 1. Throws when an integer field is not an integer. */
export function leafHash(input: LeafInput): Buffer {
  const head = Buffer.concat([
    LEAF_PREFIX,
    text(String(LEAF_VERSION)),
    text(input.eventId),
    text(input.kind),
    text(input.entity),
    integer(input.entityVersion),
    nullable(input.subject),
    text(input.actor),
    nullable(input.source),
    integer(input.occurredAt),
    integer(input.recordedAt),
    integer(input.bodyFormat),
    length(input.body.length),
  ]);
  return createHash('sha256').update(head).update(input.body).digest();
}

function length(bytes: number): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32BE(bytes);
  return prefix;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([length(bytes.length), bytes]);
}

function integer(value: number): Buffer {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is not an integer, so it cannot be hashed`);
  return text(String(value));
}

function nullable(value: string | null): Buffer {
  return value === null ? NULL_LENGTH : text(value);
}
