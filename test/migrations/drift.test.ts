import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { DataSource } from 'typeorm';

import * as access from '../../src/access/tables';
import * as approvals from '../../src/graph/approvals/tables';
import * as careers from '../../src/graph/careers/tables';
import * as credentials from '../../src/graph/credentials/tables';
import * as erasure from '../../src/graph/erasure/tables';
import * as eligibility from '../../src/graph/eligibility/tables';
import * as incidents from '../../src/graph/incidents/tables';
import * as learning from '../../src/graph/learning/tables';
import * as outcomes from '../../src/graph/outcomes/tables';
import * as people from '../../src/graph/people/tables';
import * as viewers from '../../src/graph/viewers/tables';
import * as rules from '../../src/graph/rules/tables';
import * as sources from '../../src/graph/sources/tables';
import * as verifications from '../../src/graph/verifications/tables';
import * as graph from '../../src/graph/tables';
import * as audit from '../../src/journal/audit/tables';
import * as alerts from '../../src/integrations/alerts/tables';
import * as webhooks from '../../src/integrations/webhooks/tables';
import * as journal from '../../src/journal/tables';
import { createPool } from '../../src/platform/postgres/pool';
import type { Table } from '../../src/platform/postgres/table';
import { filesUnder } from '../kit/files';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { describeSchema } from './catalogue';

const modules = [
  journal,
  audit,
  erasure,
  graph,
  people,
  viewers,
  learning,
  credentials,
  verifications,
  access,
  approvals,
  incidents,
  sources,
  rules,
  eligibility,
  outcomes,
  careers,
  alerts,
  webhooks,
];
const entities: Table[] = modules.flatMap((tables) => Object.values<Table>({ ...tables }));

/** What TypeORM cannot say, and the migrations therefore say alone. */
const BEYOND_ENTITIES = [
  'sequence change_id_seq',
  '  partitioned by RANGE (pos)',
  // index expressions
  `  INDEX employee_fact_awaiting_manager btree (((value #>> '{}'::text[]))) WHERE ((retired_in IS NULL) AND (name = 'managerExternalId'::text))`,
  '  INDEX employee_state_email btree (lower(email)) WHERE (retired_in IS NULL)',
];

const snapshot = path.join(__dirname, 'schema.snapshot');

async function schemaOf(database: TestDatabase): Promise<string[]> {
  const pool = await createPool(database.url, { max: 1 });
  try {
    return await describeSchema(pool);
  } finally {
    await pool.end();
  }
}

describe('the migrated database', () => {
  let migrated: TestDatabase;
  let empty: TestDatabase;

  beforeAll(async () => {
    [migrated, empty] = [await createDatabase(), await createDatabase()];
    const pool = await createPool(empty.url, { max: 1 });
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await pool.end();
  });

  afterAll(async () => {
    await migrated?.drop();
    await empty?.drop();
  });

  const connect = (database: TestDatabase) =>
    new DataSource({ type: 'postgres', url: database.url, entities, migrationsTableName: 'schema_migration' }).initialize();

  it('has an entity for every tables.ts', () => {
    expect(filesUnder('src').filter((file) => file.endsWith('/tables.ts'))).toHaveLength(modules.length);
  });

  it('needs no change to fit the entities', async () => {
    const source = await connect(migrated);
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('is in every column, constraint, index and predicate what the entities alone would make, but for the named exceptions', async () => {
    const source = await connect(empty);
    try {
      await source.synchronize();
    } finally {
      await source.destroy();
    }
    const made = await schemaOf(empty);
    const written = (await schemaOf(migrated)).map((line) => line.replace(/^partitioned table/, 'table'));
    expect(written.filter((line) => !BEYOND_ENTITIES.includes(line))).toEqual(made);
    expect(written).toEqual(expect.arrayContaining(BEYOND_ENTITIES));
  });

  it('is what schema.snapshot says (npm run generate:snapshot, after a migration was added)', async () => {
    const text = `${(await schemaOf(migrated)).join('\n')}\n`;
    if (process.env.WRITE_SNAPSHOT) writeFileSync(snapshot, text);
    expect(text).toBe(readFileSync(snapshot, 'utf8'));
  });
});
