import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Documents that clients may send by their hash, and that are the only ones where it is configured so. */
export class TrustedDocuments1764476000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE trusted_document (
        id uuid PRIMARY KEY,
        hash bytea NOT NULL,
        client text NOT NULL,
        name text NOT NULL,
        body text NOT NULL,
        registered_at timestamptz NOT NULL,
        registered_by text NOT NULL
      );
      CREATE UNIQUE INDEX trusted_document_key ON trusted_document (hash, client);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trusted_document');
  }
}
