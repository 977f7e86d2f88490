/** The left fold that turns the dated evidence about one holding into its timeline. */
import { longestDays, type Day, type DayNumber, type Instant } from './calendar';
import { noticeAt, renewalTerms, spanAfter, spanBefore, type RenewalPolicy, type RenewalTerms } from './renewal-policy';

export { expires, NEVER_EXPIRES, parseRenewalPolicy } from './renewal-policy';
export type { ExpiryRounding, FixedDay, LastDay, RenewalAnchor, RenewalPolicy, RenewalPolicyDraft } from './renewal-policy';

/** An award of the credential. */
export interface AwardEvidence {
  readonly kind: 'AWARD';
  readonly id: string;
  readonly at: Instant;
  /** An end given by the issuer (exclusive), which wins over the policy; null: the policy decides. */
  readonly expiresAt: Instant | null;
  /** Whether the whole of the requirements was met anew; null: not said. */
  readonly initial: boolean | null;
  /** A renewal by what was earned in the cycle: it extends from the expiry in effect, however early it is given. */
  readonly endsCycle?: boolean;
  readonly recordedAt: Instant;
}

/** The date of the person that a policy with fixedFrom reads, as told from an instant on. */
export interface DateEvidence {
  readonly kind: 'DATE';
  readonly id: string;
  readonly at: Instant;
  readonly on: Day;
  readonly recordedAt: Instant;
}

/** One dated fact about a holding. */
export type Evidence =
  | AwardEvidence
  | DateEvidence
  | {
      readonly kind: 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION';
      readonly id: string;
      readonly at: Instant;
      readonly recordedAt: Instant;
    };

/** What a holding is worth at an instant. */
export type CredentialStatus = 'PENDING' | 'ACTIVE' | 'GRACE' | 'EXPIRED' | 'SUSPENDED' | 'REVOKED';

/** What can happen to a holding. */
export type CredentialEventKind =
  'ISSUED' | 'RENEWED' | 'EXPIRING' | 'EXPIRED' | 'GRACE_ENDED' | 'SUSPENDED' | 'REINSTATED' | 'REVOKED';

/** A stretch [from, to) of a holding's timeline. */
export interface HoldingSegment {
  readonly from: Instant;
  readonly to: Instant;
  readonly status: CredentialStatus;
  /** When the award in effect was given; the first award while none is. */
  readonly issuedAt: Instant;
  /** The end (exclusive) of that award's validity; null: never. */
  readonly expiresAt: Instant | null;
}

/** A point on a holding's timeline. */
export interface HoldingEvent {
  readonly kind: CredentialEventKind;
  readonly at: Instant;
  /** The evidence that caused it; null: the passing of time. */
  readonly factId: string | null;
  /** The expiry in effect after it. */
  readonly expiresAt: Instant | null;
}

/** FIRST_ISSUE: never awarded before. RENEWAL: still valid, in grace or reinstatable. REISSUE: after a revocation or a lapse. */
export type AwardMode = 'FIRST_ISSUE' | 'RENEWAL' | 'REISSUE';

/** What became of one award. */
export interface HoldingAward {
  readonly factId: string;
  readonly mode: AwardMode;
  readonly at: Instant;
  /** The end it led to; null: none, or it did not count. */
  readonly expiresAt: Instant | null;
  /** False when an initial award was needed, or the award was revoked before it began. */
  readonly counted: boolean;
  /** When the validity it gives begins: the expiry it extends from, else its own instant. */
  readonly startsAt: Instant;
}

/** The timeline of one holding. */
export interface Holding {
  /** Contiguous, canonical, from the first segment to Infinity; empty when nothing was ever awarded. */
  readonly segments: HoldingSegment[];
  /** In order of time. */
  readonly events: HoldingEvent[];
  /** In order of time. */
  readonly awards: HoldingAward[];
}

