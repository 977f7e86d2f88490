// closeOutcome
import { refuseDates } from '../../core/dates';
import { refusePoison } from '../../core/poison';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_ADDRESS, refuseLongText } from '../../core/text-limits';
import type { Write } from '../../journal/write';
import { uuidOf } from '../../platform/graphql/node-id';
import { holdCatalogue, type Cached } from '../catalogue';
import { lockEmployees } from '../people/resolve';
import { rolesKnown } from '../rules/definitions';
import { sees } from '../sight';
import type { OutcomeRuleRow } from './definitions';
import { toEntry } from './settle';
import { recordOutcomes, standingOutcome } from './store';

/** What closes an outcome. */
export interface Closing {
  readonly outcome: string;
  readonly reason: string;
  readonly effectiveAt?: number | null;
}

/** Closes an outcome inside a change; answers its id, or why not. */
export async function closeOutcome(
  write: Write,
  closing: Closing,
  cache: Cached<readonly OutcomeRuleRow[]>,
): Promise<string | Refusal> {
  const no = refuse(closing);
  if (no) return no;
  const version = await holdCatalogue(write.db);
  const id = uuidOf('out', closing.outcome);
  const meant = id === null ? null : await standingOutcome(write.db, id);
  if (!meant || !(await sees(write.db, write.actor, write.now, meant.employeeUuid)))
    return refusal('OUTCOME_NOT_FOUND', 'There is no such outcome: name it by its node id.', ['outcome']);
  await lockEmployees(write.db, [meant.employeeUuid]);
  // read again behind the lock: somebody may have closed it meanwhile
  const open = (await standingOutcome(write.db, meant.uuid))!;
  if (open.state !== 'OPEN') {
    const message = `The outcome is ${open.state.toLowerCase()} already: nothing is left to do.`;
    return refusal('OUTCOME_CLOSED', message, ['outcome']);
  }
  const at = closing.effectiveAt ?? write.now;
  if (at < open.occurredAt || at > write.now) {
    const message = 'An outcome is closed between the instant at which it was opened and now: correct effectiveAt.';
    return refusal('OUTCOME_NOT_OPEN', message, ['effectiveAt']);
  }
  const row = { ...open, state: 'DONE', closedAt: at, closedBy: write.actor.id, reason: closing.reason.trim() } as const;
  recordOutcomes(write, [row]);
  const rule = (await cache.get(write.db, false, version)).find(({ uuid }) => uuid === row.ruleUuid)!;
  const [role] = await rolesKnown(write.db, { at, known: null, sight: null }, { ids: [row.roleUuid] });
  write.record(toEntry('closed', row, rule, role!.code, at));
  write.touch([row.employeeUuid]);
  return row.uuid;
}

function refuse(closing: Closing): Refusal | null {
  const poison = refusePoison(closing);
  if (poison) return poison;
  if (closing.reason.trim() === '') return refusal('REASON_REQUIRED', 'Say why: the reason is kept with the act.', ['reason']);
  return refuseDates(closing, ['effectiveAt']) ?? refuseLongText(closing, ['reason'], LONGEST_ADDRESS);
}
