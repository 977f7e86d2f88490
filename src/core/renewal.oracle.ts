/**
 * A second opinion on renewal policies, for tests: a clerk who walks through the calendar day by day and keeps a card. It knows
 * no instants and no zones, only (day, slot) with slot 0 the start of the day, and shares no code with what it checks.
 */
import { Temporal } from 'temporal-polyfill';

/** Slots of a day: its first instant, 09:00, 15:30, its last millisecond. */
export const SLOTS = 4;

/** A moment of the clerk's calendar. */
export interface Moment {
  day: string;
  slot: number;
}

export interface OraclePolicy {
  /** ISO 8601. */
  life: string | null;
  calendarMonths: number | null;
  anchor: 'COMPLETION' | 'EXPIRY' | 'FIXED';
  early: string | null;
  grace: string | null;
  graceCounts: boolean;
  backdate: boolean;
  reinstateWithin: string | null;
  fixed: { month: number; day: number; minActive: string | null } | null;
  /** In place of fixed: a date of the person's own. */
  birthday: { day: 'DATE' | 'BEFORE_MONTH' | 'MONTH_END'; minActive: string | null } | null;
  roundTo: 'MONTH_START' | 'MONTH_END' | null;
  noticeBefore: string[];
  lastDay: 'ON_ANNIVERSARY' | 'BEFORE_ANNIVERSARY';
}

export interface OracleFact {
  kind: 'AWARD' | 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION';
  id: string;
  at: Moment;
  recordedAt: Moment;
  /** Only of awards. */
  end: Moment | null;
  initial: boolean | null;
}

/** A date of the person's, as told on a day. */
export interface OracleDate {
  told: string;
  on: string;
}

export interface OracleDiary {
  /** One line per moment: status and the award in effect; null before the story begins. */
  status: Map<string, string | null>;
  /** 'KIND day/slot fact' in order. */
  events: string[];
  /** 'fact mode counted'. */
  awards: string[];
}

const key = (m: Moment): string => `${m.day}/${m.slot}`;
const isBefore = (a: Moment, b: Moment): boolean => a.day < b.day || (a.day === b.day && a.slot < b.slot);
const moves = new Map<string, string>();
/** The day `times` spans after a day, counted from that day. */
function plus(day: string, span: string, times = 1): string {
  const question = `${day} ${span} ${times}`;
  let moved = moves.get(question);
  if (moved === undefined) {
    const { years, months, weeks, days } = Temporal.Duration.from(span);
    const inMonth = Temporal.PlainDate.from(day).add({ months: times * (years * 12 + months) });
    moved = inMonth.add({ days: times * (weeks * 7 + days) }).toString();
    moves.set(question, moved);
  }
  return moved;
}
const tomorrow = (day: string): string => plus(day, 'P1D');
const yesterday = (day: string): string => plus(day, 'P1D', -1);

/** Slips about awards that arrive together are taken up whole ones first, then those that name the sooner end; never by their number. */
function awardOrder(a: OracleFact, b: OracleFact): number {
  const pile = ({ initial }: OracleFact): number => (initial === null ? 1 : initial ? 0 : 2);
  const named = ({ end }: OracleFact): string => (end ? key(end) : '');
  return pile(a) - pile(b) || named(a).localeCompare(named(b), 'en');
}

