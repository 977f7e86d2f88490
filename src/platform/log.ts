import { types } from 'node:util';

import { pino, type DestinationStream, type Logger } from 'pino';

import type { LogLevel } from './config';
import { currentTrace } from './trace';

/** The structured log: one JSON object per line. */
export type Log = Logger;

const SECRETS = ['authorization', 'cookie', 'password', 'adminKey', 'apiKey', 'key', 'token', 'secret', 'databaseUrl'];

/** What may be said of an error: PostgreSQL's `detail` and parameters are left out, since they quote people's data. */
function describeError(error: unknown): unknown {
  if (!types.isNativeError(error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return { type: error.name, message: error.message, code, stack: error.stack, cause };
}

/**
 * Opens the log, on standard error unless told otherwise; keys and tokens are redacted wherever they stand one level deep. A line that is
 * written for a request or a delivery names its trace.
 */
export function createLog(level: LogLevel, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      mixin: () => traceFields(),
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[Redacted]' },
    },
    destination,
  );
}

function traceFields(): object {
  const trace = currentTrace();
  return trace === null ? {} : { trace };
}
