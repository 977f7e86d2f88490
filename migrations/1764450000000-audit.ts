import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log's hash chain and Merkle tree, and the heads of it that were signed. */
export class Audit1764450000000 implements MigrationInterface {
  readonly name = 'Audit1764450000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- chain: after the last entry; tree: the Merkle frontier, the hashes of its complete subtrees one after the other, largest first.
      -- A log that is older than both has neither for its entries: the first sequencer makes up for it.
      ALTER TABLE log_head
        ADD COLUMN chain bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
        ADD COLUMN tree bytea NOT NULL DEFAULT '';
      ALTER TABLE log_head ALTER COLUMN chain DROP DEFAULT, ALTER COLUMN tree DROP DEFAULT;

      -- complete subtrees of 256, 65,536, … leaves
      CREATE TABLE log_node (
        height smallint NOT NULL,
        index bigint NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT log_node_pkey PRIMARY KEY (height, index)
      );

      CREATE TABLE checkpoint (
        size bigint NOT NULL,
        root bytea NOT NULL,
        note text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT checkpoint_pkey PRIMARY KEY (size)
      );

      -- the public halves of the keys that signed; what is trusted is kept by whoever trusts it
      CREATE TABLE audit_key (
        verifier text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT audit_key_pkey PRIMARY KEY (verifier)
      );

      CREATE INDEX log_subject ON log (subject, pos) WHERE subject IS NOT NULL;
      CREATE INDEX log_entity ON log (entity, pos) WHERE subject IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX log_entity, log_subject;
      DROP TABLE audit_key, checkpoint, log_node;
      ALTER TABLE log_head DROP COLUMN tree, DROP COLUMN chain;
    `);
  }
}
