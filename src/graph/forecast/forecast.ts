// Coverage ahead: how many people there will be for a role, who brings a gap about by lapsing, and which renewals avoid it.
import { asDaySet, type DaySet } from '../../core/cover';
import { fewestRenewals, keepingsOf, lapsesWithin, type Calendar, type Keepings, type Lapse } from '../../core/forecast';
import { Level } from '../../core/timeline';
import type { Verdict } from '../../core/verdict';
import { problem } from '../../platform/graphql/errors';
import { compareKeys } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import type { View } from '../context';
import { equivalentsOf } from '../credentials/types';
import { readsOf, type EffectiveRule } from '../rules/definitions';
import {
  coverageSteps,
  holdersOf,
  type CountStep,
  type CoverageDimension,
  type CoverageGroup,
  type CoverageQuestion,
  type HolderRow,
  type Whereabouts,
} from './store';
import { factsOfPeople, typesAsked, type KnownDefinitions } from '../eligibility/known-facts';
import { withLevels } from '../eligibility/person-facts';

/** What one field asks. */
export interface CoverageSetting {
  /** Equal where all else is. */
  readonly key: string;
  readonly view: View;
  readonly question: CoverageQuestion;
  readonly calendar: Calendar;
  readonly minimum: number | null;
  readonly includeGrace: boolean;
}

/** The numbers of one role and group, day by day. */
export interface Coverage extends CoverageGroup {
  readonly setting: CoverageSetting;
  readonly people: readonly number[];
  readonly eligible: readonly number[];
  readonly grace: readonly number[];
  /** What is held against the minimum. */
  readonly counted: readonly number[];
  /** The number of the first day under the minimum; null: none. */
  readonly shortfall: number | null;
}

/** The verdicts that count towards the minimum. */
export function countingVerdicts({ includeGrace }: CoverageSetting): ReadonlySet<Verdict> {
  return new Set<Verdict>(includeGrace ? ['ELIGIBLE', 'AT_RISK', 'GRACE'] : ['ELIGIBLE', 'AT_RISK']);
}

export const groupKey = ({ roleUuid, keys }: CoverageGroup): string => JSON.stringify([roleUuid, keys]);

/** The days of all forecasts of one field together, at most. */
const MOST_DAYS = 400_000;

/** The numbers of every role asked for and every group that has people, in the order of roles and keys. */
export async function coverageOf(db: Db, setting: CoverageSetting): Promise<Coverage[]> {
  const { question, calendar, minimum, includeGrace } = setting;
  const steps = await coverageSteps(db, setting.view, question);
  const groups = new Map(steps.map(({ keys }) => [JSON.stringify(keys), keys]));
  if (question.groupBy.length === 0) groups.set('[]', []);
  const days = calendar.days.length;
  if (question.roles.length * groups.size * days > MOST_DAYS) {
    const message = `${question.roles.length * groups.size} forecasts of ${days} days are too much at once: name fewer roles, filter, group by less, or shorten the horizon.`;
    throw problem('QUERY_TOO_EXPENSIVE', message);
  }
  const series = new Map<string, number[]>();
  for (const step of steps) {
    const key = seriesKey(step.what, step.roleUuid, step.keys);
    const changes = series.get(key) ?? new Array<number>(days).fill(0);
    series.set(key, changes);
    if (step.day < days) changes[step.day]! += step.change;
  }
  const numbers = (what: CountStep['what'], role: string | null, keys: readonly string[]): number[] => {
    let count = 0;
    const changes = series.get(seriesKey(what, role, keys)) ?? new Array<number>(days).fill(0);
    return changes.map((change) => (count += change));
  };
  const sorted = [...groups.values()].sort(compareKeys);
  return question.roles.flatMap((roleUuid) =>
    sorted.map((keys): Coverage => {
      const [eligible, grace] = [numbers('eligible', roleUuid, keys), numbers('grace', roleUuid, keys)];
      const counted = includeGrace ? eligible.map((count, day) => count + grace[day]!) : eligible;
      const first = minimum === null ? -1 : counted.findIndex((count) => count < minimum);
      const shortfall = first < 0 ? null : first;
      return { setting, roleUuid, keys, people: numbers('people', null, keys), eligible, grace, counted, shortfall };
    }),
  );
}

function seriesKey(what: CountStep['what'], role: string | null, keys: readonly string[]): string {
  return JSON.stringify([what, role, keys]);
}

/** A credential to renew. */
export interface PlannedRenewal extends Lapse {
  readonly employeeUuid: string;
}

/** The renewals that avoid the gaps of one role and group. */
export interface CoveragePlan {
  readonly renewals: readonly PlannedRenewal[];
  /** The number of the first day that stays under the minimum whatever is renewed; null: none. */
  readonly remaining: number | null;
  readonly isOptimal: boolean;
}

/** People are judged in portions: nobody's facts are held longer than their portion takes. */
const PORTION = 2_000;

/**
 * The fewest renewals for each group of one role that falls short. Those whose credentials end first are looked at first, and nobody else once
 * the renewals are as few as people are missing on the worst day: fewer there cannot be.
 */
