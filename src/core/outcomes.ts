/** What a verdict that becomes another one does to the outcomes that organisations tie to it. */
import type { Verdict } from './verdict';

/** When an outcome is opened: on entering one of the verdicts `when`. */
export interface OutcomeTrigger {
  /** False: it opens nothing any more. */
  readonly active: boolean;
  /** Null: every role. */
  readonly roleCode: readonly string[] | null;
  readonly when: readonly Verdict[];
  /** Null: from any verdict that is not one of `when`. */
  readonly from: readonly Verdict[] | null;
}

/** A verdict about a role that became another one; `before` null: none had been given. */
export interface ReachedVerdict {
  readonly roleCode: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
}

/**
 * Going from one of `when` to another one neither opens nor ends anything: a renewal that makes AT_RISK ELIGIBLE again is no second success.
 * Without a rule everybody was silently not eligible.
 */
export function effectOn(trigger: OutcomeTrigger, { roleCode, before, after }: ReachedVerdict): 'OPENS' | 'ENDS' | null {
  if (trigger.roleCode !== null && !trigger.roleCode.includes(roleCode)) return null;
  if (!trigger.when.includes(after)) return 'ENDS';
  const left = before ?? 'NOT_ELIGIBLE';
  const isEntered = !trigger.when.includes(left) && (trigger.from === null || trigger.from.includes(left));
  return trigger.active && isEntered ? 'OPENS' : null;
}

/** Whether there is a change of verdict that opens anything. */
export function canOpen({ roleCode, when, from }: Omit<OutcomeTrigger, 'active'>): boolean {
  return roleCode?.length !== 0 && when.length > 0 && (from === null || from.some((verdict) => !when.includes(verdict)));
}
