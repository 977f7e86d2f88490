import { types } from 'node:util';

import { pino, type DestinationStream, type Logger } from 'pino';

import { censored } from '../core/censor';
import type { LogLevel } from './config';
import { currentTrace } from './trace';

/** The structured log: one JSON object per line. */
export type Log = Logger;

const SECRETS = ['authorization', 'cookie', 'password', 'adminKey', 'apiKey', 'key', 'token', 'secret', 'databaseUrl'];

/**
 * What may be said of an error: PostgreSQL's `detail` and parameters are left out, since they quote people's data, and so is the value in its
 * messages about one that does not fit.
 */
function describeError(error: unknown): unknown {
  if (!types.isNativeError(error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  const message = isAboutValue(error) ? error.message.replace(/: ".*/s, '') : error.message;
  const stack = message === error.message ? error.stack : error.stack?.replace(error.message, message);
  return { type: error.name, message, code, stack, cause };
}

/** PostgreSQL's class 22, data exceptions, such as `invalid input syntax for type uuid: "…"`. */
function isAboutValue(error: Error): boolean {
  return 'severity' in error && 'code' in error && /^22/.test(String(error.code));
}

/**
 * Opens the log, on standard error unless told otherwise; keys and tokens are redacted wherever they stand one level deep,
 * and whatever looks like one, or like an e-mail address, wherever it stands: a message may quote it. A line that is
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
      hooks: { streamWrite: censored },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[Redacted]' },
    },
    destination,
  );
}

function traceFields(): object {
  const trace = currentTrace();
  return trace === null ? {} : { trace };
}
