// Whether entries still name somebody who was erased since: such entries are not given away.
import type { Db } from '../../platform/postgres/pool';
import { erasedManagers } from '../people/facts';
import { assertionsIn, type ToldEntry } from './replay';

/** Whether one of these entries about a person says that somebody is their manager who was erased since. */
export async function namesErased(db: Db, employee: string, entries: readonly ToldEntry[]): Promise<boolean> {
  const told = entries.filter(({ kind }) => kind === 'employee.changed').flatMap(({ body }) => [...assertionsIn(body)]);
  if (!told.some(({ name }) => name === 'managerExternalId' || name === 'otherManagerExternalIds')) return false;
  const erased = new Set((await erasedManagers(db, employee)).map(({ name, at }) => `${name} ${at}`));
  return told.some(({ name, at }) => erased.has(`${name} ${at}`));
}
