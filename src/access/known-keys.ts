// API keys at the door: looked up once in two seconds on every node, so that one that is revoked opens nothing five seconds later.
import type { Clock } from '../platform/clock';
import { problem } from '../platform/graphql/errors';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Remembered } from '../platform/remembered';
import { Rounds } from '../platform/rounds';
import type { Authenticated } from './authenticate';
import { keyByHash, noteUses } from './store';

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
  private readonly found = new Remembered<Found>({ forMs: 2_000, most: 10_000 });
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
    const key = await this.found.get(hash.toString('base64'), () => keyByHash(this.options.db, hash));
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
