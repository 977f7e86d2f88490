// Two nodes over one PostgreSQL that nobody but the test looks after, and the ways to break them.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newSigningKey, readSigner, readVerifier, type Verifier } from '../../src/core/checkpoint';
import { PersonKeys } from '../../src/journal/keys';
import { startEmbedded, type Embedded } from '../../src/platform/postgres/launcher';
import { createPool, isUnavailable, type Pool } from '../../src/platform/postgres/pool';
import { sleep } from './client';
import { NodeProcess, type Door } from './process';

const NODES = 2;

/** PostgreSQL, durable as the product's own is, and nodes that each have a role of their own, by which their sessions are told apart. */
export class Cluster {
  private constructor(
    private readonly dir: string,
    private readonly postgres: Embedded,
    /** The test's own connections, which are broken like all others. */
    readonly pool: Pool,
    readonly nodes: readonly NodeProcess[],
    readonly verifier: Verifier,
    /** The keys of people. */
    readonly keys: PersonKeys,
  ) {}

  static async start(options: { isBuilt?: boolean } = {}): Promise<Cluster> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-chaos-'));
    const postgres = await startEmbedded({ dir: path.join(dir, 'database') });
    const pool = await createPool(postgres.url, { max: 2, applicationName: 'chaos', statementTimeoutMs: 600_000 });
    const keyFile = path.join(dir, 'audit-key');
    const key = newSigningKey('chaos');
    fs.writeFileSync(keyFile, key, { mode: 0o600 });
    const secretFile = path.join(dir, 'secret-key');
    const secret = randomBytes(32);
    fs.writeFileSync(secretFile, secret.toString('base64'), { mode: 0o600 });
    const nodes: NodeProcess[] = [];
    for (let n = 0; n < NODES; n++) {
      await pool.query(`CREATE ROLE ${roleOf(n)} SUPERUSER LOGIN`);
      const url = new URL(postgres.url);
      url.username = roleOf(n);
      const env = {
        DATABASE_URL: url.href,
        DATA_DIR: path.join(dir, roleOf(n)),
        AUDIT_KEY_FILE: keyFile,
        SECRET_KEY_FILE: secretFile,
      };
      nodes.push(new NodeProcess({ env, isBuilt: options.isBuilt }));
    }
    const cluster = new Cluster(dir, postgres, pool, nodes, readVerifier(readSigner(key).verifier), new PersonKeys(secret));
    // the first migrates
    for (const node of nodes) await node.start();
    return cluster;
  }

  /** A way in that begins at one node, and goes on to the other when it is of no use. */
  door(first: number): Door {
    const { nodes } = this;
    let at = first % NODES;
    return {
      get url() {
        if (nodes[at]!.url === null) at = (at + 1) % NODES;
        return nodes[at]!.url;
      },
      failed: () => (at = (at + 1) % NODES),
    };
  }

  /** A statement of the test's own; what it asks for can always be asked again. */
  async ask<R>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    for (;;) {
      try {
        return (await this.pool.query<R>(sql, params)).rows;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await sleep(50);
      }
    }
  }

  /** The node whose sequencer is at work; null: none just now. */
  async leader(): Promise<number | null> {
    const [row] = await this.ask<{ role: string }>(
      `SELECT a.usename::text AS role FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'credential-graph sequencer'`,
    );
    const found = this.nodes.findIndex((_, n) => roleOf(n) === row?.role);
    return found < 0 ? null : found;
  }

  /** Ends sessions of the nodes as an administrator would; answers how many. */
  async cut(application: string, most: number): Promise<number> {
    const rows = await this.ask(
      `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
         WHERE application_name LIKE $1 AND usename LIKE 'node%' ORDER BY random() LIMIT $2) s`,
      [application, most],
    );
    return rows.length;
  }

  /** kill -9 of PostgreSQL, all its processes; it is started again by whoever started it. */
  killPostgres(): void {
    const postmaster = this.postgres.pid;
    for (const pid of [postmaster, ...childrenOf(postmaster)]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has just ended
      }
    }
  }

  /** As whatever looks after processes does: started again until it runs. */
  async startNode(node: NodeProcess): Promise<void> {
    for (;;) {
      try {
        return await node.start();
      } catch (error) {
        if (!/cannot be reached|terminat|ECONN|recovery|starting up|shutting down/i.test((error as Error).message)) throw error;
        await sleep(100);
      }
    }
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.abandon();
    await this.pool.end();
    await this.postgres.stop();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

function roleOf(node: number): string {
  return `node${node + 1}`;
}

function childrenOf(parent: number): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
