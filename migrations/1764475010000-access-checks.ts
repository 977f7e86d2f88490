import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether tokens would be accepted, as it was found out again and again. */
export class AccessChecks1764475010000 implements MigrationInterface {
  readonly name = 'AccessChecks1764475010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_check (
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        ok boolean NOT NULL,
        -- one sentence: what was found, or what is wrong
        detail text NOT NULL,
        CONSTRAINT access_check_pkey PRIMARY KEY (id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access_check;');
  }
}
