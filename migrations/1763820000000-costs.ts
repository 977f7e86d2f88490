import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What courses and credentials cost, and how long they take. */
export class Costs1763820000000 implements MigrationInterface {
  readonly name = 'Costs1763820000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- in the organisation's currency, and an ISO 8601 duration; null: not known
      ALTER TABLE course ADD COLUMN cost double precision, ADD COLUMN lead_time text;
      ALTER TABLE credential_type ADD COLUMN cost double precision, ADD COLUMN lead_time text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE credential_type DROP COLUMN cost, DROP COLUMN lead_time;
      ALTER TABLE course DROP COLUMN cost, DROP COLUMN lead_time;
    `);
  }
}
