// What happens often and is written down now and then.
import type { Log } from './log';
import { Rounds } from './rounds';

/** How notes are kept. */
export interface NotesOptions<N> {
  /** What is noted, in words, for the log. */
  readonly what: string;
  readonly everyMs: number;
  /** Notes with the same key are one. */
  readonly keyOf: (note: N) => string;
  /** Two notes with the same key as one. */
  readonly merge: (before: N, note: N) => N;
  readonly write: (notes: readonly N[]) => Promise<void>;
  /** Notes at once; what comes beyond is not noted. Absent: any number. */
  readonly most?: number;
  readonly log: Log;
}

/** Adds up how often, and since when last. */
export function addUp<N extends { readonly count: number; readonly at: number }>(before: N, note: N): N {
  return { ...note, count: before.count + note.count, at: Math.max(before.at, note.at) };
}

/** Collects notes and writes them every few seconds; what could not be written is written with the next ones. */
export class Notes<N> {
  #notes = new Map<string, N>();
  readonly #rounds: Rounds;

  constructor(private readonly options: NotesOptions<N>) {
    const { what, everyMs, log } = options;
    this.#rounds = new Rounds({
      round: async () => {
        await this.#write();
        return everyMs;
      },
      onFailure: (error) => {
        log.debug({ err: error }, `${what} are noted later`);
        return everyMs;
      },
    });
  }

  /** Begins to write. */
  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    // the last ones; a database that is gone takes nothing more
    await this.#write().catch(() => undefined);
  }

  add(note: N): void {
    const { keyOf, merge, most = Infinity } = this.options;
    const key = keyOf(note);
    const before = this.#notes.get(key);
    if (before === undefined && this.#notes.size >= most) return;
    this.#notes.set(key, before === undefined ? note : merge(before, note));
  }

  async #write(): Promise<void> {
    if (this.#notes.size === 0) return;
    const notes = [...this.#notes.values()];
    this.#notes = new Map();
    try {
      await this.options.write(notes);
    } catch (error) {
      for (const note of notes) this.add(note);
      throw error;
    }
  }
}
