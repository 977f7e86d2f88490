// Rows of the log as entries.
import type { Db } from '../platform/postgres/pool';
import { openBody, PLAIN } from './cipher';
import type { LogEntry } from './entry';
import type { KeyCache } from './keys';
import { lastGone } from './known';

/** A row of table log, as the statements of this room select it. */
export interface LogRow {
  readonly pos: number;
  readonly change_id: number;
  readonly event_id: string;
  readonly kind: string;
  readonly entity: string;
  readonly entity_version: number;
  readonly subject: string | null;
  readonly actor: string;
  readonly source: string | null;
  readonly occurred_at: number;
  readonly recorded_at: number;
  readonly body_format: number;
  readonly body: Buffer;
}

/** What `LogRow` is made of. */
export const LOG_COLUMNS =
  'pos, change_id, event_id, kind, entity, entity_version, subject, actor, source, occurred_at, recorded_at, body_format, body';

/** What a row says in the clear, in the words of an entry. */
export function headerOf(row: LogRow) {
  return {
    eventId: row.event_id,
    kind: row.kind,
    entity: row.entity,
    entityVersion: row.entity_version,
    subject: row.subject,
    actor: row.actor,
    source: row.source,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  };
}

/** What follows a position is not kept any more. */
export class Expired extends Error {
  override readonly name = 'Expired';

  /** @param last the last position that is gone. */
  constructor(readonly last: number) {
    super(`the log is kept from position ${last + 1} on`);
  }
}

/**
 * The next entries after a position, at most `limit`, in one statement for the rows and one for the keys not at hand; to be opened when somebody
 * wants to look inside. Throws `Expired` when what follows is gone by its rule, and another error when the positions found do not follow on
 * otherwise: the log has no holes, so something removed rows.
 */
export async function readSealed(db: Db, keys: KeyCache, after: number, limit: number): Promise<SealedEntry[]> {
  const { rows } = await db.query<LogRow>(
    `/* readEntries */ SELECT ${LOG_COLUMNS} FROM log WHERE pos > $1 ORDER BY pos LIMIT $2`,
    [after, limit],
  );
  if (rows[0] && rows[0].pos > after + 1) {
    const last = await lastGone(db);
    if (after < last) throw new Expired(last);
  }
  rows.forEach((row, i) => {
    if (row.pos !== after + 1 + i) throw new Error(`the log has a hole: position ${after + 1 + i} is missing before ${row.pos}`);
  });
  return sealedEntries(db, keys, rows);
}

/** An entry whose body is opened when it is first asked for: of most entries nobody on a node wants to know more than the position. */
export interface SealedEntry {
  readonly pos: number;
  readonly changeId: number;
  readonly kind: string;
  /** Always the same object; see `LogEntry` for what cannot be opened. */
  open(): LogEntry;
  /** Lets go of what it knows of these people, who were erased. */
  forget(people: ReadonlySet<string>): void;
}

/** Rows with the keys of the people they are about. */
export async function sealedEntries(db: Db, keys: KeyCache, rows: readonly LogRow[]): Promise<SealedEntry[]> {
  const people = new Set<string>();
  for (const row of rows) if (row.body_format !== PLAIN && row.subject !== null) people.add(row.subject);
  const keyOf = await keys.keysOf(db, people);
  return rows.map((row) => new SealedRow(row, row.subject === null ? undefined : keyOf.get(row.subject)));
}

class SealedRow implements SealedEntry {
  #opened: LogEntry | null = null;

  constructor(
    private readonly row: LogRow,
    private key: Buffer | undefined,
  ) {}

  get pos(): number {
    return this.row.pos;
  }

  get kind(): string {
    return this.row.kind;
  }

  get changeId(): number {
    return this.row.change_id;
  }

  open(): LogEntry {
    return (this.#opened ??= this.#decode());
  }

  forget(people: ReadonlySet<string>): void {
    if (this.row.subject === null || !people.has(this.row.subject)) return;
    this.key = undefined;
    this.#opened = null;
  }

  #decode(): LogEntry {
    const { row } = this;
    return {
      pos: row.pos,
      changeId: row.change_id,
      ...headerOf(row),
      ...openBody({ format: row.body_format, bytes: row.body }, this.key, row.event_id),
    };
  }
}
