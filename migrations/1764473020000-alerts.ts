import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What calls for somebody, and how much happens usually. */
export class Alerts1764473020000 implements MigrationInterface {
  readonly name = 'Alerts1764473020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert (
        id uuid NOT NULL,
        kind text NOT NULL,
        -- what it is about: the public id of a webhook, a node's name; empty when there is but one
        subject text NOT NULL,
        message text NOT NULL,
        opened_at timestamptz NOT NULL,
        resolved_at timestamptz,
        CONSTRAINT alert_pkey PRIMARY KEY (id)
      );
      -- fires once, whoever looks
      CREATE UNIQUE INDEX alert_open ON alert (kind, subject) WHERE resolved_at IS NULL;

      -- entries of the log per five minutes, for a week
      CREATE TABLE volume (
        at timestamptz NOT NULL,
        what text NOT NULL,
        count bigint NOT NULL,
        CONSTRAINT volume_pkey PRIMARY KEY (at, what)
      );
      CREATE TABLE volume_head (
        one boolean NOT NULL DEFAULT true,
        pos bigint NOT NULL,
        CONSTRAINT volume_head_pkey PRIMARY KEY (one),
        CONSTRAINT volume_head_one CHECK (one)
      );
      -- what was in the log before is not counted
      INSERT INTO volume_head (pos) SELECT pos FROM log_head;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE volume_head, volume, alert;');
  }
}
