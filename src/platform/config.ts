import { isIP } from 'node:net';

import { z } from 'zod';

import { parseSpan, type Span } from '../core/calendar';
import { environmentOf, isEnvironment } from '../core/environment';
import { isLoopback } from './loopback';
import { StartError } from './start-error';

/** An environment variable that is wrong, named in one sentence. Values of secret variables are never repeated. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const SECRET = new Set(['DATABASE_URL', 'ADMIN_KEY', 'NATS_URL']);

/** How chatty the log is, loudest last but for `silent`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything the environment decides, checked once at start. */
export interface Config {
  readonly host: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  /** null: the embedded database under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Where the key is that signs the log; null: in `dataDir`. */
  readonly auditKeyFile: string | null;
  /** How long entries of the log are kept at least; null: for ever. */
  readonly logRetention: Span | null;
  /** The environment this is, such as test; null: it has no name. */
  readonly environment: string | null;
  /** null: one is generated on the first embedded start. */
  readonly adminKey: string | null;
  /** NATS servers, any of which will do; null: hints come from PostgreSQL alone, and nothing is exported. */
  readonly natsUrls: readonly string[] | null;
  /** Where spans go; null: nowhere. */
  readonly otlp: { readonly endpoint: string; readonly serviceName: string; readonly ratio: number } | null;
  /** Whose access tokens are accepted; null: nobody's. */
  readonly oidc: {
    readonly issuer: string;
    readonly audience: string;
    /** The source under which people are linked to the issuer's subjects. */
    readonly source: string;
    /** Between two checks of the way tokens take, in milliseconds. */
    readonly checkEvery: number;
    /** The client by which a token is asked for in a check; null: none is. */
    readonly client: { readonly id: string; readonly keyFile: string } | null;
  } | null;
  /** null: a key is made in `dataDir`. */
  readonly secretKeyFile: string | null;
  readonly webhooks: {
    /** Private receivers that are allowed: `host`, `host:port` or `address/bits`. */
    readonly allow: readonly string[];
    /** Ports of public receivers; null: any. */
    readonly ports: readonly number[] | null;
  };
  /** So many revocations within an hour are an alert. */
  readonly manyRevocations: number;
  /** How long what need not be kept for ever is kept, in milliseconds. */
  readonly history: {
    /** Attempts to deliver, and deliveries that were acknowledged. */
    readonly webhooks: number;
    readonly idempotencyKeys: number;
    /** Items in quarantine, from when they were applied. */
    readonly appliedItems: number;
    /** Items in quarantine that never were. */
    readonly unappliedItems: number;
    /** Alerts, from when they were resolved. */
    readonly alerts: number;
  };
  /** What callers may take of the node. */
  readonly shares: {
    /** Points that each caller gets every minute. */
    readonly pointsPerMinute: number;
    readonly querySeconds: number;
    readonly mutationSeconds: number;
  };
  /** Failures to say who asks, of one address within a minute, that are let be. */
  readonly failuresPerMinute: number;
  /** Proxies whose X-Forwarded-For is believed: addresses, or `address/bits`. */
  readonly trustedProxies: readonly string[];
  /** Only documents that were registered run. */
  readonly trustedDocuments: boolean;
  /** The organisation's IANA zone. */
  readonly timeZone: string;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly graphiql: boolean;
  readonly logLevel: LogLevel;
}

function url(protocols: readonly string[], what: string) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `must be ${what}`);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** A comma-separated list whose every entry is right. */
function list(isRight: (entry: string) => boolean, what: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isRight), `must be ${what}, separated by commas`);
}

function isNatsServer(entry: string): boolean {
  return URL.canParse(entry) && ['nats:', 'tls:'].includes(new URL(entry).protocol) && new URL(entry).hostname !== '';
}

/** An address, or a range of them. */
function isNetwork(entry: string): boolean {
  const [address = '', bits = '0'] = entry.split('/');
  return isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}

function isReceiver(entry: string): boolean {
  if (entry.includes('/')) return isNetwork(entry);
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(entry);
}

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { D: DAY_MS, H: 3_600_000, M: 60_000, S: 1_000 };
const OFTEN = 'must be a number of seconds, minutes, hours or days such as PT30S, PT15M, PT1H or P1D, at most P31D';

