// Nodes of one installation: the product's processes over one PostgreSQL, to be killed one by one.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { NodeProcess, type Door } from '../chaos/process';
import { createDatabase, type TestDatabase } from '../kit/postgres';

const LEADER = `SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'credential-graph sequencer' AND a.datname = current_database()`;
const SEQUENCERS = `SELECT pid FROM pg_stat_activity WHERE application_name = 'credential-graph sequencer' AND datname = current_database()`;

/** The nodes, and who of them leads. */
export class Nodes {
  readonly all: NodeProcess[] = [];
  /** The database session of each node's sequencer. */
  readonly #sessions = new Map<NodeProcess, number>();
  readonly #dir = mkdtempSync(path.join(os.tmpdir(), 'credential-graph-nodes-'));

  private constructor(
    readonly database: TestDatabase,
    readonly pool: Pool,
  ) {}

  /** Starts `count` of them one after the other: the first leads. */
  static async start(count: number, natsUrl: string): Promise<Nodes> {
    const database = await createDatabase();
    const nodes = new Nodes(database, await createPool(database.url, { max: 2 }));
    for (let i = 0; i < count; i++) {
      // one folder for all: with a database of one's own it holds nothing but keys, which nodes share
      nodes.all.push(new NodeProcess({ env: { DATA_DIR: nodes.#dir, DATABASE_URL: database.url, NATS_URL: natsUrl } }));
      await nodes.begin(nodes.all[i]!);
    }
    return nodes;
  }

  async begin(node: NodeProcess): Promise<void> {
    const before = await this.#sequencers();
    await node.start();
    for (let own: number | undefined; own === undefined;) {
      own = (await this.#sequencers()).find((pid) => !before.includes(pid));
      if (own !== undefined) this.#sessions.set(node, own);
    }
  }

  /** Whose sequencer holds the lease; undefined while nobody's does. */
  async leader(): Promise<NodeProcess | undefined> {
    const { rows } = await this.pool.query<{ pid: number }>(LEADER);
    return this.all.find((node) => node.url !== null && this.#sessions.get(node) === rows[0]?.pid);
  }

  /** A stand-in for whichever node is up, as a load balancer would be. */
  get anyone(): Door {
    const { all } = this;
    return {
      get url() {
        return all.find(({ url }) => url !== null)?.url ?? null;
      },
    };
  }

  async end(): Promise<void> {
    for (const node of this.all) await node.abandon();
    await this.pool.end();
    await this.database.drop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #sequencers(): Promise<number[]> {
    const { rows } = await this.pool.query<{ pid: number }>(SEQUENCERS);
    return rows.map(({ pid }) => pid);
  }
}
