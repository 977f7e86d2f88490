import { randomBytes } from 'node:crypto';
import { types } from 'node:util';

import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';

import { censored } from '../../core/censor';
import type { ErrorCode } from '../graphql/errors';
import type { Log } from '../log';
import { isUnavailable } from '../postgres/pool';
import { currentTrace } from '../trace';
import type { Redact } from './disclosure';
import { unquoted } from './unquoted';

const KNOWN: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'INVALID_CURSOR',
  'CURSOR_EXPIRED',
  'RESYNC_REQUIRED',
  'DOCUMENT_NOT_TRUSTED',
  'QUERY_TOO_EXPENSIVE',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
]);

/** Longer than any sentence of ours: what is beyond it was the client's. */
const LONGEST_MESSAGE = 1_000;

/** Codes of Apollo Server for requests that are not valid GraphQL, all of them the client's to mend. */
const APOLLO_INPUT: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** The HTTP status of a request that failed before anything of it was executed. */
export function statusOf(code: unknown): number {
  return HTTP_STATUS[code as ErrorCode] ?? 400;
}

/** Turns whatever was thrown into what the client is shown. */
export type PresentError = (error: unknown) => GraphQLFormattedError;

/**
 * Errors with one of our codes pass as they are, mistakes in the request are BAD_USER_INPUT, a database out of reach is
 * UNAVAILABLE. Anything else is a bug: the client gets a reference and the trace, the log gets the error under the same reference.
 * No message says what looks like a person's address or number, or like a key. `redact` is asked about what others say of the schema.
 */
export function errorPresenter(log: Log, redact: Redact = (message) => message): PresentError {
  return (thrown) => {
    const error =
      thrown instanceof GraphQLError ? thrown : new GraphQLError(messageOf(thrown), { originalError: asError(thrown) });
    const causes = causesOf(error);
    const { locations, path } = error.toJSON();
    const shown = shortened(censored(unquoted(error.message)));
    const place = { ...(locations && { locations }), ...(path && { path }) };

    const named = causes.findLast((cause) => cause instanceof GraphQLError && KNOWN.has(cause.extensions.code)) as
      GraphQLError | undefined;
    // Apollo gives what graphql-js says of variables a code of ours
    const isOfVariables = error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
    if (named !== undefined && !isOfVariables) {
      const { http: _http, stacktrace: _stacktrace, ...extensions } = named.extensions;
      return { message: shown, ...place, extensions };
    }
    if (isOfVariables || APOLLO_INPUT.has(error.extensions.code) || isRequestMistake(causes)) {
      return { message: redact(shown, error.source?.body ?? ''), ...place, extensions: { code: 'BAD_USER_INPUT' } };
    }
    if (causes.some(isUnavailable)) {
      log.warn({ err: causes.at(-1), path }, 'answered UNAVAILABLE');
      return { message: 'The database cannot be reached just now: try again.', ...place, extensions: { code: 'UNAVAILABLE' } };
    }
    const [reference, trace] = [randomBytes(6).toString('hex'), currentTrace()];
    log.error({ err: causes.at(-1), path, reference }, 'internal error');
    return {
      message: `Internal error (reference ${reference})`,
      ...place,
      extensions: { code: 'INTERNAL', reference, ...(trace && { trace }) },
    };
  };
}

/** The error and what is wrapped in it, outermost first. */
function causesOf(error: GraphQLError): Error[] {
  const causes: Error[] = [error];
  for (let cause = error.originalError; cause != null && !causes.includes(cause);) {
    causes.push(cause);
    cause = cause instanceof GraphQLError ? cause.originalError : undefined;
  }
  return causes;
}

/**
 * graphql-js refuses variables, and arguments built from them, with errors that carry no code: they name places of the
 * document before the executor gives them a path. Errors thrown by resolvers and serializers name none.
 */
function isRequestMistake(causes: readonly Error[]): boolean {
  const [outer] = causes;
  if (!(outer instanceof GraphQLError)) return false;
  if (outer.path === undefined) return outer.originalError === undefined;
  const inner = causes.at(-1);
  return inner instanceof GraphQLError && inner.nodes !== undefined && inner.nodes.some(({ kind }) => kind !== Kind.FIELD);
}

/** Some messages say again what was sent, and that may be a megabyte. */
function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}

function messageOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}

function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error(messageOf(thrown));
}
