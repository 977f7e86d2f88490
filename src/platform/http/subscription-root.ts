// What a subscription subscribes to does not depend on anything (GraphQL, 5.2.4.1): without an event there would be nothing to answer.
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

import { fragmentsOf } from '../graphql/fragments';

const CONDITIONS = new Set(['skip', 'include']);

/** Mistakes of subscriptions whose root field is there on a condition. graphql-js finds none, or has no event to execute. */
export function conditionalRoots(document: DocumentNode): GraphQLError[] {
  const fragments = fragmentsOf(document);
  return document.definitions.flatMap((definition) => {
    const isSubscription =
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION;
    return isSubscription ? rootsOf(definition.selectionSet, fragments, new Set()).flatMap(mistakeOf) : [];
  });
}

function mistakeOf(selection: SelectionNode): GraphQLError[] {
  const directive = selection.directives?.find(({ name }) => CONDITIONS.has(name.value));
  if (!directive) return [];
  const message = `What a subscription subscribes to cannot be left out on a condition: remove "@${directive.name.value}" from its root.`;
  return [new GraphQLError(message, { nodes: directive })];
}

/** The selections that are a root field or lead to one, each fragment once. */
function rootsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string>,
): readonly SelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return [selection, ...rootsOf(selection.selectionSet, fragments, seen)];
    const fragment = fragments.get(selection.name.value);
    if (!fragment || seen.has(selection.name.value)) return [selection];
    seen.add(selection.name.value);
    return [selection, ...rootsOf(fragment.selectionSet, fragments, seen)];
  });
}
