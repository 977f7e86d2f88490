// Pages of the log that readers share while they catch up: a thousand who come back at once read what they missed once.
import type { SealedEntry } from './decode';

/** Entries of a page, a quarter of a megabyte when opened: a reader that stands still holds one. Partitions end where pages do. */
export const PAGE = 128;
/** So many are kept; */
const KEPT = 64;
/** each for so long, as keys are: what was erased on another node is let go of within a minute. */
const KEPT_MS = 60_000;

interface Page {
  readonly entries: readonly SealedEntry[];
  readonly expiry: NodeJS.Timeout;
}

/** Reads pages of `PAGE` entries that begin behind a multiple of it; each once for all who want it at the same time or soon after. */
export class Pages {
  readonly #kept = new Map<number, Page>();
  readonly #reading = new Map<number, Promise<readonly SealedEntry[]>>();

  constructor(private readonly read: (after: number, limit: number) => Promise<readonly SealedEntry[]>) {}

  /** The entries after a position up to the end of its page; none when the log ends there. Throws what `read` throws. */
  async after(position: number): Promise<SealedEntry[]> {
    const begin = Math.floor(position / PAGE) * PAGE;
    const kept = this.#kept.get(begin)?.entries;
    let entries = kept && begin + kept.length > position ? kept : await this.#readOnce(begin);
    // what was being read already may have been asked for before the log had grown
    if (begin + entries.length <= position) entries = await this.#readOnce(begin);
    return entries.slice(position - begin);
  }

  /** Lets go of what is kept of these people, who were erased. */
  forget(people: ReadonlySet<string>): void {
    for (const { entries } of this.#kept.values()) for (const entry of entries) entry.forget(people);
    // not kept, then
    this.#reading.clear();
  }

  /** Lets go of everything: the log is another one. */
  clear(): void {
    for (const begin of [...this.#kept.keys()]) this.#drop(begin);
    this.#reading.clear();
  }

  #readOnce(begin: number): Promise<readonly SealedEntry[]> {
    let reading = this.#reading.get(begin);
    if (reading === undefined) {
      reading = this.read(begin, PAGE).then((entries) => {
        if (this.#reading.get(begin) === reading) this.#keep(begin, entries);
        return entries;
      });
      reading = reading.finally(() => {
        if (this.#reading.get(begin) === reading) this.#reading.delete(begin);
      });
      this.#reading.set(begin, reading);
    }
    return reading;
  }

  #keep(begin: number, entries: readonly SealedEntry[]): void {
    this.#drop(begin);
    this.#kept.set(begin, { entries, expiry: setTimeout(() => this.#drop(begin), KEPT_MS).unref() });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#drop(oldest);
    }
  }

  #drop(begin: number): void {
    clearTimeout(this.#kept.get(begin)?.expiry);
    this.#kept.delete(begin);
  }
}
