// What rules read, with all the rules they refer to.
import { childrenOf, dependencies, type Dependencies, type RoleRuleNode, type RuleNode } from '../../core/rule';

/** What of a person's facts can change what a rule says. */
export type Reads = { readonly [kind in keyof Dependencies | 'verified']: ReadonlySet<string> };

/** The rules a reference can mean. */
export interface ReferredRule {
  /** Of the versions that are or will be in effect. */
  readonly versions: readonly { readonly node: RuleNode }[];
  /** Every version ever published, by number. */
  readonly nodes: ReadonlyMap<number, RuleNode>;
}

/** What these rules read, and all they refer to, however far. */
export function readsOf(nodes: readonly RuleNode[], ruleOf: (roleCode: string) => ReferredRule | undefined): Reads {
  const found = {
    types: new Set<string>(),
    attributes: new Set<string>(),
    courses: new Set<string>(),
    events: new Set<string>(),
    approvals: new Set<string>(),
    roles: new Set<string>(),
    /** Codes of the types of which it matters when they were verified. */
    verified: new Set<string>(),
  };
  const seen = new Set<string>();
  const waiting = [...nodes];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const own = dependencies(node);
    for (const kind of KINDS) for (const name of own[kind]) found[kind].add(name);
    for (const typeCode of verifiedTypes(node)) found.verified.add(typeCode);
    for (const reference of references(node)) {
      const key = JSON.stringify([reference.roleCode, reference.version]);
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push(...meant(reference, ruleOf(reference.roleCode)));
    }
  }
  return found;
}

/** Whether anything of this is read. */
export function intersect(reads: Reads, changed: Partial<Reads>): boolean {
  return KINDS.some((kind) => {
    for (const name of changed[kind] ?? []) if (reads[kind].has(name)) return true;
    return false;
  });
}

const KINDS = ['types', 'attributes', 'courses', 'events', 'approvals', 'roles'] as const;

function verifiedTypes(node: RuleNode): string[] {
  if (node.op === 'holds') return node.verifiedWithin ? [node.typeCode] : [];
  return childrenOf(node).flatMap(verifiedTypes);
}

function references(node: RuleNode): RoleRuleNode[] {
  return node.op === 'rule' ? [node] : childrenOf(node).flatMap(references);
}

function meant({ version }: RoleRuleNode, rule: ReferredRule | undefined): RuleNode[] {
  if (rule === undefined) return [];
  if (version === undefined) return rule.versions.map(({ node }) => node);
  const node = rule.nodes.get(version);
  return node ? [node] : [];
}
