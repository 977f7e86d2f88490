// The shape of one fact in the change log: as a writer records it, and as every reader gets it back.
import type { Instant } from '../core/calendar';

/** A JSON value; numbers must be finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

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

/**
 * The one JSON text of a value: members sorted by UTF-16 code units, no white space, absent members left out.
 * Throws on a number that JSON cannot hold.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} has no place in JSON`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (isList(value)) {
    for (const item of value) text += `${text && ','}${canonicalJson(item)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text && ','}${quoted(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

const NOTHING_TO_ESCAPE = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return NOTHING_TO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
