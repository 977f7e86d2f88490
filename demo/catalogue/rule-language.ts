/** RuleNodeInput of the API, as far as the sample rules use it. */
export type RuleNode =
  | { readonly all: readonly RuleNode[] }
  | { readonly any: readonly RuleNode[] }
  | { readonly atLeast: { readonly n: number; readonly of: readonly RuleNode[] } }
  | { readonly not: RuleNode }
  | { readonly holds: { readonly typeCode: string; readonly strict?: boolean } }
  | {
      readonly attribute: {
        readonly name: string;
        readonly equals?: string | number;
        readonly in?: readonly string[];
        readonly atLeast?: number;
      };
    }
  | { readonly during: { readonly from?: string; readonly until?: string } };

/** RuleDraftInput of the API. */
export interface RulePlan {
  readonly roleCode: string;
  readonly rule: RuleNode;
  readonly warnBefore: string;
}

/** All children are needed; a text names a credential type that must be held. */
export const all = (...of: readonly (RuleNode | string)[]): RuleNode => ({ all: of.map(node) });

/** One child is enough. */
export const any = (...of: readonly (RuleNode | string)[]): RuleNode => ({ any: of.map(node) });

/** n of the children are enough. */
export const atLeast = (n: number, ...of: readonly (RuleNode | string)[]): RuleNode => ({ atLeast: { n, of: of.map(node) } });

/** The child must not hold true. */
export const not = (child: RuleNode | string): RuleNode => ({ not: node(child) });

/** The credential is held, and grace does not count. */
export const strictly = (typeCode: string): RuleNode => ({ holds: { typeCode, strict: true } });

/** The attribute has one of these values. */
export const is = (name: string, ...values: readonly string[]): RuleNode =>
  values.length === 1 ? { attribute: { name, equals: values[0]! } } : { attribute: { name, in: values } };

/** The attribute is a number of at least this. */
export const reaches = (name: string, least: number): RuleNode => ({ attribute: { name, atLeast: least } });

/** True until this instant: the clause of a transition period. */
export const before = (until: string): RuleNode => ({ during: { until } });

/** What everybody in the organisation needs for any role. */
export const EMPLOYED: RuleNode = is('status', 'ACTIVE');

/** A rule of the sample organisation: employment and the code of conduct, besides what the role itself needs. */
export function rule(roleCode: string, warnBefore: string, ...needs: readonly (RuleNode | string)[]): RulePlan {
  return { roleCode, warnBefore, rule: all(EMPLOYED, 'CODE-OF-CONDUCT', ...needs) };
}

function node(child: RuleNode | string): RuleNode {
  return typeof child === 'string' ? { holds: { typeCode: child } } : child;
}

/** The type codes a rule asks for, those it bars left out. */
export function typesWanted(of: RuleNode): string[] {
  if ('holds' in of) return [of.holds.typeCode];
  if ('all' in of) return of.all.flatMap(typesWanted);
  if ('any' in of) return of.any.flatMap(typesWanted);
  if ('atLeast' in of) return of.atLeast.of.flatMap(typesWanted);
  return [];
}
