// Why somebody did something by hand: kept with the act.
import { refusePoison } from './poison';
import { refusal, type Refusal } from './refusal';
import { LONGEST_ADDRESS, refuseLongText } from './text-limits';

/** Refuses an act without a reason, or with one that cannot be kept. */
export function refuseReason(reason: string | null | undefined): Refusal | null {
  const poison = refusePoison({ reason });
  if (poison) return poison;
  if ((reason ?? '').trim() === '') return refusal('REASON_REQUIRED', 'Say why: the reason is kept with the act.', ['reason']);
  return refuseLongText({ reason }, ['reason'], LONGEST_ADDRESS);
}
