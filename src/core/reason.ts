// Why somebody did something by hand: kept with the act.
import { refusePoison } from './poison';
import { refusal, type Refusal } from './refusal';
import { LONGEST_ADDRESS, refuseLongText } from './text-limits';

/** Refuses an act without a reason, or with one that cannot be kept. */
export function refuseReason(reason: string | null | undefined): Refusal | null {
  if ((reason ?? '').trim() === '') return refusal('REASON_REQUIRED', 'Say why: the reason is kept with the act.', ['reason']);
  return refuseUnkeptReason(reason);
}

/** Refuses a reason that cannot be kept; there need be none. */
export function refuseUnkeptReason(reason: string | null | undefined): Refusal | null {
  return refusePoison({ reason }) ?? refuseLongText({ reason }, ['reason'], LONGEST_ADDRESS);
}
