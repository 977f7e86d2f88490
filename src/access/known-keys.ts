// API keys at the door: looked up once in two seconds on every node, so that one that is revoked opens nothing five seconds later.
import type { Clock } from '../platform/clock';
import { problem } from '../platform/graphql/errors';
import type { Log } from '../platform/log';
import { Notes } from '../platform/notes';
import type { Db } from '../platform/postgres/pool';
import { Remembered } from '../platform/remembered';
import type { Authenticated } from './authenticate';
import { keyByHash, noteUses, type KeyUse } from './store';

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
  private readonly uses: Notes<KeyUse>;

  constructor(private readonly options: KnownKeysOptions) {
    this.uses = new Notes({
      what: 'uses of API keys',
      everyMs: NOTED_EVERY_MS,
      keyOf: ({ uuid }) => uuid,
      merge: (before, use) => (use.at > before.at ? use : before),
      write: (uses) => noteUses(options.db, uses),
      log: options.log,
    });
  }

  /** Begins to note when keys are used. */
  start(): void {
    this.uses.start();
  }

  stop(): Promise<void> {
    return this.uses.stop();
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
    this.uses.add({ uuid: key.uuid, at: now });
    const sources = key.sources === null ? {} : { sources: new Set(key.sources) };
    return {
      actor: { id: `key:${key.name}`, scopes: new Set(key.scopes), ...sources },
      holder: { kind: 'key', id: hash.toString('base64'), hash },
      expiresAt,
    };
  }
}
