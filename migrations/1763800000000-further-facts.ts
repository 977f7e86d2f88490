import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What rules ask for beside credentials and attributes: approvals, incidents, verifications, and what sources can say at all. */
export class FurtherFacts1763800000000 implements MigrationInterface {
  readonly name = 'FurtherFacts1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- every request, grant and withdrawal; which of them stands at an instant follows from all
      CREATE TABLE approval_fact (
        id uuid PRIMARY KEY,
        employee_id uuid NOT NULL,
        kind text NOT NULL,
        act text NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        actor text NOT NULL,
        source text NOT NULL,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE UNIQUE INDEX approval_fact_current ON approval_fact (employee_id, kind, at, act) WHERE retired_in IS NULL;

      CREATE TABLE incident (
        id uuid PRIMARY KEY,
        employee_id uuid NOT NULL,
        kind text NOT NULL,
        occurred_at timestamptz NOT NULL,
        reason text,
        reference text,
        source text NOT NULL,
        event_id text,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE INDEX incident_current ON incident (employee_id, occurred_at, id) WHERE retired_in IS NULL;
      CREATE INDEX incident_history ON incident (employee_id) WHERE retired_in IS NOT NULL;
      CREATE UNIQUE INDEX incident_event ON incident (source, event_id) WHERE event_id IS NOT NULL;

      CREATE TABLE credential_verification (
        id uuid PRIMARY KEY,
        credential_id uuid NOT NULL,
        employee_id uuid NOT NULL,
        at timestamptz NOT NULL,
        verified_on date,
        evidence_url text,
        method text,
        actor text NOT NULL,
        source text NOT NULL,
        event_id text,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE INDEX credential_verification_current ON credential_verification (credential_id, at, id) WHERE retired_in IS NULL;
      CREATE INDEX credential_verification_person ON credential_verification (employee_id) WHERE retired_in IS NULL;
      CREATE UNIQUE INDEX credential_verification_event ON credential_verification (source, event_id) WHERE event_id IS NOT NULL;

      -- dated assertions: from at until its next word on the subject, a source can say whether there is such a thing, or cannot
      CREATE TABLE source_capability (
        id uuid PRIMARY KEY,
        source text NOT NULL,
        subject text NOT NULL,
        code text NOT NULL,
        is_able boolean NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE UNIQUE INDEX source_capability_current ON source_capability (subject, code, source, at) WHERE retired_in IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE approval_fact, incident, credential_verification, source_capability');
  }
}
