// Who decided: the primary manager at that instant, or somebody that manager lets decide.
import { mayDecide } from '../../core/delegation';
import { refusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import { managersAt } from '../people/store';
import { delegationsOf } from './store';

/** An act in somebody's name. */
export interface NamedAct {
  readonly employeeUuid: string;
  readonly approverUuid: string;
  readonly kind: string;
  readonly at: number;
}

/** In which manager's name each act is; a refusal where the approver may not decide. */
export async function managersOfActs(write: Write, acts: readonly NamedAct[]): Promise<(string | Refusal)[]> {
  if (acts.length === 0) return [];
  const managers = await managersAt(write.db, acts);
  const known = managers.filter((manager): manager is string => manager !== null);
  const delegations = await delegationsOf(write.db, [...new Set(known)]);
  return acts.map((act, i) => {
    const managerUuid = managers[i]!;
    return managerUuid !== null && mayDecide({ ...act, managerUuid }, delegations) ? managerUuid : notEntitled(act);
  });
}

function notEntitled({ employeeUuid, approverUuid, kind }: NamedAct): Refusal {
  const message =
    approverUuid === employeeUuid
      ? 'Nobody decides about themselves: let the primary manager decide, or whom the manager has named with delegateApprovals.'
      : `The approver was not the person's primary manager then, and the manager had not let them decide about "${kind}": let the manager decide, or record delegateApprovals first.`;
  return refusal('APPROVER_NOT_ENTITLED', message, ['approverExternalId']);
}
