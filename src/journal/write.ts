// The only way to change anything: one transaction, one change, its facts in the log before the answer.
import type pg from 'pg';
import type { Clock } from '../platform/clock';
import type { Actor } from '../platform/context';
import { whenGivenUp } from '../platform/operation';
import { cutConnection, isUnavailable, type Db, type Pool } from '../platform/postgres/pool';
import { append } from './append';
import type { Cursors } from './cursor';
import type { NewEntry } from './entry';
import type { Feed } from './feed';
import type { PersonKeys } from './keys';
import { OpenWrite } from './open-write';
import type { Sequencer } from './sequencer';
import { dbOf } from './session';
import type { Stage } from './stage';
import { Turns } from './turns';
import { Unavailable } from './unavailable';

/** A change being made. Lock the rows of the entities concerned (employees in order of id) before anything else. */
export interface Write {
  /** The transaction. */
  readonly db: Db;
  /** Sends a statement of the transaction without waiting for it; if it fails, so does the next one, and with that the change. */
  run(text: string, params?: readonly unknown[]): void;
  /** The change's id, for `recorded_in` and `retired_in`. A change that writes such rows must record at least one fact. */
  readonly change: number;
  /** One instant for the whole change. */
  readonly now: number;
  readonly actor: Actor;
  readonly source: string | null;
  /** The trace of the request, or one of its own when no request led to it. */
  readonly trace: string;
  /** Gives keys to people who are added. */
  readonly keys: Pick<PersonKeys, 'ensure'>;
  /** People whose verdicts must be evaluated again before the commit. */
  touch(employeeIds: Iterable<string>): void;
  readonly touched: ReadonlySet<string>;
  /** Things others may have been waiting for that exist from now on, by key such as `employee:E12345`. */
  arrive(keys: Iterable<string>): void;
  readonly arrived: ReadonlySet<string>;
  /** The kinds of the facts collected so far. */
  readonly recordedKinds: ReadonlySet<string>;
  /** Collects a fact; all are appended in one statement just before the commit. Throws once that has happened. */
  record(entry: NewEntry): void;
  /** Collects facts that became true before this change and were not told yet: they go before all it records, in order of time. */
  precede(entries: readonly NewEntry[]): void;
  /** Takes facts that are too many to collect, with their final numbers; they go after all it records. The change must record one as well. */
  readonly stage: Pick<Stage, 'add' | 'drop'>;
  /** Rewrites every fact collected so far: the last reaction numbers the facts of each person with it. */
  amend(rewrite: (entry: NewEntry) => NewEntry): void;
}

/** Something that follows from every write, before its commit and in it; what it throws undoes the write. */
export type Reaction = (write: Write) => Promise<void>;

/** A committed change that the log has taken in. */
export interface Written<T> {
  readonly value: T;
  /** The log's position after the change; when it recorded nothing, one that includes everything it can have read. */
  readonly position: number;
  /** The same as clients hold it. */
  readonly cursor: string;
}

/** What a writer needs. */
export interface WriterOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly sequencer: Pick<Sequencer, 'poke'>;
  readonly feed: Pick<Feed, 'whenSeen'>;
  readonly cursors: Cursors;
  readonly keys: PersonKeys;
  /** Run in this order. */
  readonly reactions: readonly Reaction[];
}

/** On whose behalf, and through which system. */
export interface By {
  readonly actor: Actor;
  readonly source: string | null;
}

interface Committed<T> {
  readonly value: T;
  /** The change whose place in the log is waited for; null when the log is known to hold all. */
  readonly awaited: number | null;
  /** The log's position in the transaction, for a change with nothing to wait for. */
  readonly head: number;
}

/** Takes a change back: what was seen of it is all that is left. */
class TakenBack extends Error {
  constructor(readonly seen: unknown) {
    super('The change was only supposed.');
  }
}

/** How often work is done again that PostgreSQL gave up in favour of another transaction. */
const REPEATS = 3;
/** A change of a definition concerns everybody, and records a fact about few. */
const MOST_KEYS_AHEAD = 2_000;
const NOTHING_CHANGED = 'The database is not available; nothing was changed. Send the request again.';
const OUTCOME_UNKNOWN =
  'The connection to the database was lost while saving; whether it was saved is not known. Send the request again with the same idempotencyKey.';

/** Makes changes. */
export class Writer {
  constructor(private readonly options: WriterOptions) {}

  /**
   * Runs `work`, then the reactions, in one transaction; commits, and answers once the log has the change. Whatever throws
   * before the commit leaves no trace. After a deadlock the whole of it runs again, so `work` must not keep state outside.
   *
   * @throws Unavailable when the database cannot be used (nothing changed), was lost during the commit (outcome unknown), or
   * the log did not take the change in within ten seconds (saved).
   */
  async write<T>(by: By, work: (write: Write) => Promise<T>): Promise<Written<T>> {
    const { sequencer, feed, cursors } = this.options;
    const { value, awaited, head } = await this.#commit(by, work, this.options.reactions);
    if (awaited !== null) sequencer.poke();
    const position = awaited === null ? head : (await feed.whenSeen(awaited)).position;
    return { value, position, cursor: await cursors.cursorAt(position) };
  }

