// Who works next, played through in time that does not pass by itself.
import { FairQueue, type FairQueueOptions, type Leave } from './fair-queue';

/** A queue in virtual time: work of some length is begun when there is a place, and ends when its time has come. */
class Played {
  now = 0;
  isBusy = false;
  readonly queue: FairQueue;
  readonly done: { readonly name: string; readonly asked: number; readonly began: number; readonly ended: number }[] = [];
  readonly refused: { readonly name: string; readonly code: string; readonly at: number }[] = [];
  private readonly running: { readonly ends: number; readonly end: () => void }[] = [];

  constructor(options: Partial<FairQueueOptions> = {}) {
    this.queue = new FairQueue({
      ...{
        places: 6,
        ofOne: 4,
        ofOneAmongOthers: 4,
        isBusy: () => this.isBusy,
        mostWaiting: 1_000,
        mostBytes: 1_000,
        standstillMs: 1e9,
      },
      ...options,
      now: () => this.now,
    });
  }

  ask(name: string, length: number, bytes = 0, signal?: AbortSignal): void {
    const asked = this.now;
    this.queue.enter(name, bytes, signal).then(
      (leave: Leave) => {
        const began = this.now;
        this.running.push({
          ends: began + length,
          end: () => {
            this.done.push({ name, asked, began, ended: this.now });
            leave();
          },
        });
      },
      (error: any) => this.refused.push({ name, code: error.extensions?.code ?? error.message, at: this.now }),
    );
  }

  /** Lets time pass, step by step. */
  async pass(ms: number, each: (now: number) => void = () => undefined): Promise<void> {
    for (const end = this.now + ms; this.now < end;) {
      each(this.now);
      await settle();
      this.now += 1;
      for (let i = this.running.length - 1; i >= 0; i--)
        if (this.running[i]!.ends <= this.now) this.running.splice(i, 1)[0]!.end();
      await settle();
    }
  }

  waits(name: string): number[] {
    return this.done.filter((one) => one.name === name).map(({ asked, began }) => began - asked);
  }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve();
};

describe('a fair queue', () => {
  it('gives everybody a place at once while there are some, and keeps some free of any one', async () => {
    const played = new Played();
    for (let i = 0; i < 10; i++) played.ask('noisy', 100);
    await played.pass(1);
    expect(played.queue.load).toEqual({ working: 4, waiting: 6 });
    played.ask('quiet', 5);
    await played.pass(10);
    expect(played.waits('quiet')).toEqual([0]);
  });

  it('lets no caller wait longer because another asks ten times or a hundred times as much', async () => {
    for (const flood of [10, 100]) {
      const played = new Played();
      await played.pass(2_000, (now) => {
        for (let i = 0; i < flood; i++) if (now % 20 === 0) played.ask('noisy', 7);
        if (now % 20 === 7) for (const name of ['a', 'b', 'c']) played.ask(name, 7);
      });
      for (const name of ['a', 'b', 'c']) {
        expect(played.waits(name).length).toBeGreaterThan(95);
        // two places are nobody's: whoever waits, waits for the end of one piece of work at most
        expect(Math.max(...played.waits(name))).toBeLessThanOrEqual(7);
      }
    }
  });

  it('leaves fewer places to one while others ask and the node is busy, and all of its own again when they have gone', async () => {
    const played = new Played({ ofOneAmongOthers: 1, mostWaiting: 100_000 });
    const working: number[] = [];
    await played.pass(4_000, (now) => {
      played.isBusy = now >= 500;
      for (let i = 0; i < 2; i++) played.ask('noisy', 10);
      if (now >= 1_000 && now < 2_000 && now % 100 === 0) played.ask('quiet', 5);
      working.push(played.queue.load.working);
    });
    expect(working.slice(20, 1_000)).toEqual(Array(980).fill(4));
    // noisy work that has begun goes on, and then there is one of it
    expect(Math.max(...working.slice(1_020, 2_000))).toBe(2);
    expect(Math.max(...played.waits('quiet'))).toBe(0);
    expect(working.slice(3_020)).toEqual(Array(980).fill(4));
  });

  it('shares places evenly among those who want more than there is, whatever the length of their work', async () => {
    const played = new Played({ mostWaiting: 100_000 });
    const lengths = { a: 2, b: 10, c: 30 };
    await played.pass(3_000, () => {
      for (const [name, length] of Object.entries(lengths)) played.ask(name, length);
    });
    const held = Object.keys(lengths).map((name) =>
      played.done.filter((one) => one.name === name).reduce((sum, { began, ended }) => sum + ended - began, 0),
    );
    expect(Math.max(...held) / Math.min(...held)).toBeLessThan(1.2);
  });

  it('lets nobody starve whose turn it is, however many newcomers there are', async () => {
    const played = new Played({ places: 2, ofOne: 1, ofOneAmongOthers: 1 });
    for (let i = 0; i < 5; i++) played.ask('patient', 3);
    await played.pass(200, (now) => {
      for (let i = 0; i < 3; i++) if (now % 5 === 0) played.ask(`new ${now} ${i}`, 3);
    });
    expect(played.waits('patient')).toHaveLength(5);
  });

  it('keeps the order of each caller', async () => {
    const played = new Played();
    for (let i = 0; i < 30; i++) {
      played.ask('a', 3);
      await played.pass(1);
    }
    await played.pass(100);
    const began = played.done.map((one) => one.began);
    expect(played.done.map(({ asked }) => asked)).toEqual(
      [...played.done].sort((x, y) => x.began - y.began).map(({ asked }) => asked),
    );
    expect(began).toHaveLength(30);
  });

  it('bounds how many of one caller wait, and what they hold, and refuses no other for it', async () => {
    const played = new Played({ mostWaiting: 3, mostBytes: 100 });
    for (let i = 0; i < 8; i++) played.ask('many', 50);
    for (let i = 0; i < 4; i++) played.ask('large', 50, 400);
    await played.pass(1);
    expect(played.refused.map(({ name, code }) => [name, code])).toEqual([
      ['many', 'RATE_LIMITED'],
      ['large', 'RATE_LIMITED'],
    ]);
    played.ask('other', 1, 50);
    await played.pass(200);
    expect(played.refused).toHaveLength(2);
    expect(played.queue.load).toEqual({ working: 0, waiting: 0 });
  });

  it('tells those who wait that nothing moves, once it has not for so long', async () => {
    const played = new Played({ standstillMs: 50 });
    for (let i = 0; i < 6; i++) played.ask('stuck', 1_000);
    played.ask('b', 1_000);
    await played.pass(30);
    played.ask('b', 10);
    await played.pass(40);
    played.queue.look();
    await played.pass(1);
    expect(played.refused).toEqual([]);
    await played.pass(20);
    played.queue.look();
    await played.pass(1);
    expect(played.refused.map(({ name, code }) => [name, code])).toEqual([
      ['stuck', 'UNAVAILABLE'],
      ['stuck', 'UNAVAILABLE'],
    ]);
  });

  it('lets go of whoever is not waited for any more', async () => {
    const played = new Played();
    const gone = new AbortController();
    for (let i = 0; i < 4; i++) played.ask('a', 20);
    played.ask('a', 20, 0, gone.signal);
    played.ask('a', 20);
    await played.pass(1);
    gone.abort(new Error('gone'));
    await played.pass(100);
    expect(played.refused.map(({ code }) => code)).toEqual(['gone']);
    expect(played.done).toHaveLength(5);
    played.ask('a', 1, 0, gone.signal);
    await played.pass(5);
    expect(played.queue.load).toEqual({ working: 0, waiting: 0 });
  });
});
