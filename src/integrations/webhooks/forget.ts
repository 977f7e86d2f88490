// What webhooks keep of a person who is erased: messages are built from the log anew, but receivers may have said something in answer.
import type { Write } from '../../journal/write';

/** Removes what receivers answered to changes about the person. */
export function forgetResponses(write: Write, employeeId: string): void {
  write.run(
    `/* forgetResponses */ UPDATE webhook_attempt a SET response = NULL FROM webhook_delivery d
     WHERE d.lane = $1 AND a.delivery_id = d.id AND a.response IS NOT NULL`,
    [employeeId],
  );
}
