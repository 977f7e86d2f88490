// Verdicts by a rule that is about to be published, reckoned and set aside before anybody has to wait for it.
import type { PersonFacts } from '../../core/facts';
import type { NewEntry } from '../../journal/entry';
import type { Db } from '../../platform/postgres/pool';
import type { Json } from '../../core/rule';
import { Level } from '../../core/timeline';
import type { Write } from '../../journal/write';
import type { View } from '../context';
import { columnParams, instantText, plainArray, rows } from '../../platform/sql';
import type { CredentialDefinitions } from '../credentials/types';
import { bestWithoutHoldings, type JudgedRole, type RuleDefinitions } from '../rules/definitions';
import { labelsOf } from '../rules/labels';
import { judgeAgain, versionsBefore, type JudgedPerson } from '../eligibility/judge';
import { withLevels } from '../eligibility/person-facts';
import { departmentsOf } from '../eligibility/settle';
import { replacement, type RecordedSegment } from '../eligibility/stored';
import { workforce, type Candidates, type Member, type WorkforcePortion } from '../eligibility/workforce';
import type { OutcomeRuleRow } from '../outcomes/definitions';
import { settleOutcomes } from '../outcomes/settle';
import { OUTCOMES_ASIDE, recordOutcomesAside, setOutcomesAside } from '../outcomes/store';

/** By what people are judged, once the rule is published. */
export interface RulesAhead {
  /** The role whose rule it is, and those whose rules refer to it. */
  readonly roles: readonly JudgedRole[];
  readonly before: RuleDefinitions;
  readonly after: RuleDefinitions;
  readonly definitions: CredentialDefinitions;
  readonly outcomes: readonly OutcomeRuleRow[];
  readonly zone: string;
}

/** A person as judged ahead. */
interface Judged {
  readonly person: Member;
  readonly events: readonly NewEntry[];
  /** The next instant at which a verdict changes by time alone; null: verdicts are stored as they were. */
  readonly nextAt: number | null;
  /** Whether there is news about the person, or time has brought some by the new verdicts that must not be told as if it were due. */
  readonly isSettled: boolean;
}

/**
 * Judges people without holding anybody up: facts go on arriving meanwhile. What comes of it is kept in tables of this transaction, with the
 * version each person was read at, so that whoever changed since then is found and judged again.
 */
export class VerdictsAhead {
  private readonly view: View = { at: 0, known: null, sight: null };

  constructor(
    private readonly write: Write,
    private readonly rules: RulesAhead,
  ) {}

  /** Begins with nothing, also after an earlier attempt of the same transaction. */
  async begin(): Promise<void> {
    const { write } = this;
    for (const [name, columns] of Object.entries(TABLES)) {
      await write.db.query(`/* createAhead */ CREATE TEMP TABLE IF NOT EXISTS ${name} (${columns}) ON COMMIT DROP`);
      await write.db.query(`/* clearAhead */ TRUNCATE ${name}`);
    }
    await write.stage.drop(null);
  }

  /** Judges everybody as `db` shows them. Tells after each portion how many it judged. */
  async judgeAll(db: Db, judged: (count: number) => void): Promise<void> {
    const candidates = this.candidates();
    await this.judge(db, candidates ?? undefined, judged);
    if (candidates) judged(await this.passOver(candidates));
  }

  /** Judges people anew. */
  async judgeAgain(ids: readonly string[]): Promise<void> {
    await this.forget(ids);
    await this.judge(this.write.db, ids, () => undefined);
  }

  // while one portion's facts are sealed and stored, the next one is judged
  private async judge(db: Db, among: readonly string[] | Candidates | undefined, judged: (count: number) => void): Promise<void> {
    const { roles, after, definitions, zone } = this.rules;
    const known = { types: [...definitions.types.values()], rules: after, zone, only: readsOfAll(roles) };
    const roleIds = roles.map(({ role }) => role.uuid);
    let keeping = Promise.resolve();
    for await (const portion of workforce(db, this.view, roleIds, known, among)) {
      await keeping;
      keeping = this.judgePortion(portion);
      // a failure comes out when it is waited for
      keeping.catch(() => undefined);
      judged(portion.people.length);
    }
    await keeping;
  }

