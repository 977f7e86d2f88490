import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Renewals by cycles of credit hours, by higher credentials, and up to a date of the person's. */
export class Renewals1763830000000 implements MigrationInterface {
  readonly name = 'Renewals1763830000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE credential_type ADD COLUMN renews text[];
      UPDATE credential_type SET renews = '{}';
      ALTER TABLE credential_type ALTER COLUMN renews SET NOT NULL;
      -- an award by the hours of a cycle; the award of a higher credential that caused this one; the date that fixes the expiry
      ALTER TABLE credential_fact ADD COLUMN ends_cycle boolean, ADD COLUMN caused_by uuid, ADD COLUMN date_on date;
      -- when the sender told the issuer; null: not known, as good as in time
      ALTER TABLE completion ADD COLUMN reported_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE completion DROP COLUMN reported_at;
      ALTER TABLE credential_fact DROP COLUMN ends_cycle, DROP COLUMN caused_by, DROP COLUMN date_on;
      ALTER TABLE credential_type DROP COLUMN renews;
    `);
  }
}
