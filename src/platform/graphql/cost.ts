// What a document may ask for: the rows its lists could hold, multiplied down the tree.
import {
  getNamedType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLNamedType,
  type SelectionSetNode,
} from 'graphql';
import type { Operation } from '../http/context';
import { problem } from './errors';
import { pageLimits } from './paging';

/** Rows one operation may ask for in all its lists together, at most. */
export const costBudget = 100_000;

/** Refuses an operation whose lists could hold more rows than the budget; null lets it pass. Nothing is read to find out. */
export function checkCost(operation: Operation): GraphQLError | null {
  const { schema, document, operationName } = operation;
  const definition = getOperationAST(document, operationName);
  if (!definition) return null;
  const cost = new Costing(operation).rowsOf(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
  if (cost <= costBudget) return null;
  const message = `This operation could ask for ${cost.toLocaleString('en')} rows, and ${costBudget.toLocaleString('en')} are allowed: ask for smaller pages, or for less below them.`;
  return problem('QUERY_TOO_EXPENSIVE', message);
}

class Costing {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly known = new Map<string, number>();

  constructor(private readonly operation: Operation) {
    for (const definition of operation.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  /** The rows below one object of this type. */
  rowsOf(selections: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): number {
    let rows = 0;
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) rows += this.rowsOfField(selection, type);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) rows += this.rowsOfFragment(selection.name.value);
      else {
        const condition = selection.typeCondition;
        rows += this.rowsOf(selection.selectionSet, condition ? typeFromAST(this.operation.schema, condition) : type);
      }
    }
    return rows;
  }

  private rowsOfField(field: FieldNode, parent: GraphQLNamedType | undefined): number {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
    const definition = parent.getFields()[field.name.value];
    const type = definition && getNamedType(definition.type);
    if (!type || !isCompositeType(type)) return 0;
    const below = this.rowsOf(field.selectionSet, type);
    if (!type.name.endsWith('Connection')) return below;
    return this.pageSize(field) * (1 + below);
  }

  // a fragment costs the same wherever it is spread, so each is reckoned once
  private rowsOfFragment(name: string): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const rows = fragment ? this.rowsOf(fragment.selectionSet, typeFromAST(this.operation.schema, fragment.typeCondition)) : 0;
    this.known.set(name, rows);
    return rows;
  }

  private pageSize(field: FieldNode): number {
    for (const { name, value } of field.arguments ?? []) {
      if (name.value !== 'first' && name.value !== 'last') continue;
      const size =
        value.kind === Kind.VARIABLE
          ? this.operation.variables[value.name.value]
          : value.kind === Kind.INT
            ? Number(value.value)
            : null;
      if (typeof size === 'number') return Math.max(0, Math.min(size, pageLimits.max));
    }
    return pageLimits.default;
  }
}
