// One embedded PostgreSQL for all jobs, with a database of its own for each; durable, as the product's own is.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../src/platform/postgres/launcher';
import { createPool } from '../../src/platform/postgres/pool';

/** Makes databases until it is stopped. */
export interface Databases {
  create(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a folder that goes away with it. */
export async function startDatabases(): Promise<Databases> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-bench-'));
  const embedded = await startEmbedded({ dir });
  return {
    async create(name) {
      const pool = await createPool(embedded.url, { max: 1 });
      await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await pool.query(`CREATE DATABASE ${name}`);
      await pool.end();
      const url = new URL(embedded.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      await embedded.stop();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
