import { Remembered } from './remembered';

/** Answers 1, 2, 3 …, one for each time it is asked. */
function counting(): { asked: () => number; ask: () => Promise<number> } {
  let count = 0;
  return { asked: () => count, ask: () => Promise.resolve((count += 1)) };
}

describe('what is remembered', () => {
  it('is asked once while it is believed, also by those who ask at the same time, and for each name', async () => {
    const { ask } = counting();
    const answers = new Remembered<number>({ forMs: Infinity, most: 10 });
    expect(await Promise.all([answers.get('a', ask), answers.get('a', ask), answers.get('b', ask)])).toEqual([1, 1, 2]);
    expect(await answers.get('a', ask)).toBe(1);
    answers.forget('a');
    expect([await answers.get('a', ask), await answers.get('b', ask)]).toEqual([3, 2]);
  });

  it('is asked again when its time is over, which may depend on the answer', async () => {
    const { ask } = counting();
    const none = new Remembered<number>({ forMs: 0, most: 10 });
    expect([await none.get('a', ask), await none.get('a', ask)]).toEqual([1, 2]);
    const odd = new Remembered<number>({ forMs: Infinity, most: 10, lastsMs: (answer) => (answer % 2 === 1 ? 0 : Infinity) });
    expect([await odd.get('a', ask), await odd.get('a', ask), await odd.get('a', ask)]).toEqual([3, 4, 4]);
  });

  it('is nothing that failed', async () => {
    const answers = new Remembered<number>({ forMs: Infinity, most: 10 });
    await expect(answers.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await answers.get('a', () => Promise.resolve(7))).toBe(7);
  });

  it('is forgotten altogether when there is too much of it', async () => {
    const { ask, asked } = counting();
    const answers = new Remembered<number>({ forMs: Infinity, most: 2 });
    for (const name of ['a', 'b', 'c', 'a']) await answers.get(name, ask);
    expect(asked()).toBe(4);
    await answers.get('c', ask);
    expect(asked()).toBe(4);
  });
});
