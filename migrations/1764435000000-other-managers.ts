import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Functional, project and other managers beside the primary one. */
export class OtherManagers1764435000000 implements MigrationInterface {
  readonly name = 'OtherManagers1764435000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE employee_state ADD COLUMN other_manager_ids uuid[] NOT NULL DEFAULT '{}';
      ALTER TABLE employee_state ALTER COLUMN other_manager_ids DROP DEFAULT;
      -- few people have any, and nobody else pays for them
      CREATE INDEX employee_state_other_managers ON employee_state USING gin (other_manager_ids) WHERE other_manager_ids <> '{}';
      CREATE INDEX employee_fact_awaiting_others ON employee_fact USING gin (value) WHERE retired_in IS NULL AND name = 'otherManagerExternalIds';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX employee_fact_awaiting_others;
      DROP INDEX employee_state_other_managers;
      ALTER TABLE employee_state DROP COLUMN other_manager_ids;
    `);
  }
}