  // who never had a credential that all of these rules ask for is not eligible, and was never told anything else
  private candidates(): Candidates | null {
    const { roles, after, definitions } = this.rules;
    const nodes = roles.flatMap(({ versions }) => versions.map(({ node }) => node));
    const asked = [...roles[0]!.reads.types].find((code) =>
      nodes.every((node) => bestWithoutHoldings(node, after.silences, code) === Level.UNMET),
    );
    if (asked === undefined) return null;
    const types = definitions.equivalents(asked).flatMap((code) => definitions.typesByCode.get(code)?.uuid ?? []);
    return { types };
  }

  // whoever becomes a candidate meanwhile is neither judged nor passed over, and so found among those to be judged again
  private async passOver({ types }: Candidates): Promise<number> {
    const { rowCount } = await this.write.db.query(
      `/* passOver */ INSERT INTO ahead_person SELECT e.id, e.version, 0, NULL, false FROM employee e
       WHERE NOT EXISTS (SELECT 1 FROM ahead_person a WHERE a.id = e.id)
         AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.employee_id = e.id AND c.type_id = ANY($1))
         AND NOT EXISTS (SELECT 1 FROM eligibility_segment g WHERE g.employee_id = e.id AND g.role_id = ANY($2) AND g.retired_in IS NULL)`,
      [types, this.rules.roles.map(({ role }) => role.uuid)],
    );
    return rowCount;
  }

  /** Who is not judged, has changed since, or has something due that must be told first. */
  async stale(): Promise<string[]> {
    const found = await rows<{ id: string }>(
      this.write.db,
      `/* stalePeople */ SELECT e.id FROM employee e LEFT JOIN ahead_person a ON a.id = e.id
       WHERE a.id IS NULL OR a.version <> e.version OR e.next_change_at <= $1 ORDER BY e.id`,
      [instantText(this.write.now)],
    );
    return found.map((row) => row.id);
  }

  /** Puts the verdicts in force, but for these people. Nobody may change facts any more until the commit. */
  async apply(but: readonly string[]): Promise<void> {
    const { write } = this;
    await this.forget(but);
    await write.db.query(
      '/* retireAhead */ UPDATE eligibility_segment g SET retired_in = $1 FROM ahead_retired a WHERE g.id = a.row_id AND g.employee_id = a.id',
      [write.change],
    );
    await write.db.query(
      `/* recordAhead */ INSERT INTO eligibility_segment (employee_id, role_id, valid_from, valid_to, verdict, rule_version, recorded_in)
       SELECT id, role_id, valid_from, valid_to, verdict, rule_version, $1 FROM ahead_verdict`,
      [write.change],
    );
    recordOutcomesAside(write, 'ahead_outcome');
    // an instant that is too early makes the timers look once in vain
    await write.db.query(
      `/* settleAhead */ UPDATE employee e SET version = e.version + a.events, settled_until = greatest(e.settled_until, $1),
         next_change_at = least(e.next_change_at, a.next_change_at)
       FROM ahead_person a WHERE e.id = a.id AND (a.is_settled OR a.next_change_at < coalesce(e.next_change_at, 'infinity'))`,
      [instantText(write.now)],
    );
  }

