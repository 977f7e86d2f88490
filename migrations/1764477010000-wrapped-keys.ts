import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of people are wrapped with the secret key, and the database knows which one. Nodes of the version before find no key where one is wrapped:
 * what they would write about those people fails, and nothing is sealed with the wrong key.
 */
export class WrappedKeys1764477010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE person_key ALTER COLUMN key DROP NOT NULL;
      ALTER TABLE person_key ADD COLUMN wrapped bytea;
      ALTER TABLE person_key ADD CONSTRAINT person_key_one CHECK ((key IS NULL) <> (wrapped IS NULL));
      CREATE INDEX person_key_bare ON person_key (employee_id) WHERE key IS NOT NULL;
      CREATE TABLE installation (
        one boolean PRIMARY KEY DEFAULT true,
        secret_check bytea NOT NULL,
        CONSTRAINT installation_one CHECK (one)
      );
    `);
  }

  down(): Promise<void> {
    throw new Error('Keys that are wrapped cannot be unwrapped by a migration.');
  }
}
