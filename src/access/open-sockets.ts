// The kill switch: an open socket on which nothing happens ends, too, when its key is revoked or its person has left.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../platform/clock';
import { Sessions } from '../platform/http/sessions';
import type { Log } from '../platform/log';
import type { Db } from '../platform/postgres/pool';
import { Rounds } from '../platform/rounds';
import type { Holder } from './authenticate';
import { stillBelieved } from './store';
import { personAmong, type Candidate, type SelectCandidates } from './tokens/people';

/** What it looks with. */
export interface OpenSocketsOptions {
  readonly db: Db;
  readonly clock: Pick<Clock, 'now'>;
  readonly candidates: SelectCandidates;
  readonly log: Log;
}

/** Between two looks; where one takes long, ten times as long, so that it is no load. */
const LOOK_MS = { least: 1_000, most: 2_000 };
const ENDED = 'Access has ended';

/** Looks about every second, in one statement for all who have sockets on this node; in none when nobody has. */
export class OpenSockets {
  readonly #rounds: Rounds;
  readonly #sessions = new Sessions<Holder>();
  readonly #holders = new WeakMap<object, Holder>();

  constructor(private readonly options: OpenSocketsOptions) {
    this.#rounds = new Rounds({
      round: async () => {
        const began = performance.now();
        await this.look();
        return Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, 10 * (performance.now() - began)));
      },
      // while the database is away nobody is let in anew, and nobody is thrown out
      onFailure: (error) => {
        options.log.warn({ err: error }, 'whose access has ended could not be looked for; trying again');
        return LOOK_MS.least;
      },
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Notes whom a request's context belongs to; answers the context. */
  held<C extends object>(context: C, holder: Holder | undefined): C {
    if (holder) this.#holders.set(context, holder);
    return context;
  }

  /** A socket was opened with a context; answers what is to be called when it is closed. */
  opened(context: object, end: (why: string) => void): () => void {
    const holder = this.#holders.get(context);
    return holder ? this.#sessions.opened(holder, end) : () => undefined;
  }

  /** Ends the sockets of everybody who would not be let in now. */
  async look(): Promise<void> {
    const holders = this.#sessions.holders();
    if (holders.length === 0) return;
    const valid = await this.#valid(holders);
    for (const holder of holders) {
      if (valid.has(holder)) continue;
      const count = this.#sessions.end(holder.id, ENDED);
      if (count > 0) this.options.log.info({ kind: holder.kind, sockets: count }, 'sockets were closed: access has ended');
    }
  }

  async #valid(holders: readonly Holder[]): Promise<Set<Holder>> {
    const { db, clock, candidates } = this.options;
    const keys = holders.filter((holder) => holder.kind === 'key');
    const people = holders.filter((holder) => holder.kind === 'person');
    const now = clock.now();
    const subjects = people.map(({ subject }) => subject);
    const found = await stillBelieved(
      db,
      keys.map(({ hash }) => hash),
      (q) => candidates(subjects, now, q),
      now,
    );
    const candidatesAt = new Map<number, Candidate[]>();
    for (const row of found) {
      if (!row.isKey) candidatesAt.set(row.place, [...(candidatesAt.get(row.place) ?? []), row]);
    }
    const isThere = ({ person }: { person: string }, i: number): boolean => {
      const among = personAmong(candidatesAt.get(i + 1) ?? []);
      return typeof among !== 'string' && among.uuid === person;
    };
    return new Set<Holder>([
      ...found.filter(({ isKey }) => isKey).map(({ place }) => keys[place - 1]!),
      ...people.filter(isThere),
    ]);
  }
}
