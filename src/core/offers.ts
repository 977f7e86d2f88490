// What the search for ways knows of the world beside one person's facts.
import type { AwardGap } from './award-gap';
import type { Span } from './calendar';
import type { CourseOffer } from './credit-hours';
import type { RuleVersion } from './evaluate';
import type { PersonFacts } from './facts';
import type { RuleNode } from './rule';

/** What a credential asks for. */
export interface TypeOffer {
  /** Of a type without an award rule. */
  readonly cost: number;
  /** Null: not known. */
  readonly leadTime: Span | null;
  /** Codes of the types that must be held before. */
  readonly prerequisites: readonly string[];
  /** What the person has to complete for the award rule; null: there is none. */
  readonly award: AwardGap | null;
}

/** What can be had at what price, for one person. */
export interface Offers {
  readonly type: (code: string) => TypeOffer;
  readonly isType: (code: string) => boolean;
  readonly course: (code: string) => CourseOffer;
  readonly isCourse: (code: string) => boolean;
  /** The rule of a role, or one version of it wherever it is asked about. */
  readonly rules: (roleCode: string, version: number | null) => readonly RuleVersion[];
  /** Makes the rules of other roles be judged by these facts. */
  readonly refer: (facts: PersonFacts) => PersonFacts;
  readonly isList: (attribute: string) => boolean;
}

/** A version that stands for one version of a rule at any time. */
export function atAnyTime(node: RuleNode, version: number): RuleVersion {
  return { node, version, from: -Infinity, until: Infinity, warnBefore: null };
}
