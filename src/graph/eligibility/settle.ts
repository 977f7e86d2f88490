// The last reaction of every write: the people it touched are judged anew in the same transaction, so no reader sees facts without verdicts.
import type { Instant } from '../../core/calendar';
import type { PersonFacts } from '../../core/facts';
import type { Assertion } from '../../core/person';
import type { Json } from '../../core/rule';
import type { Labels } from '../../core/rule-text';
import type { Verdict, VerdictSegment } from '../../core/verdict';
import type { NewEntry } from '../../journal/entry';
import type { Reaction, Write } from '../../journal/write';
import type { Db } from '../../platform/postgres/pool';
import { columnParams, instantText, plainArray, rows } from '../../platform/sql';
import { holdCatalogue, type Cached } from '../catalogue';
import { holdingFactId, settleCredentials, type SettledCredentials } from '../credentials/settle';
import type { CredentialDefinitions } from '../credentials/types';
import { labelsOf } from '../rules/labels';
import { assertionsOf, attributesChangedBy, retiredAssertionsOf, type AssertionRow } from '../people/facts';
import { lockEmployees, type LockedEmployee } from '../people/resolve';
import { rulesOf, type JudgedRole, type RuleDefinitions } from '../rules/definitions';
import { Concern } from './concerned';
import { judgeAgain, passTime, versionsBefore, type JudgedPerson, type Judgement } from './judge';
import { attributesOf, countedAwards, personFacts, verifiedByHolding } from './person-facts';
import { replacement, type RecordedSegment, type StoredSegment } from './stored';
import { toldAround, type Told } from './told';

export interface SettleOptions {
  readonly credentials: Cached<CredentialDefinitions>;
  readonly rules: Cached<RuleDefinitions>;
  readonly zone: string;
  readonly consequences: Consequences;
}

/** Does what follows from facts about people, and answers the facts that follow, by the fact each follows from: they are told right behind it. */
export type Consequences = (
  write: Write,
  told: readonly NewEntry[],
  catalogueVersion: number,
) => Promise<ReadonlyMap<NewEntry, readonly NewEntry[]>>;

/** People are settled in portions, so that a rule for everybody does not hold everybody in memory. */
const PORTION = 2_000;

/** The reaction of ordinary writes. */
export function settleTouched(options: SettleOptions): Reaction {
  return async (write) => {
    const ids = [...write.touched].sort();
    for (let i = 0; i < ids.length; i += PORTION) await settle(write, ids.slice(i, i + PORTION), write.now, options);
  };
}

/**
 * Settles people up to an instant: publishes what time has brought, judges anew what the write may have changed, stores the differences, and
 * notes when time will next bring something. `until` is the write's instant, or earlier when a backlog is worked off in order of time.
 */
export async function settle(write: Write, ids: readonly string[], until: Instant, options: SettleOptions): Promise<void> {
  if (ids.length === 0) return;
  const version = await holdCatalogue(write.db);
  const people = await lockEmployees(write.db, ids);
  const isCatalogueChange = write.arrived.has('catalogue');
  const definitions = await options.credentials.get(write.db, isCatalogueChange, version);
  const rules = await options.rules.get(write.db, isCatalogueChange, version);
  const isClock = write.actor.id === 'clock';
  const definitionsBefore = isCatalogueChange ? options.credentials.last() : null;
  const rulesBefore = isCatalogueChange ? options.rules.last() : null;
  const settling = settleCredentials(write, people, definitions, {
    until,
    awards: isClock
      ? 'KEPT'
      : isCatalogueChange ||
          write.recordedKinds.has('completion.recorded') ||
          write.arrived.has('employment') ||
          (definitions.datesRead.size > 0 && write.recordedKinds.has('employee.changed'))
        ? 'DERIVED'
        : 'DERIVED_IF_FACTS_CHANGED',
    redefined: new Set([...write.arrived].filter((key) => key.startsWith('type:')).map((key) => key.slice(5))),
    definitionsBefore,
    zone: options.zone,
  });
  // asked together: one of them is answered while the other is reckoned with
  const [settled, known] = await Promise.all([settling, knownOf(write, [...people.keys()], rules, until)]);
  const portion = new Portion(
    write,
    people,
    settled,
    known,
    { definitions, definitionsBefore, rules, rulesBefore },
    options.zone,
    until,
  );
  portion.judge();
  await portion.follow((told) => options.consequences(write, told, version));
  portion.save();
}

