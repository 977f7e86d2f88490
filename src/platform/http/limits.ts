import { type DocumentNode, type FieldNode, type GraphQLError, Kind, type SelectionSetNode, visit } from 'graphql';

import { problem } from '../graphql/errors';
import { fragmentsOf } from '../graphql/fragments';

/** What one document may ask for at most, over HTTP and WebSocket alike. */
export const LIMITS = {
  tokens: 2000,
  depth: 12,
  /** Of `__schema` and `__type`, which only stand at the top: the query that tools send has 15 levels. */
  introspectionDepth: 20,
  directives: 10,
  aliases: 50,
  bodyBytes: 1024 * 1024,
} as const;

/**
 * The limits that a document exceeds; time is linear in its length, however its fragments are nested. To be asked before the document is
 * validated, which takes time that grows with the square of what is repeated. The token limit is the parser's (`maxTokens`).
 */
export function exceededLimits(document: DocumentNode): GraphQLError[] {
  let aliases = 0;
  let directives = 0;
  visit(document, {
    OperationDefinition: ({ selectionSet }) => void (aliases += againIn(selectionSet)),
    FragmentDefinition: ({ selectionSet }) => void (aliases += againIn(selectionSet)),
    Directive: () => void (directives += 1),
  });
  const errors: GraphQLError[] = [];
  const check = (count: number, limit: number, what: string): void => {
    if (count > limit)
      errors.push(problem('QUERY_TOO_EXPENSIVE', `The document ${what} ${count}, and ${limit} is the limit: split it.`));
  };
  check(depthOf(document, isOrdinary), LIMITS.depth, 'nests fields to a depth of');
  check(
    depthOf(document, () => true),
    LIMITS.introspectionDepth,
    'nests fields of introspection to a depth of',
  );
  check(aliases, LIMITS.aliases, 'asks again for the same place, by aliases or by repeating fields, this often:');
  check(directives, LIMITS.directives, 'uses this many directives:');
  return errors;
}

/**
 * How often a selection asks again for what it could ask once: fields under an alias, fields that are there already, and fragments spread
 * twice. What is asked of different types is not the same; what different fragments ask is not compared.
 */
function againIn(set: SelectionSetNode, seen = new Set<string>(), type = ''): number {
  let again = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      again += againIn(selection.selectionSet, seen, selection.typeCondition?.name.value ?? type);
      continue;
    }
    const alias = selection.kind === Kind.FIELD ? selection.alias?.value : undefined;
    const key = `${type} ${selection.kind} ${alias ?? selection.name.value}`;
    if (alias !== undefined || seen.has(key)) again += 1;
    seen.add(key);
    if (selection.kind === Kind.FIELD && selection.selectionSet) again += againIn(selection.selectionSet);
  }
  return again;
}

function isOrdinary({ name }: FieldNode): boolean {
  return !name.value.startsWith('__');
}

/** Deepest nesting of fields over all operations; a field that does not count is not looked into. */
function depthOf(document: DocumentNode, counts: (field: FieldNode) => boolean): number {
  const fragments = fragmentsOf(document);
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
      else if (counts(selection)) deepest = Math.max(deepest, 1 + ofSelection(selection.selectionSet));
    }
    return deepest;
  };

  return document.definitions.reduce(
    (deepest, definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? Math.max(deepest, ofSelection(definition.selectionSet)) : deepest,
    0,
  );
}
