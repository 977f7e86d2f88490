// How deep the variables of an operation may nest: whatever reads them as input objects goes as deep as they do.
import {
  getOperationAST,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLError,
  type GraphQLInputType,
} from 'graphql';
import type { Operation } from '../http/context';
import { problem } from './errors';

/** Levels of input objects and lists in one variable, at most; the deepest rule that can be published has some 40. */
export const nestingLimit = 200;

/** Refuses variables that nest deeper than the limit; null lets them pass. What a scalar takes, such as JSON, is the scalar's business. */
export function checkNesting({ schema, document, operationName, variables }: Operation): GraphQLError | null {
  for (const { variable, type } of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const declared = typeFromAST(schema, type);
    const name = variable.name.value;
    if (!isInputType(declared) || !isTooDeep(variables[name], declared)) continue;
    return problem('BAD_USER_INPUT', `Variable "$${name}" nests deeper than ${nestingLimit} levels: flatten it.`);
  }
  return null;
}

/** Level by level instead of by recursion, which is what is to be prevented. */
function isTooDeep(value: unknown, type: GraphQLInputType): boolean {
  let level: { readonly value: unknown; readonly type: GraphQLInputType }[] = [{ value, type }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > nestingLimit) return true;
    level = level.flatMap(({ value: at, type: declared }) => below(at, isNonNullType(declared) ? declared.ofType : declared));
  }
  return false;
}

function below(value: unknown, type: GraphQLInputType): { value: unknown; type: GraphQLInputType }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isListType(type))
    return (Array.isArray(value) ? value : [value]).map((item: unknown) => ({ value: item, type: type.ofType }));
  if (!isInputObjectType(type)) return [];
  const fields = type.getFields();
  return Object.entries(value).flatMap(([name, member]) =>
    Object.hasOwn(fields, name) ? [{ value: member as unknown, type: fields[name]!.type }] : [],
  );
}
