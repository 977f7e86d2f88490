// The rule language: what a role demands of a person, as data. Reading it is rule-reader.ts, writing it rule-ast.ts.
import type { Instant, Span } from './calendar';

export { canonicalJson } from './canonical-json';

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Holds a credential of a type, or of one that counts in its place. */
export interface HoldsNode {
  readonly op: 'holds';
  readonly typeCode: string;
  /** A credential in grace does not count. */
  readonly strict: boolean;
  /** It counts only this long after it was last verified. */
  readonly verifiedWithin?: Span;
}

/** A test of one attribute; exactly one of `equals`, `in` and `atLeast` is present. */
export interface AttributeNode {
  readonly op: 'attribute';
  readonly name: string;
  readonly equals?: Json;
  readonly in?: readonly Json[];
  readonly atLeast?: number;
}

/** True in [from, until); null: no bound on that side. */
export interface DuringNode {
  readonly op: 'during';
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** Credit hours earned on a day count from `lag` after it until `lag` and `window` after it; enough of them meet the condition. */
export interface CreditsNode {
  readonly op: 'credits';
  readonly courseCodes: readonly string[];
  readonly min: number;
  readonly window: Span;
  readonly lag?: Span;
  /** The window runs on to the end of the calendar month it would end in. */
  readonly toMonthEnd?: true;
  /** From these courses together at most `max` hours count. A course belongs to the first cap that names it. */
  readonly caps?: readonly CreditCap[];
}

export interface CreditCap {
  readonly courseCodes: readonly string[];
  readonly max: number;
}

/** An attribute has had a value without a break for a time. */
export interface TenureNode {
  readonly op: 'tenure';
  readonly name: string;
  readonly equals: Json;
  readonly duration: Span;
}

/** Somebody has granted something, and the grant still stands. */
export interface ApprovalNode {
  readonly op: 'approval';
  readonly kind: string;
  /** The grant ends for good once the person has another manager. */
  readonly bindToManager: boolean;
  readonly ttl?: Span;
}

/** No trigger without a resolver after it. */
export interface NoOpenNode {
  readonly op: 'noOpen';
  readonly trigger: string;
  readonly resolver: string;
}

/** What the rule of another role says; of one version of a rule, also one of the same role, when `version` is given. */
export interface RoleRuleNode {
  readonly op: 'rule';
  readonly roleCode: string;
  readonly version?: number;
}

export type LeafNode =
  HoldsNode | AttributeNode | DuringNode | CreditsNode | TenureNode | ApprovalNode | NoOpenNode | RoleRuleNode;

/** Has held for `duration`, breaks of at most `gap` bridged; not during a break. */
export interface HeldForNode {
  readonly op: 'heldFor';
  readonly of: RuleNode;
  readonly duration: Span;
  readonly gap?: Span;
}

/** Holds, or did within `duration`. */
export interface WithinNode {
  readonly op: 'within';
  readonly of: RuleNode;
  readonly duration: Span;
  readonly toMonthEnd?: true;
}

/** Has held for `duration` (days) in all, and stays so; a break longer than `resetAfter` begins the count anew. */
export interface AccumulatedNode {
  readonly op: 'accumulated';
  readonly of: RuleNode;
  readonly duration: Span;
  readonly resetAfter?: Span;
}

/** Has held for `duration` (days) in all during the last `within` (days). */
export interface ServiceNode {
  readonly op: 'service';
  readonly of: RuleNode;
  readonly duration: Span;
  readonly within: Span;
}

/** Conditions on how long another condition holds. */
export type WindowNode = HeldForNode | WithinNode | AccumulatedNode | ServiceNode;

/** Whom a condition is shown to: HR, managers too, or the person too. */
export type Audience = 'HR' | 'MANAGER' | 'EMPLOYEE';

/** The same as the condition below; those who are not to see it are told only that there is one. */
export interface DisclosedNode {
  readonly op: 'disclosed';
  readonly of: RuleNode;
  readonly to: Audience;
}

export type RuleNode =
  | { readonly op: 'all' | 'any'; readonly of: readonly RuleNode[] }
  | { readonly op: 'atLeast'; readonly n: number; readonly of: readonly RuleNode[] }
  | { readonly op: 'not'; readonly of: RuleNode }
  | WindowNode
  | DisclosedNode
  | LeafNode;

/** A published rule is at most this deep (the root is at depth 1) and has at most this many nodes. */
export const ruleLimits = { depth: 12, nodes: 200 } as const;

/** The nodes directly below a node, in order. */
export function childrenOf(node: RuleNode): readonly RuleNode[] {
  switch (node.op) {
    case 'all':
    case 'any':
    case 'atLeast':
      return node.of;
    case 'not':
    case 'heldFor':
    case 'within':
    case 'accumulated':
    case 'service':
    case 'disclosed':
      return [node.of];
    default:
      return [];
  }
}

/** Whether a node looks at facts itself. */
export function isLeaf(node: RuleNode): node is LeafNode {
  return !('of' in node);
}

/** Whether a node's value at an instant depends on how long the condition below it has held. */
export function isWindow(node: RuleNode): node is WindowNode {
  return node.op === 'heldFor' || node.op === 'within' || node.op === 'accumulated' || node.op === 'service';
}

/** What a rule reads, each list sorted and without repetition. */
export interface Dependencies {
  /** Codes of credential types. */
  readonly types: readonly string[];
  readonly attributes: readonly string[];
  /** Codes of courses. */
  readonly courses: readonly string[];
  /** Names of what triggers and resolves: kinds of incidents, codes of courses or of credential types. */
  readonly events: readonly string[];
  /** Kinds of approvals. */
  readonly approvals: readonly string[];
  /** Codes of roles whose rules it refers to. */
  readonly roles: readonly string[];
}

/** What a rule reads itself; what the rules it refers to read is theirs. */
export function dependencies(node: RuleNode): Dependencies {
  const found = {
    types: new Set<string>(),
    attributes: new Set<string>(),
    courses: new Set<string>(),
    events: new Set<string>(),
    approvals: new Set<string>(),
    roles: new Set<string>(),
  };
  const visit = (at: RuleNode): void => {
    switch (at.op) {
      case 'holds':
        found.types.add(at.typeCode);
        break;
      case 'attribute':
      case 'tenure':
        found.attributes.add(at.name);
        break;
      case 'credits':
        for (const code of at.courseCodes) found.courses.add(code);
        break;
      case 'noOpen':
        found.events.add(at.trigger).add(at.resolver);
        break;
      case 'approval':
        found.approvals.add(at.kind);
        if (at.bindToManager) found.attributes.add(MANAGER);
        break;
      case 'rule':
        found.roles.add(at.roleCode);
        break;
      default:
        childrenOf(at).forEach(visit);
    }
  };
  visit(node);
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return {
    types: sorted(found.types),
    attributes: sorted(found.attributes),
    courses: sorted(found.courses),
    events: sorted(found.events),
    approvals: sorted(found.approvals),
    roles: sorted(found.roles),
  };
}

/** The attribute that says who somebody's manager is. */
export const MANAGER = 'managerExternalId';
