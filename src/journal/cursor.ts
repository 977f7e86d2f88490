// Cursors: positions in the log as clients hold them, opaque and signed.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Db } from '../platform/postgres/pool';
import type { Epochs } from './epochs';

const VERSION = 1;
const EPOCH_BYTES = 8;
const SIGNED_BYTES = 1 + EPOCH_BYTES + 8;
const MAC_BYTES = 16;

/** Why a cursor was not accepted; the codes clients see. */
export type CursorRefusal = 'INVALID_CURSOR' | 'RESYNC_REQUIRED';

/**
 * Makes and reads cursors: base64url of version (1 byte), epoch of the position (8), position (8, big-endian) and the first
 * 16 bytes of their HMAC-SHA256. 33 bytes are 44 characters with no spare bits, so each cursor has exactly one text.
 */
export class Cursors {
  constructor(
    private readonly epochs: Pick<Epochs, 'at' | 'cover'>,
    private readonly key: Buffer,
  ) {}

  /** Reads the key of this database's log. */
  static async load(db: Db, epochs: Epochs): Promise<Cursors> {
    const { rows } = await db.query<{ cursor_key: Buffer }>('/* loadCursorKey */ SELECT cursor_key FROM log_head');
    const head = rows[0];
    if (head === undefined) throw new Error('the log has no head: the database is not migrated');
    return new Cursors(epochs, head.cursor_key);
  }

  /** The name of the log whose positions these are, the same on all nodes: its first epoch. */
  get log(): string {
    return shortOf(this.epochs.at(0)!).toString('hex');
  }

  /**
   * The cursor that stands after `pos`: what follows it is what a reader who passes it gets. For positions of entries that a feed of this node
   * has given, whose epochs are known; throws for others.
   */
  encodeCursor(pos: number): string {
    const epoch = this.epochs.at(pos);
    if (epoch === null) throw new Error(`the epoch of position ${pos} is not known: the log was not seen up to there`);
    const signed = Buffer.alloc(SIGNED_BYTES);
    signed.writeUInt8(VERSION);
    shortOf(epoch).copy(signed, 1);
    signed.writeBigUInt64BE(BigInt(pos), 1 + EPOCH_BYTES);
    return Buffer.concat([signed, this.#mac(signed)]).toString('base64url');
  }

  /** The same for any position of the log. */
  async cursorAt(pos: number): Promise<string> {
    await this.epochs.cover(pos);
    return this.encodeCursor(pos);
  }

  /**
   * The position a cursor stands for. INVALID_CURSOR: not made by this log. RESYNC_REQUIRED: made by it, and its position is not there any more
   * or was written anew, since the database was restored to an earlier state; what its holder has seen is not what the log says.
   */
  async decodeCursor(text: string): Promise<{ readonly pos: number } | CursorRefusal> {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== SIGNED_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return 'INVALID_CURSOR';
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.#mac(signed), bytes.subarray(SIGNED_BYTES))) return 'INVALID_CURSOR';
    if (signed.readUInt8() !== VERSION) return 'INVALID_CURSOR';
    const pos = Number(signed.readBigUInt64BE(1 + EPOCH_BYTES));
    await this.epochs.cover(pos);
    const epoch = this.epochs.at(pos);
    if (epoch === null || !signed.subarray(1, 1 + EPOCH_BYTES).equals(shortOf(epoch))) return 'RESYNC_REQUIRED';
    return { pos };
  }

  #mac(signed: Buffer): Buffer {
    return createHmac('sha256', this.key).update(signed).digest().subarray(0, MAC_BYTES);
  }
}

/** The second half of a uuid is random in every version of uuid; the first may be a time. */
function shortOf(epoch: string): Buffer {
  return Buffer.from(epoch.replaceAll('-', ''), 'hex').subarray(-EPOCH_BYTES);
}