  private async forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const name of Object.keys(TABLES)) {
      await this.write.db.query(`/* forgetAhead */ DELETE FROM ${name} WHERE id = ANY($1)`, [ids]);
    }
    await this.write.stage.drop(ids);
  }

  private async judgePortion({ people, facts, stored }: WorkforcePortion): Promise<void> {
    const { write, rules } = this;
    const setting = {
      zone: rules.zone,
      labels: labelsOf(rules.definitions),
      versionsBefore: versionsBefore(write.change),
    };
    const all: Judged[] = [];
    const retired: { readonly id: string; readonly row: number }[] = [];
    const recorded: RecordedSegment[] = [];
    for (const person of people) {
      const judgedPerson = this.judgedPerson(person, facts.get(person.id)!);
      const until = Math.max(write.now, person.settledUntil);
      const events: NewEntry[] = [];
      let [nextAt, isChanged, hasPassed] = [Infinity, false, false];
      for (const judged of rules.roles) {
        const rowsOf = stored(person.id, judged.role.uuid);
        const judgement = judgeAgain(judgedPerson, judged, rowsOf, { ...setting, until });
        nextAt = Math.min(nextAt, judgement.nextAt);
        isChanged ||= judgement.segments !== null || judgement.events.length > 0;
        hasPassed ||= judgement.hasPassed;
        events.push(...judgement.events);
        if (judgement.segments === null) continue;
        const replaced = replacement(rowsOf, judgement.segments);
        for (const row of replaced.retired) retired.push({ id: person.id, row });
        for (const segment of replaced.recorded) recorded.push({ employeeId: person.id, roleId: judged.role.uuid, segment });
      }
      all.push({ person, events, nextAt: isChanged ? nextAt : null, isSettled: events.length > 0 || hasPassed });
    }
    const told = await this.withOutcomes(all);
    this.keep(told, retired, recorded);
    await this.tell(
      told.flatMap(({ person, events }) => events.map((event, i) => ({ ...event, entityVersion: person.version + i + 1 }))),
      new Map(people.map((person) => [person.id, person.externalId])),
    );
  }

  private async withOutcomes(all: readonly Judged[]): Promise<readonly Judged[]> {
    const { write, rules } = this;
    const told = all.flatMap(({ events }) => events);
    const { entries, rows } = await settleOutcomes(write.db, told, rules.outcomes, { now: write.now, zone: rules.zone });
    setOutcomesAside(write, 'ahead_outcome', rows);
    const withFollowing = (event: NewEntry) => [event, ...(entries.get(event) ?? [])];
    return rows.length === 0 ? all : all.map((judged) => ({ ...judged, events: judged.events.flatMap(withFollowing) }));
  }

  private judgedPerson(person: Member, after: PersonFacts): JudgedPerson {
    const { before } = this.rules;
    return {
      id: person.id,
      settledUntil: person.settledUntil,
      after,
      // only sentences about roles that refer to the published rule look at it
      get before() {
        return withLevels(after, (code) => before.byCode.get(code));
      },
    };
  }

  private keep(
    all: readonly Judged[],
    retired: readonly { readonly id: string; readonly row: number }[],
    recorded: readonly RecordedSegment[],
  ): void {
    const { write } = this;
    write.run(
      `/* keepPeople */ INSERT INTO ahead_person SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::timestamptz[], $5::boolean[])`,
      columnParams(all, [
        ({ person }) => person.id,
        ({ person }) => person.version,
        ({ events }) => events.length,
        ({ nextAt }) => (nextAt !== null && Number.isFinite(nextAt) ? instantText(nextAt) : null),
        ({ isSettled }) => String(isSettled),
      ]),
    );
    if (retired.length > 0) {
      write.run('/* keepRetired */ INSERT INTO ahead_retired SELECT * FROM unnest($1::uuid[], $2::bigint[])', [
        plainArray(retired.map(({ id }) => id)),
        plainArray(retired.map(({ row }) => row)),
      ]);
    }
    if (recorded.length === 0) return;
    write.run(
      `/* keepVerdicts */ INSERT INTO ahead_verdict
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::integer[])`,
      columnParams(recorded, [
        (row) => row.employeeId,
        (row) => row.roleId,
        (row) => instantText(row.segment.from),
        (row) => instantText(row.segment.to),
        (row) => row.segment.verdict,
        (row) => row.segment.ruleVersion,
      ]),
    );
  }

  private async tell(events: readonly NewEntry[], externalIds: ReadonlyMap<string, string>): Promise<void> {
    if (events.length === 0) return;
    const { write } = this;
    const departments = await departmentsOf(write.db, [...new Set(events.map((event) => event.entity))], write.now);
    await write.stage.add(
      events.map((event) => ({
        ...event,
        body: {
          ...(event.body as Record<string, Json>),
          employee: externalIds.get(event.entity)!,
          department: departments.get(event.entity) ?? null,
        },
      })),
    );
  }
}

const TABLES = {
  ahead_person: 'id uuid, version bigint, events integer, next_change_at timestamptz, is_settled boolean',
  ahead_retired: 'id uuid, row_id bigint',
  ahead_verdict: 'id uuid, role_id uuid, valid_from timestamptz, valid_to timestamptz, verdict text, rule_version integer',
  ahead_outcome: OUTCOMES_ASIDE,
} as const;

function readsOfAll(roles: readonly JudgedRole[]): JudgedRole['reads'] {
  const kinds = Object.keys(roles[0]!.reads) as (keyof JudgedRole['reads'])[];
  const entries = kinds.map((kind) => [kind, new Set(roles.flatMap(({ reads }) => [...reads[kind]]))] as const);
  return Object.fromEntries(entries) as unknown as JudgedRole['reads'];
}
