import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trace of what brought a fact in, from the payload to the acknowledgement. What is older has none. */
export class Traces1764473000000 implements MigrationInterface {
  readonly name = 'Traces1764473000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- 16 bytes of the W3C trace id; with the change and not with each entry, and no part of the leaf
      ALTER TABLE inbox ADD COLUMN trace_id uuid;
      ALTER TABLE change ADD COLUMN trace_id uuid;
      CREATE INDEX change_trace ON change (trace_id) WHERE trace_id IS NOT NULL;

      ALTER TABLE quarantine ADD COLUMN trace_id uuid;
      CREATE INDEX quarantine_trace ON quarantine (trace_id, id) WHERE trace_id IS NOT NULL;
      CREATE INDEX quarantine_resolved ON quarantine (resolved_in) WHERE resolved_in IS NOT NULL;

      ALTER TABLE webhook_delivery ADD COLUMN trace_id uuid;
      CREATE INDEX webhook_delivery_trace ON webhook_delivery (trace_id, position, id) WHERE trace_id IS NOT NULL;
      -- the parent id that the receiver was sent with this attempt
      ALTER TABLE webhook_attempt ADD COLUMN span_id text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE webhook_attempt DROP COLUMN span_id;
      ALTER TABLE webhook_delivery DROP COLUMN trace_id;
      DROP INDEX quarantine_resolved;
      ALTER TABLE quarantine DROP COLUMN trace_id;
      ALTER TABLE change DROP COLUMN trace_id;
      ALTER TABLE inbox DROP COLUMN trace_id;
    `);
  }
}
