// Whom an entry of the log may be told to: permissions are those of the entry's own position.
import { isAllowed, reachOf } from '../../access/policy';
import { ERASURE, type LogEntry } from '../../journal/entry';
import type { Actor } from '../../platform/context';
import type { Db } from '../../platform/postgres/pool';
import { endsOfChanges, peopleAbove, toldBySources } from './store';

/** Entries about nobody that say how the graph is run, and not what it holds. */
const OF_OPERATORS = /^(webhook|api_key|access|document)\./;

type Circle = ReadonlySet<string>;

/**
 * Knows who was above whom when an entry was recorded. Each entry is looked up once, however many follow it: a thousand managers who
 * subscribe to the same changes cost one statement per entry.
 */
export class Circles {
  readonly #found = new WeakMap<LogEntry, Promise<Circle>>();

  constructor(private readonly db: Db) {}

  /** Which of some entries somebody may be told of, as they stood at each. */
  async among(actor: Actor, entries: readonly LogEntry[]): Promise<ReadonlySet<LogEntry>> {
    if (!isAllowed(actor, 'graph:read')) return new Set();
    const reach = reachOf(actor);
    if (reach === 'EVERYBODY') return new Set(entries);
    // who it was is nobody's report any more: only systems, which may have kept something, are told whom to forget
    const isOpen = (kind: string): boolean => !OF_OPERATORS.test(kind) && !(kind === ERASURE && reach === 'REPORTS');
    const open = entries.filter(({ subject, kind }) => subject === null && isOpen(kind));
    const about = entries.filter(({ subject, erased }) => subject !== null && !erased);
    const seen =
      reach === 'SOURCES'
        ? await toldBySources(this.db, about, [...actor.sources!])
        : await this.#withinCircle(actor.person!, about);
    return new Set([...open, ...seen]);
  }

  /** The position at which the change of an entry is known, all at once. */
  async endOf({ changeId }: LogEntry): Promise<number> {
    return (await endsOfChanges(this.db, [changeId])).get(changeId)!;
  }

  async #withinCircle(person: string, entries: readonly LogEntry[]): Promise<LogEntry[]> {
    const others = entries.filter(({ subject }) => subject !== person);
    this.#lookUp(others.filter((entry) => !this.#found.has(entry)));
    const above = await Promise.all(others.map((entry) => this.#found.get(entry)!));
    return [...entries.filter(({ subject }) => subject === person), ...others.filter((_, i) => above[i]!.has(person))];
  }

  #lookUp(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    const found = peopleAbove(this.db, entries);
    entries.forEach((entry, i) => {
      const circle = found.then((circles) => circles[i]!);
      this.#found.set(entry, circle);
      // whoever asks next looks again
      circle.catch(() => this.#found.delete(entry));
    });
  }
}
