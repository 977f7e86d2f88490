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
import type { LogEntry } from './entry';

/** The version new leaves are computed with; stored beside each leaf, so that a later format rewrites nothing. */
export const LEAF_VERSION = 1;

/** Everything of a row that its leaf vouches for; instants are epoch milliseconds. */
export interface LeafInput extends Omit<LogEntry, 'pos' | 'changeId' | 'body' | 'erased' | 'damaged'> {
  readonly bodyFormat: number;
  readonly body: Uint8Array;
}

const NULL_LENGTH = 0xffffffff;
const LEAF_PREFIX = 0x00;
const LENGTH_BYTES = 4;

/** The 32-byte leaf of an entry, format 1. Throws when an integer field is not an integer. */
export function leafHash(input: LeafInput): Buffer {
  const fields = [
    String(LEAF_VERSION),
    input.eventId,
    input.kind,
    input.entity,
    integer(input.entityVersion),
    input.subject,
    input.actor,
    input.source,
    integer(input.occurredAt),
    integer(input.recordedAt),
    integer(input.bodyFormat),
  ];
  // in one piece: a hash asked for in pieces costs several times as much
  let size = 1 + LENGTH_BYTES + input.body.length;
  for (const field of fields) size += LENGTH_BYTES + (field === null ? 0 : Buffer.byteLength(field));
  const bytes = Buffer.allocUnsafe(size);
  let end = bytes.writeUInt8(LEAF_PREFIX);
  for (const field of fields) {
    const length = field === null ? 0 : bytes.write(field, end + LENGTH_BYTES);
    bytes.writeUInt32BE(field === null ? NULL_LENGTH : length, end);
    end += LENGTH_BYTES + length;
  }
  bytes.set(input.body, bytes.writeUInt32BE(input.body.length, end));
  return createHash('sha256').update(bytes).digest();
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is not an integer, so it cannot be hashed`);
  return String(value);
}

/**
 * The same as SQL over a row of the inbox by its alias, so that bodies need not leave the database to get their leaf. `recordedAt` is the SQL
 * of an integer: epoch milliseconds. Needs a database in UTF-8, as ours are.
 */
export function leafSql(alias: string, recordedAt: string): string {
  const field = (text: string): string => `int4send(octet_length(${text})) || convert_to(${text}, 'UTF8')`;
  const nullable = (text: string): string => `CASE WHEN ${text} IS NULL THEN '\\xffffffff'::bytea ELSE ${field(text)} END`;
  const column = (name: string): string => `${alias}.${name}`;
  const fields = [
    field(`'${LEAF_VERSION}'`),
    field(column('event_id::text')),
    field(column('kind')),
    field(column('entity::text')),
    field(column('entity_version::text')),
    nullable(column('subject::text')),
    field(column('actor')),
    nullable(column('source')),
    field(`floor(extract(epoch FROM ${column('occurred_at')}) * 1000)::bigint::text`),
    field(`(${recordedAt})::text`),
    field(column('body_format::text')),
    `int4send(octet_length(${column('body')}))`,
  ];
  return `sha256('\\x00'::bytea || ${fields.join(' || ')} || ${column('body')})`;
}