export async function planRenewals(
  db: Db,
  role: { readonly uuid: string; readonly versions: readonly EffectiveRule[] },
  short: readonly Coverage[],
  definitions: KnownDefinitions,
): Promise<Map<Coverage, CoveragePlan>> {
  const [{ setting }] = short as [Coverage];
  const { view, question, calendar, includeGrace } = setting;
  const { types, rules, zone } = definitions;
  const ruleOf = (code: string) => rules.byCode.get(code);
  const only = readsOf(
    role.versions.map(({ node }) => node),
    ruleOf,
  );
  const asked = typesAsked(types, only, equivalentsOf(new Map(types.map((type) => [type.code, type]))));
  const least = includeGrace ? Level.GRACE : Level.MET;
  const groups = new Map(short.map((coverage) => [JSON.stringify(coverage.keys), new ShortGroup(coverage)]));
  const holders = await holdersOf(
    db,
    view,
    question,
    asked.map(({ uuid }) => uuid),
    short.map(({ keys }) => keys),
  );
  let solveAt = PORTION;
  for (let i = 0; i < holders.length; i += PORTION) {
    const portion = holders.slice(i, i + PORTION);
    const ids = [...new Set(portion.map(({ employeeUuid }) => employeeUuid))];
    const facts = await factsOfPeople(db, view, ids, { ...definitions, only });
    for (const row of portion) {
      const own = facts.get(row.employeeUuid)!;
      const holder = {
        versions: role.versions,
        facts: own,
        withHoldings: (holdings: typeof own.holdings) => withLevels({ ...own, holdings }, ruleOf),
        lapses: lapsesWithin(own, own.holdings.keys(), calendar.instants, least),
        present: asDaySet(row.present),
      };
      groups.get(JSON.stringify(row.keys))!.add(row, keepingsOf(holder, calendar.instants, countingVerdicts(setting), zone));
    }
    if (i + PORTION < solveAt) continue;
    solveAt *= 2;
    if ([...groups.values()].every((group) => group.settle())) break;
  }
  return new Map([...groups.values()].map((group) => [group.coverage, group.plan()]));
}

/** A group that falls short, and the people who could be kept in it. */
class ShortGroup {
  private readonly people: HolderRow[] = [];
  private readonly options: Keepings['options'][] = [];
  private readonly missing: number;
  private readonly worstDay: number;
  /** How many could be kept on the worst day by one renewal. */
  private easily = 0;
  private isComplete = true;
  private latest: { readonly people: number; readonly plan: CoveragePlan } | null = null;

  constructor(readonly coverage: Coverage) {
    const { counted, setting } = coverage;
    const fewest = Math.min(...counted);
    this.missing = setting.minimum! - fewest;
    this.worstDay = counted.indexOf(fewest);
  }

  add(row: HolderRow, { options, isComplete }: Keepings): void {
    this.isComplete &&= isComplete;
    if (options.length === 0 || this.isSettled()) return;
    this.people.push(row);
    this.options.push(options);
    if (options.some(({ lapses, days }) => lapses.length === 1 && hasDay(days, this.worstDay))) this.easily++;
  }

  /** Looks for the fewest renewals, if they may be as few as people are missing on the worst day; whether nobody else could make a difference. */
  settle(): boolean {
    if (this.easily >= this.missing) this.plan();
    return this.isSettled();
  }

  plan(): CoveragePlan {
    if (this.latest?.people !== this.people.length) this.latest = { people: this.people.length, plan: this.planned() };
    return this.isSettled() ? { ...this.latest.plan, isOptimal: true } : this.latest.plan;
  }

  private isSettled(): boolean {
    return this.latest?.plan.remaining === null && this.latest.plan.renewals.length === this.missing;
  }

  private planned(): CoveragePlan {
    const { counted, setting } = this.coverage;
    const { kept, remaining, isOptimal } = fewestRenewals(counted, setting.minimum!, this.options);
    const renewals = [...kept].flatMap(([person, lapses]) =>
      lapses.map((lapse) => ({ ...lapse, employeeUuid: this.people[person]!.employeeUuid })),
    );
    renewals.sort((a, b) => a.at - b.at || (a.factId < b.factId ? -1 : 1));
    return { renewals, remaining, isOptimal: isOptimal && this.isComplete };
  }
}

function hasDay(days: DaySet, day: number): boolean {
  return days.some(({ from, to }) => from <= day && day < to);
}

/** Why somebody is no longer where the group counts, in sentences; none: they are. */
export function departures({ setting: { question }, keys }: Coverage, now: Whereabouts): string[] {
  const key = (dimension: CoverageDimension) => keys[question.groupBy.indexOf(dimension)];
  const isAmong = (dimension: CoverageDimension, value: string | null, wanted: readonly string[] | null) =>
    (wanted === null || (value !== null && wanted.includes(value))) && (value ?? '') === (key(dimension) ?? value ?? '');
  const why: string[] = [];
  if (!question.status.includes(now.status)) why.push(STATUS_TEXTS[now.status] ?? `status becomes ${now.status}`);
  if (!isAmong('DEPARTMENT', now.department, question.department)) why.push(`department becomes ${now.department ?? 'none'}`);
  if (!isAmong('LOCATION', now.location, question.location)) why.push(`location becomes ${now.location ?? 'none'}`);
  return why;
}

const STATUS_TEXTS: Readonly<Record<string, string>> = { TERMINATED: 'employment ends', ON_LEAVE: 'leave begins' };
