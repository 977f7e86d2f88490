import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { migrations } from '../../migrations';
import { type Embedded, startEmbedded } from '../../src/platform/postgres/launcher';
import { migrate } from '../../src/platform/postgres/migrate';
import { createPool } from '../../src/platform/postgres/pool';
import { databaseUrl, TEMPLATE, URL_VARIABLE } from './postgres';

/** What global-teardown.ts needs; both run in the same process. */
export interface TestCluster {
  readonly embedded: Embedded;
  readonly dir: string;
}

/** One embedded cluster for the whole run, with a migrated template database in it. */
export default async function setUp(): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-test-'));
  const embedded = await startEmbedded({ dir, fsync: false });
  (globalThis as { testCluster?: TestCluster }).testCluster = { embedded, dir };
  const pool = await createPool(embedded.url, { max: 1 });
  await pool.query(`CREATE DATABASE ${TEMPLATE}`);
  await pool.end();
  await migrate(databaseUrl(embedded.url, TEMPLATE), migrations);
  process.env[URL_VARIABLE] = embedded.url;
}
