/**
 * The database or the log did not answer in time or went away: nothing is wrong with the request, and it is safe to send it
 * again with the same idempotency key. Whether the write took place may be unknown; the message says.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly code = 'UNAVAILABLE';
  /** Where GraphQL looks for an error's code. */
  readonly extensions = { code: 'UNAVAILABLE' } as const;
}
