import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was erased: an id, and nothing that leads to anybody. */
export class Erasure1764460000000 implements MigrationInterface {
  readonly name = 'Erasure1764460000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erased_employee (
        id uuid NOT NULL,
        recorded_in bigint NOT NULL,
        CONSTRAINT erased_employee_pkey PRIMARY KEY (id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erased_employee');
  }
}
