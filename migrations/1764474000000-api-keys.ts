import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys by which systems are known: hashed, scoped, with an end. */
export class ApiKeys1764474000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_key (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        scopes text[] NOT NULL,
        sources text[],
        hash bytea NOT NULL,
        earlier_hash bytea,
        earlier_until timestamptz,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        created_at timestamptz NOT NULL,
        version bigint NOT NULL
      );
      CREATE UNIQUE INDEX api_key_name ON api_key (name);
      CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
      CREATE INDEX api_key_earlier_hash ON api_key (earlier_hash) WHERE earlier_hash IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_key');
  }
}
