// What is so just now.
import { latestCheck } from '../../access/checks/store';
import type { Db } from '../../platform/postgres/pool';
import { rows } from '../../platform/sql';
import { webhookId } from '../webhooks/ids';
import { FAILURES_UNTIL_OPEN } from '../webhooks/state';
import type { Condition } from './kinds';
import { lateness } from './lateness';

const TIMERS_LATE_S = 60;
const LOG_LATE_S = 30;
const CHECK_LATE_MS = 10 * 60_000;

/** Everything about receivers that calls for somebody. */
export async function webhookConditions(db: Db): Promise<Condition[]> {
  const found = await rows<{ id: string; state: string; because: string | null; failures: number; isDead: boolean }>(
    db,
    `/* webhookConditions */ SELECT e.id, e.state, e.disabled_because AS because, e.failures,
       EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'DEAD') AS "isDead"
     FROM webhook_endpoint e`,
  );
  return found.flatMap(({ id, state, because, failures, isDead }) => {
    const subject = webhookId(id);
    const conditions: Condition[] = [];
    if (state === 'ENABLED' && failures >= FAILURES_UNTIL_OPEN)
      conditions.push({ kind: 'WEBHOOK_FAILING', subject, message: `${subject} fails: ${failures} attempts in a row.` });
    if (state === 'DISABLED' && because !== 'ASKED')
      conditions.push({ kind: 'WEBHOOK_DISABLED', subject, message: `${subject} is disabled: ${because}.` });
    if (isDead) conditions.push({ kind: 'WEBHOOK_DEAD_LETTERS', subject, message: `Deliveries to ${subject} were given up.` });
    return conditions;
  });
}

/** Whether the log and the timers are late. */
export async function latenessConditions(db: Db, now: number): Promise<Condition[]> {
  const { inboxSeconds, dueSeconds } = await lateness(db, now);
  const conditions: Condition[] = [];
  if (inboxSeconds > LOG_LATE_S)
    conditions.push({ kind: 'LOG_BEHIND', subject: '', message: 'The log is more than half a minute behind.' });
  if (dueSeconds >= TIMERS_LATE_S)
    conditions.push({ kind: 'TIMERS_BEHIND', subject: '', message: 'The timers are more than a minute behind.' });
  return conditions;
}

/** Whether access tokens might not be accepted; they are checked every so many milliseconds. */
export async function accessConditions(db: Db, now: number, every: number): Promise<Condition[]> {
  const latest = await latestCheck(db);
  if (latest === null) return [];
  const kind = 'ACCESS_CHECK_FAILED';
  if (!latest.ok) return [{ kind, subject: '', message: `Access tokens might not be accepted: ${latest.detail}` }];
  if (latest.at + 2 * every + CHECK_LATE_MS > now) return [];
  return [{ kind, subject: '', message: 'Whether access tokens would be accepted has not been checked for long.' }];
}