/** What is stored about the people settled together. */
interface Known {
  readonly stored: ReadonlyMap<string, ReadonlyMap<string, StoredSegment[]>>;
  readonly changedAttributes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly assertions: ReadonlyMap<string, readonly AssertionRow[]>;
  readonly retired: ReadonlyMap<string, readonly AssertionRow[]>;
  readonly departments: ReadonlyMap<string, string | null>;
  readonly told: (employeeId: string) => Told;
}

async function knownOf(write: Write, ids: readonly string[], rules: RuleDefinitions, until: Instant): Promise<Known> {
  // the status follows from all that is asserted; everything else from what is asserted of it
  const needed = rules.reads.attributes.has('status') ? undefined : rules.reads.attributes;
  const [stored, changedAttributes, assertions, departments, told] = await Promise.all([
    segmentsOf(write, ids),
    attributesChangedBy(write, ids),
    assertionsOf(write.db, ids, needed),
    departmentsOf(write.db, ids, until),
    toldAround(write, ids, rules.reads),
  ]);
  const changed = [...changedAttributes.keys()];
  const retired = changed.length === 0 ? new Map<string, AssertionRow[]>() : await retiredAssertionsOf(write, changed);
  return { stored, changedAttributes, assertions, retired, departments, told };
}

/** What the people settled together are judged by, and what they were judged by before the change. */
interface Definitions {
  readonly definitions: CredentialDefinitions;
  readonly definitionsBefore: CredentialDefinitions | null;
  readonly rules: RuleDefinitions;
  readonly rulesBefore: RuleDefinitions | null;
}

/** The people settled together. */
class Portion {
  private readonly labels: Labels;
  private readonly concern: Concern;
  private readonly versionsBefore: ReturnType<typeof versionsBefore>;
  private due: NewEntry[] = [];
  private events: NewEntry[] = [];
  private readonly next = new Map<string, number>();
  private readonly retired: number[] = [];
  private readonly recorded: RecordedSegment[] = [];

  constructor(
    private readonly write: Write,
    private readonly people: ReadonlyMap<string, LockedEmployee>,
    private readonly settled: ReadonlyMap<string, SettledCredentials>,
    private readonly known: Known,
    private readonly judgedBy: Definitions,
    private readonly zone: string,
    private readonly until: Instant,
  ) {
    const { definitions, rules } = judgedBy;
    this.labels = labelsOf(definitions);
    this.versionsBefore = versionsBefore(write.change);
    this.concern = new Concern(rules, definitions, write.arrived);
  }

  judge(): void {
    const { stored, changedAttributes, assertions, retired } = this.known;
    for (const person of this.people.values()) {
      const credentials = this.settled.get(person.id)!;
      const attributes = changedAttributes.get(person.id) ?? new Set<string>();
      const after = assertions.get(person.id)!;
      const before =
        attributes.size === 0
          ? after
          : [...after.filter((a) => a.recordedIn !== this.write.change), ...(retired.get(person.id) ?? [])];
      this.judgePerson(person, credentials, attributes, before, after, stored.get(person.id) ?? new Map());
    }
  }

