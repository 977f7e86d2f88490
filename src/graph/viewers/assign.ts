// assignAccessRole, mapAccessRole
import { uuidv7 } from 'uuidv7';
import type { AccessRole } from '../../access/policy';
import { refusePoison } from '../../core/poison';
import { refuseReason } from '../../core/reason';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, refuseLongText } from '../../core/text-limits';
import type { Write } from '../../journal/write';
import { lockEmployees } from '../people/resolve';
import { assignmentOf, mappingOf, type MappingKey } from './store';

/** What gives a role, or takes it away again. */
export interface RoleGiven {
  readonly role: AccessRole | null;
  readonly reason: string;
}

/** Gives a person a role by hand; null takes back what was given by hand. Answers whether anything is different. */
export async function assignRole(write: Write, person: string, { role, reason }: RoleGiven): Promise<boolean | Refusal> {
  const no = refuseReason(reason);
  if (no) return no;
  if ((await lockEmployees(write.db, [person])).size === 0)
    return refusal('UNKNOWN_EMPLOYEE', 'Nobody is known by this key: it may be erased already.', ['employee']);
  const given = await assignmentOf(write.db, person);
  const before = given?.role ?? null;
  if (before === role) return false;
  if (given)
    write.run('/* retireAssignment */ UPDATE access_assignment SET retired_in = $2 WHERE id = $1', [given.id, write.change]);
  if (role !== null) {
    write.run(
      '/* assignRole */ INSERT INTO access_assignment (id, employee_id, role, reason, recorded_in) VALUES ($1, $2, $3, $4, $5)',
      [...[uuidv7(), person, role, reason.trim()], write.change],
    );
  }
  write.record({
    ...{ kind: 'access.assigned', entity: person, entityVersion: 0, subject: person, occurredAt: write.now },
    body: { role, before, reason: reason.trim() },
  });
  write.touch([person]);
  return true;
}

/** Lets a job title or a group give a role; null: it gives none any more. */
export async function mapRole(
  write: Write,
  { kind, value }: MappingKey,
  { role, reason }: RoleGiven,
): Promise<boolean | Refusal> {
  const poison = refusePoison({ value });
  if (poison) return poison;
  const no = refuseReason(reason) ?? refuseLongText({ value }, ['value'], LONGEST_ADDRESS);
  if (no) return no;
  if (value.trim() === '') return refusal('EMPTY_VALUE', 'Say which job title or group it is.', ['of']);
  await write.db.query('/* lockMappings */ LOCK TABLE access_mapping IN SHARE ROW EXCLUSIVE MODE');
  const given = await mappingOf(write.db, { kind, value });
  const before = given?.role ?? null;
  if (before === role) return false;
  if (given) write.run('/* retireMapping */ UPDATE access_mapping SET retired_in = $2 WHERE id = $1', [given.id, write.change]);
  const id = uuidv7();
  if (role !== null) {
    write.run('/* mapRole */ INSERT INTO access_mapping (id, kind, value, role, recorded_in) VALUES ($1, $2, $3, $4, $5)', [
      ...[id, kind, value, role],
      write.change,
    ]);
  }
  write.record({
    ...{ kind: 'access.mapped', entity: id, entityVersion: 1, subject: null, occurredAt: write.now },
    body: { code: value, by: kind, role, before, reason: reason.trim() },
  });
  return true;
}
