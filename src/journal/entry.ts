// The shape of one fact in the change log: as a writer records it, and as every reader gets it back.
import type { Instant } from '../core/calendar';

export { canonicalJson } from '../core/canonical-json';

/** A JSON value; numbers must be finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** The kind of the fact that a person's key is gone: every node that reads it forgets the person. */
export const ERASURE = 'employee.erased';

/** One fact, as recorded inside a write. Its event id, actor, source and position are given by the journal. */
export interface NewEntry {
  /** Past tense, dotted: `credential.issued`. */
  readonly kind: string;
  /** The thing it happened to (uuid). */
  readonly entity: string;
  /** The entity's version after this fact; grows by one per fact, so that a reader can skip what it already has. */
  readonly entityVersion: number;
  /** The person the body is about: the body is then encrypted with that person's key. Null when it is about nobody. */
  readonly subject: string | null;
  /** When it became true in the world. */
  readonly occurredAt: Instant;
  readonly body: Json;
}

/** One fact, as read from the log. */
export interface LogEntry {
  /** Dense position: the entry after n is n + 1, always. */
  readonly pos: number;
  /** The change (one write transaction) that recorded it; the entries of a change are neighbours in the log. */
  readonly changeId: number;
  readonly eventId: string;
  readonly kind: string;
  readonly entity: string;
  readonly entityVersion: number;
  readonly subject: string | null;
  readonly actor: string;
  readonly source: string | null;
  readonly occurredAt: Instant;
  /** When the log took it in; never decreases with `pos`. */
  readonly recordedAt: Instant;
  /** Null when `erased` or `damaged`. */
  readonly body: Json;
  /** The person's key is gone: nobody can read the body again. */
  readonly erased: boolean;
  /** The stored bytes are not what was written: somebody changed the table by hand. */
  readonly damaged: boolean;
}
