import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is kept for a while only is found by its age; who acknowledged what outlives the deliveries. */
export class History1764473010000 implements MigrationInterface {
  readonly name = 'History1764473010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
      CREATE INDEX quarantine_recorded_at ON quarantine (recorded_at);

      -- of deliveries that were removed: the part of the audit that is kept for ever
      CREATE TABLE webhook_acknowledgement (
        position bigint NOT NULL,
        endpoint_id uuid NOT NULL,
        type text NOT NULL,
        credential_id uuid,
        acknowledged_at timestamptz NOT NULL,
        CONSTRAINT webhook_acknowledgement_pkey PRIMARY KEY (position, endpoint_id)
      );
      CREATE INDEX webhook_acknowledgement_of_credential ON webhook_acknowledgement (credential_id) WHERE credential_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE webhook_acknowledgement;
      DROP INDEX quarantine_recorded_at, idempotency_recorded_at;
    `);
  }
}
