import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
  visit,
} from 'graphql';

import { problem } from '../graphql/errors';

/** What one document may ask for at most, over HTTP and WebSocket alike. */
export const LIMITS = { tokens: 2000, depth: 12, directives: 10, aliases: 50, bodyBytes: 1024 * 1024 } as const;

/** Refuses documents beyond the limits with QUERY_TOO_EXPENSIVE. The token limit is the parser's (`maxTokens`). */
export const documentLimits: ValidationRule = (context) => ({
  Document(document) {
    for (const error of exceededLimits(document)) context.reportError(error);
    return false;
  },
});

/** The limits that a document exceeds; time is linear in its length, however its fragments are nested. */
export function exceededLimits(document: DocumentNode): GraphQLError[] {
  let aliases = 0;
  let directives = 0;
  visit(document, {
    Field: ({ alias }) => void (aliases += alias === undefined ? 0 : 1),
    Directive: () => void (directives += 1),
  });
  const errors: GraphQLError[] = [];
  const check = (count: number, limit: number, what: string): void => {
    if (count > limit)
      errors.push(problem('QUERY_TOO_EXPENSIVE', `The document ${what} ${count}, and ${limit} is the limit: split it.`));
  };
  check(depthOf(document), LIMITS.depth, 'nests fields to a depth of');
  check(aliases, LIMITS.aliases, 'uses this many aliases:');
  check(directives, LIMITS.directives, 'uses this many directives:');
  return errors;
}

/** Deepest nesting of fields over all operations; what lies below `__schema` and `__type` does not count. */
function depthOf(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();

  const ofFragment = (name: string): number => {
    const depth = known.get(name);
    const fragment = fragments.get(name);
    if (depth !== undefined || fragment === undefined) return depth ?? 0;
    // Fragments that contain themselves are refused elsewhere; here they must only not loop.
    known.set(name, 0);
    const found = ofSelection(fragment.selectionSet);
    known.set(name, found);
    return found;
  };

  const ofSelection = (set: SelectionSetNode | undefined): number => {
    let deepest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) deepest = Math.max(deepest, ofFragment(selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) deepest = Math.max(deepest, ofSelection(selection.selectionSet));
      else if (!selection.name.value.startsWith('__')) deepest = Math.max(deepest, 1 + ofSelection(selection.selectionSet));
    }
    return deepest;
  };

  return document.definitions.reduce(
    (deepest, definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? Math.max(deepest, ofSelection(definition.selectionSet)) : deepest,
    0,
  );
}
