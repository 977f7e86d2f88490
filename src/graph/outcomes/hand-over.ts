// What is open for somebody who is forgotten becomes somebody else's to do.
import type { Write } from '../../journal/write';
import { rolesKnown } from '../rules/definitions';
import type { Cached } from '../catalogue';
import { lockEmployees } from '../people/resolve';
import type { OutcomeRuleRow } from './definitions';
import { toEntry } from './settle';
import { openOutcomesOf, recordOutcomes, type OutcomeRow } from './store';

/**
 * Gives each open outcome of a person to whom its definition names as it is now: the owner, or who owns what has no manager. Where nobody is
 * left it is withdrawn, with that reason. Belongs to the erasure of the person.
 */
export function handOverOutcomes(cache: Cached<readonly OutcomeRuleRow[]>) {
  return async (write: Write, employeeId: string): Promise<void> => {
    const open = await openOutcomesOf(write.db, employeeId);
    if (open.length === 0) return;
    await lockEmployees(
      write.db,
      open.map(({ employeeUuid }) => employeeUuid),
    );
    const rules = new Map((await cache.get(write.db, true)).map((rule) => [rule.uuid, rule]));
    const roles = await rolesKnown(
      write.db,
      { at: write.now, known: null, sight: null },
      { ids: open.map(({ roleUuid }) => roleUuid) },
    );
    const codeOf = new Map(roles.map((role) => [role.uuid, role.code]));
    const handed = open.map((row) => handedOver(row, rules.get(row.ruleUuid)!, employeeId, write.now));
    recordOutcomes(write, handed);
    for (const row of handed) {
      const what = row.state === 'OPEN' ? 'reassigned' : 'withdrawn';
      write.record(toEntry(what, row, rules.get(row.ruleUuid)!, codeOf.get(row.roleUuid)!, write.now));
    }
    write.touch(open.map(({ employeeUuid }) => employeeUuid));
  };
}

function handedOver(row: OutcomeRow, rule: OutcomeRuleRow, gone: string, now: number): OutcomeRow {
  const next = [rule.ownerUuid, rule.fallbackOwnerUuid].find((owner) => owner !== null && owner !== gone);
  if (next) return { ...row, ownerUuid: next };
  const reason = 'its owner was erased, and its definition names nobody else';
  return { ...row, state: 'WITHDRAWN', closedAt: now, reason };
}