  private judgePerson(
    person: LockedEmployee,
    credentials: SettledCredentials,
    attributes: ReadonlySet<string>,
    before: readonly Assertion[],
    after: readonly Assertion[],
    stored: ReadonlyMap<string, StoredSegment[]>,
  ): void {
    const { rules } = this.judgedBy;
    const told = this.known.told(person.id);
    const verified = credentials.holdings.filter((holding) => told.verifications.changed.has(holding.row.id));
    const concerned = this.concern.roles({
      isNew: person.version === 0,
      changed: {
        types: new Set([...credentials.changedTypes, ...verified.map((holding) => holding.type.code)]),
        attributes,
        courses: told.attempts.changed,
        events: new Set([...credentials.changedTypes, ...told.attempts.changed, ...told.incidents.changed]),
        approvals: told.approvals.changed,
      },
      held: new Set(credentials.holdings.map((holding) => holding.type.code)),
      isStored: (roleId) => stored.has(roleId),
    });
    const read = (assertions: readonly Assertion[]) => attributesOf(assertions, person.id, this.zone, rules.reads.attributes);
    const known = once(() => read(after));
    const knownBefore = before === after ? known : once(() => read(before));
    const facts = {
      before: once(() => this.factsFrom(credentials, 'before', knownBefore(), told)),
      after: once(() => this.factsFrom(credentials, 'after', known(), told)),
    };
    const judgedPerson: JudgedPerson = {
      id: person.id,
      settledUntil: person.settledUntil,
      isNew: person.version === 0,
      get before() {
        return facts.before();
      },
      get after() {
        return facts.after();
      },
    };
    const setting = {
      until: Math.max(this.until, person.settledUntil),
      zone: this.zone,
      labels: this.labels,
      versionsBefore: this.versionsBefore,
    };
    let nextAt = credentials.nextAt;
    this.due.push(...credentials.due);
    this.events.push(...credentials.events);
    const take = (judgement: Judgement, judged: JudgedRole) => {
      this.due.push(...judgement.due);
      this.events.push(...judgement.events);
      nextAt = Math.min(nextAt, judgement.nextAt);
      if (judgement.segments) this.replace(person.id, judged, stored.get(judged.role.uuid) ?? [], judgement.segments);
    };
    for (const judged of concerned) take(judgeAgain(judgedPerson, judged, stored.get(judged.role.uuid) ?? [], setting), judged);
    for (const [roleId, segments] of stored) {
      const judged = rules.judged.get(roleId);
      if (judged && !concerned.has(judged)) take(passTime(judgedPerson, judged, segments, setting), judged);
    }
    this.next.set(person.id, nextAt);
  }

  private factsFrom(
    credentials: SettledCredentials,
    side: 'before' | 'after',
    attributes: PersonFacts['attributes'],
    told: Told,
  ): PersonFacts {
    const { definitions, definitionsBefore, rules, rulesBefore } = this.judgedBy;
    const { events } = rules.reads;
    const verified = verifiedByHolding(told.verifications[side]);
    return personFacts({
      holdings: credentials.holdings.map((holding) => ({
        typeCode: holding.type.code,
        factId: holdingFactId(holding.row),
        segments: holding[side].segments,
        awardedAt: events.has(holding.type.code) ? countedAwards(holding[side]) : [],
        verifiedAt: verified.get(holding.row.id),
      })),
      attributes,
      equivalents: definitions.equivalents,
      attempts: told.attempts[side],
      incidents: told.incidents[side],
      approvals: told.approvals[side],
      courses: ((side === 'before' && definitionsBefore) || definitions).courses,
      events,
      silences: ((side === 'before' && rulesBefore) || rules).silences,
      ruleOf: side === 'before' ? this.ruleBefore : (code) => rules.byCode.get(code),
      zone: this.zone,
    });
  }

  // without what this change publishes
  private readonly ruleBefore = (code: string): Pick<JudgedRole, 'versions' | 'nodes'> | undefined => {
    const judged = this.judgedBy.rules.byCode.get(code);
    if (!judged || !this.write.arrived.has(`rule:${judged.role.uuid}`)) return judged;
    return rulesOf(judged.published.filter((row) => row.recordedIn !== this.write.change));
  };

  private replace(
    employeeId: string,
    judged: JudgedRole,
    stored: readonly StoredSegment[],
    segments: readonly VerdictSegment[],
  ): void {
    const { retired, recorded } = replacement(stored, segments);
    this.retired.push(...retired);
    for (const segment of recorded) this.recorded.push({ employeeId, roleId: judged.role.uuid, segment });
  }

  async follow(consequences: (told: readonly NewEntry[]) => ReturnType<Consequences>): Promise<void> {
    this.due.sort((a, b) => a.occurredAt - b.occurredAt);
    const following = await consequences([...this.due, ...this.events]);
    const withFollowing = (entry: NewEntry) => [entry, ...(following.get(entry) ?? [])];
    this.due = this.due.flatMap(withFollowing);
    this.events = this.events.flatMap(withFollowing);
  }

