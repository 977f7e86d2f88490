// What of a rule somebody may be shown.
import { childrenOf, type Audience, type RuleNode } from './rule';

/** Whoever ranks higher sees what those below see. */
export const RANKS: Readonly<Record<Audience, number>> = { EMPLOYEE: 0, MANAGER: 1, HR: 2 };

/** What those are told who may not see a condition. */
export const UNDISCLOSED = 'a condition that is not disclosed';

/** Whether a node is shown to somebody only as being there. */
export function isHidden(node: RuleNode, audience: Audience): boolean {
  return node.op === 'disclosed' && RANKS[audience] < RANKS[node.to];
}

/** Whether anything of a rule is hidden from somebody. */
export function hidesFrom(node: RuleNode, audience: Audience): boolean {
  return isHidden(node, audience) || childrenOf(node).some((child) => hidesFrom(child, audience));
}

/** The lower of two audiences: who asks for another may be shown no more than they themselves. */
export function lowerOf(one: Audience, other: Audience): Audience {
  return RANKS[one] < RANKS[other] ? one : other;
}
