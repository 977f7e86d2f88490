// One step of the sequencer: committed facts leave the inbox and get their place in the log.
import type pg from 'pg';
import { HASH_BYTES } from '../core/merkle';
import type { Clock } from '../platform/clock';
import { ts } from '../platform/postgres/pool';
import { plainArray } from '../platform/sql';
import { signHead, type HeadSigner } from './audit/checkpoints';
import { SealedTree } from './audit/tree';
import type { Stand } from './epochs';
import { LEAF_VERSION, leafSql } from './leaf';
import { patiently } from './session';
import { Partitions } from './partitions';

/** The channel on which each batch is announced with the new head. A hint: readers must not rely on it. */
export const CHANNEL = 'credential_graph_log';
/** How many facts a batch takes before it is closed; the rest of a change once begun is taken too. */
export const BATCH_SIZE = 2000;
/** Longer is of no use to a transaction that its connection has lost. */
const ROLLBACK = { text: 'ROLLBACK', query_timeout: 500 };

/** What a step did. */
export interface SequencedBatch {
  /** How many facts it moved. */
  readonly count: number;
  /** The last position of the log. */
  readonly head: number;
  /** The epoch it was written in. */
  readonly epoch: string;
  readonly changes: readonly SequencedChange[];
  /** The process id of the database session that moved and announced it. */
  readonly session: number;
}

/** Where a change stands in the log. */
export interface SequencedChange {
  readonly id: number;
  readonly firstPos: number;
  readonly lastPos: number;
}

interface InboxRow {
  readonly id: number;
  readonly change_id: number;
  readonly leaf: Buffer;
  readonly trace_id: string | null;
}

interface Head extends Stand {
  readonly recorded_at: number;
  readonly chain: Buffer;
  readonly tree: Buffer;
}

/** How a batch is moved. */
export interface MoveOptions {
  readonly limit?: number;
  /** Signs the head the batch leaves, in the same transaction; absent: that is not due. */
  readonly signer?: HeadSigner;
  /** How the caller has left the log; a batch is refused when it is not so any more. Absent: whatever there is is gone on with. */
  readonly left?: Stand;
  /** What is known of the partitions. */
  readonly partitions?: Partitions;
}

/**
 * Moves the next facts in one transaction. The lock on log_head makes it safe to run on any number of connections at once:
 * whoever waits for it sees, in its next statement, what the other has moved. Throws when anything fails; nothing is moved then.
 */
export async function moveBatch(client: pg.ClientBase, clock: Clock, options: MoveOptions = {}): Promise<SequencedBatch> {
  try {
    const now = clock.now();
    const { head, rows } = await beginBatch(client, now, options.limit ?? BATCH_SIZE);
    const { left } = options;
    if (left && (left.pos !== head.pos || left.epoch !== head.epoch)) throw new Error('somebody else has written to the log');
    if (rows.length > 0) {
      await (options.partitions ?? new Partitions()).reach(client, head.pos + rows.length);
      const recordedAt = Math.max(now, head.recorded_at);
      const tree = await writeBatch(client, head, rows, recordedAt);
      if (options.signer) await signHead(client, tree, options.signer, recordedAt);
    }
    const pos = head.pos + rows.length;
    const last = rows.length > 0 ? await client.query(`NOTIFY ${CHANNEL}, '${pos}'; COMMIT`) : await client.query('COMMIT');
    if (commandOf(last) !== 'COMMIT') throw new Error('the batch was rolled back instead of committed');
    return { count: rows.length, head: pos, epoch: head.epoch, changes: placesOf(rows, head.pos), session: sessionOf(client) };
  } catch (error) {
    await client.query(ROLLBACK).catch(() => undefined);
    throw error;
  }
}

// known to the driver since it connected, but not to its types
function sessionOf(client: pg.ClientBase): number {
  return (client as pg.ClientBase & { readonly processID: number }).processID;
}

/** Locks the head, then takes the oldest facts and the rest of every change among them, change by change. */
async function beginBatch(client: pg.ClientBase, now: number, limit: number): Promise<{ head: Head; rows: InboxRow[] }> {
  // the bodies stay in the database: what the log promises about each is reckoned there
  const recordedAt = `(SELECT greatest(${now}, floor(extract(epoch FROM recorded_at) * 1000)::bigint) FROM log_head)`;
  const facts = `SELECT i.id, i.change_id, ${leafSql('i', recordedAt)} AS leaf, i.trace_id FROM inbox i`;
  // Without parameters they travel together; each statement still has a snapshot of its own, taken after the lock.
  const results = (await client.query(
    `BEGIN; /* lockHead */ SELECT pos, epoch, recorded_at, chain, tree FROM log_head FOR UPDATE;
     /* readInbox */ ${facts} ORDER BY i.id LIMIT ${limit}`,
  )) as unknown as [pg.QueryResult, pg.QueryResult<Head>, pg.QueryResult<InboxRow>];
  const head = results[1].rows[0];
  if (head === undefined) throw new Error('the log has no head: the database is not migrated');
  const rows = results[2].rows;
  if (rows.length < limit) return { head, rows: byChange(rows) };
  // What a change has left lies after the ids just read, because its facts became visible all at once.
  const rest = await client.query<InboxRow>(
    patiently(`/* readRestOfChanges */ ${facts} WHERE i.change_id = ANY($1::bigint[]) AND i.id > $2 ORDER BY i.id`, [
      [...new Set(rows.map((row) => row.change_id))],
      rows[rows.length - 1]!.id,
    ]),
  );
  return { head, rows: byChange([...rows, ...rest.rows]) };
}

