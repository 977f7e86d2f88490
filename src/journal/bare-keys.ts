// Wraps the keys of people that a version before left bare, and those that one still running beside this one makes.
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Rounds } from '../platform/rounds';
import type { PersonKeys } from './keys';

const PAUSE_MS = 20;
/** Between two looks when there was none. */
const LOOK_MS = 60_000;
const AFTER_ERROR_MS = 5_000;

/** What the wrapping works with. */
export interface BareKeysOptions {
  readonly db: Db;
  readonly keys: Pick<PersonKeys, 'wrapBare'>;
  readonly log: Log;
}

/** Looks every minute for keys that are not wrapped. */
export class BareKeys {
  readonly #rounds: Rounds;

  constructor({ db, keys, log }: BareKeysOptions) {
    this.#rounds = new Rounds({
      round: async () => {
        const count = await keys.wrapBare(db);
        if (count === 0) return LOOK_MS;
        log.info({ count }, 'keys of people were wrapped');
        return PAUSE_MS;
      },
      onFailure: (error) => {
        log.warn({ err: error }, 'keys of people could not be wrapped; trying again');
        return AFTER_ERROR_MS;
      },
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }
}
