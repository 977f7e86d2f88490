import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An index for what every statement about one person looks for, and none that serves no statement. */
export class Indexes1764410000000 implements MigrationInterface {
  readonly name = 'Indexes1764410000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the ends of verdicts are looked up by person and role
      DROP INDEX eligibility_segment_end;

      -- what was retired, for reads of what was known and for changes that compare with what they replace
      CREATE INDEX credential_fact_history ON credential_fact (employee_id) WHERE retired_in IS NOT NULL;
      CREATE INDEX approval_fact_history ON approval_fact (employee_id) WHERE retired_in IS NOT NULL;
      CREATE INDEX credential_verification_history ON credential_verification (credential_id) WHERE retired_in IS NOT NULL;
      DROP INDEX credential_verification_person;
      CREATE INDEX credential_verification_person ON credential_verification (employee_id);

      -- states are joined to managers and reports, and PostgreSQL cannot look into two indexes at once for a join
      DROP INDEX employee_state_manager, employee_state_history;
      CREATE INDEX employee_state_manager ON employee_state (manager_id);
      CREATE INDEX employee_state_history ON employee_state (employee_id, valid_from);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX employee_state_history, employee_state_manager;
      CREATE INDEX employee_state_history ON employee_state (employee_id, valid_from) WHERE retired_in IS NOT NULL;
      CREATE INDEX employee_state_manager ON employee_state (manager_id) WHERE retired_in IS NULL;
      DROP INDEX credential_verification_person;
      CREATE INDEX credential_verification_person ON credential_verification (employee_id) WHERE retired_in IS NULL;
      DROP INDEX credential_verification_history, approval_fact_history, credential_fact_history;
      CREATE INDEX eligibility_segment_end ON eligibility_segment (valid_to) WHERE retired_in IS NULL;
    `);
  }
}
