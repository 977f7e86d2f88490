import pino from 'pino';
import { addUp, Notes } from './notes';

interface Count {
  readonly name: string;
  readonly count: number;
  readonly at: number;
}

const log = pino({ level: 'silent' });

function notesOf(write: (notes: readonly Count[]) => Promise<void>, most?: number): Notes<Count> {
  return new Notes({ what: 'counts', everyMs: 1, keyOf: ({ name }) => name, merge: addUp, write, most, log });
}

describe('notes', () => {
  it('are written together, one for each key, and again with the next ones when they could not be', async () => {
    const written: Count[] = [];
    let tries = 0;
    const notes = notesOf((all) => {
      tries += 1;
      if (tries === 1) {
        // comes while the first ones are being written
        notes.add({ name: 'a', count: 5, at: 3 });
        return Promise.reject(new Error('away'));
      }
      written.push(...all);
      return Promise.resolve();
    });
    notes.add({ name: 'a', count: 1, at: 7 });
    notes.add({ name: 'a', count: 1, at: 2 });
    notes.add({ name: 'b', count: 1, at: 1 });
    notes.start();
    while (written.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await notes.stop();
    expect(written).toEqual([
      { name: 'a', count: 7, at: 7 },
      { name: 'b', count: 1, at: 1 },
    ]);
  });

  it('are written when it stops, and given up when that fails', async () => {
    const written: (readonly Count[])[] = [];
    const notes = notesOf((all) => Promise.resolve(void written.push(all)));
    notes.add({ name: 'a', count: 1, at: 1 });
    await notes.stop();
    expect(written).toEqual([[{ name: 'a', count: 1, at: 1 }]]);
    const lost = notesOf(() => Promise.reject(new Error('away')));
    lost.add({ name: 'a', count: 1, at: 1 });
    await lost.stop();
  });

  it('beyond the most are not kept; those that are go on counting', async () => {
    const written: Count[] = [];
    const notes = notesOf((all) => Promise.resolve(void written.push(...all)), 1);
    for (const name of ['a', 'b', 'a']) notes.add({ name, count: 1, at: 1 });
    await notes.stop();
    expect(written).toEqual([{ name: 'a', count: 2, at: 1 }]);
  });
});
