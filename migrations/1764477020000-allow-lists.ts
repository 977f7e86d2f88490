import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What sources may tell, and how often they told more. */
export class AllowLists1764477020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE allow_list (
        id uuid NOT NULL,
        source text NOT NULL,
        operation text NOT NULL,
        fields text[],
        reason text,
        recorded_in bigint NOT NULL,
        retired_in bigint,
        PRIMARY KEY (id, recorded_in)
      );
      CREATE UNIQUE INDEX allow_list_current ON allow_list (source, operation) WHERE retired_in IS NULL;
      CREATE TABLE dropped_field (
        source text NOT NULL,
        operation text NOT NULL,
        field text NOT NULL,
        count bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (source, operation, field)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dropped_field; DROP TABLE allow_list');
  }
}
