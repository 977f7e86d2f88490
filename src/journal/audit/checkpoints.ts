// The heads of the log that were signed: written by the sequencer, kept by witnesses.
import type pg from 'pg';
import { signCheckpoint, type Signer } from '../../core/checkpoint';
import { ts, type Db } from '../../platform/postgres/pool';
import { SealedTree } from './tree';

/** Who signs heads, and what the log is called in what is signed. */
export interface HeadSigner {
  readonly origin: string;
  readonly signer: Signer;
}

/** A signed head, as it is stored. */
export interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note (C2SP tlog-checkpoint). */
  readonly note: string;
  readonly recordedAt: number;
}

/** Signs a head and stores it in the caller's transaction; a head that was signed before stays as it is. */
export async function signHead(
  client: pg.ClientBase,
  tree: SealedTree,
  { origin, signer }: HeadSigner,
  at: number,
): Promise<void> {
  const root = tree.root();
  const note = signCheckpoint({ origin, size: tree.size, root }, signer);
  await client.query(
    `/* recordCheckpoint */ INSERT INTO checkpoint (size, root, note, recorded_at) VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING`,
    [tree.size, root, note, ts(at)],
  );
}

/** Signs the head of the log as it is now, in a transaction of its own; an empty log has none. */
export async function signPresentHead(client: pg.ClientBase, signer: HeadSigner, at: number): Promise<void> {
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ pos: number; chain: Buffer; tree: Buffer }>(
      '/* headToSign */ SELECT pos, chain, tree FROM log_head FOR UPDATE',
    );
    const head = rows[0]!;
    if (head.pos > 0) await signHead(client, new SealedTree(head.pos, head.chain, head.tree), signer, at);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Says who signs from now on. Known keys are told once. */
export async function registerSigner(db: Db, { signer }: HeadSigner, at: number): Promise<void> {
  await db.query('/* registerSigner */ INSERT INTO audit_key (verifier, recorded_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    signer.verifier,
    ts(at),
  ]);
}

/** Every key that has ever signed, oldest first. */
export async function verifiersOf(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ verifier: string }>(
    '/* verifiersOf */ SELECT verifier FROM audit_key ORDER BY recorded_at, verifier',
  );
  return rows.map((row) => row.verifier);
}

const COLUMNS = 'size, root, note, recorded_at AS "recordedAt"';

/** Signed heads of more than so many entries, smallest first. */
export async function checkpointsAfter(db: Db, size: number, limit: number): Promise<CheckpointRow[]> {
  const text = `/* checkpointsAfter */ SELECT ${COLUMNS} FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2`;
  return (await db.query<CheckpointRow>(text, [size, limit])).rows;
}

/** The smallest signed head that has a position in it, else the last one there is; null: none. */
export async function checkpointFor(db: Db, position: number | null): Promise<CheckpointRow | null> {
  const { rows } =
    position === null
      ? await db.query<CheckpointRow>(`/* lastCheckpoint */ SELECT ${COLUMNS} FROM checkpoint ORDER BY size DESC LIMIT 1`)
      : await db.query<CheckpointRow>(
          `/* checkpointFor */ SELECT ${COLUMNS} FROM checkpoint WHERE size >= $1 ORDER BY size LIMIT 1`,
          [position],
        );
  return rows[0] ?? null;
}
