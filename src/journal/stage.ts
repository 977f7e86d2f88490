// Facts set aside in the database until their change is closed, for changes with more facts than memory should hold.
import type { Db } from '../platform/postgres/pool';
import type { Origin } from './append';
import type { NewEntry } from './entry';
import type { PersonKeys } from './keys';
import { sealed, SEALED_COLUMNS, sealedRows } from './sealed';

/** One change's facts on their way to the inbox. They live in a table of the session that ends with the transaction. */
export class Stage {
  #isOpen = false;

  constructor(
    private readonly db: Db,
    private readonly keys: Pick<PersonKeys, 'load'>,
  ) {}

  /** Sets facts aside, sealed. Their numbers must be final. */
  async add(entries: readonly NewEntry[]): Promise<void> {
    if (entries.length === 0) return;
    if (!this.#isOpen) {
      await this.db.query(
        `/* createStage */ CREATE TEMP TABLE staged_fact (id bigint GENERATED ALWAYS AS IDENTITY, event_id uuid, kind text, entity uuid,
           entity_version bigint, subject uuid, occurred_at timestamptz, body_format smallint, body bytea) ON COMMIT DROP`,
      );
      this.#isOpen = true;
    }
    const subjects = entries.flatMap(({ subject }) => (subject === null ? [] : [subject]));
    const params = sealed(entries, await this.keys.load(this.db, subjects));
    await this.db.query(`/* stageFacts */ INSERT INTO staged_fact (${SEALED_COLUMNS}) ${sealedRows(1)}`, params);
  }

  /** Forgets what was set aside about these people; null: about everybody. */
  async drop(subjects: readonly string[] | null): Promise<void> {
    if (!this.#isOpen) return;
    if (subjects === null) await this.db.query('/* clearStage */ TRUNCATE staged_fact');
    else await this.db.query('/* unstageFacts */ DELETE FROM staged_fact WHERE subject = ANY($1)', [subjects]);
  }

  /** Puts everything into the inbox. Like `append` it must come when the rows of all concerned are locked: ids are given out here. */
  async release({ change, actor, source, trace }: Origin): Promise<void> {
    if (!this.#isOpen) return;
    await this.db.query(
      `/* appendStaged */ INSERT INTO inbox (change_id, actor, source, trace_id, ${SEALED_COLUMNS})
       SELECT $1, $2, $3, $4, ${SEALED_COLUMNS} FROM staged_fact ORDER BY id`,
      [change, actor, source, trace],
    );
  }
}
