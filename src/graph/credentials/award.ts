// What follows for holdings from everything else: awards by rule, renewals by cycles of hours and by higher credentials, the dates that fix
// expiries.
import { cycleOf, decideAwards, type AwardDecision } from '../../core/award';
import { endOfDay, parseDay } from '../../core/calendar';
import { decideCycles } from '../../core/cycle-awards';
import { employmentAttributes, leftForGoodAt, type Assertion } from '../../core/person';
import { foldHolding, statusAt, type RenewalPolicy } from '../../core/renewal';
import type { Write } from '../../journal/write';
import { attemptsOf, type AttemptRow } from '../learning/store';
import { assertionsOf } from '../people/facts';
import { currentDecisions, saveDecisions, type Decided } from './decisions';
import { DerivedFacts } from './derived';
import { ensureHoldings, evidenceOf, holdingKey, recordFacts, retireFacts, type CredentialFact, type HoldingRow } from './facts';
import type { CredentialDefinitions, CredentialType } from './types';

/** A person's holdings with the facts that stand, as this change sees them; what follows is added and taken away in memory too. */
export interface Holdings {
  readonly rows: Map<string, HoldingRow>;
  readonly facts: Map<string, CredentialFact[]>;
}

/** Brings what is derived about the holdings of people in line with the rest; only differences are written. */
export async function deriveAwards(
  write: Write,
  people: ReadonlyMap<string, Holdings>,
  definitions: CredentialDefinitions,
  zone: string,
): Promise<void> {
  const ids = [...people.keys()];
  const attempts = new Map<string, AttemptRow[]>(ids.map((id) => [id, []]));
  const [attempted, current, assertions] = await Promise.all([
    attemptsOf(write.db, ids),
    currentDecisions(write, ids),
    assertionsOf(write.db, ids, new Set([...definitions.datesRead, ...employmentAttributes])),
  ]);
  for (const attempt of attempted) attempts.get(attempt.employeeUuid)!.push(attempt);
  const decided: Decided[] = [];
  const derived: DerivedFacts[] = [];
  for (const [employeeId, holdings] of people) {
    const facts = new DerivedFacts(write, employeeId, holdings);
    const said = assertions.get(employeeId)!;
    const left = leftForGoodAt(said, zone);
    // what somebody completes after they have left is kept and earns nothing, unless they come back
    const counted = attempts.get(employeeId)!.filter((attempt) => attempt.at < left);
    const person = new PersonAwards(facts, definitions, counted, said, zone);
    decided.push(...person.derive());
    derived.push(facts);
  }
  await save(write, derived);
  saveDecisions(write, decided, people, current);
}

async function save(write: Write, derived: readonly DerivedFacts[]): Promise<void> {
  await retireFacts(
    write,
    derived.flatMap((facts) => facts.gone()),
  );
  const added = derived.flatMap((facts) => facts.added());
  const ids = await ensureHoldings(
    write,
    added.filter(({ isNew }) => isNew).map(({ row }) => row),
  );
  await recordFacts(
    write,
    added.map(({ row, fact }) => ({ ...fact, credentialId: ids.get(holdingKey(row)) ?? row.id })),
  );
}

const MOST_TURNS = 1_000;

/** What follows for the holdings of one person. */
class PersonAwards {
  constructor(
    private readonly facts: DerivedFacts,
    private readonly definitions: CredentialDefinitions,
    private readonly attempts: readonly AttemptRow[],
    private readonly assertions: readonly Assertion[],
    private readonly zone: string,
  ) {}

  /**
   * A lower credential may be the prerequisite of the higher one that renews it, so neither can be decided first. It is gone over the
   * holdings until nothing new is renewed: what holds at an instant depends only on what came before it, so each turn settles a later one.
   */
  derive(): readonly Decided[] {
    const typeIds = this.typesToDecide();
    let renewals: readonly CredentialFact[] = [];
    for (let turn = 0, seen = ''; turn < MOST_TURNS; turn++) {
      this.facts.restart(renewals);
      this.addDates();
      const decided = typeIds.flatMap((id) => this.decideType(this.definitions.types.get(id)!));
      const next = this.renewalsByHigher();
      const key = next.map(({ id }) => id).join();
      if (key === seen) {
        this.facts.finish();
        return decided;
      }
      [renewals, seen] = [next, key];
    }
    throw new Error(`The renewals of a person's credentials did not settle in ${MOST_TURNS} turns.`);
  }

  private typesToDecide(): string[] {
    const ids = new Set(this.definitions.awardedBy(new Set(this.attempts.map((attempt) => attempt.courseCode))));
    for (const row of this.facts.rowsAwardedByRule()) ids.add(row.typeId);
    return [...ids].filter((id) => this.definitions.types.has(id) && this.definitions.awardRules.has(id));
  }

  private addDates(): void {
    for (const [row] of this.facts.held()) {
      const type = this.definitions.types.get(row.typeId);
      if (type?.policy.fixedFrom) this.addDatesTo(row, type.policy);
    }
  }