/**
 * Facts of one change become neighbours. This keeps the order of each entity: changes that share an entity do not interleave
 * in the inbox, since ids are given out while the entity is locked.
 */
function byChange(rows: readonly InboxRow[]): InboxRow[] {
  const changes = new Map<number, InboxRow[]>();
  for (const row of rows) {
    const change = changes.get(row.change_id);
    if (change === undefined) changes.set(row.change_id, [row]);
    else change.push(row);
  }
  return [...changes.values()].flat();
}

function placesOf(rows: readonly InboxRow[], before: number): SequencedChange[] {
  const places: { id: number; firstPos: number; lastPos: number }[] = [];
  rows.forEach((row, i) => {
    const pos = before + 1 + i;
    const last = places[places.length - 1];
    if (last !== undefined && last.id === row.change_id) last.lastPos = pos;
    else places.push({ id: row.change_id, firstPos: pos, lastPos: pos });
  });
  return places;
}

async function writeBatch(client: pg.ClientBase, head: Head, rows: readonly InboxRow[], recordedAt: number): Promise<SealedTree> {
  const places = placesOf(rows, head.pos);
  const tree = new SealedTree(head.pos, head.chain, head.tree);
  const chains = rows.map((row) => tree.append(row.leaf));
  const nodes = tree.takeCompleted();
  const hashAt = (hashes: string): string =>
    `substring(${hashes}::bytea FROM (m.place::integer - 1) * ${HASH_BYTES} + 1 FOR ${HASH_BYTES})`;
  // By id and never by range: a fact with a lower id may have been committed since the inbox was read.
  const moved = await client.query<{ count: number }>(
    patiently(
      `/* writeBatch */ WITH moved AS (
       DELETE FROM inbox i USING unnest($3::bigint[]) WITH ORDINALITY AS e (id, place) WHERE i.id = e.id RETURNING i.*, e.place
     ), entries AS (
       INSERT INTO log (pos, change_id, event_id, kind, entity, entity_version, subject, actor, source,
         occurred_at, recorded_at, body_format, body, leaf_version, leaf, chain)
       SELECT $1::bigint + m.place, m.change_id, m.event_id, m.kind, m.entity, m.entity_version, m.subject, m.actor, m.source,
         m.occurred_at, $2::timestamptz, m.body_format, m.body, ${LEAF_VERSION}, ${hashAt('$4')}, ${hashAt('$5')}
       FROM moved m ORDER BY m.place
     ), changes AS (
       INSERT INTO change (id, first_pos, last_pos, recorded_at, trace_id)
       SELECT c.id, c.first_pos, c.last_pos, $2::timestamptz, c.trace_id
       FROM unnest($6::bigint[], $7::bigint[], $8::bigint[], $14::uuid[]) AS c (id, first_pos, last_pos, trace_id)
     ), nodes AS (
       INSERT INTO log_node (height, index, hash) SELECT * FROM unnest($9::smallint[], $10::bigint[], $11::bytea[])
     ), head AS (
       UPDATE log_head SET pos = $1::bigint + ${rows.length}, recorded_at = $2::timestamptz, chain = $12, tree = $13
     )
     SELECT count(*) AS count FROM moved`,
      [
        head.pos,
        ts(recordedAt),
        plainArray(rows.map((row) => row.id)),
        // one value for all hashes: the driver sends it as it is, and an array of them as text
        Buffer.concat(rows.map((row) => row.leaf)),
        Buffer.concat(chains),
        plainArray(places.map((place) => place.id)),
        plainArray(places.map((place) => place.firstPos)),
        plainArray(places.map((place) => place.lastPos)),
        plainArray(nodes.map((node) => node.height)),
        plainArray(nodes.map((node) => node.index)),
        nodes.map((node) => node.hash),
        tree.chain,
        tree.frontier,
        plainArray(places.map((place) => rows[place.firstPos - head.pos - 1]!.trace_id)),
      ],
    ),
  );
  const count = moved.rows[0]?.count;
  if (count !== rows.length) throw new Error(`${rows.length} facts were read from the inbox but ${count} removed`);
  return tree;
}

function commandOf(result: pg.QueryResult | pg.QueryResult[]): string {
  return (Array.isArray(result) ? result[result.length - 1]! : result).command;
}
