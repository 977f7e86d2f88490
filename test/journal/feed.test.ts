import { getEventListeners, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../src/journal/entry';
import { transaction } from '../../src/platform/postgres/pool';
import { headPosition } from '../../src/journal/known';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { bySomebody, emptyJournal, entry, startNode, until, type JournalNode } from './node';

const RING = 64;

jest.setTimeout(30_000);

describe('the feed', () => {
  let database: TestDatabase;
  let node: JournalNode;

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(() => database.drop());

  beforeEach(async () => {
    node = await startNode(database.url, { ringSize: RING });
  });

  afterEach(async () => {
    await node.sequencer.stop();
    await emptyJournal(node.pool);
    await node.stop();
  });

  const record = (count: number, on = node): Promise<{ position: number }> =>
    on.writer.write(bySomebody, async (write) => {
      for (let i = 0; i < count; i++) write.record(entry({ body: { i } }));
    });

  async function take(source: AsyncIterable<LogEntry>, count: number): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    if (count === 0) return entries;
    for await (const each of source) {
      entries.push(each);
      if (entries.length === count) break;
    }
    return entries;
  }

  const inTable = async (): Promise<{ pos: number; eventId: string }[]> =>
    (await node.pool.query<{ pos: number; eventId: string }>('SELECT pos, event_id AS "eventId" FROM log ORDER BY pos')).rows;

  it('gives a reader from any offset around the edge of the ring exactly the log, while writers run', async () => {
    await record(300);
    // what is acknowledged may be ahead of what this node has looked at
    await until(() => node.feed.head() === 300);
    const total = 600;
    const ends = new AbortController();
    setMaxListeners(0, ends.signal);
    const readers: Promise<LogEntry[]>[] = [];
    const writing = (async () => {
      for (let done = 300; done < total; done += 8) {
        await record(Math.min(8, total - done));
        // New readers start while the edge of the ring moves past their offset.
        const edge = node.feed.head() - RING;
        for (const offset of [0, edge - 2, edge - 1, edge, edge + 1, node.feed.head() - 1, node.feed.head()]) {
          readers.push(take(node.feed.read(offset, ends.signal), total - offset));
        }
      }
    })();
    const early = Array.from({ length: 2 * RING + 1 }, (_, i) => 300 - 2 * RING + i);
    readers.push(...early.map((offset) => take(node.feed.read(offset, ends.signal), total - offset)));
    await writing;
    const log = await inTable();
    expect(log.length).toBe(total);
    for (const entries of await Promise.all(readers)) {
      expect(entries.map(({ pos, eventId }) => ({ pos, eventId }))).toEqual(log.slice(total - entries.length));
    }
    expect(readers.length).toBeGreaterThan(350);
    ends.abort();
  });

  it('keeps a slow reader complete, though the ring has long moved on', async () => {
    await record(10);
    const ends = new AbortController();
    const slow = node.feed.read(5, ends.signal);
    const seen = [(await slow.next()).value as LogEntry];
    for (let i = 0; i < 20; i++) {
      await record(30);
      seen.push((await slow.next()).value as LogEntry);
    }
    seen.push(...(await take(slow, 610 - 5 - seen.length)));
    expect(seen.map(({ pos }) => pos)).toEqual(Array.from({ length: 605 }, (_, i) => 6 + i));
  });

  it('lets go of everything when 10,000 readers leave, by return or by abort (B14)', async () => {
    const signals: AbortSignal[] = [];
    const pending: Promise<IteratorResult<LogEntry>>[] = [];
    const leave: (() => void)[] = [];
    for (let i = 0; i < 10_000; i++) {
      const controller = new AbortController();
      signals.push(controller.signal);
      const reading = node.feed.read(0, controller.signal);
      pending.push(reading.next());
      leave.push(i % 2 === 0 ? () => controller.abort() : () => void reading.return!());
    }
    await sleep(1);
    expect(node.tail.waiting).toBe(10_001);
    leave.forEach((go, i) => setTimeout(go, i % 50));
    expect((await Promise.all(pending)).every(({ done }) => done)).toBe(true);
    // What stays is the feed's own ear.
    expect(node.tail.waiting).toBe(1);
    expect(signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)).toBe(0);

    const aborted = new AbortController();
    aborted.abort();
    expect(await node.feed.read(0, aborted.signal).next()).toEqual({ done: true, value: undefined });
    expect(node.tail.waiting).toBe(1);
  });

  it('ends its readers when the node stops', async () => {
    const reading = node.feed.read(0, new AbortController().signal);
    const next = reading.next();
    await sleep(20);
    await node.tail.stop();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('goes on after its connection was killed, without gap or duplicate', async () => {
    const ends = new AbortController();
    const reading = take(node.feed.read(0, ends.signal), 200);
    for (let i = 0; i < 20; i++) {
      await record(10);
      if (i % 4 === 0) {
        await node.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'credential-graph tail'`,
        );
      }
    }
    expect((await reading).map(({ pos }) => pos)).toEqual(Array.from({ length: 200 }, (_, i) => 1 + i));
  });

  it('delivers what another node has moved, by its hint and without one, and acknowledges its own writes then', async () => {
    const follower = await startNode(database.url, { sequencing: false });
    const ends = new AbortController();
    const reading = follower.feed.read(0, ends.signal);
    const began = performance.now();
    const { position } = await record(1, follower);
    expect(position).toBe(1);
    expect(((await reading.next()).value as LogEntry).pos).toBe(1);
    expect(performance.now() - began).toBeLessThan(1000);

    // Straight into the log, so no hint is sent.
    await node.pool.query(`
      WITH e AS (INSERT INTO log SELECT 2, change_id + 1000, gen_random_uuid(), kind, entity, 2, subject, actor, source, occurred_at, recorded_at, body_format, body, leaf_version, leaf, chain FROM log)
      UPDATE log_head SET pos = 2`);
    expect(((await reading.next()).value as LogEntry).pos).toBe(2);
    await follower.stop();
  });

  it('pages through the log from any position, and never answers less than the table has', async () => {
    await record(100);
    for (const [after, limit] of [
      [0, 10],
      [30, 50],
      [36, 64],
      [90, 5],
      [90, 50],
      [100, 10],
      [500, 10],
    ] as const) {
      const page = await node.feed.page(after, limit);
      const expected = Array.from({ length: Math.max(0, Math.min(limit, 100 - after)) }, (_, i) => after + 1 + i);
      expect(page.map(({ pos }) => pos)).toEqual(expected);
    }
    const behind = await startNode(database.url, { sequencing: false });
    await behind.tail.stop();
    const { position } = await record(3);
    expect((await behind.feed.page(100, 10)).map(({ pos }) => pos)).toEqual([101, 102, 103]);
    expect(position).toBe(103);
    await behind.stop();
  });

  it('joins a snapshot without gap: state and head read in one snapshot, then what follows the head (B13)', async () => {
    await node.pool.query('CREATE TABLE counter (value bigint PRIMARY KEY)');
    const entity = (await node.pool.query<{ id: string }>('SELECT gen_random_uuid() AS id')).rows[0]!.id;
    let isDone = false;
    const count = async (): Promise<void> => {
      while (!isDone) {
        await node.writer.write(bySomebody, async (write) => {
          await write.db.query('SELECT pg_advisory_xact_lock(1)');
          const { rows } = await write.db.query<{ value: number }>('SELECT coalesce(max(value), 0) + 1 AS value FROM counter');
          await write.db.query('INSERT INTO counter VALUES ($1)', [rows[0]!.value]);
          write.record(entry({ entity, entityVersion: rows[0]!.value }));
        });
      }
    };
    const snapshot = async (): Promise<{ gaps: number; reflected: number }> => {
      const { state, head } = await transaction(
        node.pool,
        async (db) => {
          const { rows } = await db.query<{ value: number }>('SELECT coalesce(max(value), 0) AS value FROM counter');
          // Long enough for the log to overtake a state read outside the snapshot.
          await sleep(20);
          return { state: rows[0]!.value, head: await headPosition(db) };
        },
        { isolation: 'repeatable read', readOnly: true },
      );
      const following = await take(node.feed.read(head, new AbortController().signal), 5);
      const unseen = following.map(({ entityVersion }) => entityVersion).filter((version) => version > state);
      const gaps = unseen.length === 0 ? 0 : unseen[0]! - state - 1;
      return { gaps, reflected: following.length - unseen.length };
    };
    const counting = [count(), count(), count(), count()];
    const results = [];
    for (let i = 0; i < 60; i++) results.push(await snapshot());
    isDone = true;
    await Promise.all(counting);
    expect(results.reduce((sum, { gaps }) => sum + gaps, 0)).toBe(0);
  });

  it('waits out a database that cannot be reached, then goes on', async () => {
    await record(200);
    let failures = 0;
    const query = node.pool.query;
    const flaky = node.pool as { query: unknown };
    flaky.query = async (...args: never[]) => {
      if (failures++ < 1)
        throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET', syscall: 'read' });
      return (query as (...all: never[]) => unknown)(...args);
    };
    const late = await take(node.feed.read(0, new AbortController().signal), 200);
    expect(late.map(({ pos }) => pos)).toEqual(Array.from({ length: 200 }, (_, i) => 1 + i));
    expect(failures).toBeGreaterThan(1);
    await until(() => node.tail.waiting === 1);
  });
});
