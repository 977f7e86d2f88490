// Partitions of the log: made ahead of need, dropped when old, and everything can still be proved, or is refused by name.
import { migrations } from '../../migrations';
import { newSigningKey, readSigner, readVerifier } from '../../src/core/checkpoint';
import { parseSpan } from '../../src/core/calendar';
import { provesConsistency, provesInclusion } from '../../src/core/merkle';
import { checkpointFor, checkpointsAfter } from '../../src/journal/audit/checkpoints';
import { consistencyProof, inclusionProof } from '../../src/journal/audit/proofs';
import { SealedTree } from '../../src/journal/audit/tree';
import { verifyLog } from '../../src/journal/audit/verify';
import { partitionsOf } from '../../src/journal/partitions';
import { Retention } from '../../src/journal/retention';
import { migrate } from '../../src/platform/postgres/migrate';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { createDatabase, endFirstPartition, type TestDatabase } from '../kit/postgres';
import { bySomebody, checkLog, entry, fillInbox, soundLog, startNode, until, type JournalNode } from './node';

jest.setTimeout(60_000);

const DAY = 86_400_000;
const signer = { origin: 'example.org/log', signer: readSigner(newSigningKey('example.org/log')) };
const trusted = { verifiers: [readVerifier(signer.signer.verifier)] };
const SIZE = 256;

describe('a log in partitions', () => {
  let database: TestDatabase;
  let pool: Pool;
  let node: JournalNode;
  let now = Date.parse('2026-01-01T00:00:00Z');
  let needed = Number.MAX_SAFE_INTEGER;
  const leaves: Buffer[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    await endFirstPartition(database.url, SIZE);
    pool = await createPool(database.url, { max: 4 });
    node = await startNode(database.url, { signer, partitionSize: SIZE, ringSize: 64, clock: { now: () => now } });
  });
  afterAll(async () => {
    await node.stop();
    await pool.end();
    await database.drop();
  });

  const fill = async (count: number): Promise<void> => {
    await fillInbox(pool, count, 5);
    node.sequencer.poke();
    await until(async () => (await checkLog(pool)).waiting === 0);
    await until(async () => (await checkpointFor(pool, null))?.size === (await checkLog(pool)).head);
  };
  const lasts = async (): Promise<number[]> => (await partitionsOf(pool)).map(({ last }) => last);
  const retention = (keep: string): Retention =>
    new Retention({ pool, clock: { now: () => now }, keep: parseSpan(keep)!, neededAfter: async () => needed });
  const code = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: { extensions?: unknown }) => error.extensions ?? error,
    );

  it('is written to without a break, also by a batch over several partitions, and one is always ahead', async () => {
    await fill(1_000);
    expect(await checkLog(pool)).toEqual(soundLog(1_000));
    expect(await lasts()).toEqual([256, 512, 768, 1_024, 1_280]);
    now += 40 * DAY;
    await fill(300);
    expect(await lasts()).toEqual([256, 512, 768, 1_024, 1_280, 1_536]);
    const { rows } = await pool.query<{ leaf: Buffer }>('SELECT leaf FROM log ORDER BY pos');
    leaves.push(...rows.map(({ leaf }) => leaf));
  });

  it('is read from the partitions that are concerned, and no other', async () => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      'EXPLAIN SELECT pos FROM log WHERE pos > 800 ORDER BY pos LIMIT 100',
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/log_769_pkey/);
    expect(plan).not.toMatch(/log_(1|257|513)_pkey/);
  });

  it('keeps what is not old enough, and what somebody still needs', async () => {
    expect(await retention('P41D').apply()).toBeNull();
    needed = 512;
    expect(await retention('P30D').apply()).toBe(512);
    needed = Number.MAX_SAFE_INTEGER;
    expect(await lasts()).toEqual([768, 1_024, 1_280, 1_536]);
  });

  it('lets go of old partitions and refuses whoever stands before them, with a cursor to go on from (B8)', async () => {
    const slow = node.feed.read(511, new AbortController().signal);
    const good = node.feed.read(512, new AbortController().signal);
    expect((await good.next()).value.pos).toBe(513);
    await good.return!();
    const expired = { code: 'CURSOR_EXPIRED', snapshot: await node.cursors.cursorAt(1_300) };
    expect(await code(slow.next())).toEqual(expired);
    expect(await code(node.feed.page(0, 10))).toEqual(expired);
    expect((await node.feed.page(512, 10)).map(({ pos }) => pos)[0]).toBe(513);
    // a partition only half of which is old stays
    expect(await retention('P30D').apply()).toBe(768);
  });

  it('verifies: the leaves of what is gone come to every head that was signed', async () => {
    const found = await verifyLog(pool, trusted);
    expect(found).toMatchObject({ entries: 1_300, gone: 768, unsigned: 0, finding: null });
    expect(found.checkpoints).toBe((await checkpointsAfter(pool, 0, 1_000)).length);
  });

  it('proves entries that are gone, and every head before', async () => {
    const { size, root } = (await checkpointFor(pool, null))!;
    const tree = new SealedTree();
    for (const [i, leaf] of leaves.entries()) {
      tree.append(leaf);
      if (i % 61 !== 0 && i % 256 > 1) continue;
      expect(provesInclusion(i, size, leaf, await inclusionProof(pool, i + 1, size), root)).toBe(true);
      expect(provesConsistency(i + 1, size, await consistencyProof(pool, i + 1, size), tree.root(), root)).toBe(true);
    }
  });

  it.each([
    [
      'a leaf that was changed',
      'UPDATE log_leaf SET leaves = set_byte(leaves, 40, get_byte(leaves, 40) # 1) WHERE index = 1',
      257,
    ],
    ['leaves that are missing', 'DELETE FROM log_leaf WHERE index = 1', 257],
    ['leaves that are missing at the end', 'DELETE FROM log_leaf WHERE index = 2', 513],
    ['leaves of entries there are', 'INSERT INTO log_leaf SELECT 3, leaves FROM log_leaf WHERE index = 2', 769],
  ])('does not verify with %s', async (_what, tamper, position) => {
    await pool.query(`CREATE TABLE kept AS TABLE log_leaf; ${tamper}`);
    const { finding } = await verifyLog(pool, trusted);
    await pool.query('TRUNCATE log_leaf; INSERT INTO log_leaf SELECT * FROM kept; DROP TABLE kept');
    expect(finding?.position).toBeGreaterThanOrEqual(position);
    expect(finding?.position).toBeLessThanOrEqual(position + SIZE);
  });

  it('goes on being written to afterwards, and never loses the partition that is written to', async () => {
    now += 100 * DAY;
    const overtaken = node.feed.read(800, new AbortController().signal);
    expect((await overtaken.next()).value.pos).toBe(801);
    expect(await retention('P30D').apply()).toBe(1_280);
    // what a reader holds already it may still give; then it is told, and not led over the gap
    let last = 0;
    const told = await code((async () => { for await (const { pos } of overtaken) last = pos; })()); // prettier-ignore
    expect([told, last]).toEqual([{ code: 'CURSOR_EXPIRED', snapshot: await node.cursors.cursorAt(1_300) }, 896]);
    const { position } = await node.writer.write(bySomebody, async (write) => write.record(entry()));
    expect(position).toBe(1_301);
    await until(async () => (await checkpointFor(pool, null))?.size === 1_301);
    expect(await verifyLog(pool, trusted)).toMatchObject({ entries: 1_301, gone: 1_280, finding: null });
  });
});