/**
 * Folds evidence, in any order, into the holding's timeline. At one instant awards come before suspensions, reinstatements and
 * revocations; a fact at an expiry comes before the expiry. Awards of one instant go by what they say (initial ones first, then
 * by the end they name), so that the timeline does not depend on ids.
 *
 * Coverage is the union of what the awards give: one that would end before the expiry in effect counts and changes nothing, the
 * award that gave that expiry stays in effect. Only a revocation takes time away.
 *
 * A date of the person holds for the awards from its instant on, the first one also for those before: what is told of a birth was true
 * all along.
 *
 * After a revocation an award counts unless `initial` is false; more than reinstateWithin after the expiry only when it is true.
 * A revocation also takes away awards on record by then that have not begun. A suspension hides the status, not the clock.
 */
export function foldHolding(policy: RenewalPolicy, evidence: readonly Evidence[]): Holding {
  const ordered = inOrder(evidence);
  const facts = ordered.some(isDate) ? ordered.filter((fact) => !isDate(fact)) : ordered;
  const fold = new HoldingFold(policy, facts, ordered.filter(isDate));
  for (let i = 0; i < facts.length;) {
    const { at } = facts[i] as Evidence;
    fold.passTime(at);
    for (; i < facts.length && facts[i]?.at === at; i++) fold.apply(facts[i] as Evidence);
    fold.settle(at);
  }
  fold.passTime(Infinity);
  return { segments: fold.segments, events: fold.events, awards: fold.awards };
}

/** The segment an instant lies in; null before the first. */
export function statusAt(segments: readonly HoldingSegment[], t: Instant): HoldingSegment | null {
  let low = 0;
  for (let high = segments.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((segments[middle] as HoldingSegment).from <= t) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1] ?? null;
}

function isDate(fact: Evidence): fact is DateEvidence {
  return fact.kind === 'DATE';
}

const RANK = { DATE: -1, AWARD: 0, SUSPENSION: 1, REINSTATEMENT: 2, REVOCATION: 3 } as const;

function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  const compare = (a: Evidence, b: Evidence): number =>
    a.at - b.at || RANK[a.kind] - RANK[b.kind] || compareAwards(a, b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  for (let i = 1; i < evidence.length; i++)
    if (compare(evidence[i - 1] as Evidence, evidence[i] as Evidence) > 0) return [...evidence].sort(compare);
  return evidence;
}

