// The kinds of alert, and when each is due. docs/operations.md says what to do about them.

/** What calls for somebody. */
export const ALERT_KINDS = {
  WEBHOOK_FAILING: 'The last five attempts or more to reach a webhook failed. Resolved by a success, or when it is disabled.',
  WEBHOOK_DISABLED: 'A webhook was disabled because nothing got through, or because it is gone. Resolved when it is enabled.',
  WEBHOOK_DEAD_LETTERS: 'Deliveries of a webhook were given up. Resolved when all of them are sent again.',
  LOG_BEHIND: 'What was committed half a minute ago is not in the log yet.',
  TIMERS_BEHIND: 'What time brought a minute ago is not published yet.',
  CLOCK_FROZEN: 'The clock of a node jumped ahead, and its time stands still until it is believable.',
  UNUSUAL_CHANGES:
    'Within an hour ten times as much was recorded as within a usual hour of the last week, and at least 1,000 entries.',
  UNUSUAL_QUARANTINE:
    'Within an hour ten times as many items were set aside as within a usual hour of the last week, and at least 100.',
  MANY_REVOCATIONS:
    'Within an hour ten times as many credentials were revoked as within a usual hour, and at least ALERT_REVOCATIONS.',
  ACCESS_CHECK_FAILED:
    'The latest check of the way that access tokens take has failed, or it is long overdue. Resolved by one that passes.',
} as const;

export type AlertKind = keyof typeof ALERT_KINDS;

/** Something that is so just now, and that somebody should know. */
export interface Condition {
  readonly kind: AlertKind;
  /** What it is about; empty when there is but one. One alert per kind and subject is open at a time. */
  readonly subject: string;
  readonly message: string;
}
