// What an operation may ask for and what it costs: the objects it could lead to, multiplied down the tree, and the items it brings.
import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  typeFromAST,
  valueFromASTUntyped,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Operation } from '../http/context';
import { problem } from './errors';
import { fragmentsOf } from './fragments';
import { pageLimits } from './paging';

/** Objects that one operation may ask for, in all its lists and beside them, at most. */
export const costBudget = 250_000;
/** The same of a subscription, for each of its events. */
export const eventBudget = 10_000;

/** What things cost: any operation, valid or not; each object it could ask for; each item it brings. A field that is more work than its objects show says so itself (`complexity`). */
export const prices = { operation: 10, object: 1, item: 10 } as const;

/** A list that has no pages holds what one thing has of another, and that is few. */
const MEMBERS_OF_A_LIST = 5;

/** What an operation costs beyond being heard, or why it is refused: it could ask for more objects than the budget. Nothing is read to find out. */
export function appraise(operation: Operation): number | GraphQLError {
  const { schema, document, operationName } = operation;
  const definition = getOperationAST(document, operationName);
  if (!definition) return 0;
  const costing = new Costing(operation, definition);
  const objects = costing.objectsIn(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
  const isSubscription = definition.operation === OperationTypeNode.SUBSCRIPTION;
  const budget = isSubscription ? eventBudget : costBudget;
  if (objects > budget) {
    const [what, allowed] = [isSubscription ? 'Each event of this subscription' : 'This operation', budget.toLocaleString('en')];
    const message = `${what} could ask for ${objects.toLocaleString('en')} objects, and ${allowed} are allowed: ask for smaller pages, or for less below them.`;
    return problem('QUERY_TOO_EXPENSIVE', message);
  }
  const items = definition.operation === OperationTypeNode.MUTATION ? costing.itemsIn(definition.selectionSet) : 0;
  return objects * prices.object + items * prices.item;
}

/** What a field says that it costs beyond its objects. */
export function ownCostOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number {
  return typeof extensions['complexity'] === 'number' ? extensions['complexity'] : 0;
}

class Costing {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly known = new Map<string, number>();
  private readonly defaults = new Map<string, ValueNode>();

  constructor(
    private readonly operation: Operation,
    { variableDefinitions }: OperationDefinitionNode,
  ) {
    this.fragments = fragmentsOf(operation.document);
    for (const { variable, defaultValue } of variableDefinitions ?? []) {
      if (defaultValue) this.defaults.set(variable.name.value, defaultValue);
    }
  }

  /** What a selection on one object of this type could lead to. */
  objectsIn(selections: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): number {
    let objects = 0;
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) objects += this.ofField(selection, type);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) objects += this.ofFragment(selection.name.value);
      else {
        const condition = selection.typeCondition;
        objects += this.objectsIn(selection.selectionSet, condition ? typeFromAST(this.operation.schema, condition) : type);
      }
    }
    return objects;
  }

  /** Things that a mutation is given: the members of the lists in its arguments. */
  itemsIn({ selections }: SelectionSetNode): number {
    return selections.reduce((items, selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return items + this.itemsIn(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.fragments.get(selection.name.value);
        return items + (fragment ? this.itemsIn(fragment.selectionSet) : 0);
      }
      const values = (selection.arguments ?? []).map(({ value }) => this.valueOf(value));
      return items + values.reduce<number>((sum, value) => sum + membersOf(value), 0);
    }, 0);
  }

  private ofField(field: FieldNode, parent: GraphQLNamedType | undefined): number {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
    const definition = parent.getFields()[field.name.value];
    if (!definition) return 0;
    const own = ownCostOf(definition);
    const type = getNamedType(definition.type);
    if (!isCompositeType(type)) return own;
    const below = this.objectsIn(field.selectionSet, type);
    // what a page holds was multiplied where the page was asked for
    if (isPage(parent)) return own + below;
    return own + this.countOf(field, definition) * (1 + below);
  }

  // a fragment costs the same wherever it is spread, so each is reckoned once
  private ofFragment(name: string): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const objects = fragment
      ? this.objectsIn(fragment.selectionSet, typeFromAST(this.operation.schema, fragment.typeCondition))
      : 0;
    this.known.set(name, objects);
    return objects;
  }

  /** How many objects a field may lead to. */
  private countOf(field: FieldNode, { args, type }: GraphQLField<unknown, unknown>): number {
    if (args.some(({ name }) => name === 'first')) return this.pageSize(field);
    if (!isListType(getNullableType(type))) return 1;
    const named = field.arguments?.map(({ value }) => this.valueOf(value)).find(Array.isArray);
    return named?.length ?? MEMBERS_OF_A_LIST;
  }

  private pageSize(field: FieldNode): number {
    for (const { name, value } of field.arguments ?? []) {
      if (name.value !== 'first' && name.value !== 'last') continue;
      const size = this.valueOf(value);
      if (typeof size === 'number') return Math.max(0, Math.min(size, pageLimits.max));
    }
    return pageLimits.default;
  }

  private valueOf(value: ValueNode): unknown {
    if (value.kind !== Kind.VARIABLE) return valueFromASTUntyped(value, this.operation.variables);
    const name = value.name.value;
    const given = this.operation.variables[name];
    const usual = this.defaults.get(name);
    return given === undefined && usual ? valueFromASTUntyped(usual) : given;
  }
}

/** The types that stand between a list and its rows. */
function isPage({ name }: GraphQLNamedType): boolean {
  return /(Connection|Edge|Page)$/.test(name);
}

/** The members of a list, or of the lists in an object. */
function membersOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + (Array.isArray(member) ? member.length : 0), 0);
}
