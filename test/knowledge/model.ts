// The graph as a list of dated facts, each with the number of the write that told it. Every answer is worked out from the list anew,
// one instant and one state of knowledge at a time: slow, and with nothing in common with the product.

export type Status = 'PENDING' | 'ACTIVE' | 'GRACE' | 'EXPIRED' | 'SUSPENDED' | 'REVOKED';

/** A condition as the rules of the model know it. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly atLeast: { readonly n: number; readonly of: readonly Condition[] } }
  | { readonly not: Condition }
  | { readonly holds: { readonly typeCode: string; readonly strict: boolean } }
  | { readonly attribute: { readonly name: string; readonly equals?: unknown; readonly atLeast?: number } }
  | { readonly during: { readonly from?: string; readonly until?: string } };

export interface AttributeFact {
  readonly employee: string;
  readonly name: string;
  readonly at: number;
  readonly value: unknown;
  readonly write: number;
}

export interface CredentialFact {
  readonly employee: string;
  readonly type: string;
  readonly kind: 'AWARD' | 'SUSPENSION' | 'REINSTATEMENT' | 'REVOCATION';
  readonly at: number;
  /** Null: the policy decides. */
  readonly expiresAt: number | null;
  readonly recordedAt: number;
  readonly write: number;
}

export interface RuleFact {
  readonly role: string;
  readonly version: number;
  readonly from: number;
  readonly rule: Condition;
  readonly write: number;
}

/** How awards of a type end: `endOf` is asked where the issuer gave no end. */
export interface Policy {
  readonly endOf: (at: number) => number;
  readonly graceDays: number;
}

const DAY = 86_400_000;
const VERDICTS = ['NOT_ELIGIBLE', 'UNKNOWN', 'PENDING', 'GRACE', 'ELIGIBLE'] as const;

export class Model {
  readonly people = new Map<string, number>();
  readonly attributes: AttributeFact[] = [];
  readonly credentials: CredentialFact[] = [];
  readonly rules: RuleFact[] = [];

  constructor(private readonly policies: Readonly<Record<string, Policy>>) {}

  /** The value of an attribute at an instant, by the first so many writes; undefined: nothing was asserted. */
  attribute(employee: string, name: string, at: number, known: number): unknown {
    let found: AttributeFact | undefined;
    for (const fact of this.attributes) {
      if (fact.employee !== employee || fact.name !== name || fact.write > known || fact.at > at) continue;
      if (!found || fact.at > found.at || (fact.at === found.at && fact.write >= found.write)) found = fact;
    }
    return found?.value;
  }

  /** Whether anything is asserted of a person at an instant. */
  isListed(employee: string, at: number, known: number): boolean {
    return this.attributes.some((fact) => fact.employee === employee && fact.write <= known && fact.at <= at);
  }

  manager(employee: string, at: number, known: number): string | null {
    const named = this.attribute(employee, 'managerExternalId', at, known);
    return typeof named === 'string' && (this.people.get(named) ?? Infinity) <= known ? named : null;
  }

  reports(manager: string, at: number, known: number, isTransitive: boolean): string[] {
    return [...this.people.keys()].filter((person) => {
      if (!this.isListed(person, at, known)) return false;
      let above = this.manager(person, at, known);
      while (isTransitive && above !== null && above !== manager) above = this.manager(above, at, known);
      return above === manager;
    });
  }

  /** Where a holding stands; null: nothing is held. */
  holding(
    employee: string,
    type: string,
    at: number,
    known: number,
  ): { status: Status; issuedAt: number; expiresAt: number | null } | null {
    const facts = this.credentials.filter((fact) => fact.employee === employee && fact.type === type && fact.write <= known);
    const awards = facts.filter((fact) => fact.kind === 'AWARD').sort((a, b) => a.at - b.at);
    if (awards.length === 0) return null;
    const announced = Math.min(...awards.map((award) => award.recordedAt));
    const pendingFrom = announced < awards[0]!.at ? announced : Infinity;
    const policy = this.policies[type]!;
    const end = (award: CredentialFact): number => award.expiresAt ?? policy.endOf(award.at);
    let award: CredentialFact | null = null;
    let isRevoked = false;
    let isSuspended = false;
    for (const fact of facts.sort((a, b) => a.at - b.at)) {
      if (fact.at > at) break;
      const isThere = award !== null || pendingFrom <= fact.at;
      if (fact.kind === 'AWARD') {
        const isForestalled = facts.some(
          (other) =>
            other.kind === 'REVOCATION' &&
            fact.at > other.at &&
            fact.recordedAt <= other.at &&
            fact.recordedAt <= other.recordedAt,
        );
        // an award that would end earlier takes nothing away from the one in effect
        if (isForestalled || (award !== null && !isRevoked && end(fact) < end(award))) continue;
        award = fact;
        isRevoked = false;
      } else if (fact.kind === 'REINSTATEMENT') isSuspended = false;
      else if (!isThere || isRevoked) continue;
      else if (fact.kind === 'SUSPENSION') isSuspended = true;
      else {
        isRevoked = true;
        isSuspended = false;
      }
    }
    if (award === null && at < pendingFrom) return null;
    const shown = award ?? awards[0]!;
    const expiry = end(shown);
    const status = (): Status => {
      if (isRevoked) return 'REVOKED';
      if (isSuspended) return 'SUSPENDED';
      if (award === null) return 'PENDING';
      if (at < expiry) return 'ACTIVE';
      return at < expiry + policy.graceDays * DAY ? 'GRACE' : 'EXPIRED';
    };
    return { status: status(), issuedAt: shown.at, expiresAt: Number.isFinite(expiry) ? expiry : null };
  }

  /** The version of a role's rule in effect: the latest published of those that have begun. */
  rule(role: string, at: number, known: number): RuleFact | null {
    return this.rules.filter((rule) => rule.role === role && rule.write <= known && rule.from <= at).at(-1) ?? null;
  }

  verdict(employee: string, rule: RuleFact, at: number, known: number): (typeof VERDICTS)[number] {
    return VERDICTS[this.level(rule.rule, employee, at, known)]!;
  }

  private level(condition: Condition, employee: string, at: number, known: number): number {
    const rank = (of: readonly Condition[], n: number): number =>
      of.map((child) => this.level(child, employee, at, known)).sort((a, b) => b - a)[n - 1]!;
    if ('all' in condition) return rank(condition.all, condition.all.length);
    if ('any' in condition) return rank(condition.any, 1);
    if ('atLeast' in condition) return rank(condition.atLeast.of, condition.atLeast.n);
    if ('not' in condition) return [4, 1, 4, 0, 0][this.level(condition.not, employee, at, known)]!;
    if ('during' in condition) {
      const { from, until } = condition.during;
      return (from === undefined || Date.parse(from) <= at) && (until === undefined || at < Date.parse(until)) ? 4 : 0;
    }
    if ('holds' in condition) {
      const status = this.holding(employee, condition.holds.typeCode, at, known)?.status;
      return status === 'ACTIVE' ? 4 : status === 'GRACE' && !condition.holds.strict ? 3 : 0;
    }
    const value = this.attribute(employee, condition.attribute.name, at, known);
    if (value === undefined) return 1;
    if (value === null) return 0;
    if (condition.attribute.atLeast !== undefined)
      return typeof value === 'number' ? (value >= condition.attribute.atLeast ? 4 : 0) : 1;
    return value === condition.attribute.equals ? 4 : 0;
  }
}
