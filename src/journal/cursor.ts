// Cursors: positions in the log as clients hold them, opaque and signed.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Db } from '../platform/postgres/pool';

const VERSION = 1;
const EPOCH_BYTES = 8;
const SIGNED_BYTES = 1 + EPOCH_BYTES + 8;
const MAC_BYTES = 16;

/** Why a cursor was not accepted; the codes clients see. */
export type CursorRefusal = 'INVALID_CURSOR' | 'RESYNC_REQUIRED';

/**
 * Makes and reads cursors: base64url of version (1 byte), epoch of the log (8), position (8, big-endian) and the first
 * 16 bytes of their HMAC-SHA256. 33 bytes are 44 characters with no spare bits, so each cursor has exactly one text.
 */
export class Cursors {
  readonly #epoch: Buffer;

  /** @param epoch the log's epoch (uuid), which changes when the log is restored from a backup. */
  constructor(
    epoch: string,
    private readonly key: Buffer,
  ) {
    // The second half of a uuid is random in every version of uuid; the first may be a time.
    this.#epoch = Buffer.from(epoch.replaceAll('-', ''), 'hex').subarray(-EPOCH_BYTES);
  }

  /** The name of the log whose positions these are: another one after a restore from a backup. */
  get epoch(): string {
    return this.#epoch.toString('hex');
  }

  /** Reads epoch and key of this database's log. */
  static async load(db: Db): Promise<Cursors> {
    const { rows } = await db.query<{ epoch: string; cursor_key: Buffer }>(
      '/* loadCursorKey */ SELECT epoch, cursor_key FROM log_head',
    );
    const head = rows[0];
    if (head === undefined) throw new Error('the log has no head: the database is not migrated');
    return new Cursors(head.epoch, head.cursor_key);
  }

  /** The cursor that stands after `pos`: what follows it is what a reader who passes it gets. */
  encodeCursor(pos: number): string {
    const signed = Buffer.alloc(SIGNED_BYTES);
    signed.writeUInt8(VERSION);
    this.#epoch.copy(signed, 1);
    signed.writeBigUInt64BE(BigInt(pos), 1 + EPOCH_BYTES);
    return Buffer.concat([signed, this.#mac(signed)]).toString('base64url');
  }

  /**
   * The position a cursor stands for. INVALID_CURSOR: not made by this log. RESYNC_REQUIRED: made by it before it was
   * restored from a backup, so that positions mean something else now.
   *
   * With `head` (the log's head as the database has it, not a node's tail, which may be behind another's) a position after
   * it is INVALID_CURSOR too: no answer of this log can have contained it, so reading on from it would skip entries in silence.
   */
  decodeCursor(text: string, head = Number.MAX_SAFE_INTEGER): { readonly pos: number } | CursorRefusal {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== SIGNED_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return 'INVALID_CURSOR';
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.#mac(signed), bytes.subarray(SIGNED_BYTES))) return 'INVALID_CURSOR';
    if (signed.readUInt8() !== VERSION) return 'INVALID_CURSOR';
    if (!signed.subarray(1, 1 + EPOCH_BYTES).equals(this.#epoch)) return 'RESYNC_REQUIRED';
    const pos = Number(signed.readBigUInt64BE(1 + EPOCH_BYTES));
    return pos <= head ? { pos } : 'INVALID_CURSOR';
  }

  #mac(signed: Buffer): Buffer {
    return createHmac('sha256', this.key).update(signed).digest().subarray(0, MAC_BYTES);
  }
}
