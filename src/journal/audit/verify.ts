// The audit's audit: reads the whole log as the database has it and says where it is not what was promised.
import { openCheckpoint, parseCheckpoint, type Verifier } from '../../core/checkpoint';
import type { Db } from '../../platform/postgres/pool';
import { leafHash, LEAF_VERSION, type LeafInput } from '../leaf';
import { checkpointsAfter, type CheckpointRow } from './checkpoints';
import { keptLeafRows } from './kept-leaves';
import { NODE_LEAVES, SealedTree } from './tree';

/** What was found wrong first. */
export interface Finding {
  /** The first position it concerns; null: the log as a whole. */
  readonly position: number | null;
  readonly what: string;
}

/** What a verification came to. */
export interface Verification {
  /** How many entries were verified. */
  readonly entries: number;
  /** How many of them, the oldest, are not kept any more: of these the hashes were verified. */
  readonly gone: number;
  readonly root: Buffer;
  /** How many signed heads were found right, those of witnesses included. */
  readonly checkpoints: number;
  /** How many entries no signed head vouches for yet. */
  readonly unsigned: number;
  /** null: everything is as it was promised. */
  readonly finding: Finding | null;
}

/** How a log is verified. */
export interface VerifyOptions {
  /** The keys that are trusted to sign heads. */
  readonly verifiers: readonly Verifier[];
  /** Signed heads (notes) that somebody else kept: without any, whoever could rewrite log and signatures alike is not found out. */
  readonly witnesses?: readonly string[];
  readonly onProgress?: (entries: number, of: number) => void;
}

const PAGE = 5_000;
const LEAF_ROWS = 20;

interface Row extends LeafInput {
  readonly pos: number;
  readonly leafVersion: number;
  readonly leaf: Buffer;
  readonly chain: Buffer | null;
}

/** Reads everything and compares; stops at the first thing that is wrong. The log may grow meanwhile: what is there at the start is verified. */
export async function verifyLog(db: Db, options: VerifyOptions): Promise<Verification> {
  const { rows } = await db.query<{ pos: number; chain: Buffer; tree: Buffer }>(
    '/* verifiedHead */ SELECT pos, chain, tree FROM log_head',
  );
  const head = rows[0]!;
  const verifying = new Verifying(db, options);
  const finding =
    (await verifying.entries(head.pos)) ??
    (verifying.tree.chain.equals(head.chain) && verifying.tree.frontier.equals(head.tree)
      ? null
      : { position: null, what: 'The head of the log does not fit its entries.' }) ??
    (await verifying.beyond(head.pos));
  const { tree, checkpoints, signedTo } = verifying;
  return { entries: tree.size, gone: verifying.gone, root: tree.root(), checkpoints, unsigned: tree.size - signedTo, finding };
}

class Verifying {
  readonly tree = new SealedTree();
  checkpoints = 0;
  gone = 0;
  signedTo = 0;
  private recordedAt = -Infinity;
  private readonly versions = new Map<string, number>();
  private stored: CheckpointRow[] = [];
  private isLast = false;
  private readonly witnesses: { readonly size: number; readonly root: Buffer }[];
  private readonly strange: number;

  constructor(
    private readonly db: Db,
    private readonly options: VerifyOptions,
  ) {
    const notes = options.witnesses ?? [];
    const opened = notes.map((note) => openCheckpoint(note, options.verifiers));
    this.strange = opened.indexOf(null);
    this.witnesses = opened.flatMap((checkpoint) => checkpoint ?? []).sort((a, b) => a.size - b.size);
  }

  async entries(head: number): Promise<Finding | null> {
    if (this.strange >= 0)
      return { position: null, what: `The witness's head ${this.strange + 1} is not signed by a key that is trusted.` };
    const longest = this.witnesses.at(-1)?.size ?? 0;
    if (longest > head) {
      return {
        position: head + 1,
        what: `A witness has a signed head of ${longest} entries, but the log ends at ${head}: entries were cut off.`,
      };
    }
    const wrong = await this.leaves(head);
    if (wrong) return wrong;
    while (this.tree.size < head) {
      const page = await this.page(this.tree.size, Math.min(PAGE, head - this.tree.size));
      if (page.length === 0) return { position: this.tree.size + 1, what: `The entry at ${this.tree.size + 1} is missing.` };
      for (const row of page) {
        const wrong = this.entry(row) ?? (await this.signedHere());
        if (wrong) return wrong;
      }
      const wrong = await this.nodes();
      if (wrong) return wrong;
      this.options.onProgress?.(this.tree.size, head);
    }
    return null;
  }

