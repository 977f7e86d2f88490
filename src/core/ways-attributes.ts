// Attributes that would have to be others: people decide that, nobody earns it.
import type { Instant } from './calendar';
import { testAttribute } from './conditions';
import type { PersonFacts } from './facts';
import { Formulas } from './monotone';
import { canonicalJson, childrenOf, type AttributeNode, type Json, type RuleNode } from './rule';
import { Level } from './timeline';
import type { Deeds } from './ways-atoms';

const MOST_VALUES = 20;

/** The ways to meet conditions on attributes, for one person. */
export class AttributeWays {
  /** The values that rules ask for, by attribute: one of them, or none, is what an attribute would be set to. */
  private readonly values = new Map<string, Map<string, Json>>();

  constructor(
    private readonly deeds: Deeds,
    private readonly facts: PersonFacts,
    rules: readonly RuleNode[],
  ) {
    rules.forEach((rule) => this.collect(rule));
  }

  private collect(node: RuleNode): void {
    if (node.op === 'attribute')
      this.offer(node.name, [...wantedBy(node), ...(node.atLeast === undefined ? [] : [node.atLeast])]);
    if (node.op === 'tenure') this.offer(node.name, [node.equals]);
    childrenOf(node).forEach((child) => this.collect(child));
  }

  private offer(name: string, values: readonly Json[]): void {
    const known = this.values.get(name) ?? new Map<string, Json>();
    this.values.set(name, known);
    for (const value of values.slice(0, MOST_VALUES)) known.set(canonicalJson(value), value);
    if (values.length > MOST_VALUES) this.deeds.isComplete = false;
  }

  /** What makes the test pass (or, negated, fail) by an instant. */
  ways(node: AttributeNode, isNegated: boolean, isSo: boolean, by: Instant): number {
    const current = this.valueAt(node.name);
    const isList = node.atLeast === undefined && (Array.isArray(current) || this.deeds.offers.isList(node.name));
    return isList ? this.listWays(node, isNegated, isSo, by, current) : this.valueWays(node, isNegated, isSo, by, current);
  }

  private valueAt(name: string): Json | undefined {
    const { at } = this.deeds.situation;
    return this.facts.attributes.get(name)?.find(({ from, to }) => from <= at && at < to)?.value;
  }

  private valueWays(node: AttributeNode, isNegated: boolean, isSo: boolean, by: Instant, current: Json | undefined): number {
    const { name: code } = node;
    const variable = `attribute ${code}`;
    const wanted = isNegated ? Level.UNMET : Level.MET;
    const fitting = [...(this.values.get(code)?.values() ?? [])].filter((value) => testAttribute(node, value) === wanted);
    return this.deeds.formulas.any([
      isSo ? this.deeds.kept(variable, 'kept') : Formulas.never,
      ...fitting.map((value) =>
        this.deeds.now({ kind: 'ATTRIBUTE', code, value, isElement: false }, by, variable, canonicalJson(value)),
      ),
      isNegated ? this.deeds.now(REMOVED(code, current ?? null, false), by, variable, 'none') : Formulas.never,
    ]);
  }

  private listWays(node: AttributeNode, isNegated: boolean, isSo: boolean, by: Instant, current: Json | undefined): number {
    const { name: code } = node;
    const isIn = (value: Json): boolean =>
      Array.isArray(current) && (current as Json[]).some((one) => canonicalJson(one) === canonicalJson(value));
    const options = wantedBy(node).map((value) => {
      const variable = `attribute ${code} ${canonicalJson(value)}`;
      if (isNegated) {
        return isSo || (Array.isArray(current) && !isIn(value))
          ? this.deeds.kept(variable, 'no')
          : this.deeds.now(REMOVED(code, value, true), by, variable, 'no');
      }
      return isSo && isIn(value)
        ? this.deeds.kept(variable, 'yes')
        : this.deeds.now({ kind: 'ATTRIBUTE', code, value, isElement: true }, by, variable, 'yes');
    });
    return isNegated ? this.deeds.formulas.all(options) : this.deeds.formulas.any(options);
  }
}

function wantedBy(node: AttributeNode): readonly Json[] {
  return node.equals !== undefined ? [node.equals] : (node.in ?? []);
}

const REMOVED = (code: string, value: Json, isElement: boolean) =>
  ({ kind: 'REMOVAL', of: 'ATTRIBUTE', code, value, isElement }) as const;
