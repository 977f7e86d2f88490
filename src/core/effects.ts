// What followed from what, within one change about one person.

/** What of an entry tells its place among the others. */
export interface FollowingEntry {
  readonly pos: number;
  readonly kind: string;
  /** Null when it cannot be read any more. */
  readonly body: unknown;
}

/**
 * What follows at once from an entry, among those of its change about the same person, in the order of the log: from a completion the
 * credentials it earned, from a fact the verdicts that changed with it, from a verdict the outcomes it opened or withdrew. A verdict that
 * changed with several facts follows from each of them: which of them it needed is in its `because`.
 */
export function effectsOf<E extends FollowingEntry>(entry: E, beside: readonly E[]): E[] {
  const behind = beside.filter(({ pos }) => pos > entry.pos);
  switch (rankOf(entry)) {
    case 'OUTCOME':
      return [];
    case 'VERDICT':
      return behind.filter((other) => rankOf(other) === 'OUTCOME' && roleOf(other) !== null && roleOf(other) === roleOf(entry));
    case 'FACT': {
      const earned = behind.filter((other) => isEarnedBy(other, entry));
      // what a completion earned is what moved the verdicts
      return earned.length > 0 ? earned : behind.filter((other) => rankOf(other) === 'VERDICT');
    }
  }
}

function rankOf({ kind }: FollowingEntry): 'FACT' | 'VERDICT' | 'OUTCOME' {
  if (kind === 'eligibility.changed') return 'VERDICT';
  return kind.startsWith('outcome.') ? 'OUTCOME' : 'FACT';
}

function isEarnedBy(other: FollowingEntry, { kind, body }: FollowingEntry): boolean {
  if (kind !== 'completion.recorded' || !other.kind.startsWith('credential.')) return false;
  const completion = field(body, 'completion');
  const earnedBy = field(other.body, 'completions');
  return typeof completion === 'string' && Array.isArray(earnedBy) && earnedBy.includes(completion);
}

const roleOf = ({ body }: FollowingEntry): unknown => field(body, 'role') ?? null;

function field(body: unknown, name: string): unknown {
  return body !== null && typeof body === 'object' ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
}
