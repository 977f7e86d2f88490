// The parts of a rule with their places in what somebody sent, and the rules they refer to.
import type { Instant } from './calendar';
import { childrenOf, type RoleRuleNode, type RuleNode } from './rule';

/** The versions of a role's rule. */
export interface PublishedRule {
  /** Those that were, are or will be in effect. */
  readonly versions: readonly { readonly node: RuleNode; readonly until: Instant }[];
  /** Every one, by number. */
  readonly nodes: ReadonlyMap<number, RuleNode>;
}

/** Published rules by the codes of their roles. */
export type PublishedRules = ReadonlyMap<string, PublishedRule>;

/** A place in what somebody sent. */
export type Path = readonly (string | number)[];

/** A node, and where it stands. */
export interface Place<N extends RuleNode = RuleNode> {
  readonly node: N;
  readonly path: Path;
}

/** Every node with its place in the input, parents before children. */
export function placesOf(node: RuleNode, path: Path): Place[] {
  const step: Path =
    node.op === 'not' || node.op === 'all' || node.op === 'any' ? [node.op] : [node.op, node.op === 'atLeast' ? 'of' : 'rule'];
  const isList = node.op === 'all' || node.op === 'any' || node.op === 'atLeast';
  return [{ node, path }, ...childrenOf(node).flatMap((child, i) => placesOf(child, [...path, ...step, ...(isList ? [i] : [])]))];
}

/** The rules that a reference can mean. */
export function meantBy({ roleCode, version }: RoleRuleNode, rules: PublishedRules): readonly RuleNode[] {
  const rule = rules.get(roleCode);
  if (version === undefined) return (rule?.versions ?? []).map(({ node }) => node);
  const node = rule?.nodes.get(version);
  return node ? [node] : [];
}

/** The references in a rule to others. */
export function referencesIn(node: RuleNode): RoleRuleNode[] {
  return node.op === 'rule' ? [node] : childrenOf(node).flatMap(referencesIn);
}
