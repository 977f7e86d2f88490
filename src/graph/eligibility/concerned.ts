// Whom a change concerns: the roles whose verdict about a person can differ after it.
import type { SilenceSubject } from '../../core/facts';
import type { CredentialDefinitions } from '../credentials/types';
import type { JudgedRole, Reads, RuleDefinitions } from '../rules/definitions';

/** One person in a change. */
export interface ConcernedPerson {
  readonly isNew: boolean;
  /** What the change told of the person otherwise than before; types as held. */
  readonly changed: Omit<Reads, 'roles' | 'verified'>;
  /** Codes of the types of all holdings the person has or had. */
  readonly held: ReadonlySet<string>;
  /** Whether verdicts about the person and a role are stored. */
  readonly isStored: (roleId: string) => boolean;
}

/** Finds the roles a change concerns, for one person after the other. */
export class Concern {
  private readonly askedBy = new Map<string, readonly string[]>();
  private readonly published: ReadonlySet<string>;

  /** `arrived` are the keys of what the change brought: a rule it published concerns also the roles whose rules refer to it. */
  constructor(
    private readonly rules: RuleDefinitions,
    private readonly definitions: CredentialDefinitions,
    arrived: ReadonlySet<string>,
  ) {
    const roles = new Set<string>();
    for (const key of arrived) {
      const judged = key.startsWith('rule:') ? rules.judged.get(key.slice('rule:'.length)) : undefined;
      if (judged) roles.add(judged.role.code);
    }
    const told = { roles, attributes: redefined(arrived), ...silenced(arrived) };
    this.published = new Set([...roles, ...rules.reading(told).map((judged) => judged.role.code)]);
  }

  /** The roles whose verdict about a person can differ: they read what changed, or their rule is new, or the person is. */
  roles({ isNew, changed, held, isStored }: ConcernedPerson): Set<JudgedRole> {
    const found = new Set<JudgedRole>();
    const reads = this.asReadByRules(changed);
    if (reads) for (const judged of this.rules.reading(reads)) found.add(judged);
    if (isNew || this.published.size > 0) {
      for (const judged of this.rules.judged.values()) {
        if (this.published.has(judged.role.code) || (isNew && !judged.needsHolding)) found.add(judged);
      }
    }
    for (const judged of found) {
      const canBe = [...judged.reads.types].some((code) => this.definitions.equivalents(code).some((other) => held.has(other)));
      if (judged.needsHolding && !canBe && !isStored(judged.role.uuid)) found.delete(judged);
    }
    return found;
  }

  private asReadByRules(changed: ConcernedPerson['changed']): Partial<Reads> | null {
    if (Object.values(changed).every((names) => names.size === 0)) return null;
    const types = new Set<string>();
    for (const type of changed.types) for (const code of this.asked(type)) types.add(code);
    // the status follows from all that is asserted
    const attributes = changed.attributes.size > 0 ? new Set([...changed.attributes, 'status']) : changed.attributes;
    return { ...changed, types, attributes };
  }

  // the types rules ask for that a holding of this type counts as
  private asked(type: string): readonly string[] {
    let found = this.askedBy.get(type);
    if (!found) {
      const { types } = this.rules.reads;
      this.askedBy.set(type, (found = [...types].filter((code) => this.definitions.equivalents(code).includes(type))));
    }
    return found;
  }
}

/** Attributes that read otherwise than before, although nobody has told them anew. */
function redefined(arrived: ReadonlySet<string>): Set<string> {
  const prefix = 'attribute:';
  return new Set([...arrived].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
}

/** What sources can speak of from this change on, or cannot any more. */
function silenced(arrived: ReadonlySet<string>): Pick<Reads, 'types' | 'courses' | 'events'> {
  const codes = (subject: SilenceSubject): Set<string> => {
    const prefix = `capability:${subject}:`;
    return new Set([...arrived].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
  };
  return { types: codes('TYPE'), courses: codes('COURSE'), events: codes('EVENT') };
}
