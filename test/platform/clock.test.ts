import { createLog } from '../../src/platform/log';
import { type SystemClock, systemClock, testClock } from '../../src/platform/clock';
import type { Db } from '../../src/platform/postgres/pool';

const START = Date.parse('2026-04-01T12:00:00Z');
const DAY = 86_400_000;

describe('the system clock', () => {
  let wall = START;
  let monotonic = 0;
  let sinceBoot = 0;
  let logged: string[] = [];
  let clock: SystemClock;

  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
    sinceBoot += ms;
  };

  beforeEach(() => {
    [wall, monotonic, sinceBoot, logged] = [START, 0, 0, []];
    const log = createLog('info', { write: (line: string) => void logged.push(line) });
    clock = systemClock(log, { wall: () => wall, monotonic: () => monotonic, sinceBoot: () => sinceBoot });
  });

  it('tells the time, and stands still while the wall clock is put back', () => {
    pass(1500);
    expect(clock.now()).toBe(START + 1500);
    wall -= 5000;
    expect(clock.now()).toBe(START + 1500);
    pass(6000);
    expect(clock.now()).toBe(START + 2500);
  });

  it('D3: stands still while the wall clock is a day ahead, says so once, and goes on when it is put right', () => {
    pass(30_000);
    expect(clock.now()).toBe(START + 30_000);
    wall += DAY;
    for (let second = 0; second < 60; second += 1) {
      pass(1000);
      expect(clock.now()).toBe(START + 30_000);
    }
    expect(clock.isFrozen()).toBe(true);
    wall -= DAY;
    pass(1000);
    expect(clock.now()).toBe(START + 91_000);
    expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the clock jumped ahead: time stands still until it is put right',
      'the clock runs again',
    ]);
  });

  it('believes a jump that has lasted ten minutes', () => {
    wall += DAY;
    clock.now();
    pass(10 * 60_000);
    expect(clock.now()).toBe(START + DAY + 10 * 60_000);
    expect(clock.isFrozen()).toBe(false);
    pass(1000);
    expect(clock.now()).toBe(START + DAY + 601_000);
  });

  it('takes a machine that slept for no jump', () => {
    pass(5000);
    clock.now();
    wall += 3_600_000;
    sinceBoot += 3_600_000;
    expect(clock.now()).toBe(START + 3_605_000);
    expect(logged).toEqual([]);
  });

  it('does not mistake slow drift for a jump', () => {
    for (let hour = 0; hour < 100; hour += 1) {
      pass(3_600_000);
      wall += 1800;
      clock.now();
    }
    expect(clock.now()).toBe(wall);
  });

  describe('beside a database', () => {
    const database = (offset: () => number): Db => ({
      query: async <R>() => {
        pass(4);
        return { rows: [{ now: wall - 2 + offset() } as R], rowCount: 1 };
      },
    });

    it('D4: takes the database for right, from the first measurement on', async () => {
      await clock.synchronise(database(() => 5 * 60_000));
      expect(clock.now()).toBe(wall + 5 * 60_000);
    });

    it('ignores differences it cannot measure', async () => {
      await clock.synchronise(database(() => 2));
      expect(clock.now()).toBe(wall);
    });

    it('follows a later correction, but not a jump', async () => {
      let offset = 0;
      const db = database(() => offset);
      await clock.synchronise(db);
      offset = 20_000;
      await clock.synchronise(db);
      expect(clock.now()).toBe(wall + 20_000);
      offset = DAY;
      await clock.synchronise(db);
      const frozen = clock.now();
      pass(1000);
      expect(clock.now()).toBe(frozen);
    });
  });
});

describe('the test clock', () => {
  it('moves when told, and never backwards', () => {
    const clock = testClock('2026-04-01T12:00:00Z');
    clock.advance(250);
    expect(clock.now()).toBe(START + 250);
    clock.set(START + DAY);
    expect(clock.now()).toBe(START + DAY);
    expect(() => clock.set(START)).toThrow(RangeError);
  });
});