/** Of one instant: a whole award before one that does not say, before a mere renewal; the policy's end before ends that are given. */
function compareAwards(a: Evidence, b: Evidence): number {
  if (a.kind !== 'AWARD' || b.kind !== 'AWARD') return 0;
  const end = (award: AwardEvidence): number => award.expiresAt ?? -Infinity;
  const weight = (award: AwardEvidence): number => (award.initial === true ? 0 : award.initial === null ? 1 : 2);
  return weight(a) - weight(b) || (end(a) < end(b) ? -1 : end(a) > end(b) ? 1 : 0);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const DAY_MS = 86_400_000;

/** The state of the fold: everything known of the holding up to `now`. */
class HoldingFold {
  readonly segments: Mutable<HoldingSegment>[] = [];
  readonly events: HoldingEvent[] = [];
  readonly awards: HoldingAward[] = [];
  private readonly terms: RenewalTerms;
  private readonly revocations: readonly Evidence[];
  private readonly noticeReach: number;
  private now = -Infinity;
  /** When the first award was known to come, while it has not begun. */
  private pendingSince = Infinity;
  private isAwarded = false;
  private isRevoked = false;
  private isSuspended = false;
  private issuedAt = 0;
  private anchor: DayNumber = 0;
  private lives = 0;
  private expiry: Instant = Infinity;
  private graceEnd: Instant = Infinity;

  constructor(
    private readonly policy: RenewalPolicy,
    facts: readonly Evidence[],
    private readonly dates: readonly DateEvidence[],
  ) {
    this.terms = renewalTerms(policy);
    this.revocations = facts.filter((fact) => fact.kind === 'REVOCATION');
    // One day for the last valid day, one for changes of clocks.
    this.noticeReach = policy.noticeBefore.length ? (Math.max(...policy.noticeBefore.map(longestDays)) + 2) * DAY_MS : -Infinity;
    const awards = facts.filter((fact) => fact.kind === 'AWARD');
    const first = awards[0];
    const recordedAt = awards.reduce((earliest, award) => Math.min(earliest, award.recordedAt), Infinity);
    if (!first || recordedAt >= first.at) return;
    this.pendingSince = recordedAt;
    this.begin(first, false);
    this.put(recordedAt, 'PENDING');
  }

  /** Applies one fact at its instant; the status follows in `settle`. */
  apply(fact: Evidence): void {
    if (fact.kind === 'AWARD') return this.applyAward(fact);
    const isKnown = this.isAwarded || this.pendingSince <= fact.at;
    if (fact.kind === 'REINSTATEMENT') {
      if (!this.isSuspended) return;
      this.isSuspended = false;
      return this.emit('REINSTATED', fact.at, fact.id);
    }
    if (!isKnown || this.isRevoked) return;
    if (fact.kind === 'REVOCATION') {
      this.isRevoked = true;
      this.isSuspended = false;
      this.emit('REVOKED', fact.at, fact.id);
    } else if (!this.isSuspended) {
      this.isSuspended = true;
      this.emit('SUSPENDED', fact.at, fact.id);
    }
  }

  private applyAward(award: AwardEvidence): void {
    const mode = this.modeOf(award);
    const counted = this.counts(award);
    const startsAt = this.isAwarded && !this.isRevoked && this.extends(award) ? this.expiry : award.at;
    if (counted) {
      this.begin(award, this.isAwarded && !this.isRevoked);
      this.isAwarded = true;
      this.isRevoked = false;
      this.emit(mode === 'RENEWAL' ? 'RENEWED' : 'ISSUED', award.at, award.id);
    }
    this.awards.push({
      factId: award.id,
      mode,
      at: award.at,
      expiresAt: counted ? finite(this.expiry) : null,
      counted,
      startsAt,
    });
  }

  private counts(award: AwardEvidence): boolean {
    for (const { at, recordedAt } of this.revocations)
      if (award.at > at && award.recordedAt <= at && award.recordedAt <= recordedAt) return false;
    if (this.isRevoked) return award.initial !== false;
    const { reinstateWithin } = this.policy;
    if (!this.isAwarded || reinstateWithin === null || award.at < this.expiry || award.initial === true) return true;
    return award.at < spanAfter(this.expiry, reinstateWithin, this.policy.zone);
  }

  private modeOf({ at, endsCycle = false }: AwardEvidence): AwardMode {
    if (this.isRevoked) return 'REISSUE';
    if (!this.isAwarded) return 'FIRST_ISSUE';
    const { grace, reinstateWithin, zone } = this.policy;
    const isWithin = (span: typeof grace): boolean => span !== null && at < spanAfter(this.expiry, span, zone);
    const isHeld = at < this.expiry || (endsCycle && at === this.expiry);
    return isHeld || isWithin(grace) || isWithin(reinstateWithin) ? 'RENEWAL' : 'REISSUE';
  }

  /** Whether an award keeps the anchor of the one it renews. */
  private extends({ at, endsCycle = false }: AwardEvidence): boolean {
    const { anchor, early, grace, backdate, zone } = this.policy;
    if (this.expiry === Infinity) return false;
    if (endsCycle && at <= this.expiry) return true;
    if (anchor !== 'EXPIRY' && !endsCycle) return false;
    if (at < this.expiry) return early !== null && at >= spanBefore(this.expiry, early, zone);
    return backdate && grace !== null && at < spanAfter(this.expiry, grace, zone);
  }

  /** Puts an award into effect, unless what it extends lasts longer. */
  private begin(award: AwardEvidence, isHeld: boolean): void {
    const { expiry, anchor, lives } = this.endAfter(award, isHeld && this.extends(award));
    if (isHeld && expiry < this.expiry) return;
    const { grace, graceCounts, zone } = this.policy;
    this.issuedAt = award.at;
    this.expiry = expiry;
    this.anchor = anchor;
    this.lives = lives;
    this.graceEnd = graceCounts && grace !== null && expiry !== Infinity ? spanAfter(expiry, grace, zone) : expiry;
  }

  /** Where an award leads: its end, and what the next one is counted from. */
  private endAfter(award: AwardEvidence, keepsAnchor: boolean): { expiry: Instant; anchor: DayNumber; lives: number } {
    if (award.expiresAt !== null && award.expiresAt !== Infinity) {
      const expiry = Math.max(award.expiresAt, award.at);
      return { expiry, anchor: this.terms.anchorOf(expiry), lives: 0 };
    }
    let anchor = keepsAnchor ? this.anchor : this.terms.dayAt(award.at);
    let lives = keepsAnchor ? this.lives : 0;
    let expiry = keepsAnchor ? this.expiry : award.at;
    const date = this.dateAt(award.at);
    // A renewal in a grace longer than a life skips the lives that are already over.
    do {
      if (keepsAnchor && this.terms.isFixed) anchor = this.terms.dayAt(expiry);
      expiry = award.expiresAt ?? this.terms.endOf(anchor, ++lives, date);
    } while (keepsAnchor && expiry <= award.at);
    return { expiry, anchor, lives };
  }

  private dateAt(at: Instant): Day | null {
    return (this.dates.findLast((date) => date.at <= at) ?? this.dates[0])?.on ?? null;
  }

  /** Lets time pass from the last fact up to (not including) an instant: notices, expiry, end of grace. */
  passTime(until: Instant): void {
    if (!this.isAwarded || this.isRevoked || this.isSuspended) return;
    if (this.expiry > this.now && this.expiry !== Infinity && until > this.expiry - this.noticeReach) this.giveNotices(until);
    if (this.expiry > this.now && this.expiry < until) this.settle(this.expiry);
    if (this.graceEnd > this.now && this.graceEnd < until) this.settle(this.graceEnd);
  }

  private giveNotices(until: Instant): void {
    const { noticeBefore, zone } = this.policy;
    const instants = new Set(noticeBefore.map((span) => noticeAt(this.expiry, span, zone)));
    for (const at of [...instants].sort((a, b) => a - b))
      if (at >= this.now && at < until && at < this.expiry) this.emit('EXPIRING', at, null);
  }

  /** Sets down the status from an instant on, once every fact of that instant is applied. */
  settle(t: Instant): void {
    this.now = t;
    if (!this.isAwarded && t < this.pendingSince) return;
    const before = this.segments.at(-1)?.status;
    const status = this.statusFrom(t);
    if (before === 'ACTIVE' && (status === 'GRACE' || status === 'EXPIRED')) this.emit('EXPIRED', t, null);
    if (before === 'GRACE' && status === 'EXPIRED') this.emit('GRACE_ENDED', t, null);
    this.put(t, status);
  }

  private statusFrom(t: Instant): CredentialStatus {
    if (this.isRevoked) return 'REVOKED';
    if (this.isSuspended) return 'SUSPENDED';
    if (!this.isAwarded) return 'PENDING';
    if (t < this.expiry) return 'ACTIVE';
    return t < this.graceEnd ? 'GRACE' : 'EXPIRED';
  }

  private put(from: Instant, status: CredentialStatus): void {
    const expiresAt = finite(this.expiry);
    const last = this.segments.at(-1);
    if (last) {
      if (last.status === status && last.issuedAt === this.issuedAt && last.expiresAt === expiresAt) return;
      last.to = from;
      if (last.from === from) this.segments.pop();
    }
    this.segments.push({ from, to: Infinity, status, issuedAt: this.issuedAt, expiresAt });
  }

  private emit(kind: CredentialEventKind, at: Instant, factId: string | null): void {
    this.events.push({ kind, at, factId, expiresAt: finite(this.expiry) });
  }
}

function finite(instant: Instant): Instant | null {
  return instant === Infinity ? null : instant;
}
