// What a read is about: an instant, what was known, and whom the answer may speak of.
import { knownAt } from '../journal/known';
import type { Instant } from '../platform/clock';
import type { Params } from '../platform/sql';

/** Of whom an answer may speak. */
export interface Sight {
  /** Tells sights apart. */
  readonly key: string;
  /** The SQL condition under which the person whose id is in a column is among them. */
  includes(column: string, q: Params): string;
  /** Whether a person is among them, as far as that is known without looking. */
  has(person: string): boolean;
  /** Of what is told in confidence only what these sources tell is said; null: all of it. */
  readonly confidants: readonly string[] | null;
}

/** Those of whom two sights may speak. */
export function inBoth(one: Sight, other: Sight): Sight {
  return {
    key: `${one.key} & ${other.key}`,
    includes: (column, q) => `(${one.includes(column, q)} AND ${other.includes(column, q)})`,
    has: (person) => one.has(person) && other.has(person),
    confidants: one.confidants,
  };
}

/**
 * The two instants of a read: what held at `at`, as the graph knew it at log position `known` (null: what it knows now); and of whom it may
 * speak. Every object carries the view it was read with, so that all three reach everything below it.
 */
export interface View {
  readonly at: Instant;
  readonly known: number | null;
  /** Null: everybody. */
  readonly sight: Sight | null;
}

/** Tells views apart in loader keys. */
export function viewKey({ at, known: position, sight }: View): string {
  return `${at}|${position ?? ''}|${sight?.key ?? ''}`;
}

/** The SQL condition under which a bitemporal row belongs to what the view knows. */
export function known(alias: string, view: Pick<View, 'known'>, q: Params): string {
  return knownAt(alias, view.known === null ? null : q.add(view.known));
}

/** The SQL condition under which a view has ever known a row, whatever became of it since. */
export function everKnown(alias: string, view: Pick<View, 'known'>, q: Params): string {
  if (view.known === null) return 'true';
  return `EXISTS (SELECT 1 FROM change k WHERE k.id = ${alias}.recorded_in AND k.last_pos <= ${q.add(view.known)})`;
}

function instantOf({ at }: Pick<View, 'at'>, q: Params): string {
  return `${q.add(new Date(at).toISOString())}::timestamptz`;
}

/** The SQL condition under which a row [valid_from, valid_to) holds at the view's instant. */
export function valid(alias: string, view: Pick<View, 'at'>, q: Params): string {
  const at = instantOf(view, q);
  return `${alias}.valid_from <= ${at} AND ${alias}.valid_to > ${at}`;
}

/** The SQL condition under which the view may speak of the person whose id is in a column. */
export function seen(column: string, { sight }: Pick<View, 'sight'>, q: Params): string {
  return sight === null ? 'true' : sight.includes(column, q);
}

/** The SQL condition under which the view may say what is told in confidence, under this name, of the person whose id is in a column. */
export function confided(column: string, name: string, view: View, q: Params): string {
  const confidants = view.sight?.confidants ?? null;
  if (confidants === null) return 'true';
  return `EXISTS (SELECT 1 FROM employee_fact own WHERE own.employee_id = ${column} AND own.name = ${q.add(name)}
    AND own.source = ANY(${q.add(confidants)}::text[]) AND ${known('own', view, q)} AND ${standing('own', view, q)})`;
}

/** The SQL condition under which a known assertion is the one that holds at the view's instant: none of its name is later, whoever told it. */
export function standing(alias: string, view: View, q: Params): string {
  const at = instantOf(view, q);
  return `${alias}.at <= ${at} AND NOT EXISTS (SELECT 1 FROM employee_fact later
    WHERE later.employee_id = ${alias}.employee_id AND later.name = ${alias}.name AND later.at > ${alias}.at AND later.at <= ${at} AND ${known('later', view, q)})`;
}

/** The SQL condition under which a row about a person belongs to what the view knows, and may say. */
export function told(alias: string, view: View, q: Params): string {
  const isKnown = known(alias, view, q);
  return view.sight === null ? isKnown : `${isKnown} AND ${seen(`${alias}.employee_id`, view, q)}`;
}
