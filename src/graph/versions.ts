// Versions of rules, whether they award credentials or judge roles.
import type { Span } from '../core/calendar';
import type { Json, RuleNode } from '../core/rule';

/**
 * When a first version is published without `effectiveFrom`, it is in effect since ever: the only rule there is judges the past as well.
 * Later versions without it take effect at once.
 */
export const SINCE_EVER = Date.UTC(1900, 0, 1);

/** What a version of a role's rule says. */
export interface JudgingRule {
  readonly node: RuleNode;
  readonly warnBefore: Span | null;
}

/** A version as the schema shows it. */
export interface PublishedVersion {
  readonly id: string;
  readonly version: number;
  readonly effectiveFrom: number;
  readonly effectiveUntil: number | null;
  readonly text: string;
  readonly ast: Json;
  readonly hash: string;
  readonly publishedBy: string;
  /** Absent: it awards a credential. */
  readonly judges?: JudgingRule;
}