it('a log from before it had partitions becomes the first one, row by row as it was', async () => {
  const database = await createDatabase();
  const pool = await createPool(database.url, { max: 2 });
  try {
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const index = migrations.findIndex(({ name }) => name.startsWith('LogPartitions'));
    await migrate(database.url, migrations.slice(0, index));
    await pool.query(
      `INSERT INTO log SELECT n, n, gen_random_uuid(), 'thing.happened', gen_random_uuid(), 1, NULL, 'key:old', NULL, now(), now(), 0,
         convert_to('{}', 'UTF8'), 1, sha256(int4send(n)), NULL FROM generate_series(1, 700) n;
       UPDATE log_head SET pos = 700`,
    );
    const digest = async (): Promise<unknown> =>
      (await pool.query(`SELECT count(*) AS n, md5(string_agg(log::text, '' ORDER BY pos)) AS md5 FROM log`)).rows;
    const [before, { rows: epoch }] = [await digest(), await pool.query('SELECT epoch FROM log_head')];
    await migrate(database.url, migrations);
    expect(await digest()).toEqual(before);
    expect((await partitionsOf(pool)).map(({ last }) => last)).toEqual([262_144]);
    // cursors that were given before stay good
    expect((await pool.query('SELECT id AS epoch FROM log_epoch')).rows).toEqual(epoch);
    const node = await startNode(database.url);
    const { position } = await node.writer.write(bySomebody, async (write) => write.record(entry()));
    expect(position).toBe(701);
    expect((await node.feed.page(0, 1_000)).length).toBe(701);
    await node.stop();
  } finally {
    await pool.end();
    await database.drop();
  }
});