  private addDatesTo(row: HoldingRow, { fixedFrom, zone }: RenewalPolicy): void {
    let last: string | null = null;
    for (const { name, at, value } of this.assertions) {
      if (name !== fixedFrom!.attribute || typeof value !== 'string' || parseDay(value) === null || value === last) continue;
      this.facts.add(row, { kind: 'DATE', at, dateOn: value, zone });
      last = value;
    }
  }

  private decideType(type: CredentialType): Decided[] {
    const row = this.facts.ownHolding(type);
    const versions = this.definitions.awardRules.get(type.uuid)!;
    const { courses } = this.definitions;
    const decided: Decided[] = [];
    const take = (decision: AwardDecision): void => {
      const missing = decision.satisfied ? this.missingPrerequisites(type, decision.at) : [];
      const isAwarded = decision.satisfied && missing.length === 0;
      const fact = isAwarded ? this.addAward(row, type, decision) : null;
      decided.push({ employeeId: row.employeeId, type, decision, missing, factId: fact?.id ?? null });
    };
    const isFirst = !this.facts.isHeld(row);
    for (const decision of decideAwards(versions, courses, this.attempts, this.zone)) take(decision);
    if (isFirst && type.policy.fixedFrom && this.facts.isHeld(row)) this.addDatesTo(row, type.policy);
    if (!versions.some(({ when }) => cycleOf(when))) return decided;
    const cycles = decideCycles({
      versions,
      courses,
      attempts: this.attempts,
      policy: type.policy,
      evidence: evidenceOf(this.facts.of(row)),
      mayAward: (at) => this.missingPrerequisites(type, at).length === 0,
    });
    for (const decision of cycles) take(decision);
    return decided;
  }

  private addAward(row: HoldingRow, type: CredentialType, decision: AwardDecision): CredentialFact {
    const last = this.attempts.find((attempt) => attempt.id === decision.attemptId)!;
    const endsCycle = decision.endsCycle ?? false;
    const expiresOn = endsCycle ? null : last.expiresOn;
    return this.facts.add(row, {
      kind: 'AWARD',
      at: decision.at,
      expiresAt: expiresOn === null ? null : endOfDay(expiresOn, type.policy.zone),
      expiresOn,
      zone: type.policy.zone,
      initial: endsCycle ? false : null,
      endsCycle: endsCycle || null,
      evidenceUrl: decision.evidenceUrl,
      issuer: type.issuer,
      ruleVersion: decision.ruleVersion,
      completionIds: [...decision.usedAttemptIds].sort(),
      source: last.source,
    });
  }

  private missingPrerequisites(type: CredentialType, at: number): string[] {
    return type.prerequisites.filter((code) => {
      const accepted = new Set(this.definitions.equivalents(code));
      return !this.facts.held().some(([row, facts]) => {
        const held = this.definitions.types.get(row.typeId);
        if (!held || !accepted.has(held.code)) return false;
        const status = statusAt(foldHolding(held.policy, evidenceOf(facts)).segments, at)?.status;
        return status === 'ACTIVE' || status === 'GRACE';
      });
    });
  }

  /** Lower holdings that an award of a higher type finds held, renewed up to the end it leads to; only where that is later than theirs. */
  private renewalsByHigher(): CredentialFact[] {
    // of several awards at one instant the one that leads furthest
    const renewals = new Map<string, CredentialFact>();
    for (const [row, facts] of this.facts.held()) {
      const type = this.definitions.types.get(row.typeId);
      const lower = new Set(type && this.definitions.renewedBy(type.code));
      if (lower.size === 0) continue;
      const own = new Map(facts.filter((fact) => fact.kind === 'AWARD' && fact.causedBy === null).map((fact) => [fact.id, fact]));
      for (const award of foldHolding(type!.policy, evidenceOf(facts)).awards) {
        const cause = award.counted ? own.get(award.factId) : undefined;
        if (!cause) continue;
        for (const [other, theirs] of this.facts.held()) {
          const renewed = this.definitions.types.get(other.typeId);
          if (!renewed || !lower.has(renewed.code)) continue;
          const renewal = this.facts.make(other, {
            kind: 'AWARD',
            at: award.at,
            expiresAt: award.expiresAt ?? Infinity,
            zone: renewed.policy.zone,
            initial: false,
            evidenceUrl: cause.evidenceUrl,
            issuer: renewed.issuer,
            causedBy: cause.id,
            source: cause.source,
          });
          const key = `${other.id} ${renewal.at}`;
          const isFurthest = renewal.expiresAt! > (renewals.get(key)?.expiresAt ?? -Infinity);
          if (isFurthest && lengthens(renewed.policy, theirs, renewal)) renewals.set(key, renewal);
        }
      }
    }
    return [...renewals.values()];
  }
}

function lengthens(policy: RenewalPolicy, facts: readonly CredentialFact[], renewal: CredentialFact): boolean {
  const others = facts.filter((fact) => fact.causedBy === null || fact.at !== renewal.at);
  const after = foldHolding(policy, evidenceOf([...others, renewal]));
  const award = after.awards.find(({ factId }) => factId === renewal.id)!;
  const endAt = (holding: typeof after): number | null | undefined => statusAt(holding.segments, renewal.at)?.expiresAt;
  return award.counted && award.mode === 'RENEWAL' && endAt(after) !== endAt(foldHolding(policy, evidenceOf(others)));
}
