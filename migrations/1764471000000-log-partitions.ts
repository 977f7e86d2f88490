import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log in partitions by position, so that old ones can be let go of; what is kept of their entries for proofs; and the stretches of the log
 * that one sequencer wrote without a break. No row is moved: the table there was becomes the first partition, and is read once for its bounds.
 */
export class LogPartitions1764471000000 implements MigrationInterface {
  readonly name = 'LogPartitions1764471000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- a partition cannot say that an id stands in no other; that no fact is moved twice is for the statement that takes it from the inbox
      ALTER TABLE log DROP CONSTRAINT log_event_id;
      ALTER TABLE log RENAME TO log_1;
      ALTER TABLE log_1 RENAME CONSTRAINT log_pkey TO log_1_pkey;
      ALTER INDEX log_subject RENAME TO log_1_subject;
      ALTER INDEX log_entity RENAME TO log_1_entity;
      CREATE TABLE log (LIKE log_1) PARTITION BY RANGE (pos);
      ALTER TABLE log ADD CONSTRAINT log_pkey PRIMARY KEY (pos);
      CREATE INDEX log_subject ON log (subject, pos) WHERE subject IS NOT NULL;
      CREATE INDEX log_entity ON log (entity, pos) WHERE subject IS NULL;
      -- 262,144 positions each, so that every partition is a complete subtree of the Merkle tree
      DO $$
      BEGIN
        EXECUTE format('ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM (MINVALUE) TO (%s)',
          (SELECT (pos / 262144 + 1) * 262144 + 1 FROM log_head));
      END $$;

      -- the leaves of entries that are gone, 256 to a row, 32 bytes each
      CREATE TABLE log_leaf (
        index bigint NOT NULL,
        leaves bytea NOT NULL,
        CONSTRAINT log_leaf_pkey PRIMARY KEY (index)
      );
      -- hashes do not become smaller
      ALTER TABLE log_leaf ALTER COLUMN leaves SET STORAGE EXTERNAL;

      -- cursors name the epoch their position was written in; those there are all name the first
      CREATE TABLE log_epoch (
        first_pos bigint NOT NULL,
        id uuid NOT NULL,
        CONSTRAINT log_epoch_pkey PRIMARY KEY (first_pos)
      );
      INSERT INTO log_epoch (first_pos, id) SELECT 0, epoch FROM log_head;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM log_leaf) THEN
          RAISE EXCEPTION 'Entries of the log are gone: what proves them cannot be given up. Restore a backup instead.';
        END IF;
      END $$;
      CREATE TABLE log_plain (LIKE log);
      INSERT INTO log_plain SELECT * FROM log;
      DROP TABLE log, log_leaf, log_epoch;
      ALTER TABLE log_plain RENAME TO log;
      ALTER TABLE log ADD CONSTRAINT log_pkey PRIMARY KEY (pos), ADD CONSTRAINT log_event_id UNIQUE (event_id);
      CREATE INDEX log_subject ON log (subject, pos) WHERE subject IS NOT NULL;
      CREATE INDEX log_entity ON log (entity, pos) WHERE subject IS NULL;
    `);
  }
}
