// Facts on both sides of a change.

/** One person's facts of a sort before and after a change, and the names under which they differ. */
export interface Around<R> {
  readonly before: R[];
  readonly after: R[];
  readonly changed: Set<string>;
}

interface Dated {
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

/** Sorts rows that stand, or that the change retired, by person; `personOf` and `nameOf` say whose and what each is. */
export function aroundChange<R extends Dated>(
  rows: readonly R[],
  change: number,
  personOf: (row: R) => string,
  nameOf: (row: R) => string,
): ReadonlyMap<string, Around<R>> {
  const byPerson = new Map<string, Around<R>>();
  for (const row of rows) {
    const person = personOf(row);
    let around = byPerson.get(person);
    if (!around) byPerson.set(person, (around = { before: [], after: [], changed: new Set() }));
    if (row.recordedIn !== change) around.before.push(row);
    if (row.retiredIn === null) around.after.push(row);
    if (row.recordedIn === change || row.retiredIn === change) around.changed.add(nameOf(row));
  }
  return byPerson;
}

/** Nothing on either side. */
export function nothingAround<R>(): Around<R> {
  return { before: [], after: [], changed: new Set() };
}
