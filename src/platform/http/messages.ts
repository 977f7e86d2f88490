// What comes over a socket, and what failures are when they go back.
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { RawData } from 'ws';

/** A failure before there is a result is a result too: what `execute` throws would end the socket. */
export async function guarded<T>(work: () => Promise<T>): Promise<T | ExecutionResult> {
  try {
    return await work();
  } catch (error) {
    return { errors: [asGraphQLError(error)] };
  }
}

export function asGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error });
}

/** The protocol insists on a document; one that is only named is none. */
export function withDocument(text: string): string {
  if (!/"(documentId|persistedQuery)"/.test(text)) return text;
  try {
    const message = JSON.parse(text) as { payload?: { query?: unknown } | null };
    if (message.payload && message.payload.query === undefined) message.payload.query = '';
    // it takes what is parsed already as well
    return message as never;
  } catch {
    return text;
  }
}

/** What was thrown, as what is told. */
export function asErrors(error: unknown): readonly GraphQLError[] {
  return [asGraphQLError(error)];
}

/** ws delivers what it received as one buffer or several. */
export function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');
}
