// Definitions (types, courses, roles, rules) change rarely and every write needs them: one version number guards them all.
import type { Write } from '../journal/write';
import type { Db } from '../platform/postgres/pool';
import { rows } from '../platform/sql';

const CATALOGUE_LOCK = 7_002;

/** Held by every change of facts: definitions stand still until it commits. Answers their version. Take it before locking rows. */
export async function holdCatalogue(db: Db): Promise<number> {
  await db.query('/* holdCatalogue */ SELECT pg_advisory_xact_lock_shared($1)', [CATALOGUE_LOCK]);
  return versionOf(db);
}

/** Held by a change of definitions: it waits for the facts being judged by the old ones, and later ones wait for it. */
export async function lockCatalogue(db: Db): Promise<void> {
  await db.query('/* lockCatalogue */ SELECT pg_advisory_xact_lock($1)', [CATALOGUE_LOCK]);
}

/** Begins a change of definitions. Answers their new version, which numbers its log entries. */
export async function changeCatalogue(write: Write): Promise<number> {
  await lockCatalogue(write.db);
  const [head] = await rows<{ version: number }>(
    write.db,
    '/* nextCatalogueVersion */ UPDATE catalogue_head SET version = version + 1 RETURNING version',
  );
  return head!.version;
}

/** The version of the definitions as this transaction sees them. */
export async function versionOf(db: Db): Promise<number> {
  const [head] = await rows<{ version: number }>(db, '/* catalogueVersion */ SELECT version FROM catalogue_head');
  return head!.version;
}

/** Keeps what was read of the definitions until they change. A change that is making definitions reads past the cache. */
export class Cached<T> {
  private kept: { readonly version: number; readonly value: T } | null = null;

  constructor(private readonly read: (db: Db) => Promise<T>) {}

  /** What was kept last: the definitions before the change that is being made, if this node has used them. */
  last(): T | null {
    return this.kept?.value ?? null;
  }

  /** `held` is the version, for those who hold the definitions and know it. */
  async get(db: Db, isChanging: boolean, held?: number): Promise<T> {
    if (isChanging) return this.read(db);
    const version = held ?? (await versionOf(db));
    if (this.kept?.version !== version) this.kept = { version, value: await this.read(db) };
    return this.kept.value;
  }
}