/** Walks from one day to another, both included. */
export function walk(policy: OraclePolicy, facts: OracleFact[], from: string, to: string, dates: OracleDate[] = []): OracleDiary {
  const diary: OracleDiary = { status: new Map(), events: [], awards: [] };
  // The card.
  let held = false;
  let revoked = false;
  let suspended = false;
  let award: OracleFact | null = null;
  let end: Moment | null = null; // first moment that is no longer covered; null: not yet in sight
  let origin = ''; // the day from which lives are counted
  let spent = 0; // lives counted from it, the present one included
  let last: string | null = null; // the status noted in the slot before

  /** Is a day the first that the n-th life from the origin no longer covers? Said once per day, never computed ahead. */
  const isOver = (day: string, n: number, since: string): boolean => {
    if (policy.birthday) {
      const { day: which, minActive } = policy.birthday;
      if (day === since || (minActive && day < plus(since, minActive))) return false;
      // what was told by then, else the first thing told after
      const known = [...dates].sort((a, b) => (a.told < b.told ? -1 : 1));
      const date = known.filter(({ told }) => told <= since).at(-1) ?? known[0];
      if (!date) return true;
      const birth = Temporal.PlainDate.from(date.on);
      const passed = Temporal.PlainDate.from(yesterday(day));
      if (which === 'BEFORE_MONTH') return day.endsWith('-01') && Number(day.slice(5, 7)) === birth.month;
      if (passed.month !== birth.month) return false;
      return which === 'MONTH_END' ? day.endsWith('-01') : passed.day === Math.min(birth.day, passed.daysInMonth);
    }
    if (policy.anchor === 'FIXED' && policy.fixed) {
      const { month, day: dayOfMonth, minActive } = policy.fixed;
      const passed = Temporal.PlainDate.from(yesterday(day));
      const due = Math.min(dayOfMonth, passed.with({ month, day: 1 }).daysInMonth);
      return (
        passed.month === month && passed.day === due && yesterday(day) >= since && (!minActive || day >= plus(since, minActive))
      );
    }
    if (policy.calendarMonths !== null) {
      const a = Temporal.PlainDate.from(since);
      const b = Temporal.PlainDate.from(day);
      return b.day === 1 && (b.year - a.year) * 12 + b.month - a.month === policy.calendarMonths * n + 1;
    }
    if (policy.life === null) return false;
    const anniversary = plus(since, policy.life, n);
    const out = policy.lastDay === 'ON_ANNIVERSARY' ? tomorrow(anniversary) : anniversary;
    if (policy.roundTo === null) return day === out;
    if (!day.endsWith('-01')) return false;
    return policy.roundTo === 'MONTH_START' ? day.slice(0, 7) === out.slice(0, 7) : day >= out;
  };
  /** The clerk leafs forward, day by day, to the end of a life. */
  const leafTo = (n: number, since: string): Moment | null => {
    let day = since;
    for (let i = 0; i < 4_000; i++, day = tomorrow(day)) if (isOver(day, n, since)) return { day, slot: 0 };
    return null;
  };
  const inWindowAfter = (m: Moment, span: string | null): boolean =>
    end !== null && span !== null && isBefore(m, { day: plus(end.day, span), slot: end.slot });

  const take = (fact: OracleFact): void => {
    const cancelled = facts.some(
      (r) =>
        r.kind === 'REVOCATION' &&
        isBefore(r.at, fact.at) &&
        !isBefore(r.at, fact.recordedAt) &&
        !isBefore(r.recordedAt, fact.recordedAt),
    );
    const isOpen = held && !revoked;
    const isLate = end !== null && !isBefore(fact.at, end);
    const isLapsed = isLate && !inWindowAfter(fact.at, policy.grace) && !inWindowAfter(fact.at, policy.reinstateWithin);
    const mode = revoked ? 'REISSUE' : !held ? 'FIRST_ISSUE' : isLapsed ? 'REISSUE' : 'RENEWAL';
    let counts = !cancelled;
    if (revoked && fact.initial === false) counts = false;
    if (
      isOpen &&
      isLate &&
      policy.reinstateWithin !== null &&
      !inWindowAfter(fact.at, policy.reinstateWithin) &&
      fact.initial !== true
    )
      counts = false;
    diary.awards.push(`${fact.id} ${mode} ${counts}`);
    if (!counts) return;
    const isEarlyEnough: boolean =
      isOpen &&
      end !== null &&
      !isLate &&
      policy.early !== null &&
      !isBefore(fact.at, { day: plus(end.day, policy.early, -1), slot: end.slot });
    const isTolerated = isOpen && isLate && policy.backdate && inWindowAfter(fact.at, policy.grace);
    const keeps = policy.anchor === 'EXPIRY' && (isEarlyEnough || isTolerated);
    // A second card: it replaces the first only when it is good for at least as long.
    let newEnd: Moment | null;
    let newOrigin = keeps ? origin : fact.at.day;
    let newSpent = keeps ? spent : 0;
    if (fact.end) {
      newEnd = fact.end;
      // The end becomes the anniversary the next life is counted from.
      const coversLastDay = policy.lastDay === 'ON_ANNIVERSARY' || policy.calendarMonths !== null;
      newOrigin = coversLastDay && newEnd.slot === 0 ? yesterday(newEnd.day) : newEnd.day;
      newSpent = 0;
    } else {
      do newEnd = leafTo(++newSpent, newOrigin);
      while (keeps && newEnd && !isBefore(fact.at, newEnd));
    }
    const isShorter = isOpen && newEnd !== null && (end === null || isBefore(newEnd, end));
    if (!isShorter) {
      award = fact;
      end = newEnd;
      origin = newOrigin;
      spent = newSpent;
    }
    held = true;
    revoked = false;
    diary.events.push(`${mode === 'RENEWAL' ? 'RENEWED' : 'ISSUED'} ${key(fact.at)} ${fact.id}`);
  };

  const order = ['AWARD', 'SUSPENSION', 'REINSTATEMENT', 'REVOCATION'];
  for (let day = from; day <= to; day = tomorrow(day)) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const now = { day, slot };
      const today = facts.filter((f) => key(f.at) === key(now));
      today.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || awardOrder(a, b) || (a.id < b.id ? -1 : 1));
      const isPending = (): boolean =>
        !held &&
        facts.some((f) => f.kind === 'AWARD' && !isBefore(now, f.recordedAt)) &&
        facts.some((f) => f.kind === 'AWARD' && isBefore(now, f.at));
      for (const fact of today) {
        const exists = held || isPending();
        if (fact.kind === 'AWARD') take(fact);
        else if (fact.kind === 'SUSPENSION' && exists && !revoked && !suspended) {
          suspended = true;
          diary.events.push(`SUSPENDED ${key(now)} ${fact.id}`);
        } else if (fact.kind === 'REINSTATEMENT' && suspended) {
          suspended = false;
          diary.events.push(`REINSTATED ${key(now)} ${fact.id}`);
        } else if (fact.kind === 'REVOCATION' && exists && !revoked) {
          revoked = true;
          suspended = false;
          diary.events.push(`REVOKED ${key(now)} ${fact.id}`);
        }
      }
      const isOut = end !== null && !isBefore(now, end);
      let status: string | null = null;
      if (revoked) status = 'REVOKED';
      else if (suspended) status = 'SUSPENDED';
      else if (held) status = !isOut ? 'ACTIVE' : policy.graceCounts && inWindowAfter(now, policy.grace) ? 'GRACE' : 'EXPIRED';
      else if (isPending()) status = 'PENDING';
      if (last === 'ACTIVE' && (status === 'GRACE' || status === 'EXPIRED')) diary.events.push(`EXPIRED ${key(now)} -`);
      if (last === 'GRACE' && status === 'EXPIRED') diary.events.push(`GRACE_ENDED ${key(now)} -`);
      if (status === 'ACTIVE' && end !== null) {
        const { day: endDay, slot: endSlot }: Moment = end;
        const lastDay = endSlot === 0 ? yesterday(endDay) : endDay;
        if (slot === endSlot && policy.noticeBefore.some((span) => plus(lastDay, span, -1) === day))
          diary.events.push(`EXPIRING ${key(now)} -`);
      }
      last = status;
      const inEffect = award as OracleFact | null;
      diary.status.set(
        key(now),
        status &&
          (status === 'PENDING' || !inEffect ? status : `${status} since ${key(inEffect.at)} to ${end ? key(end) : 'never'}`),
      );
    }
  }
  return diary;
}
