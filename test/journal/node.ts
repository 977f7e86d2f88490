// One node's journal, put together as app.ts does it, on a database of the test's own.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/platform/clock';
import type { Actor } from '../../src/platform/context';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import type { HeadSigner } from '../../src/journal/audit/checkpoints';
import { Cursors } from '../../src/journal/cursor';
import { Epochs } from '../../src/journal/epochs';
import type { NewEntry } from '../../src/journal/entry';
import { Feed } from '../../src/journal/feed';
import { KeyCache, PersonKeys } from '../../src/journal/keys';
import { Sequencer } from '../../src/journal/sequencer';
import { Tail } from '../../src/journal/tail';
import { Writer, type By, type Reaction } from '../../src/journal/write';

const SECRET = Buffer.alloc(32, 1);

export interface JournalNode {
  readonly pool: Pool;
  readonly sequencer: Sequencer;
  readonly tail: Tail;
  readonly feed: Feed;
  readonly cursors: Cursors;
  readonly keys: KeyCache;
  readonly writer: Writer;
  stop(): Promise<void>;
}

export interface NodeOptions {
  readonly clock?: Clock;
  readonly reactions?: readonly Reaction[];
  readonly ringSize?: number;
  readonly poolSize?: number;
  readonly seenTimeoutMs?: number;
  /** False: another node's sequencer has to do the work. */
  readonly sequencing?: boolean;
  readonly signer?: HeadSigner;
  readonly partitionSize?: number;
}

export async function startNode(url: string, options: NodeOptions = {}): Promise<JournalNode> {
  const pool = await createPool(url, { max: options.poolSize ?? 10, connectTimeoutMs: 10_000 });
  const clock = options.clock ?? { now: () => Date.now() };
  const personKeys = new PersonKeys(SECRET);
  const keys = new KeyCache(personKeys);
  const epochs = await Epochs.load(pool);
  const cursors = await Cursors.load(pool, epochs);
  const tail = new Tail({ databaseUrl: url, keys, epochs, size: options.ringSize });
  const feed = new Feed({ db: pool, tail, keys, epochs, cursors, seenTimeoutMs: options.seenTimeoutMs });
  const sequencer = new Sequencer({
    databaseUrl: url,
    clock,
    signer: options.signer,
    partitionSize: options.partitionSize,
    onSequenced: (batch) => feed.sequenced(batch),
  });
  const writer = new Writer({ pool, clock, sequencer, feed, cursors, keys: personKeys, reactions: options.reactions ?? [] });
  await tail.start();
  if (options.sequencing !== false) sequencer.start();
  return {
    pool,
    sequencer,
    tail,
    feed,
    cursors,
    keys,
    writer,
    async stop() {
      await sequencer.stop();
      feed.stop();
      await tail.stop();
      await pool.end();
    },
  };
}

/** Empties the journal, as if newly migrated; no node may be running. */
export async function emptyJournal(pool: Pool): Promise<void> {
  await pool.query(
    `TRUNCATE inbox, log, log_leaf, change, person_key, log_node, checkpoint RESTART IDENTITY;
     UPDATE log_head SET pos = 0, recorded_at = 'epoch', chain = decode(repeat('00', 32), 'hex'), tree = ''`,
  );
}

export const somebody: Actor = { id: 'key:test', scopes: new Set() };
export const bySomebody: By = { actor: somebody, source: 'test' };

export function entry(change: Partial<NewEntry> = {}): NewEntry {
  return {
    kind: 'thing.happened',
    entity: randomUUID(),
    entityVersion: 1,
    subject: null,
    occurredAt: 1_767_225_600_000,
    body: {},
    ...change,
  };
}

/** Puts facts into the inbox as committed changes of `perChange` facts each, without a writer. Body: {"n": 1…count}. */
export async function fillInbox(pool: Pool, count: number, perChange = 1): Promise<void> {
  await pool.query(
    `INSERT INTO inbox (change_id, event_id, kind, entity, entity_version, actor, occurred_at, body_format, body)
     SELECT base.id + (n - 1) / $2, gen_random_uuid(), 'thing.happened', gen_random_uuid(), 1, 'key:test', now(), 0, convert_to('{"n":' || n || '}', 'UTF8')
     FROM (SELECT setval('change_id_seq', nextval('change_id_seq') + $1) - $1 AS id) AS base, generate_series(1, $1::int) AS n ORDER BY n`,
    [count, perChange],
  );
}

export interface LogCheck {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly distinctEvents: number;
  readonly head: number;
  readonly waiting: number;
  /** Neighbours in the log of one entity whose versions do not follow on. */
  readonly inversions: number;
  /** Changes whose facts are not neighbours or disagree with table change. */
  readonly splitChanges: number;
  /** Neighbours whose recorded instants decrease. */
  readonly backwards: number;
}

/** Everything that must be true of any log, in one statement. */
export async function checkLog(pool: Pool): Promise<LogCheck> {
  const { rows } = await pool.query<LogCheck>(`
    SELECT (SELECT count(*) FROM log) AS count, (SELECT min(pos) FROM log) AS first, (SELECT max(pos) FROM log) AS last,
      (SELECT count(DISTINCT event_id) FROM log) AS "distinctEvents", (SELECT pos FROM log_head) AS head, (SELECT count(*) FROM inbox) AS waiting,
      (SELECT count(*) FROM (SELECT entity_version - lag(entity_version, 1, 0::bigint) OVER (PARTITION BY entity ORDER BY pos) AS step FROM log) v WHERE step <> 1) AS inversions,
      (SELECT count(*) FROM (SELECT change_id, min(pos) AS a, max(pos) AS b, count(*) AS n FROM log GROUP BY 1) l
        FULL JOIN change c ON c.id = l.change_id
        WHERE c.id IS NULL OR l.change_id IS NULL OR a <> first_pos OR b <> last_pos OR n <> b - a + 1) AS "splitChanges",
      (SELECT count(*) FROM (SELECT recorded_at < lag(recorded_at) OVER (ORDER BY pos) AS back FROM log) r WHERE back) AS backwards`);
  return rows[0]!;
}

/** The check a sound log of `count` facts passes. */
export function soundLog(count: number): LogCheck {
  return {
    count,
    first: 1,
    last: count,
    distinctEvents: count,
    head: count,
    waiting: 0,
    inversions: 0,
    splitChanges: 0,
    backwards: 0,
  };
}

export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
