// Who may decide about an approval in a manager's name.
import type { Instant } from './calendar';

/** Over [from, to) the manager lets somebody else decide; null: about every kind. */
export interface Delegation {
  readonly managerUuid: string;
  readonly delegateUuid: string;
  readonly kinds: readonly string[] | null;
  readonly from: Instant;
  readonly to: Instant;
}

/** What is to be decided about whom, by whom and when; the manager is the primary one at that instant. */
export interface Decision {
  readonly employeeUuid: string;
  readonly managerUuid: string | null;
  readonly approverUuid: string;
  readonly kind: string;
  readonly at: Instant;
}

/**
 * Whether the approver decides in the manager's name: is the manager, or somebody whom the manager lets decide then. A delegate passes
 * nothing on, and nobody decides about themselves.
 */
export function mayDecide(
  { employeeUuid, managerUuid, approverUuid, kind, at }: Decision,
  delegations: readonly Delegation[],
): boolean {
  if (managerUuid === null || approverUuid === employeeUuid) return false;
  return (
    approverUuid === managerUuid ||
    delegations.some(
      ({ managerUuid: by, delegateUuid, kinds, from, to }) =>
        by === managerUuid && delegateUuid === approverUuid && from <= at && at < to && (kinds === null || kinds.includes(kind)),
    )
  );
}
