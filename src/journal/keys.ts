// The key of each person whose facts are in the log. Deleting one makes that person's bodies unreadable for ever.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Db } from '../platform/postgres/pool';
import { KEY_BYTES } from './cipher';

type Keys = Map<string, Buffer>;

/**
 * Gives each of these people a key, in the caller's transaction; those who have one keep it. To be called by whoever adds
 * people, before anything about them is recorded.
 */
export async function ensureKeys(db: Db, employeeIds: Iterable<string>): Promise<void> {
  // Sorted, so that two transactions adding the same people wait for each other in one direction only.
  const ids = [...new Set(employeeIds)].sort();
  if (ids.length === 0) return;
  const keys = ids.map(() => randomBytes(KEY_BYTES));
  await db.query(
    `/* ensureKeys */ INSERT INTO person_key (employee_id, key)
     SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT (employee_id) DO NOTHING`,
    [ids, keys],
  );
}

/** The keys of these people as the transaction sees them; people without a key are absent. */
export async function loadKeys(db: Db, employeeIds: Iterable<string>): Promise<Keys> {
  const ids = [...new Set(employeeIds)];
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ employee_id: string; key: Buffer }>(
    '/* loadKeys */ SELECT employee_id, key FROM person_key WHERE employee_id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.employee_id, row.key]));
}

/**
 * Keys that readers of the log have used lately, at most `limit` of them and none for longer than `maxAgeMs` (so that an
 * erasure on another node is felt here too). Only ever filled from committed rows: a key seen by a transaction that is
 * rolled back afterwards would make the next body unreadable, which is why writers load theirs with `loadKeys`.
 */
export class KeyCache {
  readonly #entries = new Map<string, { key: Buffer; until: number }>();

  constructor(
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
    for (const [id, key] of await loadKeys(db, missing)) {
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
