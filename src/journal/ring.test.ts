import type { LogEntry } from './entry';
import { Ring } from './ring';

const entry = (pos: number): LogEntry => ({ pos }) as LogEntry;

describe('the ring of the last entries', () => {
  it('keeps the last ones, and knows who is behind', () => {
    const ring = new Ring(3, 10);
    expect([ring.head, ring.isBehind(9), ring.isBehind(10), ring.at(10)]).toEqual([10, true, false, undefined]);
    for (let pos = 11; pos <= 15; pos++) ring.push(entry(pos));
    expect([11, 12, 13, 14, 15, 16].map((pos) => ring.at(pos)?.pos)).toEqual([undefined, undefined, 13, 14, 15, undefined]);
    expect([10, 11, 12, 15, 20].map((pos) => ring.isBehind(pos))).toEqual([true, true, false, false, false]);
  });

  it('takes nothing but the next position', () => {
    const ring = new Ring(3, 10);
    expect(() => ring.push(entry(12))).toThrow('does not follow');
    ring.push(entry(11));
    expect(() => ring.push(entry(11))).toThrow('does not follow');
  });
});
