import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who uses what of the schema is deprecated. */
export class DeprecatedUses1764477000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE deprecated_use (
        element text NOT NULL,
        client text NOT NULL,
        count bigint NOT NULL,
        first_used_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        PRIMARY KEY (element, client)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deprecated_use');
  }
}
