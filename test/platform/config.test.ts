import { ConfigError, loadConfig } from '../../src/platform/config';

const DAY_MS = 86_400_000;

const sentence = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return 'accepted';
};

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({ PATH: '/bin', PORT: '' })).toEqual({
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: null,
      dataDir: '.data',
      auditKeyFile: null,
      logRetention: null,
      environment: null,
      adminKey: null,
      natsUrls: null,
      oidc: null,
      secretKeyFile: null,
      webhooks: { allow: [], ports: null },
      otlp: null,
      manyRevocations: 50,
      history: {
        webhooks: 90 * DAY_MS,
        idempotencyKeys: 90 * DAY_MS,
        appliedItems: 90 * DAY_MS,
        unappliedItems: 365 * DAY_MS,
        alerts: 365 * DAY_MS,
      },
      shares: { pointsPerMinute: 6_000_000, querySeconds: 30, mutationSeconds: 600 },
      failuresPerMinute: 60,
      trustedProxies: [],
      trustedDocuments: false,
      timeZone: 'UTC',
      production: false,
      introspection: true,
      graphiql: true,
      logLevel: 'info',
    });
  });

  it('switches GraphiQL and introspection off in production, unless INTROSPECTION says otherwise', () => {
    expect(loadConfig({ NODE_ENV: 'production' })).toMatchObject({ production: true, graphiql: false, introspection: false });
    expect(loadConfig({ NODE_ENV: 'production', INTROSPECTION: 'true' })).toMatchObject({ graphiql: false, introspection: true });
    expect(loadConfig({ INTROSPECTION: 'false' })).toMatchObject({ introspection: false });
  });

  it('reads every variable', () => {
    const env = {
      ...{
        HOST: '::',
        PORT: '0',
        DATABASE_URL: 'postgres://u:p@h/d',
        DATA_DIR: '/d',
        AUDIT_KEY_FILE: '/k',
        ADMIN_KEY: 'k',
        NATS_URL: 'nats://n:4222, tls://u:p@m',
      },
      ...{
        OIDC_ISSUER: 'https://idp.example',
        OIDC_AUDIENCE: 'graph',
        TIME_ZONE: 'Europe/Berlin',
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
      },
    };
    expect(loadConfig({ WEBHOOK_ALLOW: 'hr.internal:8443, [::1]:80,10.0.0.0/8', WEBHOOK_PORTS: '443,8443' }).webhooks).toEqual({
      allow: ['hr.internal:8443', '[::1]:80', '10.0.0.0/8'],
      ports: [443, 8443],
    });
    const history = {
      WEBHOOK_HISTORY: 'P7D',
      IDEMPOTENCY_HISTORY: 'P31D',
      QUARANTINE_HISTORY: 'P1D',
      QUARANTINE_PATIENCE: 'P30D',
      ALERT_HISTORY: 'P8D',
    };
    expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_SAMPLER_ARG: '0.25' }).otlp).toEqual({
      ...{ endpoint: 'http://c:4318', serviceName: 'credential-graph', ratio: 0.25 },
    });
    expect(loadConfig({ ENVIRONMENT: 'test-2', ADMIN_KEY: `cgk_test-2_${'x'.repeat(43)}` })).toMatchObject({
      environment: 'test-2',
    });
    expect(loadConfig({ ALERT_REVOCATIONS: '7' }).manyRevocations).toBe(7);
    expect(loadConfig({ POINTS_PER_MINUTE: '1', QUERY_SECONDS: '2', MUTATION_SECONDS: '3' }).shares).toEqual({
      pointsPerMinute: 1,
      querySeconds: 2,
      mutationSeconds: 3,
    });
    expect(loadConfig({ TRUSTED_DOCUMENTS: 'required' }).trustedDocuments).toBe(true);
    expect(loadConfig({ FAILURES_PER_MINUTE: '5', TRUSTED_PROXIES: '10.0.0.0/8, ::1' })).toMatchObject({
      failuresPerMinute: 5,
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
    expect(Object.values(loadConfig(history).history)).toEqual([7, 31, 1, 30, 8].map((days) => days * DAY_MS));
    expect(loadConfig(env)).toMatchObject({
      ...{
        host: '::',
        port: 0,
        databaseUrl: 'postgres://u:p@h/d',
        dataDir: '/d',
        auditKeyFile: '/k',
        adminKey: 'k',
        natsUrls: ['nats://n:4222', 'tls://u:p@m'],
      },
      ...{ oidc: { issuer: 'https://idp.example', audience: 'graph' }, timeZone: 'Europe/Berlin', logLevel: 'warn' },
    });
  });

  it('reads whose tokens are accepted, and how that is checked', () => {
    const idp = { OIDC_ISSUER: 'https://idp.example', OIDC_AUDIENCE: 'graph' };
    const usual = { issuer: 'https://idp.example', audience: 'graph', source: 'oidc', checkEvery: 3_600_000, client: null };
    expect(loadConfig(idp).oidc).toEqual(usual);
    const more = { OIDC_SOURCE: 'entra', OIDC_CLIENT_ID: 'c', OIDC_CLIENT_KEY_FILE: '/c', OIDC_CHECK_EVERY: 'P31D' };
    const client = { id: 'c', keyFile: '/c' };
    expect(loadConfig({ ...idp, ...more }).oidc).toEqual({ ...usual, source: 'entra', checkEvery: 31 * DAY_MS, client });
    for (const local of ['http://localhost:8080', 'http://127.1.2.3/realm', 'http://[::1]:99']) {
      expect(loadConfig({ ...idp, OIDC_ISSUER: local }).oidc!.issuer).toBe(local);
    }
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535, but it is "abc".'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535, but it is "70000".'],
    [
      { ENVIRONMENT: 'Prod_1' },
      'ENVIRONMENT must be a name of at most 32 small letters, digits and hyphens that begins with a letter, but it is "Prod_1".',
    ],
    [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535, but it is "-1".'],
    [
      { WEBHOOK_ALLOW: 'a b' },
      'WEBHOOK_ALLOW must be hosts, hosts with a port, or address ranges such as 10.0.0.0/8, separated by commas, but it is "a b".',
    ],
    [
      { WEBHOOK_ALLOW: '10.0.0.0/33' },
      'WEBHOOK_ALLOW must be hosts, hosts with a port, or address ranges such as 10.0.0.0/8, separated by commas, but it is "10.0.0.0/33".',
    ],
    [
      { LOG_RETENTION: 'P29D' },
      'LOG_RETENTION must be an ISO 8601 duration of 30 days or more, such as P90D or P2Y, but it is "P29D".',
    ],
    [
      { LOG_RETENTION: '90' },
      'LOG_RETENTION must be an ISO 8601 duration of 30 days or more, such as P90D or P2Y, but it is "90".',
    ],
    [{ WEBHOOK_PORTS: '443,x' }, 'WEBHOOK_PORTS must be whole numbers up to 65535, separated by commas, but it is "443,x".'],
    [
      { IDEMPOTENCY_HISTORY: 'P30D' },
      'IDEMPOTENCY_HISTORY must be a number of days such as P90D, at least P31D, but it is "P30D".',
    ],
    [{ ALERT_REVOCATIONS: '0' }, 'ALERT_REVOCATIONS must be a whole number from 1, but it is "0".'],
    [{ WEBHOOK_HISTORY: '90' }, 'WEBHOOK_HISTORY must be a number of days such as P90D, at least P7D, but it is "90".'],
    [{ TIME_ZONE: 'Mars/Olympus' }, 'TIME_ZONE must be an IANA time zone such as Europe/Berlin, but it is "Mars/Olympus".'],
    [{ TIME_ZONE: '+02:00' }, 'TIME_ZONE must be an IANA time zone such as Europe/Berlin, but it is "+02:00".'],
    [{ NODE_ENV: 'prod' }, 'NODE_ENV must be development, production or test, but it is "prod".'],
    [{ INTROSPECTION: 'yes' }, 'INTROSPECTION must be true or false, but it is "yes".'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, but it is "loud".'],
    [{ OIDC_ISSUER: 'https://idp.example' }, 'OIDC_AUDIENCE must be set too, since OIDC_ISSUER is.'],
    [{ OIDC_AUDIENCE: 'graph' }, 'OIDC_ISSUER must be set too, since OIDC_AUDIENCE is.'],
    [
      { OIDC_ISSUER: 'idp', OIDC_AUDIENCE: 'a' },
      'OIDC_ISSUER must be the https:// URL of an OpenID Connect issuer, but it is "idp".',
    ],
    ...['http://idp.example', 'http://127.0.0.1.idp.example', 'file:///idp'].map((issuer): [object, string] => [
      { OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'a' },
      `OIDC_ISSUER must be the https:// URL of an OpenID Connect issuer, but it is "${issuer}".`,
    ]),
    [{ OIDC_CLIENT_ID: 'c', OIDC_CLIENT_KEY_FILE: '/k' }, 'OIDC_ISSUER must be set too, since OIDC_CLIENT_ID is.'],
    [
      { OIDC_ISSUER: 'https://idp.example', OIDC_AUDIENCE: 'a', OIDC_CLIENT_ID: 'c' },
      'OIDC_CLIENT_KEY_FILE must be set too, since OIDC_CLIENT_ID is.',
    ],
    ...['1h', 'PT0S', 'P32D', 'P1M'].map((span): [object, string] => [
      { OIDC_CHECK_EVERY: span },
      `OIDC_CHECK_EVERY must be a number of seconds, minutes, hours or days such as PT30S, PT15M, PT1H or P1D, at most P31D, but it is "${span}".`,
    ]),
    [{ DATABASE_URL: 'mysql://u:secret@h' }, 'DATABASE_URL must be a URL that begins with postgresql://.'],
    [{ ADMIN_KEY: 'my secret' }, 'ADMIN_KEY must be 1 to 200 visible ASCII characters without spaces.'],
    [
      { NATS_URL: 'nats://a,redis://u:secret@x' },
      'NATS_URL must be URLs that begin with nats:// or tls://, separated by commas.',
    ],
    [{ NATS_URL: 'nats://' }, 'NATS_URL must be URLs that begin with nats:// or tls://, separated by commas.'],
  ])('refuses %j in one sentence, without repeating secrets', (env, expected) => {
    expect(sentence(env as Record<string, string>)).toBe(expected);
  });
});
