// What metrics and spans say of an operation: its sort, its name and what became of it, nothing of what it asks for.
import { type GraphQLError, Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { censored } from '../../core/censor';
import { currentSpan } from '../trace';

/** What became of an operation. */
export type Outcome = 'ok' | 'errors' | 'refused' | 'limited';

/** Says it of the span under way. */
export function describeOperation(
  operation: OperationDefinitionNode | undefined,
  outcome: Outcome,
  errors: readonly GraphQLError[] = [],
): void {
  const span = currentSpan();
  if (span === null) return;
  const codes = [...new Set(errors.map(({ extensions: { code } }) => (typeof code === 'string' ? code : 'INTERNAL')))].sort();
  span.set({
    'graphql.operation.type': operation?.operation ?? 'none',
    ...(operation?.name && { 'graphql.operation.name': censored(operation.name.value) }),
    'graphql.outcome': outcome,
    ...(codes.length > 0 && { 'graphql.error.codes': codes.join(' ') }),
  });
}

/** The operation of a document that is asked for. */
export function operationIn(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | undefined {
  return document.definitions.find(
    (one): one is OperationDefinitionNode =>
      one.kind === Kind.OPERATION_DEFINITION && (name == null || name === '' || one.name?.value === name),
  );
}
