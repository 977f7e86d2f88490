// Rules that negate what can be pending: that would be met for as long as somebody waits, and then no more.
import type { Instant } from './calendar';
import { refusal, type Refusal } from './refusal';
import { childrenOf, type RoleRuleNode, type RuleNode } from './rule';
import { meantBy, placesOf, referencesIn, type Place, type PublishedRules } from './rule-places';

/** Refuses `not` around what can be pending, also in the rules that it refers to. */
export function negatedWait({ node, path }: Place, rules: PublishedRules): Refusal | null {
  if (node.op !== 'not') return null;
  for (const { node: below, path: place } of placesOf(node.of, [...path, 'not'])) {
    const what = waitIn(below, rules, new Set());
    if (what === null) continue;
    const message = `Leave out "not" around ${what}: it would be met while that is pending. Say what must be so instead.`;
    return refusal('RULE_NEGATES_PENDING', message, [...place, below.op]);
  }
  return null;
}

/** What of a condition can be pending, also of the rules it refers to; null: nothing. */
function waitIn(node: RuleNode, rules: PublishedRules, seen: Set<RuleNode>): string | null {
  if (node.op === 'approval') return 'an approval, which is asked for before it is given';
  if (node.op === 'credits') return 'credit hours, which are reported before they are confirmed';
  if (node.op !== 'rule') return null;
  for (const meant of meantBy(node, rules)) {
    if (seen.has(meant)) continue;
    seen.add(meant);
    for (const { node: below } of placesOf(meant, [])) {
      const what = waitIn(below, rules, seen);
      if (what !== null) return `the rule of "${node.roleCode}", which asks for ${what}`;
    }
  }
  return null;
}

/** What a version that is being made is compared with. */
interface Making {
  readonly self: { readonly roleCode: string };
  readonly from: Instant;
  readonly now: Instant;
  readonly rules: PublishedRules;
}

/** Refuses what can be pending where another rule, from then on, says `not` around this one. */
export function waitNegatedElsewhere({ node, path }: Place, { self, from, now, rules }: Making): Refusal | null {
  const what = waitIn(node, rules, new Set());
  if (what === null) return null;
  for (const [roleCode, { versions }] of rules) {
    const ahead = versions.filter(({ until }) => roleCode !== self.roleCode && until > Math.max(from, now));
    const way = ahead.map((version) => negatedWay(version.node, self.roleCode, rules)).find((found) => found !== null);
    if (!way) continue;
    const message =
      `Leave out ${what}, or first publish a version of the rule of "${roleCode}" without "not" around this one ` +
      `(${[roleCode, ...way].join(' - ')}): it would be met while that is pending.`;
    return refusal('RULE_NEGATES_PENDING', message, [...path, node.op]);
  }
  return null;
}

/** The roles on the way from a \`not\` in a rule to the rule of a role, which is the last of them; null: there is none. */
function negatedWay(node: RuleNode, target: string, rules: PublishedRules): readonly string[] | null {
  if (node.op !== 'not') return firstOf(childrenOf(node), (child) => negatedWay(child, target, rules));
  const seen = new Set<RuleNode>();
  const wayFrom = (reference: RoleRuleNode): readonly string[] | null => {
    if (reference.roleCode === target && reference.version === undefined) return [target];
    const unseen = meantBy(reference, rules).filter((meant) => !seen.has(meant));
    unseen.forEach((meant) => seen.add(meant));
    const way = firstOf(unseen.flatMap(referencesIn), wayFrom);
    return way && [reference.roleCode, ...way];
  };
  return firstOf(referencesIn(node), wayFrom);
}

function firstOf<T, R>(list: readonly T[], find: (one: T) => R | null): R | null {
  for (const one of list) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}
