import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which environment a database belongs to. */
export class Environments1764477030000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE installation ADD COLUMN environment text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE installation DROP COLUMN environment');
  }
}
