// What follows from verdicts that were reached or left: outcomes opened and withdrawn, in the same change.
import { uuidv7 } from 'uuidv7';
import { addSpanToInstant, parseSpan } from '../../core/calendar';
import { effectOn } from '../../core/outcomes';
import type { Verdict } from '../../core/verdict';
import type { Json, NewEntry } from '../../journal/entry';
import type { Db } from '../../platform/postgres/pool';
import { instantText } from '../../platform/sql';
import type { Cached } from '../catalogue';
import type { Consequences } from '../eligibility/settle';
import { standingsFrom, type Standing } from '../people/store';
import type { OutcomeRuleRow } from './definitions';
import { outcomesAround, recordOutcomes, type OutcomeRow } from './store';

/** What follows from facts about verdicts. */
export interface SettledOutcomes {
  /** The facts that follow, by the fact each follows from. */
  readonly entries: ReadonlyMap<NewEntry, readonly NewEntry[]>;
  /** The outcomes as they are afterwards. */
  readonly rows: readonly OutcomeRow[];
}

/** Lets outcomes follow from the verdicts of every write and of the clock. */
export function openOutcomes(cache: Cached<readonly OutcomeRuleRow[]>, zone: string): Consequences {
  return async (write, told, version) => {
    const rules = await cache.get(write.db, write.arrived.has('catalogue'), version);
    const { entries, rows } = await settleOutcomes(write.db, told, rules, { now: write.now, zone });
    recordOutcomes(write, rows);
    return entries;
  };
}

/** What follows from these facts, in their order. The people must be locked, or be looked at again when they have changed. */
export async function settleOutcomes(
  db: Db,
  told: readonly NewEntry[],
  rules: readonly OutcomeRuleRow[],
  { now, zone }: { readonly now: number; readonly zone: string },
): Promise<SettledOutcomes> {
  const effects = told.flatMap((entry) => effectsOf(entry, rules));
  if (effects.length === 0) return { entries: new Map(), rows: [] };
  const opening = effects.filter(({ rule, opens }) => opens && (rule.ownerUuid === null || rule.dueIn !== null));
  const [around, standings] = await Promise.all([
    outcomesAround(
      db,
      distinct(effects.map(({ reached }) => reached.employeeUuid)),
      distinct(effects.flatMap(({ reached, opens }) => (opens ? reached.at : []))),
    ),
    opening.length === 0
      ? []
      : standingsFrom(
          db,
          opening.map(({ reached }) => reached),
        ),
  ]);
  const standingOf = new Map(opening.map((effect, i) => [effect, standings[i]!]));
  const items = new Items(around);
  const entries = new Map<NewEntry, NewEntry[]>();
  for (const effect of effects) {
    const { rule, reached, opens } = effect;
    const standing = standingOf.get(effect);
    const owner = rule.ownerUuid ?? standing?.managerUuid ?? rule.fallbackOwnerUuid;
    const row = opens ? items.open(rule, reached, owner!, dueAt(rule, standing, now, zone)) : items.withdraw(rule, reached);
    if (row === null) continue;
    const following = entries.get(reached.entry) ?? [];
    entries.set(reached.entry, [...following, toEntry(opens ? 'opened' : 'withdrawn', row, rule, reached.roleCode, reached.at)]);
  }
  return { entries, rows: items.changed() };
}

// a verdict may have begun long before anybody knew of it: the time that the owner has begins when it can be acted upon
function dueAt({ dueIn }: OutcomeRuleRow, standing: Standing | undefined, now: number, zone: string): number | null {
  return dueIn === null ? null : addSpanToInstant(Math.max(standing!.from, now), parseSpan(dueIn)!, zone);
}

/** A verdict that a person has reached, and the one they left. */
interface Reached {
  readonly entry: NewEntry;
  readonly employeeUuid: string;
  readonly roleUuid: string;
  readonly roleCode: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly because: readonly string[];
  /** When it began. */
  readonly at: number;
}

