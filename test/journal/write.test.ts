import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyCache, PersonKeys } from '../../src/journal/keys';
import { headPosition, knownAt, positionAt } from '../../src/journal/known';
import { Unavailable } from '../../src/journal/unavailable';
import type { Write } from '../../src/journal/write';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import {
  bySomebody,
  checkLog,
  emptyJournal,
  entry,
  fillInbox,
  somebody,
  soundLog,
  startNode,
  type JournalNode,
  type NodeOptions,
  until,
} from './node';

jest.setTimeout(30_000);

describe('a write', () => {
  let database: TestDatabase;
  const nodes: JournalNode[] = [];

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(() => database.drop());

  afterEach(async () => {
    for (const node of nodes.splice(0)) {
      await node.sequencer.stop();
      await emptyJournal(node.pool);
      await node.pool.query('DROP TABLE fact CASCADE');
      await node.stop();
    }
  });

  async function open(options: NodeOptions = {}): Promise<JournalNode> {
    const node = await startNode(database.url, options);
    nodes.push(node);
    await node.pool.query(
      'CREATE TABLE IF NOT EXISTS fact (id uuid DEFAULT gen_random_uuid(), name text, recorded_in bigint NOT NULL, retired_in bigint)',
    );
    return node;
  }

  const remember = (write: Write, name: string): Promise<unknown> =>
    write.db.query('INSERT INTO fact (name, recorded_in) VALUES ($1, $2)', [name, write.change]);

  const traces = async (node: JournalNode): Promise<unknown> =>
    (
      await node.pool.query(
        'SELECT (SELECT count(*) FROM fact) AS facts, (SELECT count(*) FROM inbox) AS inbox, (SELECT pos FROM log_head) AS head',
      )
    ).rows[0];

  it('answers with its value, its position and a cursor that stands there', async () => {
    const node = await open();
    const first = await node.writer.write(bySomebody, async (write) => {
      write.record(entry());
      write.record(entry());
      return 'done';
    });
    expect(first).toEqual({ value: 'done', position: 2, cursor: node.cursors.encodeCursor(2) });
    expect((await node.writer.write(bySomebody, async (write) => write.record(entry()))).position).toBe(3);
    expect(await checkLog(node.pool)).toMatchObject({ count: 3, last: 3, head: 3, splitChanges: 0 });
  });

  it('records who, through what, when it happened and when it was recorded, on every fact', async () => {
    const node = await open({ clock: { now: () => 1_800_000_000_123 } });
    const thing = randomUUID();
    const body = { text: 'é 💥 \u0000', list: [1, null, { a: true }] };
    let change = 0;
    await node.writer.write({ actor: { ...somebody, id: 'key:ada' }, source: 'hr' }, async (write) => {
      expect([write.now, write.actor.id, write.source]).toEqual([1_800_000_000_123, 'key:ada', 'hr']);
      change = write.change;
      write.record({ kind: 'a.b', entity: thing, entityVersion: 7, subject: null, occurredAt: -1, body });
    });
    await node.writer.write({ actor: somebody, source: null }, async (write) =>
      write.record(entry({ occurredAt: 253_402_300_800_000 })),
    );
    const [one, two] = await node.feed.page(0, 10);
    expect(one).toEqual({
      pos: 1,
      changeId: change,
      eventId: expect.stringMatching(/^[0-9a-f-]{14}-?7/),
      kind: 'a.b',
      entity: thing,
      entityVersion: 7,
      subject: null,
      actor: 'key:ada',
      source: 'hr',
      occurredAt: -1,
      recordedAt: 1_800_000_000_123,
      body,
      erased: false,
      damaged: false,
    });
    expect(two).toMatchObject({ source: null, occurredAt: 253_402_300_800_000 });
  });

  it('runs the reactions in order, in its transaction, and appends what they record (B16)', async () => {
    const calls: string[] = [];
    const [one, other] = [randomUUID(), randomUUID()];
    const node = await open({
      reactions: [
        async (write) => {
          calls.push(`first ${[...write.touched].join()} ${[...write.arrived].join()}`);
          write.touch([other]);
          await remember(write, 'first');
        },
        async (write) => {
          calls.push(`second ${[...write.touched].join()}`);
          write.record(entry({ kind: 'second' }));
        },
      ],
    });
    await node.writer.write(bySomebody, async (write) => {
      write.touch([one]);
      write.arrive(['course:C1']);
      write.record(entry({ kind: 'first' }));
    });
    expect(calls).toEqual([`first ${one} course:C1`, `second ${one},${other}`]);
    expect((await node.feed.page(0, 10)).map(({ kind }) => kind)).toEqual(['first', 'second']);
    expect(await traces(node)).toMatchObject({ facts: 1 });
  });

  it('runs statements without waiting for them, in order, and is lost with the first that fails (A2)', async () => {
    const node = await open();
    await node.writer.write(bySomebody, async (write) => {
      write.record(entry());
      for (const name of ['a', 'b']) write.run('INSERT INTO fact (name, recorded_in) VALUES ($1, $2)', [name, write.change]);
      const { rows } = await write.db.query<{ names: string[] }>('SELECT array_agg(name ORDER BY name) AS names FROM fact');
      expect(rows[0]!.names).toEqual(['a', 'b']);
    });
    const last = node.writer.write(bySomebody, async (write) => {
      write.record(entry());
      write.run('SELECT 1 / 0');
      write.run('INSERT INTO fact (name, recorded_in) VALUES ($1, $2)', ['c', write.change]);
    });
    await expect(last).rejects.toThrow('division by zero');
    const halfway = node.writer.write(bySomebody, async (write) => {
      write.record(entry());
      for (const name of ['d', 'e', 'f']) write.run('INSERT INTO fact (name, recorded_in) VALUES ($1, $2)', [name, write.change]);
      throw new Error('the work failed meanwhile');
    });
    await expect(halfway).rejects.toThrow('meanwhile');
    expect(await traces(node)).toMatchObject({ facts: 2 });
  });

  it('leaves no trace when the work, any reaction or the append fails (A2, B16)', async () => {
    let failing = -1;
    const react = (place: number) => async (write: Write) => {
      await remember(write, `reaction ${place}`);
      write.record(entry());
      if (place === failing) throw new Error(`reaction ${place}`);
      if (place + 10 === failing) await write.db.query('SELECT 1 / 0');
    };
    const node = await open({ reactions: [react(1), react(2), react(3)] });
    const work = async (write: Write): Promise<void> => {
      await remember(write, 'work');
      write.record(entry());
      if (failing === 0) throw new Error('work');
      if (failing === 99) write.record(entry({ subject: randomUUID() }));
      if (failing === 98) write.record(entry({ occurredAt: Infinity }));
    };
    for (const [place, message] of [
      [0, 'work'],
      [1, 'reaction 1'],
      [2, 'reaction 2'],
      [3, 'reaction 3'],
      [12, 'division by zero'],
      [99, 'has no key'],
      [98, 'finite'],
    ] as const) {
      failing = place;
      await expect(node.writer.write(bySomebody, work)).rejects.toThrow(message);
      expect(await traces(node)).toEqual({ facts: 0, inbox: 0, head: 0 });
    }
    failing = -1;
    expect((await node.writer.write(bySomebody, work)).position).toBe(4);
  });

  it('throws when the failure of a statement was swallowed, instead of answering for a transaction that was rolled back', async () => {
    const node = await open();
    const write = node.writer.write(bySomebody, async (open) => {
      await remember(open, 'lost');
      await open.db.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(write).rejects.toThrow();
    expect(await traces(node)).toEqual({ facts: 0, inbox: 0, head: 0 });
  });

  it('takes no fact after its change was closed', async () => {
    const node = await open();
    let late: Write | undefined;
    await node.writer.write(bySomebody, async (write) => {
      late = write;
    });
    expect(() => late!.record(entry())).toThrow('closed');
  });

  it('does its work again after a deadlock, with a new change, and both writers succeed', async () => {
    const node = await open();
    await node.pool.query(`CREATE TABLE seat (id int PRIMARY KEY, n int DEFAULT 0); INSERT INTO seat VALUES (1), (2)`);
    const changes = new Set<number>();
    let attempts = 0;
    const lock = (order: readonly number[]) =>
      node.writer.write(bySomebody, async (write) => {
        attempts++;
        changes.add(write.change);
        for (const id of order) {
          await write.db.query('UPDATE seat SET n = n + 1 WHERE id = $1', [id]);
          if (attempts <= 2) await sleep(100);
        }
        write.record(entry());
      });
    await Promise.all([lock([1, 2]), lock([2, 1])]);
    expect(attempts).toBe(3);
    expect(changes.size).toBe(3);
    expect((await node.pool.query('SELECT n FROM seat')).rows).toEqual([{ n: 2 }, { n: 2 }]);
    expect(await checkLog(node.pool)).toEqual(soundLog(2));
  });

  it('gives up after three repeats, as UNAVAILABLE', async () => {
    const node = await open();
    let attempts = 0;
    const failing = node.writer.write(bySomebody, async () => {
      attempts++;
      throw Object.assign(new Error('could not serialize access'), { code: '40001', severity: 'ERROR' });
    });
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(attempts).toBe(4);
  });

  it('says UNAVAILABLE and changes nothing when its connection dies in the middle', async () => {
    const node = await open();
    const dying = node.writer.write(bySomebody, async (write) => {
      await remember(write, 'lost');
      await write.db.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    const error = await dying.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ extensions: { code: 'UNAVAILABLE' }, message: expect.stringContaining('nothing was changed') });
    expect(await traces(node)).toEqual({ facts: 0, inbox: 0, head: 0 });
    expect((await node.writer.write(bySomebody, async (write) => write.record(entry()))).position).toBe(1);
  });

  it('says UNAVAILABLE and changes nothing when it waited too long for another writer', async () => {
    const node = await open();
    let letGo: () => void = () => undefined;
    let isHeld = false;
    const holding = node.writer.write(bySomebody, async (write) => {
      await remember(write, 'held');
      await write.db.query('SELECT pg_advisory_xact_lock(1)');
      isHeld = true;
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    await until(() => isHeld);
    const waiting = node.writer.write(bySomebody, async (write) => {
      await write.db.query(`SET LOCAL statement_timeout = '100ms'`);
      await write.db.query('SELECT pg_advisory_xact_lock(1)');
    });
    const error = await waiting.catch((caught: unknown) => caught);
    letGo();
    await holding;
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ message: expect.stringContaining('nothing was changed') });
  });

  it('says UNAVAILABLE with unknown outcome when the connection dies during the commit, and the retry has one effect (A2)', async () => {
    const node = await open();
    // A deferred trigger runs inside COMMIT: it ends its own connection there.
    await node.pool.query(`
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON fact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.name = 'die') EXECUTE FUNCTION die()`);
    const error = await node.writer
      .write(bySomebody, async (write) => {
        await remember(write, 'die');
        write.record(entry());
      })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Unavailable);
    expect((error as Error).message).toContain('not known');
    await node.writer.write(bySomebody, async (write) => {
      await remember(write, 'again');
      write.record(entry());
    });
    expect(await traces(node)).toEqual({ facts: 1, inbox: 0, head: 1 });
  });

  it('says UNAVAILABLE when the log does not take the change in within the time, but the change is saved and appears later', async () => {
    const node = await open({ sequencing: false, seenTimeoutMs: 200 });
    const late = node.writer.write(bySomebody, async (write) => write.record(entry()));
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('was saved') });
    node.sequencer.start();
    expect((await node.writer.write(bySomebody, async (write) => write.record(entry()))).position).toBe(2);
  });

  it('that recorded nothing answers the head, not before everything it can have read is in the log', async () => {
    const node = await open({ sequencing: false });
    expect((await node.writer.write(bySomebody, async () => 'nothing')).position).toBe(0);
    // Committed by somebody, not sequenced yet: a request that read it must not answer a position before it.
    await fillInbox(node.pool, 5);
    const empty = node.writer.write(bySomebody, async () => 'nothing');
    await sleep(50);
    node.sequencer.start();
    expect((await empty).position).toBe(5);
    expect((await node.writer.write(bySomebody, async () => 'nothing')).position).toBe(5);
    expect(await checkLog(node.pool)).toMatchObject({ count: 5 });
  });

  it('is known all or not at all, at every position and at every instant', async () => {
    let now = 1_700_000_000_000;
    const node = await open({ clock: { now: () => (now += 1000) } });
    const made: { position: number; names: number }[] = [];
    const many = async (facts: number, entries: number): Promise<void> => {
      const { position } = await node.writer.write(bySomebody, async (write) => {
        for (let i = 0; i < facts; i++) await remember(write, `c${write.change}`);
        for (let i = 0; i < entries; i++) write.record(entry());
      });
      made.push({ position, names: facts });
    };
    await many(2, 3);
    await many(4, 1);
    await many(1, 5);
    await many(3, 2);
    for (let pos = 0; pos <= 11; pos++) {
      const { rows } = await node.pool.query<{ n: number }>(`SELECT count(*) AS n FROM fact f WHERE ${knownAt('f', '$1')}`, [
        pos,
      ]);
      expect(rows[0]!.n).toBe(made.filter(({ position }) => position <= pos).reduce((sum, { names }) => sum + names, 0));
    }
    const { rows } = await node.pool.query<{ last_pos: number; recorded_at: number }>(
      'SELECT last_pos, recorded_at FROM change ORDER BY last_pos',
    );
    expect(await positionAt(node.pool, rows[0]!.recorded_at - 1)).toBe(0);
    for (const [i, { last_pos, recorded_at }] of rows.entries()) {
      expect(await positionAt(node.pool, recorded_at)).toBe(last_pos);
      expect(await positionAt(node.pool, recorded_at - 1)).toBe(rows[i - 1]?.last_pos ?? 0);
    }
    expect(await positionAt(node.pool, Infinity)).toBe(11);
    expect(await positionAt(node.pool, -Infinity)).toBe(0);
    expect(await headPosition(node.pool)).toBe(11);
  });

  it('retires rows as of its own position, and rows it both recorded and retired were never known', async () => {
    const node = await open();
    const write = (work: (write: Write) => Promise<unknown>): Promise<{ position: number }> =>
      node.writer.write(bySomebody, async (open) => {
        await work(open);
        open.record(entry());
      });
    await write((open) => remember(open, 'a'));
    await write((open) =>
      open.db.query(`UPDATE fact SET retired_in = $1 WHERE name = 'a'`, [open.change]).then(() => remember(open, 'b')),
    );
    await write((open) =>
      open.db.query(`INSERT INTO fact (name, recorded_in, retired_in) VALUES ('never', $1, $1)`, [open.change]),
    );
    const names = async (pos: number | null): Promise<string> => {
      const text = `SELECT coalesce(string_agg(name, ',' ORDER BY name), '') AS names FROM fact f WHERE ${knownAt('f', pos === null ? null : '$1')}`;
      return (await node.pool.query<{ names: string }>(text, pos === null ? [] : [pos])).rows[0]!.names;
    };
    expect([await names(0), await names(1), await names(2), await names(3), await names(null)]).toEqual(['', 'a', 'b', 'b', 'b']);
  });

  it('encrypts what is about a person; without the key nobody can read it and everything else still reads', async () => {
    const node = await open();
    const [ada, bob] = [randomUUID(), randomUUID()];
    await node.writer.write(bySomebody, async (write) => {
      await write.keys.ensure(write.db, [bob, ada, ada]);
      await write.keys.ensure(write.db, [ada]);
      write.record(entry({ subject: ada, body: { secret: 'SHIBBOLETH-ada' } }));
      write.record(entry({ subject: bob, body: { secret: 'SHIBBOLETH-bob' } }));
      write.record(entry({ body: { clear: true } }));
    });
    const stored = await node.pool.query<{ format: number; hits: boolean }>(
      `SELECT body_format AS format, position('SHIBBOLETH'::bytea IN body) > 0 AS hits FROM log ORDER BY pos`,
    );
    expect(stored.rows).toEqual([
      { format: 2, hits: false },
      { format: 2, hits: false },
      { format: 0, hits: false },
    ]);
    const bodies = async (): Promise<unknown[]> =>
      (await node.feed.page(0, 10)).map(({ body, erased, damaged }) => [body, erased, damaged]);
    expect(await bodies()).toEqual([
      [{ secret: 'SHIBBOLETH-ada' }, false, false],
      [{ secret: 'SHIBBOLETH-bob' }, false, false],
      [{ clear: true }, false, false],
    ]);

    await node.pool.query('DELETE FROM person_key WHERE employee_id = $1', [ada]);
    node.keys.forget([ada]);
    await node.pool.query('UPDATE log SET body = body || body WHERE pos = 2');
    expect(await bodies()).toEqual([
      [null, true, false],
      [null, false, true],
      [{ clear: true }, false, false],
    ]);
  });

  it('never lets a key of a write that was rolled back be used by the next', async () => {
    const node = await open();
    const ada = randomUUID();
    const add = (fail: boolean): Promise<unknown> =>
      node.writer.write(bySomebody, async (write) => {
        await write.keys.ensure(write.db, [ada]);
        write.record(entry({ subject: ada, body: { fail } }));
        if (fail) throw new Error('rolled back');
      });
    await expect(add(true)).rejects.toThrow('rolled back');
    await add(false);
    expect((await node.feed.page(0, 10)).map(({ body }) => body)).toEqual([{ fail: false }]);
  });
});

describe('the cache of keys', () => {
  it('keeps no more than its limit, drops the oldest and asks in one statement', async () => {
    let statements = 0;
    const db = {
      query: async (_text: string, params: readonly unknown[] = []) => {
        statements++;
        return {
          rows: (params[0] as string[])
            .filter((id) => id !== 'gone')
            .map((id) => ({ employee_id: id, key: Buffer.from(id) })) as never[],
          rowCount: 0,
        };
      },
    };
    const keys = new PersonKeys(Buffer.alloc(32));
    const cache = new KeyCache(keys, 3);
    expect([...(await cache.keysOf(db, ['a', 'b', 'a', 'gone', 'c', 'd'])).keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect([statements, cache.size]).toEqual([1, 3]);
    await cache.keysOf(db, ['b', 'c', 'd']);
    expect(statements).toBe(1);
    await cache.keysOf(db, ['a']);
    expect(statements).toBe(2);
    const forgetful = new KeyCache(keys, 3, 0);
    await forgetful.keysOf(db, ['a']);
    await forgetful.keysOf(db, ['a']);
    expect(statements).toBe(4);
  });
});