  save(): void {
    if (this.retired.length > 0) {
      this.write.run('/* retireVerdicts */ UPDATE eligibility_segment SET retired_in = $2 WHERE id = ANY($1)', [
        plainArray(this.retired),
        this.write.change,
      ]);
    }
    if (this.recorded.length > 0) {
      this.write.run(
        `/* recordVerdicts */ INSERT INTO eligibility_segment (employee_id, role_id, valid_from, valid_to, verdict, rule_version, recorded_in)
         SELECT r.*, $1 FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::integer[]) AS r`,
        [
          this.write.change,
          ...columnParams(this.recorded, [
            (row) => row.employeeId,
            (row) => row.roleId,
            (row) => instantText(row.segment.from),
            (row) => instantText(row.segment.to),
            (row) => row.segment.verdict,
            (row) => row.segment.ruleVersion,
          ]),
        ],
      );
    }
    this.write.precede(this.due);
    for (const event of this.events) this.write.record(event);
    const versions = this.number();
    const next = (id: string) => (Number.isFinite(this.next.get(id)!) ? instantText(this.next.get(id)!) : null);
    this.write.run(
      `/* settleEmployees */ UPDATE employee e SET version = r.version, settled_until = r.settled_until, next_change_at = r.next_change_at
       FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS r(id, version, settled_until, next_change_at) WHERE e.id = r.id`,
      columnParams(
        [...this.people.values()],
        [
          (person) => person.id,
          (person) => versions.get(person.id)!,
          (person) => instantText(Math.max(this.until, person.settledUntil)),
          (person) => next(person.id),
        ],
      ),
    );
  }

  // every fact about a person carries the person's next version, and what subscriptions filter by
  private number(): Map<string, number> {
    const versions = new Map([...this.people.values()].map((person) => [person.id, person.version]));
    const { departments } = this.known;
    this.write.amend((entry) => {
      const version = entry.subject === null || entry.entityVersion !== 0 ? undefined : versions.get(entry.subject);
      if (version === undefined) return entry;
      versions.set(entry.subject!, version + 1);
      const about = {
        employee: this.people.get(entry.subject!)!.externalId,
        department: departments.get(entry.subject!) ?? null,
      };
      return { ...entry, entityVersion: version + 1, body: { ...(entry.body as Record<string, Json>), ...about } };
    });
    return versions;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The department each of these people is in at an instant. */
export async function departmentsOf(db: Db, ids: readonly string[], at: Instant): Promise<Map<string, string | null>> {
  const found = await rows<{ employee_id: string; department: string | null }>(
    db,
    `/* departmentsOf */ SELECT employee_id, department FROM employee_state
     WHERE employee_id = ANY($1) AND retired_in IS NULL AND valid_from <= $2 AND valid_to > $2`,
    [ids, instantText(at)],
  );
  return new Map(found.map((row) => [row.employee_id, row.department]));
}

async function segmentsOf(write: Write, ids: readonly string[]): Promise<Map<string, Map<string, StoredSegment[]>>> {
  const found = await rows<{
    id: number;
    employee_id: string;
    role_id: string;
    from: number;
    to: number;
    verdict: Verdict;
    rule_version: number;
  }>(
    write.db,
    `/* verdictsOf */ SELECT id, employee_id, role_id, valid_from AS "from", valid_to AS "to", verdict, rule_version FROM eligibility_segment
     WHERE employee_id = ANY($1) AND retired_in IS NULL ORDER BY employee_id, role_id, valid_from`,
    [ids],
  );
  const byPerson = new Map<string, Map<string, StoredSegment[]>>();
  for (const row of found) {
    const roles = byPerson.get(row.employee_id) ?? new Map<string, StoredSegment[]>();
    byPerson.set(row.employee_id, roles);
    const list = roles.get(row.role_id) ?? [];
    roles.set(row.role_id, list);
    list.push({ id: row.id, from: row.from, to: row.to, verdict: row.verdict, ruleVersion: row.rule_version });
  }
  return byPerson;
}
