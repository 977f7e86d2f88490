import { createHmac } from 'node:crypto';
import { Cursors } from './cursor';

/** A log with one epoch, or one more from a position on. */
const epochsOf = (id: string, later?: { from: number; id: string }, head = Number.MAX_SAFE_INTEGER) => ({
  at: (pos: number) => (pos > head ? null : later && pos >= later.from ? later.id : id),
  cover: async () => undefined,
});

const epoch = 'c8a1f0de-53b7-4e0c-9d11-0123456789ab';
const key = Buffer.alloc(32, 5);
const cursors = new Cursors(epochsOf(epoch), key);

describe('cursors', () => {
  it('give back the position they were made of', async () => {
    for (const pos of [0, 1, 255, 256, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      const text = cursors.encodeCursor(pos);
      expect(text).toMatch(/^[\w-]{44}$/);
      expect(await cursors.decodeCursor(text)).toEqual({ pos });
    }
  });

  it('are version, epoch, position and truncated HMAC, in that order', () => {
    const signed = Buffer.from('019d110123456789ab000000000000002a', 'hex');
    const mac = createHmac('sha256', key).update(signed).digest().subarray(0, 16);
    expect(cursors.encodeCursor(42)).toBe(Buffer.concat([signed, mac]).toString('base64url'));
  });

  it('with any bit of any byte flipped are refused: 0 accepted (B9)', async () => {
    const bytes = Buffer.from(cursors.encodeCursor(123_456), 'base64url');
    let accepted = 0;
    for (let i = 0; i < bytes.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const forged = Buffer.from(bytes);
        forged[i]! ^= 1 << bit;
        if ((await cursors.decodeCursor(forged.toString('base64url'))) !== 'INVALID_CURSOR') accepted++;
      }
    }
    expect(accepted).toBe(0);
  });

  it('with any character replaced, added or left out are refused (B9)', async () => {
    const text = cursors.encodeCursor(7);
    for (let i = 0; i < text.length; i++) {
      const other = text[i] === 'A' ? 'B' : 'A';
      for (const forged of [
        text.slice(0, i) + other + text.slice(i + 1),
        text.slice(0, i) + text.slice(i + 1),
        `${text.slice(0, i)} ${text.slice(i)}`,
      ]) {
        expect(await cursors.decodeCursor(forged)).toBe('INVALID_CURSOR');
      }
    }
    for (const forged of ['', '=', `${text}=`, `${text}A`, '\u0000', '💥', text.repeat(1000)]) {
      expect(await cursors.decodeCursor(forged)).toBe('INVALID_CURSOR');
    }
  });

  it("of another installation's key are refused (B9)", async () => {
    expect(await new Cursors(epochsOf(epoch), Buffer.alloc(32, 6)).decodeCursor(cursors.encodeCursor(7))).toBe('INVALID_CURSOR');
  });

  it('of what the log had before it was restored ask for a new start; those of what it still has are good', async () => {
    const before = [7, 8, 9].map((pos) => cursors.encodeCursor(pos));
    const restored = new Cursors(epochsOf(epoch, { from: 8, id: 'c8a1f0de-53b7-4e0c-9d11-0123456789ac' }), key);
    expect(await Promise.all(before.map((text) => restored.decodeCursor(text)))).toEqual([
      { pos: 7 },
      'RESYNC_REQUIRED',
      'RESYNC_REQUIRED',
    ]);
  });

  it('beyond the head of the log ask for a new start, and are not made', async () => {
    const short = new Cursors(epochsOf(epoch, undefined, 8), key);
    expect(await short.decodeCursor(cursors.encodeCursor(8))).toEqual({ pos: 8 });
    expect(await short.decodeCursor(cursors.encodeCursor(9))).toBe('RESYNC_REQUIRED');
    expect(() => short.encodeCursor(9)).toThrow('not known');
  });
});