/** An issuer is asked in the clear on this machine only. */
function isIssuer(text: string): boolean {
  return URL.canParse(text) && (new URL(text).protocol === 'https:' || (text.startsWith('http://') && isLoopback(text)));
}

/** A number of days, as milliseconds. */
function days(least: number, usual: number) {
  const text = `must be a number of days such as P${usual}D, at least P${least}D`;
  return z
    .string()
    .regex(/^P\d{1,5}D$/, text)
    .transform((span) => Number(span.slice(1, -1)))
    .refine((count) => count >= least, text)
    .default(usual)
    .transform((count) => count * DAY_MS);
}

/** A whole number from 1. */
function count(usual: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
    .transform(Number)
    .default(usual);
}

/** Idempotency, replays of webhooks and consumers that were away rely on a month. */
function isRetention(span: Span | null): boolean {
  return span !== null && span.months * 30 + span.days >= 30;
}

const environment = z
  .object({
    HOST: z.string().regex(/^\S+$/, 'must be a host name or an address').default('127.0.0.1'),
    PORT: z
      .string()
      .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
      .transform(Number)
      .refine((port) => port <= 65_535, 'must be a whole number from 0 to 65535')
      .default(4000),
    DATABASE_URL: url(['postgres:', 'postgresql:'], 'a URL that begins with postgresql://').optional(),
    DATA_DIR: z.string().default('.data'),
    AUDIT_KEY_FILE: z.string().optional(),
    LOG_RETENTION: z
      .string()
      .refine((text) => isRetention(parseSpan(text)), 'must be an ISO 8601 duration of 30 days or more, such as P90D or P2Y')
      .optional(),
    ENVIRONMENT: z
      .string()
      .refine(isEnvironment, 'must be a name of at most 32 small letters, digits and hyphens that begins with a letter')
      .optional(),
    ADMIN_KEY: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters without spaces')
      .optional(),
    NATS_URL: list(isNatsServer, 'URLs that begin with nats:// or tls://').optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'], 'the URL of a collector, such as http://localhost:4318').optional(),
    OTEL_SERVICE_NAME: z.string().default('credential-graph'),
    OTEL_TRACES_SAMPLER_ARG: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
      .transform(Number)
      .default(1),
    OIDC_ISSUER: z.string().refine(isIssuer, 'must be the https:// URL of an OpenID Connect issuer').optional(),
    OIDC_AUDIENCE: z.string().optional(),
    OIDC_SOURCE: z.string().max(200, 'must have 200 characters at most').default('oidc'),
    OIDC_CLIENT_ID: z.string().optional(),
    OIDC_CLIENT_KEY_FILE: z.string().optional(),
    OIDC_CHECK_EVERY: z
      .string()
      .regex(/^P(?:T[1-9]\d{0,6}[HMS]|[1-9]\d{0,6}D)$/, OFTEN)
      .transform((span) => Number(span.replace(/\D/g, '')) * UNIT_MS[span.at(-1)!]!)
      .refine((ms) => ms <= 31 * DAY_MS, OFTEN)
      .default(3_600_000),
    SECRET_KEY_FILE: z.string().optional(),
    WEBHOOK_ALLOW: list(isReceiver, 'hosts, hosts with a port, or address ranges such as 10.0.0.0/8').optional(),
    WEBHOOK_PORTS: list((entry) => /^\d{1,5}$/.test(entry) && Number(entry) <= 65_535, 'whole numbers up to 65535').optional(),
    ALERT_REVOCATIONS: count(50),
    POINTS_PER_MINUTE: count(6_000_000),
    QUERY_SECONDS: count(30),
    MUTATION_SECONDS: count(600),
    FAILURES_PER_MINUTE: count(60),
    TRUSTED_DOCUMENTS: z.enum(['required', 'optional'], 'must be required or optional').default('optional'),
    TRUSTED_PROXIES: list(isNetwork, 'addresses or ranges such as 10.0.0.0/8').optional(),
    WEBHOOK_HISTORY: days(7, 90),
    IDEMPOTENCY_HISTORY: days(31, 90),
    QUARANTINE_HISTORY: days(1, 90),
    QUARANTINE_PATIENCE: days(30, 365),
    ALERT_HISTORY: days(7, 365),
    TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
    NODE_ENV: z.enum(['development', 'production', 'test'], 'must be development, production or test').default('development'),
    INTROSPECTION: z.enum(['true', 'false'], 'must be true or false').optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(),
  })
  .superRefine((env, check) => {
    const keyOf = environmentOf(env.ADMIN_KEY ?? '');
    if (keyOf !== null && keyOf !== env.ENVIRONMENT)
      check.addIssue({
        code: 'custom',
        path: ['ADMIN_KEY'],
        message: `is a key of the environment ${keyOf}: set ENVIRONMENT, or take another`,
      });
    for (const [present, missing] of [
      ['OIDC_ISSUER', 'OIDC_AUDIENCE'],
      ['OIDC_AUDIENCE', 'OIDC_ISSUER'],
      ['OIDC_CLIENT_ID', 'OIDC_ISSUER'],
      ['OIDC_CLIENT_ID', 'OIDC_CLIENT_KEY_FILE'],
      ['OIDC_CLIENT_KEY_FILE', 'OIDC_CLIENT_ID'],
    ] as const) {
      if (env[present] !== undefined && env[missing] === undefined) {
        check.addIssue({ code: 'custom', path: [missing], message: `must be set too, since ${present} is` });
      }
    }
  });