function effectsOf(entry: NewEntry, rules: readonly OutcomeRuleRow[]) {
  const body = entry.body as Record<string, Json>;
  if (entry.kind !== 'eligibility.changed' || body['kind'] !== 'TRANSITION') return [];
  const reached: Reached = {
    entry,
    employeeUuid: entry.subject!,
    roleUuid: body['role'] as string,
    roleCode: body['roleCode'] as string,
    before: body['before'] as Verdict | null,
    after: body['after'] as Verdict,
    because: body['because'] as string[],
    at: entry.occurredAt,
  };
  return rules.flatMap((rule) => {
    const effect = effectOn(rule, reached);
    return effect === null ? [] : { rule, reached, opens: effect === 'OPENS' };
  });
}

/** The outcomes that verdicts meet, as they become one after the other. */
class Items {
  private readonly all = new Map<string, OutcomeRow>();
  private readonly open_ = new Map<string, OutcomeRow>();
  private readonly after = new Map<string, OutcomeRow>();

  constructor(around: readonly OutcomeRow[]) {
    for (const row of around) this.remember(row);
  }

  /** Opens one, unless the verdict that began then has had its own; one that was withdrawn as if it had never begun is open again. */
  open(rule: OutcomeRuleRow, reached: Reached, ownerUuid: string, dueAt: number | null): OutcomeRow | null {
    const pair = { ruleUuid: rule.uuid, employeeUuid: reached.employeeUuid, roleUuid: reached.roleUuid };
    const earlier = this.all.get(keyOf({ ...pair, occurredAt: reached.at }));
    if (this.open_.has(pairOf(pair)) || earlier?.state === 'DONE') return null;
    return this.change({
      uuid: earlier?.uuid ?? uuidv7(),
      ...pair,
      kind: rule.kind,
      verdict: reached.after,
      because: reached.because,
      occurredAt: reached.at,
      ownerUuid,
      dueAt,
      state: 'OPEN',
      closedAt: null,
      closedBy: null,
      reason: null,
    });
  }

  withdraw(rule: OutcomeRuleRow, { employeeUuid, roleUuid, before, after, because, at }: Reached): OutcomeRow | null {
    const open = this.open_.get(pairOf({ ruleUuid: rule.uuid, employeeUuid, roleUuid }));
    if (!open) return null;
    const reason = [`${before ?? 'NOT_ELIGIBLE'} became ${after}`, ...because].join('; ');
    return this.change({ ...open, state: 'WITHDRAWN', closedAt: at, reason });
  }

  changed(): OutcomeRow[] {
    return [...this.after.values()];
  }

  private change(row: OutcomeRow): OutcomeRow {
    this.after.set(row.uuid, row);
    this.remember(row);
    return row;
  }

  private remember(row: OutcomeRow): void {
    this.all.set(keyOf(row), row);
    if (row.state === 'OPEN') this.open_.set(pairOf(row), row);
    else if (this.open_.get(pairOf(row))?.uuid === row.uuid) this.open_.delete(pairOf(row));
  }
}

type Pair = Pick<OutcomeRow, 'ruleUuid' | 'employeeUuid' | 'roleUuid'>;
const pairOf = ({ ruleUuid, employeeUuid, roleUuid }: Pair): string => `${ruleUuid}|${employeeUuid}|${roleUuid}`;
const keyOf = (row: Pair & Pick<OutcomeRow, 'occurredAt'>): string => `${pairOf(row)}|${row.occurredAt}`;

/** The fact that an outcome was opened, withdrawn, closed, or given to another owner. */
export function toEntry(
  what: 'opened' | 'withdrawn' | 'closed' | 'reassigned',
  row: OutcomeRow,
  rule: Pick<OutcomeRuleRow, 'code'>,
  roleCode: string,
  at: number,
): NewEntry {
  return {
    kind: `outcome.${what}`,
    entity: row.employeeUuid,
    entityVersion: 0,
    subject: row.employeeUuid,
    occurredAt: at,
    body: {
      outcome: row.uuid,
      outcomeKind: row.kind,
      code: rule.code,
      role: row.roleUuid,
      roleCode,
      verdict: row.verdict,
      owner: row.ownerUuid,
      dueAt: instantText(row.dueAt),
      because: [...row.because],
      reason: row.reason,
    },
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
