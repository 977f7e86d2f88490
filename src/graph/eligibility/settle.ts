// The last reaction of every write: the people it touched are judged anew in the same transaction, so no reader sees facts without verdicts.
import type { Instant } from '../../core/calendar';
import type { PersonFacts } from '../../core/evaluate';
import type { Assertion } from '../../core/person';
import type { Json } from '../../core/rule';
import type { Labels } from '../../core/rule-text';
import type { Verdict, VerdictSegment } from '../../core/verdict';
import type { NewEntry } from '../../journal/entry';
import type { Reaction, Write } from '../../journal/write';
import { columnParams, instantText, plainArray, rows } from '../../platform/sql';
import { holdCatalogue, type Cached } from '../catalogue';
import { holdingFactId, settleCredentials, type SettledCredentials } from '../credentials/settle';
import type { CredentialDefinitions } from '../credentials/types';
import { labelsOf } from '../rules/labels';
import { assertionsOf, attributesChangedBy, retiredAssertionsOf, type AssertionRow } from '../people/facts';
import { lockEmployees, type LockedEmployee } from '../people/resolve';
import type { JudgedRole, RuleDefinitions } from '../rules/definitions';
import { judgeAgain, passTime, type JudgedPerson, type Judgement } from './judge';
import { attributesOf, personFacts } from './person-facts';

export interface SettleOptions {
  readonly credentials: Cached<CredentialDefinitions>;
  readonly rules: Cached<RuleDefinitions>;
  readonly zone: string;
}

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
  const settling = settleCredentials(write, people, definitions, {
    until,
    awards: isClock
      ? 'KEPT'
      : isCatalogueChange || write.recordedKinds.has('completion.recorded')
        ? 'DERIVED'
        : 'DERIVED_IF_FACTS_CHANGED',
    redefined: new Set([...write.arrived].filter((key) => key.startsWith('type:')).map((key) => key.slice(5))),
    definitionsBefore: isCatalogueChange ? options.credentials.last() : null,
    zone: options.zone,
  });
  // asked together: one of them is answered while the other is reckoned with
  const [settled, known] = await Promise.all([settling, knownOf(write, [...people.keys()], rules, until)]);
  const portion = new Portion(write, people, settled, known, definitions, rules, options.zone, until);
  portion.judge();
  portion.save();
}

/** What is stored about the people settled together. */
interface Known {
  readonly stored: ReadonlyMap<string, ReadonlyMap<string, StoredSegment[]>>;
  readonly changedAttributes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly assertions: ReadonlyMap<string, readonly AssertionRow[]>;
  readonly retired: ReadonlyMap<string, readonly AssertionRow[]>;
  readonly departments: ReadonlyMap<string, string | null>;
}

async function knownOf(write: Write, ids: readonly string[], rules: RuleDefinitions, until: Instant): Promise<Known> {
  // the status follows from all that is asserted; everything else from what is asserted of it
  const needed = rules.attributes.has('status') ? undefined : rules.attributes;
  const [stored, changedAttributes, assertions, departments] = await Promise.all([
    segmentsOf(write, ids),
    attributesChangedBy(write, ids),
    assertionsOf(write.db, ids, needed),
    departmentsOf(write, ids, until),
  ]);
  const changed = [...changedAttributes.keys()];
  const retired = changed.length === 0 ? new Map<string, AssertionRow[]>() : await retiredAssertionsOf(write, changed);
  return { stored, changedAttributes, assertions, retired, departments };
}

/** A verdict to store. */
interface RecordedSegment {
  readonly employeeId: string;
  readonly roleId: string;
  readonly segment: VerdictSegment;
}

type StoredSegment = VerdictSegment & { readonly id: number };

/** The people settled together. */
class Portion {
  private readonly labels: Labels;
  private readonly due: NewEntry[] = [];
  private readonly events: NewEntry[] = [];
  private readonly next = new Map<string, number>();
  private readonly askedBy = new Map<string, readonly string[]>();
  private readonly retired: number[] = [];
  private readonly recorded: RecordedSegment[] = [];

  constructor(
    private readonly write: Write,
    private readonly people: ReadonlyMap<string, LockedEmployee>,
    private readonly settled: ReadonlyMap<string, SettledCredentials>,
    private readonly known: Known,
    private readonly definitions: CredentialDefinitions,
    private readonly rules: RuleDefinitions,
    private readonly zone: string,
    private readonly until: Instant,
  ) {
    this.labels = labelsOf(definitions);
  }

