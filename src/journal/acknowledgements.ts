// Tells writers when their change has its place in the log.
import type { Db } from '../platform/postgres/pool';
import type { SequencedChange } from './move-batch';
import { Unavailable } from './unavailable';

interface Waiter {
  readonly seen: (position: number) => void;
  readonly failed: (error: Error) => void;
}

/** How patient writers are. */
export interface AcknowledgementOptions {
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

const TIMEOUT_MS = 10_000;
/** How often to ask the table; only matters when another node's sequencer does the work and its hint was lost. */
const POLL_MS = 50;
/** How many changes are remembered that were sequenced before anybody asked. */
const REMEMBERED = 4096;

/** The changes writers of this node wait for. The local sequencer reports them directly; those of others are looked up. */
export class Acknowledgements {
  readonly #waiters = new Map<number, Waiter[]>();
  readonly #recent = new Map<number, number>();
  readonly #timeoutMs: number;
  readonly #pollMs: number;
  #poll: NodeJS.Timeout | null = null;
  #isLooking = false;

  constructor(
    private readonly db: Db,
    options: AcknowledgementOptions = {},
  ) {
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  /** How many changes somebody waits for. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** True when somebody waits for this change. */
  isAwaited(changeId: number): boolean {
    return this.#waiters.has(changeId);
  }

  /**
   * Resolves with the last position of a committed change once the log has it.
   * Rejects with Unavailable after ten seconds: the change is committed and will appear, but not in time for this answer.
   */
  whenSeen(changeId: number): Promise<{ position: number }> {
    const known = this.#recent.get(changeId);
    if (known !== undefined) return Promise.resolve({ position: known });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#drop(changeId, waiter);
        reject(
          new Unavailable(
            `The change was saved, but the log did not take it in within ${this.#timeoutMs} ms; it will appear later.`,
          ),
        );
      }, this.#timeoutMs);
      const waiter: Waiter = {
        seen: (position) => {
          clearTimeout(timer);
          resolve({ position });
        },
        failed: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.set(changeId, [...(this.#waiters.get(changeId) ?? []), waiter]);
      this.#schedule();
    });
  }

  /** These changes have their places. */
  settle(changes: readonly SequencedChange[]): void {
    for (const { id, lastPos } of changes) {
      this.#recent.set(id, lastPos);
      const waiters = this.#waiters.get(id);
      this.#waiters.delete(id);
      for (const waiter of waiters ?? []) waiter.seen(lastPos);
    }
    for (const id of this.#recent.keys()) {
      if (this.#recent.size <= REMEMBERED) break;
      this.#recent.delete(id);
    }
  }

  /** Forgets where changes stand: the log is another one, and gives their numbers to others. */
  forget(): void {
    this.#recent.clear();
  }

  /** Looks up all changes waited for in one statement; a failure is left for the next look. */
  async look(): Promise<void> {
    if (this.#waiters.size === 0 || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const { rows } = await this.db.query<SequencedChange>(
        '/* findChanges */ SELECT id, first_pos AS "firstPos", last_pos AS "lastPos" FROM change WHERE id = ANY($1::bigint[])',
        [[...this.#waiters.keys()]],
      );
      this.settle(rows);
    } catch {
      // Each writer has its own time limit.
    } finally {
      this.#isLooking = false;
    }
  }

  /** Rejects everybody who waits: the node is stopping. */
  stop(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    const all = [...this.#waiters.values()].flat();
    this.#waiters.clear();
    for (const waiter of all)
      waiter.failed(new Unavailable('The change was saved, but the server stopped before the log took it in.'));
  }

  #drop(changeId: number, waiter: Waiter): void {
    const rest = (this.#waiters.get(changeId) ?? []).filter((other) => other !== waiter);
    if (rest.length > 0) this.#waiters.set(changeId, rest);
    else this.#waiters.delete(changeId);
  }

  #schedule(): void {
    this.#poll ??= setTimeout(() => {
      this.#poll = null;
      void this.look().finally(() => {
        if (this.#waiters.size > 0) this.#schedule();
      });
    }, this.#pollMs);
  }
}
