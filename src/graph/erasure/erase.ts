// eraseEmployee
import { refusePoison } from '../../core/poison';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, refuseLongText } from '../../core/text-limits';
import { ERASURE } from '../../journal/entry';
import type { Write } from '../../journal/write';
import { changeCatalogue } from '../catalogue';
import { lockEmployees } from '../people/resolve';
import { erasedMark } from '../people/store';
import { namesOf, ownedDefinitions, removeMentions, removeRows } from './store';

/** What is said of an erasure. */
export interface Erasure {
  readonly reason: string;
}

/** Removes what another slice or a later room keeps of a person, who was known by these names. */
export type Forget = (write: Write, employeeId: string, names: readonly string[]) => void | Promise<void>;

/** Makes everything that was ever said about a person unreadable, for ever; answers whom, or why not. */
export async function eraseEmployee(
  write: Write,
  id: string,
  erasure: Erasure,
  others: readonly Forget[],
): Promise<string | Refusal> {
  const no = refuse(erasure);
  if (isRefusal(no)) return no;
  // nobody tells anything of anybody meanwhile, and a publication that has judged the person already begins anew
  await changeCatalogue(write);
  write.arrive(['catalogue']);
  const person = (await lockEmployees(write.db, [id])).get(id);
  if (!person) return refusal('UNKNOWN_EMPLOYEE', 'Nobody is known by this key: it may be erased already.', ['employee']);
  const names = await namesOf(write, id);
  const owned = await ownedDefinitions(write.db, id);
  if (owned.length > 0) {
    const message = `What ${owned.join(', ')} opens is for this person to do: define it anew with another owner first.`;
    return refusal('EMPLOYEE_OWNS_OUTCOMES', message, ['employee']);
  }
  const reports = await removeMentions(write, names, erasedMark(id));
  if (reports.length > 0) write.arrive(['attribute:managerExternalId', 'attribute:otherManagerExternalIds']);
  write.touch(reports);
  removeRows(write, id);
  for (const forget of others) await forget(write, id, names);
  write.record({
    kind: ERASURE,
    entity: id,
    entityVersion: person.version + 1,
    // about nobody any more: it must stay readable, and says no more than that it was done and why
    subject: null,
    occurredAt: write.now,
    body: { reason: erasure.reason.trim() },
  });
  return id;
}

function refuse(erasure: Erasure): Refusal | null {
  const poison = refusePoison(erasure);
  if (poison) return poison;
  if (erasure.reason.trim() === '') {
    return refusal('REASON_REQUIRED', 'Say why, without naming the person: the reason is kept for ever.', ['reason']);
  }
  return refuseLongText(erasure, ['reason'], LONGEST_ADDRESS);
}
