// When somebody earned, renewed or let lapse a credential: dates in the past that lead to a wished-for end.
import type { CredentialTypePlan, RenewalPlan } from '../catalogue/credential-types';
import { addMonths, DAY_MS, daysIn, spanOf } from './days';
import type { Random } from './random';

/** How a person stands with a credential they need. */
export type Fate = 'CURRENT' | 'SOON' | 'LATE' | 'LAPSED' | 'NEVER';

/** Shares in a hundred of what people need. */
export const fates: readonly (readonly [weight: number, fate: Fate])[] = [
  [85, 'CURRENT'],
  [7, 'SOON'],
  [3, 'LATE'],
  [3, 'LAPSED'],
  [2, 'NEVER'],
];

/** One award of a credential. */
export interface AwardDate {
  readonly at: number;
  /** The end it has by the policy, where that is told; null: the policy alone decides, or never. */
  readonly expiresAt: number | null;
  readonly isFirst: boolean;
}

const MAX_CYCLES = 2;

/** The awards that bring somebody to their fate by `today` (a start of day), oldest first, none before `earliest`. */
export function awardDates(type: CredentialTypePlan, fate: Fate, today: number, earliest: number, random: Random): AwardDate[] {
  if (fate === 'NEVER') return [];
  const policy = type.renewal;
  if (!policy) return within(earliest, today, [{ at: today - random.int(30, 2500) * DAY_MS, expiresAt: null }]);
  if (policy.fixed) return within(earliest, today, fixedAwards(policy.fixed.minActive ?? 'P1D', fate, today, random));
  return within(earliest, today, cyclicAwards(policy, fate, today, random));
}

type Dated = Omit<AwardDate, 'isFirst'>;

function within(earliest: number, today: number, awards: readonly Dated[]): AwardDate[] {
  const possible = awards.filter(({ at }) => at <= today - DAY_MS);
  const kept = possible.filter(({ at }) => at >= earliest);
  // somebody hired since then earned it soon after, if there was time
  const late = possible.at(-1);
  if (kept.length === 0 && late && earliest + 5 * DAY_MS < today) kept.push({ at: earliest + 4 * DAY_MS, expiresAt: null });
  return kept.map((award, i) => ({ ...award, isFirst: i === 0 }));
}

// the end comes on one day of the year that leaves at least minActive, so an award younger than minActive is good, and one older than
// minActive and a year is not
function fixedAwards(minActive: string, fate: Fate, today: number, random: Random): Dated[] {
  const least = daysIn(minActive);
  const good = fate === 'CURRENT' || fate === 'SOON';
  const last = today - (good ? random.int(2, Math.max(10, least - 31)) : least + 366 + random.int(31, 200)) * DAY_MS;
  const cycle = Math.max(365, least);
  return [last - cycle * DAY_MS, last].map((at) => ({ at, expiresAt: null }));
}

function cyclicAwards(policy: RenewalPlan, fate: Fate, today: number, random: Random): Dated[] {
  const back = (from: number): number => {
    if (policy.calendarMonths !== undefined) return addMonths(from, -policy.calendarMonths);
    const { months, days } = spanOf(policy.life!);
    return addMonths(from, -months) - days * DAY_MS;
  };
  const end = endFor(fate, Math.round((today - back(today)) / DAY_MS), today, random);
  const awards: Dated[] = [{ at: back(end), expiresAt: end }];
  const early = policy.anchor === 'EXPIRY' ? Math.min(daysIn(policy.early ?? 'P1D'), 60) : 0;
  for (let cycle = random.int(1, MAX_CYCLES); cycle > 1; cycle--) {
    const current = awards[0]!;
    const previousEnd = early > 0 ? current.at : current.at + random.int(1, 20) * DAY_MS;
    // a cycle is renewed shortly before its end; without an anchor the renewal itself began the present term
    if (early > 0) awards[0] = { ...current, at: current.at - random.int(1, early) * DAY_MS };
    awards.unshift({ at: back(previousEnd), expiresAt: previousEnd });
  }
  return awards;
}

function endFor(fate: Fate, life: number, today: number, random: Random): number {
  switch (fate) {
    case 'CURRENT':
      return today + random.int(Math.min(90, Math.round(life / 3)), life - 2) * DAY_MS;
    case 'SOON':
      return today + random.int(2, Math.min(60, life - 2)) * DAY_MS;
    case 'LATE':
      return today - random.int(1, 25) * DAY_MS;
    default:
      return today - random.int(40, 300) * DAY_MS;
  }
}
