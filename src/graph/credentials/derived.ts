// The facts about one person's holdings that follow from others: which there are, which there should be, and so what is new and what is gone.
import { uuidv7 } from 'uuidv7';
import type { Write } from '../../journal/write';
import type { CredentialFact, HoldingRow, NewFact } from './facts';
import type { CredentialType } from './types';

/** A derived fact before it has an id. */
export type Derivation = Omit<NewFact, 'id' | 'credentialId' | 'employeeId'>;

/** Awards by rule name the version that decided, renewals by a higher credential its award; dates are always read from the person. */
export function isDerived({ kind, ruleVersion, causedBy }: Pick<CredentialFact, 'kind' | 'ruleVersion' | 'causedBy'>): boolean {
  return kind === 'DATE' || ruleVersion !== null || causedBy !== null;
}

/** The derived facts of one person while they are worked out; the same fact keeps its id and its row. */
export class DerivedFacts {
  /** Every fact that stood or was made, by what it says. */
  private readonly known = new Map<string, CredentialFact>();
  private readonly sources = new Map<CredentialFact, { readonly row: HoldingRow; readonly derivation: Derivation }>();
  private readonly given = new Map<string, readonly CredentialFact[]>();
  private readonly stored: ReadonlySet<string>;
  private readonly wanted = new Set<CredentialFact>();

  constructor(
    private readonly write: Write,
    private readonly employeeId: string,
    private readonly holdings: { readonly rows: Map<string, HoldingRow>; readonly facts: Map<string, CredentialFact[]> },
  ) {
    this.stored = new Set(holdings.rows.keys());
    for (const id of holdings.rows.keys()) {
      const facts = holdings.facts.get(id) ?? [];
      for (const fact of facts) if (isDerived(fact)) this.known.set(keyOf(id, fact), fact);
      this.given.set(
        id,
        facts.filter((fact) => !isDerived(fact)),
      );
    }
  }

  /** Begins anew from what is given, and these renewals. */
  restart(renewals: readonly CredentialFact[]): void {
    this.wanted.clear();
    for (const row of this.holdings.rows.values()) this.holdings.facts.set(row.id, [...(this.given.get(row.id) ?? [])]);
    for (const fact of renewals) this.put(fact);
  }

  /** The holdings awarded by a rule before. */
  rowsAwardedByRule(): HoldingRow[] {
    const ids = new Set([...this.known.values()].filter((fact) => fact.ruleVersion !== null).map((fact) => fact.credentialId));
    return [...this.holdings.rows.values()].filter((row) => ids.has(row.id));
  }

  /** The holding that award rules award: the one without an instance, there already or to be. */
  ownHolding(type: CredentialType): HoldingRow {
    const rows = [...this.holdings.rows.values()];
    const known = rows.find((row) => row.typeId === type.uuid && row.instance === '');
    return known ?? { id: uuidv7(), employeeId: this.employeeId, typeId: type.uuid, instance: '' };
  }

  of(row: HoldingRow): readonly CredentialFact[] {
    return this.holdings.facts.get(row.id) ?? [];
  }

  isHeld(row: HoldingRow): boolean {
    return this.of(row).length > 0;
  }

  /** The holdings something is known of. */
  held(): [HoldingRow, readonly CredentialFact[]][] {
    return [...this.holdings.rows.values()].flatMap((row) => (this.isHeld(row) ? [[row, this.of(row)]] : []));
  }

  /** A fact that says so: the one there is, or a new one. */
  make(row: HoldingRow, derivation: Derivation): CredentialFact {
    const key = keyOf(row.id, derivation);
    let fact = this.known.get(key);
    if (!fact) this.known.set(key, (fact = inMemory(row, derivation, this.write)));
    this.sources.set(fact, { row, derivation });
    return fact;
  }

  add(row: HoldingRow, derivation: Derivation): CredentialFact {
    if (!this.holdings.rows.has(row.id)) this.holdings.rows.set(row.id, row);
    const fact = this.make(row, derivation);
    this.put(fact);
    return fact;
  }

  private put(fact: CredentialFact): void {
    const facts = this.holdings.facts.get(fact.credentialId);
    if (facts) facts.push(fact);
    else this.holdings.facts.set(fact.credentialId, [fact]);
    this.wanted.add(fact);
  }

  /** Forgets holdings that were thought of and came to nothing. */
  finish(): void {
    for (const row of this.holdings.rows.values())
      if (!this.stored.has(row.id) && !this.isHeld(row)) this.holdings.rows.delete(row.id);
  }

  /** The rows of facts that do not follow any more. */
  gone(): number[] {
    return [...this.known.values()].filter((fact) => fact.rowId > 0 && !this.wanted.has(fact)).map((fact) => fact.rowId);
  }

  added(): { readonly row: HoldingRow; readonly isNew: boolean; readonly fact: NewFact }[] {
    return [...this.wanted]
      .filter((fact) => fact.rowId === 0)
      .map((fact) => {
        const { row, derivation } = this.sources.get(fact)!;
        return {
          row,
          isNew: !this.stored.has(row.id),
          fact: { ...derivation, id: fact.id, credentialId: row.id, employeeId: this.employeeId },
        };
      });
  }
}

function keyOf(holding: string, fact: Omit<Derivation, 'zone'>): string {
  const { kind, at, expiresAt, ruleVersion, completionIds, causedBy, dateOn } = fact;
  return [holding, kind, at, expiresAt, ruleVersion, completionIds?.join(), causedBy, dateOn].map((part) => part ?? '').join('|');
}

// a fact of this change, before it has a row
function inMemory(row: HoldingRow, fact: Derivation, write: Write): CredentialFact {
  return {
    rowId: 0,
    id: uuidv7(),
    credentialId: row.id,
    employeeId: row.employeeId,
    kind: fact.kind,
    at: fact.at,
    expiresAt: fact.expiresAt ?? null,
    initial: fact.initial ?? null,
    reason: null,
    evidenceUrl: fact.evidenceUrl ?? null,
    ruleVersion: fact.ruleVersion ?? null,
    completionIds: fact.completionIds ?? [],
    endsCycle: fact.endsCycle ?? null,
    causedBy: fact.causedBy ?? null,
    dateOn: fact.dateOn ?? null,
    source: fact.source ?? write.source,
    eventId: null,
    recordedAt: write.now,
    recordedIn: write.change,
    retiredIn: null,
  };
}
