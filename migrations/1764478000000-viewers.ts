import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In which role people ask. */
export class Viewers1764478000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_assignment (
        id uuid PRIMARY KEY,
        employee_id uuid NOT NULL,
        role text NOT NULL,
        reason text NOT NULL,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE UNIQUE INDEX access_assignment_current ON access_assignment (employee_id) WHERE retired_in IS NULL;
      CREATE INDEX access_assignment_history ON access_assignment (employee_id) WHERE retired_in IS NOT NULL;
      CREATE TABLE access_mapping (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        value text NOT NULL,
        role text NOT NULL,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE UNIQUE INDEX access_mapping_current ON access_mapping (kind, value) WHERE retired_in IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access_mapping; DROP TABLE access_assignment');
  }
}
