import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks: who is told of changes, what is still to be told, and how each attempt went. */
export class Webhooks1764440000000 implements MigrationInterface {
  readonly name = 'Webhooks1764440000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhook_endpoint (
        id uuid NOT NULL, url text NOT NULL, description text, kinds text[], filter jsonb, allow_private boolean NOT NULL,
        state text NOT NULL, disabled_because text, disabled_at timestamptz,
        -- AES-256-GCM with the node's key; the one before it signs as well until previous_until
        secret bytea NOT NULL, previous_secret bytea, previous_until timestamptz,
        version bigint NOT NULL, registered_in bigint NOT NULL, registered_at timestamptz NOT NULL,
        -- up to where the log was looked through; null: up to the end of the change that registered it
        cursor_pos bigint,
        -- a replay of a stretch ends here, and goes on there
        replay_until bigint, resume_at bigint,
        failures integer NOT NULL, failing_since timestamptz, last_failure_at timestamptz, last_success_at timestamptz,
        not_before timestamptz,
        CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id)
      );
      CREATE INDEX webhook_endpoint_enabled ON webhook_endpoint (id) WHERE state = 'ENABLED';

      CREATE TABLE webhook_delivery (
        id uuid NOT NULL, endpoint_id uuid NOT NULL, position bigint NOT NULL,
        -- the person, or else the thing, whose changes are told one after another
        lane uuid NOT NULL, type text NOT NULL, credential_id uuid, recorded_at timestamptz NOT NULL,
        state text NOT NULL, attempts integer NOT NULL, next_attempt_at timestamptz NOT NULL,
        acknowledged_at timestamptz, died_at timestamptz,
        CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id)
      );
      CREATE INDEX webhook_delivery_position ON webhook_delivery (endpoint_id, position);
      CREATE INDEX webhook_delivery_lane ON webhook_delivery (endpoint_id, lane, position) WHERE state = 'PENDING';
      CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint_id, position) WHERE state = 'PENDING';
      CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at) WHERE state = 'PENDING';
      CREATE INDEX webhook_delivery_dead ON webhook_delivery (endpoint_id, position) WHERE state = 'DEAD';
      CREATE INDEX webhook_delivery_acknowledged ON webhook_delivery (endpoint_id, acknowledged_at) WHERE acknowledged_at IS NOT NULL;
      CREATE INDEX webhook_delivery_of_change ON webhook_delivery (position) WHERE acknowledged_at IS NOT NULL;
      CREATE INDEX webhook_delivery_of_credential ON webhook_delivery (credential_id) WHERE acknowledged_at IS NOT NULL;

      CREATE TABLE webhook_attempt (
        id bigint GENERATED ALWAYS AS IDENTITY NOT NULL, delivery_id uuid NOT NULL, endpoint_id uuid NOT NULL, at timestamptz NOT NULL,
        outcome text NOT NULL, status integer, error text, latency_ms integer NOT NULL, body_hash bytea NOT NULL, response text,
        CONSTRAINT webhook_attempt_pkey PRIMARY KEY (id)
      );
      CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, id);
      CREATE INDEX webhook_attempt_endpoint ON webhook_attempt (endpoint_id, at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_attempt, webhook_delivery, webhook_endpoint');
  }
}
