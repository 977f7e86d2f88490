// API keys at the door: looked up once in two seconds on every node, so that one that is revoked opens nothing five seconds later.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../platform/clock';
import { problem } from '../platform/graphql/errors';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Rounds } from '../platform/rounds';
import type { Authenticated } from './authenticate';
import { keyByHash, noteUses } from './store';

const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 10_000;
const NOTED_EVERY_MS = 5_000;

/** What the door works with. */
export interface KnownKeysOptions {
  readonly db: Db;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

type Found = Awaited<ReturnType<typeof keyByHash>>;

/** Knows keys by their secrets. */
export class KnownKeys {
  private readonly found = new Map<string, { readonly key: Promise<Found>; readonly until: number }>();
  private uses = new Map<string, number>();
  private readonly rounds: Rounds;

  constructor(private readonly options: KnownKeysOptions) {
    this.rounds = new Rounds({
      round: async () => {
        await this.noteUses();
        return NOTED_EVERY_MS;
      },
      onFailure: (error) => {
        options.log.debug({ err: error }, 'uses of API keys are noted later');
        return NOTED_EVERY_MS;
      },
    });
  }

  /** Begins to note when keys are used. */
  start(): void {
    this.rounds.start();
  }

  async stop(): Promise<void> {
    await this.rounds.stop();
    // the last ones; a database that is gone takes nothing more
    await this.noteUses().catch(() => undefined);
  }

  /**
   * Who has the secret of this hash.
   * @throws UNAUTHENTICATED when nobody has, or not any more
   */
  async holderOf(hash: Buffer): Promise<Authenticated> {
    const now = this.options.clock.now();
    const key = await this.lookUp(hash);
    if (key === null) throw problem('UNAUTHENTICATED', 'This API key is not known: check it, or ask for a new one.');
    if (key.revokedAt !== null) throw problem('UNAUTHENTICATED', 'This API key was revoked: ask for a new one.');
    const ends = [key.expiresAt, key.isEarlier ? key.earlierUntil : null].filter((end) => end !== null);
    const expiresAt = ends.length === 0 ? null : Math.min(...ends);
    if (expiresAt !== null && expiresAt <= now) throw problem('UNAUTHENTICATED', 'This API key has expired: use its new secret.');
    this.uses.set(key.uuid, now);
    const sources = key.sources === null ? {} : { sources: new Set(key.sources) };
    return {
      actor: { id: `key:${key.name}`, scopes: new Set(key.scopes), ...sources },
      holder: { kind: 'key', id: hash.toString('base64'), hash },
      expiresAt,
    };
  }

  private lookUp(hash: Buffer): Promise<Found> {
    const name = hash.toString('base64');
    const now = performance.now();
    const known = this.found.get(name);
    if (known && known.until > now) return known.key;
    const key = keyByHash(this.options.db, hash);
    // whoever tries secret after secret makes us forget, and no more
    if (this.found.size >= MOST_REMEMBERED) this.found.clear();
    this.found.set(name, { key, until: now + REMEMBERED_MS });
    key.catch(() => this.found.delete(name));
    return key;
  }

  private async noteUses(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = this.uses;
    this.uses = new Map();
    try {
      await noteUses(this.options.db, uses);
    } catch (error) {
      // told again with the next ones
      for (const [key, at] of uses) if (!this.uses.has(key)) this.uses.set(key, at);
      throw error;
    }
  }
}
