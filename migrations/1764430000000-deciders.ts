import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who decided about an approval, whom managers let decide in their place, and what kind of target a role is. */
export class Deciders1764430000000 implements MigrationInterface {
  readonly name = 'Deciders1764430000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who decided, and the manager in whose name; both null: the act stands on the authority of the API key
      ALTER TABLE approval_fact ADD COLUMN approver_id uuid, ADD COLUMN manager_id uuid;

      CREATE TABLE approval_delegation (
        id uuid PRIMARY KEY,
        manager_id uuid NOT NULL,
        delegate_id uuid NOT NULL,
        kinds text[],
        valid_from timestamptz NOT NULL,
        valid_to timestamptz NOT NULL,
        reason text,
        actor text NOT NULL,
        source text NOT NULL,
        recorded_in bigint NOT NULL,
        retired_in bigint
      );
      CREATE UNIQUE INDEX approval_delegation_current ON approval_delegation (manager_id, delegate_id, valid_from) WHERE retired_in IS NULL;
      CREATE INDEX approval_delegation_history ON approval_delegation (manager_id) WHERE retired_in IS NOT NULL;

      ALTER TABLE role ADD COLUMN kind text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE role DROP COLUMN kind;
      DROP TABLE approval_delegation;
      ALTER TABLE approval_fact DROP COLUMN manager_id, DROP COLUMN approver_id;
    `);
  }
}