  /** Entries that are gone by their rule: what their leaves come to must still be what was signed, and what the chain goes on from. */
  private async leaves(head: number): Promise<Finding | null> {
    for (let isMore = true; isMore;) {
      const rows = await keptLeafRows(this.db, this.gone / NODE_LEAVES, LEAF_ROWS);
      isMore = rows.length === LEAF_ROWS;
      for (const leaves of rows) {
        for (const leaf of leaves) {
          this.tree.append(leaf);
          const wrong = await this.signedHere();
          if (wrong) return wrong;
        }
        this.gone = this.tree.size;
      }
      const wrong = await this.nodes();
      if (wrong) return wrong;
      this.options.onProgress?.(this.tree.size, head);
    }
    return null;
  }

  private async page(after: number, limit: number): Promise<Row[]> {
    const { rows } = await this.db.query<Row>(
      `/* entriesToVerify */ SELECT pos, event_id AS "eventId", kind, entity, entity_version AS "entityVersion", subject, actor, source,
         occurred_at AS "occurredAt", recorded_at AS "recordedAt", body_format AS "bodyFormat", body, leaf_version AS "leafVersion", leaf, chain
       FROM log WHERE pos > $1 ORDER BY pos LIMIT $2`,
      [after, limit],
    );
    return rows;
  }

  private entry(row: Row): Finding | null {
    const position = this.tree.size + 1;
    const at = (what: string): Finding => ({ position, what: `The entry at ${position} ${what}` });
    if (row.pos !== position) return at('is missing.');
    if (row.leafVersion !== LEAF_VERSION) return at(`has a leaf of the unknown version ${row.leafVersion}.`);
    if (!leafHash(row).equals(row.leaf)) return at('is not what was appended: its leaf says something else.');
    const chain = this.tree.append(row.leaf);
    if (!row.chain?.equals(chain)) return at('does not follow the one before it: the chain is broken.');
    if (row.recordedAt < this.recordedAt) return at('was recorded before the one before it.');
    this.recordedAt = row.recordedAt;
    const last = this.versions.get(row.entity) ?? 0;
    // of people every version is in the log, as far as it is kept; definitions share theirs
    const isAnyLater = row.subject === null || (last === 0 && this.gone > 0);
    const isNext = isAnyLater ? row.entityVersion > last : row.entityVersion === last + 1;
    if (!isNext) return at(`is version ${row.entityVersion} of what it is about, which had version ${last}.`);
    this.versions.set(row.entity, row.entityVersion);
    return null;
  }

  /** Whatever was signed of the log up to here. */
  private async signedHere(): Promise<Finding | null> {
    const { size } = this.tree;
    if (this.stored.length === 0 && !this.isLast) {
      this.stored = await checkpointsAfter(this.db, size - 1, PAGE);
      this.isLast = this.stored.length < PAGE;
    }
    const wrong = (what: string): Finding => ({ position: size, what: `The signed head of ${size} entries ${what}` });
    if (this.stored[0]?.size === size) {
      const { note } = this.stored.shift()!;
      if (!this.isRoot(parseCheckpoint(note), size)) return wrong('does not fit the entries.');
      if (openCheckpoint(note, this.options.verifiers) === null) return wrong('is not signed by a key that is trusted.');
      this.checkpoints += 1;
      this.signedTo = size;
    }
    for (; this.witnesses[0]?.size === size; this.witnesses.shift()) {
      if (!this.isRoot(this.witnesses[0], size)) return wrong('that a witness has kept does not fit: the log was rewritten.');
      this.checkpoints += 1;
    }
    return null;
  }

  private isRoot(checkpoint: { readonly size: number; readonly root: Buffer } | null, size: number): boolean {
    return checkpoint !== null && checkpoint.size === size && checkpoint.root.equals(this.tree.root());
  }

  /** The stored subtrees that this page has completed. */
  private async nodes(): Promise<Finding | null> {
    for (const { height, index, hash } of this.tree.takeCompleted()) {
      const { rows } = await this.db.query<{ hash: Buffer }>(
        '/* nodeToVerify */ SELECT hash FROM log_node WHERE height = $1 AND index = $2',
        [height, index],
      );
      if (rows[0]?.hash.equals(hash)) continue;
      return {
        position: index * 2 ** height + 1,
        what: `The stored subtree ${index} of height ${height} does not fit the entries.`,
      };
    }
    return null;
  }

  /** What says that there were more entries than there are. */
  async beyond(head: number): Promise<Finding | null> {
    const { rows: leaves } = await this.db.query(`/* leavesBeyond */ SELECT FROM log_leaf WHERE index >= $1 LIMIT 1`, [
      this.gone / NODE_LEAVES,
    ]);
    if (leaves.length > 0)
      return { position: this.gone + 1, what: `Leaves are kept as of entries that are gone, but not those at ${this.gone + 1}.` };
    const { rows } = await this.db.query<{ pos: number }>(
      `/* beyondHead */ SELECT pos FROM log_head WHERE pos < (SELECT max(pos) FROM log) OR pos < (SELECT max(size) FROM checkpoint)`,
    );
    return rows.length === 0
      ? null
      : { position: head + 1, what: `There are entries or signed heads beyond the head of the log at ${head}.` };
  }
}