function oidcOf(data: z.infer<typeof environment>): Config['oidc'] {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_CLIENT_ID: id, OIDC_CLIENT_KEY_FILE: keyFile } = data;
  if (issuer === undefined || audience === undefined) return null;
  const client = id === undefined || keyFile === undefined ? null : { id, keyFile };
  return { issuer, audience, source: data.OIDC_SOURCE, checkEvery: data.OIDC_CHECK_EVERY, client };
}

/**
 * Reads the configuration out of environment variables; an empty variable counts as absent.
 * @throws ConfigError naming the first variable that is wrong.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(present);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    const value = present[name];
    const actual = value === undefined || SECRET.has(name) ? '' : `, but it is ${JSON.stringify(value)}`;
    throw new ConfigError(`${name} ${issue?.message}${actual}.`);
  }
  const { data } = parsed;
  const production = data.NODE_ENV === 'production';
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL ?? null,
    dataDir: data.DATA_DIR,
    auditKeyFile: data.AUDIT_KEY_FILE ?? null,
    logRetention: data.LOG_RETENTION === undefined ? null : parseSpan(data.LOG_RETENTION),
    environment: data.ENVIRONMENT ?? null,
    adminKey: data.ADMIN_KEY ?? null,
    natsUrls: data.NATS_URL ?? null,
    otlp: data.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          endpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
          serviceName: data.OTEL_SERVICE_NAME,
          ratio: data.OTEL_TRACES_SAMPLER_ARG,
        }
      : null,
    oidc: oidcOf(data),
    secretKeyFile: data.SECRET_KEY_FILE ?? null,
    webhooks: { allow: data.WEBHOOK_ALLOW ?? [], ports: data.WEBHOOK_PORTS?.map(Number) ?? null },
    manyRevocations: data.ALERT_REVOCATIONS,
    history: {
      webhooks: data.WEBHOOK_HISTORY,
      idempotencyKeys: data.IDEMPOTENCY_HISTORY,
      appliedItems: data.QUARANTINE_HISTORY,
      unappliedItems: data.QUARANTINE_PATIENCE,
      alerts: data.ALERT_HISTORY,
    },
    shares: {
      pointsPerMinute: data.POINTS_PER_MINUTE,
      querySeconds: data.QUERY_SECONDS,
      mutationSeconds: data.MUTATION_SECONDS,
    },
    failuresPerMinute: data.FAILURES_PER_MINUTE,
    trustedDocuments: data.TRUSTED_DOCUMENTS === 'required',
    trustedProxies: data.TRUSTED_PROXIES ?? [],
    timeZone: data.TIME_ZONE,
    production,
    introspection: data.INTROSPECTION === undefined ? !production : data.INTROSPECTION === 'true',
    graphiql: !production,
    logLevel: data.LOG_LEVEL ?? (data.NODE_ENV === 'test' ? 'silent' : 'info'),
  };
}
