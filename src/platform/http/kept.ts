// What of a request is kept while it waits, is answered or is subscribed to: what nobody reads may be twenty times as large as its text.
import { type GraphQLError, type OperationDefinitionNode, OperationTypeNode } from 'graphql';

import { problem } from '../graphql/errors';
import type { Operation } from './context';

/** Values in the variables of an operation, those within them included. */
export const MOST_VALUES = 100_000;
/** Bytes of a message that subscribes: what it asks for is kept for as long as it does. */
export const SUBSCRIPTION_BYTES = 128 * 1024;
/** What one takes in memory beside its text, about. */
const BYTES_OF_VALUE = 64;

const MEMBERS = new Set(['query', 'documentId', 'operationName', 'variables', 'extensions']);
const EXTENSIONS = new Set(['persistedQuery', 'traceparent']);
const CONNECTION_PARAMS = new Set(['authorization', 'Authorization', 'traceparent']);

/** Lets go of members of a request that nobody reads. In place, so that nobody who holds it holds more. */
export function keepMembers(request: unknown): void {
  keepOnly(request, MEMBERS);
  keepOnly((request as { extensions?: unknown } | null)?.extensions, EXTENSIONS);
}

/** The same of the payload of connection_init. */
export function keepParams(params: unknown): void {
  keepOnly(params, CONNECTION_PARAMS);
}

/** The same of variables that the operation does not declare. */
export function keepDeclared(variables: unknown, operation: OperationDefinitionNode | null | undefined): void {
  const declared = (operation?.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  keepOnly(variables, new Set(declared));
}

/** Refuses more values than the limit; null lets them pass. */
export function checkValues({ variables }: Pick<Operation, 'variables'>): GraphQLError | null {
  if (countValues(variables) <= MOST_VALUES) return null;
  return problem(
    'BAD_USER_INPUT',
    `The variables have more than ${MOST_VALUES.toLocaleString('en')} values: send fewer at once.`,
  );
}

/** Bytes that a request holds while it waits for its turn. */
export function weightOf(bytes: number, variables: unknown): number {
  return bytes + BYTES_OF_VALUE * countValues(variables);
}

/** Refuses a message that subscribes with more than is kept for that; null lets it pass. */
export function checkLength(operation: OperationDefinitionNode | null | undefined, bytes: number): GraphQLError | null {
  if (bytes <= SUBSCRIPTION_BYTES || operation?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
  const most = SUBSCRIPTION_BYTES.toLocaleString('en');
  return problem('QUERY_TOO_EXPENSIVE', `A message that subscribes has at most ${most} bytes: subscribe to less at once.`);
}

function countValues(value: unknown): number {
  let count = 0;
  for (const rest = [value]; rest.length > 0 && count <= MOST_VALUES; count++) {
    const at = rest.pop();
    if (typeof at === 'object' && at !== null) for (const member of Object.values(at)) rest.push(member);
  }
  return count;
}

function keepOnly(held: unknown, names: ReadonlySet<string>): void {
  if (typeof held !== 'object' || held === null || Array.isArray(held)) return;
  for (const name of Object.keys(held)) if (!names.has(name)) delete (held as Record<string, unknown>)[name];
}
