import type { Actor } from '../platform/context';
import { currentTrace, newTraceId } from '../platform/trace';
import type { NewEntry } from './entry';
import type { PersonKeys } from './keys';
import { Stage } from './stage';
import type { Turns } from './turns';
import type { By, Write } from './write';

/** A change while its transaction is open: what it touched and what it will record. */
export class OpenWrite implements Write {
  readonly actor: Actor;
  readonly source: string | null;
  readonly trace = currentTrace() ?? newTraceId();
  readonly touched = new Set<string>();
  readonly arrived = new Set<string>();
  readonly recordedKinds = new Set<string>();
  readonly stage: Stage;
  #earlier: NewEntry[] = [];
  #entries: NewEntry[] = [];
  #isClosed = false;

  constructor(
    readonly db: Turns,
    readonly change: number,
    readonly now: number,
    by: By,
    readonly keys: PersonKeys,
  ) {
    this.actor = by.actor;
    this.source = by.source;
    this.stage = new Stage(db, keys);
  }

  run(text: string, params?: readonly unknown[]): void {
    this.db.run(text, params);
  }

  touch(employeeIds: Iterable<string>): void {
    for (const id of employeeIds) this.touched.add(id);
  }

  arrive(keys: Iterable<string>): void {
    for (const key of keys) this.arrived.add(key);
  }

  record(entry: NewEntry): void {
    if (this.#isClosed) throw new Error(`${entry.kind} was recorded after its change was closed`);
    this.recordedKinds.add(entry.kind);
    this.#entries.push(entry);
  }

  precede(entries: readonly NewEntry[]): void {
    if (this.#isClosed) throw new Error('a change was preceded after it was closed');
    this.#earlier.push(...entries);
  }

  amend(rewrite: (entry: NewEntry) => NewEntry): void {
    this.#earlier = this.#earlier.map(rewrite);
    this.#entries = this.#entries.map(rewrite);
  }

  /** No more facts after this; answers those collected. */
  close(): readonly NewEntry[] {
    this.#isClosed = true;
    return [...this.#earlier.sort((a, b) => a.occurredAt - b.occurredAt), ...this.#entries];
  }
}
