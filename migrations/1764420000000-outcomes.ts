import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outcomes: what is opened for whom when a verdict is reached. */
export class Outcomes1764420000000 implements MigrationInterface {
  readonly name = 'Outcomes1764420000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- role_codes null: every role; owner_id null: the manager, and fallback_owner_id where there is none
      CREATE TABLE outcome_rule (
        id uuid NOT NULL,
        code text NOT NULL,
        title text NOT NULL,
        kind text NOT NULL,
        role_codes text[],
        reached text[] NOT NULL,
        left_behind text[],
        owner_id uuid,
        fallback_owner_id uuid,
        due_in text,
        active boolean NOT NULL,
        recorded_in bigint NOT NULL,
        retired_in bigint,
        PRIMARY KEY (id, recorded_in)
      );
      CREATE UNIQUE INDEX outcome_rule_current ON outcome_rule (code) WHERE retired_in IS NULL;

      -- one row per item and change that opened or closed it
      CREATE TABLE outcome (
        id uuid NOT NULL,
        rule_id uuid NOT NULL,
        kind text NOT NULL,
        employee_id uuid NOT NULL,
        role_id uuid NOT NULL,
        verdict text NOT NULL,
        because text[] NOT NULL,
        occurred_at timestamptz NOT NULL,
        owner_id uuid NOT NULL,
        due_at timestamptz,
        state text NOT NULL,
        closed_at timestamptz,
        closed_by text,
        reason text,
        recorded_in bigint NOT NULL,
        retired_in bigint,
        PRIMARY KEY (id, recorded_in)
      );
      -- whatever is told twice: one item per definition, person, role and instant at which the verdict began
      CREATE UNIQUE INDEX outcome_once ON outcome (employee_id, role_id, rule_id, occurred_at) WHERE retired_in IS NULL;
      CREATE INDEX outcome_history ON outcome (employee_id) WHERE retired_in IS NOT NULL;
      CREATE INDEX outcome_owner ON outcome (owner_id, occurred_at, id);
      CREATE INDEX outcome_order ON outcome (occurred_at, id) WHERE retired_in IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outcome, outcome_rule');
  }
}
