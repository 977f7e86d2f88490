// What auditors rely on: proofs that verify, and every way to tamper with the log that is found out, or is not.
import type pg from 'pg';
import { newSigningKey, openCheckpoint, readSigner, readVerifier, signCheckpoint } from '../../src/core/checkpoint';
import { provesConsistency, provesInclusion } from '../../src/core/merkle';
import { checkpointFor, checkpointsAfter, signPresentHead, type HeadSigner } from '../../src/journal/audit/checkpoints';
import { consistencyProof, inclusionProof } from '../../src/journal/audit/proofs';
import { sealOldEntries } from '../../src/journal/audit/seal-old';
import { SealedTree } from '../../src/journal/audit/tree';
import { verifyLog, type Verification } from '../../src/journal/audit/verify';
import { leafHash } from '../../src/journal/leaf';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { bySomebody, checkLog, emptyJournal, entry, fillInbox, soundLog, startNode, until, type JournalNode } from './node';

jest.setTimeout(60_000);

const signerOf = (name: string): HeadSigner => ({ origin: 'example.org/log', signer: readSigner(newSigningKey(name)) });
const own = signerOf('example.org/log');
const trusted = [readVerifier(own.signer.verifier)];
const COUNT = 1_500;

describe('the audited log', () => {
  let database: TestDatabase;
  let pool: Pool;
  let node: JournalNode;

  beforeAll(async () => {
    database = await createDatabase();
    pool = await createPool(database.url, { max: 4 });
    node = await startNode(database.url, { signer: own });
  });
  afterAll(async () => {
    await node.stop();
    await pool.end();
    await database.drop();
  });

  const execute = (sql: string, params: unknown[] = []) => pool.query(sql, params);
  const signed = () => until(async () => (await checkpointFor(pool, null))?.size === (await checkLog(pool)).head, 5_000);
  const verify = (witnesses: readonly string[] = []): Promise<Verification> => verifyLog(pool, { verifiers: trusted, witnesses });
  const onClient = async <T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> => {
    const client = await pool.driver.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  };

  it('signs its head within a second of news, in the form of C2SP', async () => {
    const { position } = await node.writer.write(bySomebody, async (write) => write.record(entry()));
    const began = Date.now();
    await until(async () => ((await checkpointFor(pool, null))?.size ?? 0) >= position, 5_000);
    expect(Date.now() - began).toBeLessThan(1_000);
    const { note, size, root } = (await checkpointFor(pool, null))!;
    expect(openCheckpoint(note, trusted)).toEqual({ origin: 'example.org/log', size, root });
    expect(note.startsWith(`example.org/log\n${size}\n`)).toBe(true);
  });

  it('proves every entry and every earlier head under a signed head, over stored subtrees', async () => {
    await fillInbox(pool, COUNT, 7);
    node.sequencer.poke();
    await until(async () => (await checkLog(pool)).waiting === 0);
    await signed();
    expect(await checkLog(pool)).toEqual(soundLog(COUNT + 1));
    expect((await execute('SELECT count(*) AS n FROM log_node WHERE height = 8')).rows).toEqual([
      { n: Math.floor((COUNT + 1) / 256) },
    ]);
    const { size, root } = (await checkpointFor(pool, null))!;
    const { rows } = await pool.query<{ pos: number; leaf: Buffer }>('SELECT pos, leaf FROM log ORDER BY pos');
    const tree = new SealedTree();
    for (const { pos, leaf } of rows) {
      tree.append(leaf);
      if (pos % 37 !== 0 && pos > 3 && pos < size - 3 && pos % 256 > 1) continue;
      expect(provesInclusion(pos - 1, size, leaf, await inclusionProof(pool, pos, size), root)).toBe(true);
      expect(provesConsistency(pos, size, await consistencyProof(pool, pos, size), tree.root(), root)).toBe(true);
    }
    expect(tree.root()).toEqual(root);
  });

  it('verifies as a whole: every leaf, link, subtree, version and signature', async () => {
    const progress: number[] = [];
    const found = await verifyLog(pool, { verifiers: trusted, onProgress: (entries) => progress.push(entries) });
    expect(found).toMatchObject({ entries: COUNT + 1, unsigned: 0, finding: null });
    expect(found.checkpoints).toBe((await checkpointsAfter(pool, 0, 1_000)).length);
    expect(progress.at(-1)).toBe(COUNT + 1);
  });

  it('gives a log from before there was a chain the same chain and tree', async () => {
    const state = async () => ({
      log: (await execute('SELECT pos, chain FROM log ORDER BY pos')).rows,
      head: (await execute('SELECT chain, tree FROM log_head')).rows,
      nodes: (await execute('SELECT * FROM log_node ORDER BY height, index')).rows,
    });
    const before = await state();
    await execute(
      `UPDATE log SET chain = NULL; UPDATE log_head SET tree = '', chain = decode(repeat('00', 32), 'hex'); DELETE FROM log_node`,
    );
    await onClient(sealOldEntries);
    expect(await state()).toEqual(before);
    await onClient(sealOldEntries);
    expect(await verify()).toMatchObject({ finding: null });
  });

  describe('that somebody with all rights to the database has changed', () => {
    let kept: string[];
    beforeAll(async () => {
      await node.sequencer.stop();
      await signed();
      kept = (await checkpointsAfter(pool, 0, 1_000)).map(({ note }) => note).slice(-1);
      await execute('CREATE TABLE kept_log AS TABLE log');
      await execute('CREATE TABLE kept_head AS TABLE log_head');
      await execute('CREATE TABLE kept_node AS TABLE log_node');
      await execute('CREATE TABLE kept_checkpoint AS TABLE checkpoint');
    });
    afterEach(async () => {
      await execute(`TRUNCATE log, log_node, checkpoint; INSERT INTO log SELECT * FROM kept_log; INSERT INTO log_node SELECT * FROM kept_node;
        INSERT INTO checkpoint SELECT * FROM kept_checkpoint;
        UPDATE log_head h SET pos = k.pos, chain = k.chain, tree = k.tree FROM kept_head k`);
      expect(await verify(kept)).toMatchObject({ finding: null });
    });

    /** Makes everything fit again, as whoever knows this code can; `signer` absent: without the signing key. */
    const recompute = async (signer: HeadSigner | null): Promise<void> => {
      const { rows } = await pool.query<any>(
        `SELECT pos, event_id AS "eventId", kind, entity, entity_version AS "entityVersion", subject, actor, source, occurred_at AS "occurredAt",
           recorded_at AS "recordedAt", body_format AS "bodyFormat", body FROM log ORDER BY pos`,
      );
      for (const row of rows) await execute('UPDATE log SET leaf = $2 WHERE pos = $1', [row.pos, leafHash(row)]);
      const sizes = (await checkpointsAfter(pool, 0, 1_000)).map(({ size }) => size).filter((size) => size <= rows.length);
      await execute(
        `DELETE FROM log_node; DELETE FROM checkpoint; UPDATE log_head SET pos = (SELECT max(pos) FROM log), tree = ''`,
      );
      await onClient(sealOldEntries);
      const tree = new SealedTree();
      for (const row of rows) {
        tree.append(leafHash(row));
        if (!sizes.includes(tree.size)) continue;
        const root = tree.root();
        const note = signCheckpoint({ origin: own.origin, size: tree.size, root }, (signer ?? signerOf(own.signer.name)).signer);
        await execute('INSERT INTO checkpoint VALUES ($1, $2, $3, now())', [tree.size, root, note]);
      }
      if (signer) await onClient((client) => signPresentHead(client, signer, Date.now()));
    };
    const positionOf = ({ finding }: Verification) => finding?.position ?? null;

    it('is found at the byte that was flipped', async () => {
      await execute(`UPDATE log SET body = set_byte(body, 3, get_byte(body, 3) # 1) WHERE pos = 700`);
      expect(positionOf(await verify())).toBe(700);
    });

    it.each([
      "occurred_at = occurred_at + interval '1 ms'",
      "actor = 'somebody else'",
      'entity_version = entity_version + 1',
      "kind = 'thing.undone'",
    ])('is found at the entry that now says %s', async (change) => {
      await execute(`UPDATE log SET ${change} WHERE pos = 701`);
      expect(positionOf(await verify())).toBe(701);
    });

    it('is found at the entry that was deleted', async () => {
      await execute('DELETE FROM log WHERE pos = 702');
      expect(positionOf(await verify())).toBe(702);
    });

    it('is found at the entries that were swapped', async () => {
      await execute('UPDATE log SET pos = -pos WHERE pos IN (703, 704)');
      await execute('UPDATE log SET pos = CASE pos WHEN -703 THEN 704 ELSE 703 END WHERE pos < 0');
      expect(positionOf(await verify())).toBe(703);
    });

    it('is found at the entry that was put in between', async () => {
      await execute('UPDATE log SET pos = -pos - 1 WHERE pos >= 705');
      await execute('UPDATE log SET pos = -pos WHERE pos < 0');
      await execute(`INSERT INTO log SELECT 705, change_id, gen_random_uuid(), kind, gen_random_uuid(), 1, subject, actor, source, occurred_at, recorded_at,
        body_format, body, leaf_version, leaf, chain FROM log WHERE pos = 704`);
      await execute('UPDATE log_head SET pos = pos + 1');
      expect(positionOf(await verify())).toBe(705);
    });

    it('is found when the end was cut off and the signed heads of it were left', async () => {
      await execute('DELETE FROM log WHERE pos > 1000; UPDATE log_head SET pos = 1000');
      expect((await verify()).finding).not.toBeNull();
    });

    it('is found only by a witness when the end was cut off together with its signed heads', async () => {
      await execute(
        'DELETE FROM log WHERE pos > 1000; DELETE FROM checkpoint WHERE size > 1000; DELETE FROM log_node WHERE (index + 1) * 256 > 1000',
      );
      const tree = new SealedTree();
      for (const { leaf } of (await pool.query<{ leaf: Buffer }>('SELECT leaf FROM log ORDER BY pos')).rows) tree.append(leaf);
      await execute('UPDATE log_head SET pos = 1000, chain = $1, tree = $2', [tree.chain, tree.frontier]);
      expect((await verify()).finding).toBeNull();
      expect((await verify(kept)).finding).toMatchObject({ position: 1_001, what: expect.stringContaining('cut off') });
    });

    it('is found by the signatures when everything was rewritten without the key', async () => {
      await execute("UPDATE log SET actor = 'nobody' WHERE pos = 706");
      await recompute(null);
      expect((await verify()).finding).toMatchObject({ what: expect.stringContaining('not signed by a key that is trusted') });
    });

    it('is found only by a witness when everything was rewritten with the stolen key', async () => {
      await execute("UPDATE log SET actor = 'nobody' WHERE pos = 707");
      await recompute(own);
      expect((await verify()).finding).toBeNull();
      expect((await verify(kept)).finding).toMatchObject({ what: expect.stringContaining('rewritten') });
    });

    it('cannot be vouched for by a witness whose head nobody trusted has signed', async () => {
      const stranger = signerOf('example.org/log');
      const note = signCheckpoint({ origin: own.origin, size: 1, root: (await checkpointFor(pool, 1))!.root }, stranger.signer);
      expect((await verify([note])).finding).toMatchObject({ what: expect.stringContaining('not signed') });
    });
  });

  it('is empty as it should be', async () => {
    await emptyJournal(pool);
    expect(await verify()).toMatchObject({ entries: 0, checkpoints: 0, unsigned: 0, finding: null });
  });
});