  /**
   * Runs `work` and the reactions as `write` does, lets `look` read what they led to, and takes everything back: nothing is stored, put
   * into the log or published, and nobody is told anything. It holds the locks of a write for as long.
   *
   * @throws Unavailable when the database cannot be used.
   */
  async suppose<T, R>(by: By, work: (write: Write) => Promise<T>, look: (write: Write, value: T) => Promise<R>): Promise<R> {
    let value: T;
    const supposed = async (write: Write) => void (value = await work(write));
    const takeBack = async (write: Write) => {
      throw new TakenBack(await look(write, value));
    };
    try {
      await this.#commit(by, supposed, [...this.options.reactions, takeBack]);
    } catch (error) {
      if (error instanceof TakenBack) return error.seen as R;
      throw error;
    }
    throw new Error('A supposed change was not taken back.');
  }

  async #commit<T>(by: By, work: (write: Write) => Promise<T>, reactions: readonly Reaction[]): Promise<Committed<T>> {
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#attempt(by, work, reactions);
      } catch (error) {
        if (isWorthRepeating(error) && repeats < REPEATS) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** repeats));
        } else if (error instanceof Unavailable || !isUnavailable(error)) {
          throw error;
        } else {
          throw new Unavailable(NOTHING_CHANGED, { cause: error });
        }
      }
    }
  }

  async #attempt<T>(by: By, work: (write: Write) => Promise<T>, reactions: readonly Reaction[]): Promise<Committed<T>> {
    const client = await this.options.pool.driver.connect();
    const turns = new Turns(dbOf(client));
    let isOpen = true;
    let broken: Error | undefined;
    let stay = (): void => undefined;
    try {
      stay = whenGivenUp(() => isOpen && cutConnection(client));
      const write = new OpenWrite(turns, await beginChange(client), this.options.clock.now(), by, this.options.keys);
      const value = await work(write);
      const keys = keysAhead(turns, this.options.keys, write.touched);
      for (const react of reactions) await react(write);
      const entries = write.close();
      const origin = { change: write.change, actor: by.actor.id, source: by.source, trace: write.trace };
      await append(write.db, this.options.keys, origin, entries, await keys);
      await write.stage.release(origin);
      const waits = entries.length > 0 ? { awaited: write.change, head: 0 } : await lastKnown(write.db);
      isOpen = false;
      await commit(client);
      return { value, ...waits };
    } catch (error) {
      if (isOpen) {
        await turns.abandon();
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
      } else {
        broken = error as Error;
      }
      throw error;
    } finally {
      stay();
      client.release(broken);
    }
  }
}

/** The keys of the people concerned, asked for before they are needed: bodies are then sealed while PostgreSQL writes rows. */
function keysAhead(db: Db, keys: PersonKeys, people: ReadonlySet<string>): Promise<ReadonlyMap<string, Buffer>> {
  const none: ReadonlyMap<string, Buffer> = new Map();
  if (people.size > MOST_KEYS_AHEAD) return Promise.resolve(none);
  // a failure comes out at the next statement
  return keys.load(db, people).catch(() => none);
}

async function beginChange(client: pg.ClientBase): Promise<number> {
  const results = (await client.query(`BEGIN; /* beginChange */ SELECT nextval('change_id_seq') AS id`)) as unknown as [
    pg.QueryResult,
    pg.QueryResult<{ id: number }>,
  ];
  return results[1].rows[0]!.id;
}

/**
 * For a change that recorded nothing but may have read what others have committed and the log does not hold yet: the newest
 * such change, at whose place in the log all of them are in. One statement, so that head and inbox are of one moment.
 */
async function lastKnown(db: Db): Promise<{ awaited: number | null; head: number }> {
  const { rows } = await db.query<{ awaited: number | null; head: number }>(
    '/* lastKnown */ SELECT pos AS head, (SELECT change_id FROM inbox ORDER BY id DESC LIMIT 1) AS awaited FROM log_head',
  );
  return rows[0]!;
}

/** The statement before it would have thrown in a failed transaction, which COMMIT answers with ROLLBACK and no error. */
async function commit(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    if (isWorthRepeating(error) || !isUnavailable(error)) throw error;
    throw new Unavailable(OUTCOME_UNKNOWN, { cause: error });
  }
}

/** True when PostgreSQL gave the transaction up for the sake of another one: deadlock, serialization failure. */
function isWorthRepeating(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}
