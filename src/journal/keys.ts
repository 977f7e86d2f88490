// The key of each person whose facts are in the log, wrapped with the installation's. Deleting one makes that person's bodies unreadable for ever.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Db } from '../platform/postgres/pool';
import { keyFor } from '../platform/secret-key';
import { KEY_BYTES } from './cipher';

type Keys = Map<string, Buffer>;

/** AES Key Wrap, RFC 3394: made for keys, and it notices when it is undone with another key than it was done with. */
const WRAP = 'id-aes256-wrap';
const INITIAL = Buffer.alloc(8, 0xa6);
/** Bare keys wrapped in one transaction. */
const BATCH = 1_000;

/** Makes, wraps and reads keys. What stands in the database opens nothing without the secret key, which does not. */
export class PersonKeys {
  readonly #wrapping: KeyObject;

  constructor(secretKey: Buffer) {
    this.#wrapping = createSecretKey(keyFor('person keys', secretKey));
  }

  /**
   * Gives each of these people a key, in the caller's transaction; those who have one keep it. To be called by whoever adds
   * people, before anything about them is recorded.
   */
  async ensure(db: Db, employeeIds: Iterable<string>): Promise<void> {
    // Sorted, so that two transactions adding the same people wait for each other in one direction only.
    const ids = [...new Set(employeeIds)].sort();
    if (ids.length === 0) return;
    const keys = ids.map(() => this.#wrap(randomBytes(KEY_BYTES)));
    await db.query(
      `/* ensureKeys */ INSERT INTO person_key (employee_id, wrapped)
       SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT (employee_id) DO NOTHING`,
      [ids, keys],
    );
  }

  /** The keys of these people as the transaction sees them; people without a key are absent. */
  async load(db: Db, employeeIds: Iterable<string>): Promise<Keys> {
    const ids = [...new Set(employeeIds)];
    if (ids.length === 0) return new Map();
    const { rows } = await db.query<{ employee_id: string; key: Buffer | null; wrapped: Buffer | null }>(
      '/* loadKeys */ SELECT employee_id, key, wrapped FROM person_key WHERE employee_id = ANY($1::uuid[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.employee_id, row.key ?? this.#unwrap(row.wrapped!)]));
  }

  /** Wraps some of the keys that a version before left bare; answers how many. */
  async wrapBare(db: Db): Promise<number> {
    const { rows } = await db.query<{ employee_id: string; key: Buffer }>(
      '/* bareKeys */ SELECT employee_id, key FROM person_key WHERE key IS NOT NULL ORDER BY employee_id LIMIT $1',
      [BATCH],
    );
    if (rows.length === 0) return 0;
    // somebody who was erased meanwhile stays so
    await db.query(
      `/* wrapKeys */ UPDATE person_key k SET wrapped = w.wrapped, key = NULL
       FROM unnest($1::uuid[], $2::bytea[]) AS w(employee_id, wrapped) WHERE k.employee_id = w.employee_id AND k.key IS NOT NULL`,
      [rows.map((row) => row.employee_id), rows.map((row) => this.#wrap(row.key))],
    );
    return rows.length;
  }

  #wrap(key: Buffer): Buffer {
    const cipher = createCipheriv(WRAP, this.#wrapping, INITIAL);
    return Buffer.concat([cipher.update(key), cipher.final()]);
  }

  #unwrap(wrapped: Buffer): Buffer {
    try {
      const decipher = createDecipheriv(WRAP, this.#wrapping, INITIAL);
      return Buffer.concat([decipher.update(wrapped), decipher.final()]);
    } catch (error) {
      throw new Error('the key of a person was wrapped with another secret key than this node has', { cause: error });
    }
  }
}

/**
 * Keys that readers of the log have used lately, at most `limit` of them and none for longer than `maxAgeMs` (so that an
 * erasure on another node is felt here too). Only ever filled from committed rows: a key seen by a transaction that is
 * rolled back afterwards would make the next body unreadable, which is why writers load theirs from the table.
 */
export class KeyCache {
  readonly #entries = new Map<string, { key: Buffer; until: number }>();

  constructor(
    private readonly keys: Pick<PersonKeys, 'load'>,
    private readonly limit = 20_000,
    private readonly maxAgeMs = 60_000,
  ) {}

  /** The keys of these people, loading those not at hand in one statement; erased people are absent. */
  async keysOf(db: Db, employeeIds: Iterable<string>): Promise<ReadonlyMap<string, Buffer>> {
    const now = performance.now();
    const found: Keys = new Map();
    const missing = new Set<string>();
    for (const id of employeeIds) {
      if (found.has(id) || missing.has(id)) continue;
      const entry = this.#entries.get(id);
      if (entry !== undefined && entry.until > now) found.set(id, entry.key);
      else missing.add(id);
    }
    for (const [id, key] of await this.keys.load(db, missing)) {
      found.set(id, key);
      this.#keep(id, key, now);
    }
    return found;
  }

  /** Drops the keys of people who were just erased. */
  forget(employeeIds: Iterable<string>): void {
    for (const id of employeeIds) this.#entries.delete(id);
  }

  get size(): number {
    return this.#entries.size;
  }

  #keep(id: string, key: Buffer, now: number): void {
    this.#entries.delete(id);
    this.#entries.set(id, { key, until: now + this.maxAgeMs });
    if (this.#entries.size <= this.limit) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