  judge(): void {
    const { stored, changedAttributes, assertions, retired } = this.known;
    const published = new Set([...this.write.arrived].filter((key) => key.startsWith('rule:')).map((key) => key.slice(5)));
    for (const person of this.people.values()) {
      const credentials = this.settled.get(person.id)!;
      const attributes = changedAttributes.get(person.id) ?? new Set<string>();
      const after = assertions.get(person.id)!;
      const before =
        attributes.size === 0
          ? after
          : [...after.filter((a) => a.recordedIn !== this.write.change), ...(retired.get(person.id) ?? [])];
      this.judgePerson(person, credentials, attributes, before, after, stored.get(person.id) ?? new Map(), published);
    }
  }

  private judgePerson(
    person: LockedEmployee,
    credentials: SettledCredentials,
    attributes: ReadonlySet<string>,
    before: readonly Assertion[],
    after: readonly Assertion[],
    stored: ReadonlyMap<string, StoredSegment[]>,
    published: ReadonlySet<string>,
  ): void {
    const concerned = this.concerned(person, credentials, attributes, stored, published);
    const read = (assertions: readonly Assertion[]) => attributesOf(assertions, person.id, this.zone, this.rules.attributes);
    const known = once(() => read(after));
    const knownBefore = before === after ? known : once(() => read(before));
    const facts = {
      before: once(() => this.factsFrom(credentials, 'before', knownBefore())),
      after: once(() => this.factsFrom(credentials, 'after', known())),
    };
    const judgedPerson: JudgedPerson = {
      id: person.id,
      settledUntil: person.settledUntil,
      get before() {
        return facts.before();
      },
      get after() {
        return facts.after();
      },
    };
    const setting = {
      change: this.write.change,
      until: Math.max(this.until, person.settledUntil),
      zone: this.zone,
      labels: this.labels,
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
      const judged = this.rules.judged.get(roleId);
      if (judged && !concerned.has(judged)) take(passTime(judgedPerson, judged, segments, setting), judged);
    }
    this.next.set(person.id, nextAt);
  }

  // the roles whose verdict can differ: they read what changed, or their rule is new, or the person is
  private concerned(
    person: LockedEmployee,
    credentials: SettledCredentials,
    attributes: ReadonlySet<string>,
    stored: ReadonlyMap<string, unknown>,
    published: ReadonlySet<string>,
  ): Set<JudgedRole> {
    const types = new Set<string>();
    for (const changed of credentials.changedTypes) for (const code of this.asked(changed)) types.add(code);
    const reads = attributes.size > 0 ? new Set([...attributes, 'status']) : attributes;
    const found = new Set(types.size > 0 || reads.size > 0 ? this.rules.reading(types, reads) : []);
    const isNew = person.version === 0;
    for (const judged of this.rules.judged.values()) {
      if (published.has(judged.role.uuid) || (isNew && !judged.needsHolding)) found.add(judged);
    }
    const held = new Set(credentials.holdings.map((holding) => holding.type.code));
    for (const judged of found) {
      const canBe = [...judged.types].some((code) => this.definitions.equivalents(code).some((other) => held.has(other)));
      if (judged.needsHolding && !canBe && !stored.has(judged.role.uuid)) found.delete(judged);
    }
    return found;
  }

  // the types rules ask for that a holding of this type counts as
  private asked(type: string): readonly string[] {
    let found = this.askedBy.get(type);
    if (!found) {
      const codes = new Set([...this.rules.judged.values()].flatMap((judged) => [...judged.types]));
      this.askedBy.set(type, (found = [...codes].filter((code) => this.definitions.equivalents(code).includes(type))));
    }
    return found;
  }

  private factsFrom(
    credentials: SettledCredentials,
    side: 'before' | 'after',
    attributes: PersonFacts['attributes'],
  ): PersonFacts {
    const holdings = credentials.holdings.map((holding) => ({
      typeCode: holding.type.code,
      factId: holdingFactId(holding.row),
      segments: holding[side].segments,
    }));
    return personFacts(holdings, attributes, this.definitions.equivalents);
  }

  private replace(
    employeeId: string,
    judged: JudgedRole,
    stored: readonly StoredSegment[],
    segments: readonly VerdictSegment[],
  ): void {
    const wanted = new Map(segments.map((segment) => [segmentKey(segment), segment]));
    for (const row of stored) if (!wanted.delete(segmentKey(row))) this.retired.push(row.id);
    for (const segment of wanted.values()) {
      this.recorded.push({ employeeId, roleId: judged.role.uuid, segment });
    }
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
    this.write.precede(this.due.sort((a, b) => a.occurredAt - b.occurredAt));
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

async function departmentsOf(write: Write, ids: readonly string[], at: Instant): Promise<Map<string, string | null>> {
  const found = await rows<{ employee_id: string; department: string | null }>(
    write.db,
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

function segmentKey(segment: VerdictSegment): string {
  return `${segment.from}|${segment.to}|${segment.verdict}|${segment.ruleVersion}`;
}
