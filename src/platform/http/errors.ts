import { randomBytes } from 'node:crypto';
import { types } from 'node:util';

import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';

import { censored } from '../../core/censor';
import type { ErrorCode } from '../graphql/errors';
import type { Log } from '../log';
import { isUnavailable } from '../postgres/pool';
import { currentTrace } from '../trace';
import { unquoted } from './unquoted';

const KNOWN: ReadonlySet<unknown> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'INVALID_CURSOR',
  'CURSOR_EXPIRED',
  'RESYNC_REQUIRED',
  'QUERY_TOO_EXPENSIVE',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
]);

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
 * No message says what looks like a person's address or number, or like a key.
 */
export function errorPresenter(log: Log): PresentError {
  return (thrown) => {
    const error =
      thrown instanceof GraphQLError ? thrown : new GraphQLError(messageOf(thrown), { originalError: asError(thrown) });
    const causes = causesOf(error);
    const { locations, path } = error.toJSON();
    const shown = censored(unquoted(error.message));
    const place = { ...(locations && { locations }), ...(path && { path }) };

    const named = causes.findLast((cause) => cause instanceof GraphQLError && KNOWN.has(cause.extensions.code)) as
      GraphQLError | undefined;
    if (named !== undefined) {
      const { http: _http, stacktrace: _stacktrace, ...extensions } = named.extensions;
      return { message: shown, ...place, extensions };
    }
    if (APOLLO_INPUT.has(error.extensions.code) || isRequestMistake(causes)) {
      const isTooLong = /Document contains more tha[nt] \d+ tokens|^Validation aborted/.test(error.message);
      return { message: shown, ...place, extensions: { code: isTooLong ? 'QUERY_TOO_EXPENSIVE' : 'BAD_USER_INPUT' } };
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
  if (outer.path === undefined) return outer.originalError === undefined || outer.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  const inner = causes.at(-1);
  return inner instanceof GraphQLError && inner.nodes !== undefined && inner.nodes.some(({ kind }) => kind !== Kind.FIELD);
}

function messageOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}

function asError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error(messageOf(thrown));
}
