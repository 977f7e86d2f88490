// What webhooks keep of a person who is erased: messages are built from the log anew, but filters may name the person, and receivers may
// have said something in answer.
import type { Write } from '../../journal/write';

/** Removes what receivers answered to changes about the person, and the person's names from filters. */
export function forgetReceivers(write: Write, employeeId: string, names: readonly string[]): void {
  write.run(
    `/* forgetResponses */ UPDATE webhook_attempt a SET response = NULL FROM webhook_delivery d
     WHERE d.lane = $1 AND a.delivery_id = d.id AND a.response IS NOT NULL`,
    [employeeId],
  );
  // a filter that named nobody else lets nothing through from now on, as it would have anyway
  write.run(
    `/* forgetInFilters */ UPDATE webhook_endpoint SET version = version + 1, filter = jsonb_set(filter, '{employeeExternalId}', (
       SELECT coalesce(jsonb_agg(n.name) FILTER (WHERE NOT n.name = ANY($1)), '[]')
       FROM jsonb_array_elements_text(filter -> 'employeeExternalId') AS n(name)))
     WHERE jsonb_typeof(filter -> 'employeeExternalId') = 'array' AND filter -> 'employeeExternalId' ?| $1`,
    [names],
  );
}
