// A database that comes back as it was before: cursors of what is still there are good, all others are refused, and nothing is skipped in silence.
import { createPool } from '../../src/platform/postgres/pool';
import { clusterUrl, createDatabase, type TestDatabase } from '../kit/postgres';
import { Proxy } from '../faults/proxy';
import { bySomebody, entry, startNode, until, type JournalNode } from './node';

jest.setTimeout(60_000);

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

async function record(node: JournalNode, count: number): Promise<{ position: number; cursor: string }> {
  return node.writer.write(bySomebody, async (write) => {
    for (let i = 0; i < count; i++) write.record(entry({ body: { i } }));
  });
}

/** A log of 100 entries, as backed up, and what it went on to say before it was lost. */
async function backedUp() {
  const database = await createDatabase();
  const first = await startNode(database.url);
  const kept = [await record(first, 60), await record(first, 40)].map(({ cursor }) => cursor);
  await first.stop();
  const backup = await createDatabase(database);
  return { database, backup, kept };
}

it('restored into another database: positions continue, old cursors are good or refused, and all that is new is seen (A8)', async () => {
  const { database, backup, kept } = await backedUp();
  const original = await startNode(database.url);
  const lost = [await record(original, 1), await record(original, 19)].map(({ cursor }) => cursor);
  const restored = await startNode(backup.url);
  try {
    const judged = async (cursors: readonly string[]) =>
      Promise.all(cursors.map((cursor) => restored.cursors.decodeCursor(cursor)));
    expect(await judged(kept)).toEqual([{ pos: 60 }, { pos: 100 }]);
    expect(await judged(lost)).toEqual(['RESYNC_REQUIRED', 'RESYNC_REQUIRED']);
    const seen: number[] = [];
    const reading = restored.feed.read(100, new AbortController().signal);
    const { cursor, position } = await record(restored, 20);
    expect(position).toBe(120);
    while (seen.length < 20) seen.push((await reading.next()).value.pos);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => 101 + i));
    // the same position, of another history
    expect(await judged([...kept, ...lost, cursor])).toEqual([
      { pos: 60 },
      { pos: 100 },
      'RESYNC_REQUIRED',
      'RESYNC_REQUIRED',
      { pos: 120 },
    ]);
    await reading.return!();
  } finally {
    await Promise.all([original.stop(), restored.stop()]);
    await Promise.all([database.drop(), backup.drop()]);
  }
});

it.each([
  ['shorter than it was', 0, 120],
  ['shorter than it was, before the node had read what was lost', 0, 100],
  ['longer than it was, and other', 50, 120],
])('restored under a running node, %s: whoever reads is told to begin anew (A7)', async (_what, more, read) => {
  const { database, backup, kept } = await backedUp();
  const proxy = await Proxy.start(database.url);
  const node = await startNode(proxy.url);
  try {
    if (read === 100) proxy.silence('credential-graph tail');
    const lost = (await record(node, 20)).cursor;
    await until(() => node.tail.head === read);
    const live = node.feed.read(120, new AbortController().signal);
    const next = live.next().then(
      () => 'an entry',
      (error: { extensions: { code: string } }) => error.extensions.code,
    );
    if (more > 0) {
      const elsewhere = await startNode(backup.url);
      await record(elsewhere, more);
      await elsewhere.stop();
    }
    const cluster = await createPool(clusterUrl(), { max: 1 });
    await cluster.query(`DROP DATABASE ${nameOf(database)} WITH (FORCE)`);
    await cluster.query(`CREATE DATABASE ${nameOf(database)} TEMPLATE ${nameOf(backup)} STRATEGY FILE_COPY`);
    await cluster.end();
    expect(await next).toBe('RESYNC_REQUIRED');
    await until(async () => (await node.cursors.decodeCursor(lost).catch(() => null)) === 'RESYNC_REQUIRED');
    expect(await node.cursors.decodeCursor(kept[1]!)).toEqual({ pos: 100 });
    // and goes on with the log there is
    const again = node.feed.read(100, new AbortController().signal);
    const { position } = await record(node, 3);
    expect(position).toBe(100 + more + 3);
    for (let pos = 101; pos <= position; pos++) expect((await again.next()).value.pos).toBe(pos);
    await again.return!();
  } finally {
    await node.stop();
    await proxy.stop();
    await Promise.all([database.drop(), backup.drop()]);
  }
});
