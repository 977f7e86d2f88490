// The composition root: the only file that builds things.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { migrations } from '../migrations';
import { appliersOf } from './appliers';
import { whileValid, type Authenticate, type Authenticated } from './access/authenticate';
import { Checkup } from './access/checks/checkup';
import { readClientKey } from './access/checks/client';
import { checkRule } from './access/checks/store';
import { TrustedDocuments } from './access/documents/trusted';
import { slowGuesses } from './access/guesses';
import { bearerAuthentication, bootstrapKey } from './access/keys';
import { DeprecatedUses } from './access/deprecated-uses';
import { deprecatedUsesRule } from './access/store';
import { KnownKeys } from './access/known-keys';
import { OpenSockets } from './access/open-sockets';
import { payerOf } from './access/payer';
import { classOf } from './access/policy';
import { tokenAuthentication } from './access/tokens/authenticate';
import { IssuerKeys } from './access/tokens/issuer-keys';
import { KnownPeople } from './access/tokens/people';
import { tokenVerifier } from './access/tokens/verify';
import { extensionsOf } from './extensions';
import { GraphContext, type Graph } from './graph/context';
import { credentialDefinitions } from './graph/credentials/types';
import { outcomeDefinitions } from './graph/outcomes/definitions';
import { handOverOutcomes } from './graph/outcomes/hand-over';
import { openOutcomes } from './graph/outcomes/settle';
import { showProgress } from './graph/publication/progress';
import { Circles } from './graph/changes/circles';
import { settleTouched } from './graph/eligibility/settle';
import { Timers } from './graph/eligibility/timers';
import { subjectCandidates } from './graph/people/subjects';
import { ruleDefinitions } from './graph/rules/definitions';
import { limitItems } from './graph/sources/allow';
import { DroppedFields } from './graph/sources/dropped';
import { Standings } from './graph/viewers/standings';
import { loadSigner } from './journal/audit/key';
import { latenessMetrics } from './integrations/alerts/lateness';
import { alertRule } from './integrations/alerts/store';
import { Watch } from './integrations/alerts/watch';
import { serveExports } from './integrations/exports/route';
import { AddressPolicy, type Resolve } from './integrations/webhooks/addresses';
import { Exporter } from './integrations/stream/exporter';
import { streamMetrics } from './integrations/stream/metrics';
import { Courier } from './integrations/webhooks/courier';
import { forgetReceivers } from './integrations/webhooks/forget';
import type { WebhookGraph } from './integrations/webhooks/kit';
import { neededAfter } from './integrations/webhooks/queue';
import { webhookMetrics } from './integrations/webhooks/metrics';
import { resolveNames } from './integrations/webhooks/resolve';
import { webhookRules } from './integrations/webhooks/retention';
import { Secrets } from './integrations/webhooks/secrets';
import { Cursors } from './journal/cursor';
import { Epochs } from './journal/epochs';
import { Feed } from './journal/feed';
import { Ingestion } from './journal/ingest';
import { Hints } from './journal/hints';
import { BareKeys } from './journal/bare-keys';
import { claimInstallation } from './journal/installation';
import { KeyCache, PersonKeys } from './journal/keys';
import { journalRules } from './journal/history';
import { Retention } from './journal/retention';
import { Sequencer } from './journal/sequencer';
import { openSnapshot } from './journal/snapshot';
import { Tail } from './journal/tail';
import { Writer, type Reaction } from './journal/write';
import { keepSynchronised, systemClock, type Clock } from './platform/clock';
import type { Config } from './platform/config';
import { appraise } from './platform/graphql/cost';
import { Deprecations } from './platform/graphql/deprecations';
import { checkNesting } from './platform/graphql/nesting';
import { addressesBehind } from './platform/http/address';
import { checkValues } from './platform/http/kept';
import { createHttpServer } from './platform/http/server';
import { createLog, type Log } from './platform/log';
import { createMetrics } from './platform/metrics';
import { startOtlp } from './platform/otlp';
import { startEmbedded } from './platform/postgres/launcher';
import { Nats } from './platform/nats/connection';
import { migrate } from './platform/postgres/migrate';
import { createPool } from './platform/postgres/pool';
import { poolMetrics } from './platform/postgres/pool-metrics';
import { Pruner } from './platform/pruner';
import { StartError } from './platform/start-error';
import { buildGraphSchema } from './schema';

/** A running server. */
export interface App {
  /** Where it listens, such as http://127.0.0.1:4000 */
  readonly url: string;
  readonly adminKey: string;
  /** The admin key was made by this start. */
  readonly isNewKey: boolean;
  /** Reads and writes without HTTP, as the admin would. */
  readonly graph: Graph;
  stop(): Promise<void>;
}

/** What tests put in place of the real thing. */
export interface Substitutes {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Says who asks, given how that is found out otherwise. */
  readonly authenticate?: (real: Authenticate) => Authenticate;
  /** What names lead to, for webhooks. */
  readonly resolve?: Resolve;
  /** What is served in place of the product's schema. */
  readonly schema?: (real: GraphQLSchema) => GraphQLSchema;
  /** Run after the product's own reactions, for tests that make a write fail. */
  readonly reactions?: readonly Reaction[];
}

const YEAR_MS = 365 * 86_400_000;

/** Starts everything; what was started before a failure is stopped again. */
export async function startApp(config: Config, substitutes: Substitutes = {}): Promise<App> {
  const log = substitutes.log ?? createLog(config.logLevel);
  const started: (() => Promise<unknown>)[] = [];
  const stopAll = async () => {
    for (const stop of started.reverse()) await stop();
    started.length = 0;
  };
  try {
    return await build(config, log, substitutes, (stop) => started.push(stop), stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function build(
  config: Config,
  log: Log,
  substitutes: Substitutes,
  onStop: (stop: () => Promise<unknown>) => void,
  stopAll: () => Promise<void>,
): Promise<App> {
  const tracer = config.otlp === null ? null : await startOtlp({ ...config.otlp, log });
  onStop(async () => tracer?.stop());
  const databaseUrl = config.databaseUrl ?? (await embedded(config, log, onStop));
  const pool = await createPool(databaseUrl, { max: 24, log });
  onStop(() => pool.end());
  await migrate(databaseUrl, migrations);
  const clock = substitutes.clock ?? (await databaseClock(pool, log, onStop));

  const secret = await claimInstallation(pool, config);
  const personKeys = new PersonKeys(secret);
  const keys = new KeyCache(personKeys);
  // of their own: whoever waits for it may hold a connection of the pool
  const lookout = await createPool(databaseUrl, {
    max: 1,
    connectTimeoutMs: 10_000,
    applicationName: 'credential-graph epochs',
    log,
  });
  onStop(() => lookout.end());
  const epochs = await Epochs.load(lookout);
  const cursors = await Cursors.load(pool, epochs);
  const tail = new Tail({ databaseUrl, keys, epochs, log });
  await tail.start();
  onStop(() => tail.stop());
  const feed = new Feed({ db: pool, tail, keys, epochs, cursors, log });
  onStop(async () => feed.stop());
  const nats = config.natsUrls === null ? null : new Nats({ urls: config.natsUrls, log });
  const hints = nats && new Hints(nats, cursors.log, tail);
  nats?.start();
  onStop(async () => nats?.stop());
  const signer = loadSigner(config.auditKeyFile, config.dataDir);
  const sequencer = new Sequencer({
    ...{ databaseUrl, clock, signer, log },
    onSequenced: (batch) => {
      feed.sequenced(batch);
      hints?.sequenced(batch);
    },
  });
  sequencer.start();
  onStop(() => sequencer.stop());

  const metrics = createMetrics();
  const zone = config.timeZone;
  const credentials = credentialDefinitions(zone);
  const rules = ruleDefinitions();
  const outcomes = outcomeDefinitions();
  const settling = { credentials, rules, zone, consequences: openOutcomes(outcomes, zone) };
  const appliers = appliersOf(credentials, rules, zone);
  // the ingestion needs the writer, whose reactions release what waits in the ingestion
  const reactions: Reaction[] = [];
  const writer = new Writer({ ...{ pool, clock, sequencer, feed, cursors }, keys: personKeys, reactions });
  const dropped = new DroppedFields({ ...{ db: pool, clock, log }, registry: metrics.registry });
  dropped.start();
  onStop(() => dropped.stop());
  const limits = { limit: limitItems, onDropped: dropped.count.bind(dropped) };
  const ingestion = new Ingestion(writer, appliers, (position) => cursors.cursorAt(position), pool, limits);
  reactions.push(ingestion.releaseWaiting, settleTouched(settling), ...(substitutes.reactions ?? []));
  const timers = new Timers({ ...settling, db: pool, writer, clock, log });
  timers.start();
  onStop(() => timers.stop());

  const policy = new AddressPolicy(config.webhooks, substitutes.resolve ?? resolveNames());
  const secrets = new Secrets(secret);
  // of their own, so that a thousand receivers do not keep a request waiting
  const couriers = await createPool(databaseUrl, {
    max: 4,
    connectTimeoutMs: 30_000,
    applicationName: 'credential-graph webhooks',
    log,
  });
  onStop(() => couriers.end());
  const courier = new Courier({
    ...{ databaseUrl, db: couriers, writer, feed, cursors, clock, policy, secrets, tracer, log },
    chance: Math.random,
    onAttempt: webhookMetrics(metrics.registry, couriers, clock),
    onNews: (wake) => tail.onNext(wake),
  });
  // so that what watches and tidies never keeps a request waiting
  const background = await createPool(databaseUrl, {
    max: 3,
    connectTimeoutMs: 30_000,
    applicationName: 'credential-graph background',
    log,
  });
  onStop(() => background.end());
  const bareKeys = new BareKeys({ db: background, keys: personKeys, log });
  bareKeys.start();
  onStop(() => bareKeys.stop());
  poolMetrics(metrics.registry, { requests: pool, webhooks: couriers, background, epochs: lookout });
  latenessMetrics(metrics.registry, background, clock, () => feed.head());
  const pruner = new Pruner({
    ...{ db: background, clock, log, registry: metrics.registry },
    rules: [
      ...journalRules(config.history),
      ...webhookRules(config.history.webhooks),
      alertRule(config.history.alerts),
      checkRule(config.history.alerts),
      deprecatedUsesRule(YEAR_MS),
    ],
  });
  pruner.start();
  onStop(() => pruner.stop());
  const watch = new Watch({
    ...{ db: background, clock, log, registry: metrics.registry },
    revocations: config.manyRevocations,
    accessCheckEvery: config.oidc?.checkEvery ?? null,
  });
  watch.start();
  onStop(() => watch.stop());
  courier.start();
  onStop(() => courier.stop());
  if (nats !== null) {
    const exporter: Exporter = new Exporter({
      ...{ databaseUrl, nats, feed, cursors, clock, log },
      onNews: (wake) => tail.onNext(wake),
      onLoss: streamMetrics(metrics.registry, {
        isUp: () => nats.connection !== null,
        position: () => exporter.position,
        head: () => feed.head(),
      }),
    });
    exporter.start();
    onStop(() => exporter.stop());
    // first, so that nobody waits for an answer of NATS
    onStop(() => nats.stop());
  }

  if (config.logRetention) {
    const retention = new Retention({ pool: couriers, clock, keep: config.logRetention, neededAfter, log });
    retention.start();
    onStop(() => retention.stop());
  }

  const standings = new Standings(pool, clock);
  const schema = substitutes.schema?.(buildGraphSchema()) ?? buildGraphSchema();
  const deprecations = new Deprecations(schema);
  const deprecatedUses = new DeprecatedUses({ ...{ deprecations, clock, log }, db: background, registry: metrics.registry });
  deprecatedUses.start();
  onStop(() => deprecatedUses.stop());
  const graph: WebhookGraph = {
    webhooks: { policy, secrets, poke: () => courier.poke() },
    forget: [handOverOutcomes(outcomes), forgetReceivers],
    clock,
    zone,
    writer,
    ingestion,
    feed,
    cursors,
    keys,
    personKeys,
    credentials,
    rules,
    outcomes,
    standings,
    circles: new Circles(pool),
    deprecated: deprecations.all,
    environment: config.environment,
    publishing: { onProgress: showProgress(log, metrics.registry) },
    openSnapshot: () => openSnapshot(pool, epochs),
  };
  const { key: adminKey, isNew } = bootstrapKey(config);
  const knownKeys = new KnownKeys({ db: pool, clock, log });
  knownKeys.start();
  onStop(() => knownKeys.stop());
  const candidates = subjectCandidates(config.oidc?.source ?? '');
  let tokens: ((token: string) => Promise<Authenticated>) | null = null;
  if (config.oidc !== null) {
    const { issuer, audience, client, checkEvery: every } = config.oidc;
    const issuerKeys = new IssuerKeys({ issuer, log, registry: metrics.registry });
    const verify = tokenVerifier({ issuer, audience, keys: issuerKeys, clock, log });
    const checkup = new Checkup({
      ...{ db: background, clock, log, registry: metrics.registry, issuer, audience, verify, every },
      client: client && readClientKey(client.id, client.keyFile),
    });
    for (const worker of [issuerKeys, checkup]) {
      worker.start();
      onStop(() => worker.stop());
    }
    const people = new KnownPeople(pool, candidates);
    tokens = tokenAuthentication({ verify, people, clock });
  }
  const byBearer = bearerAuthentication({ adminKey, known: knownKeys, tokens, environment: config.environment });
  const proven = slowGuesses(whileValid(substitutes.authenticate?.(byBearer) ?? byBearer, clock), {
    perMinute: config.failuresPerMinute,
    now: () => performance.now(),
  });
  const authenticate: Authenticate = async (credentials) => {
    const found = await proven(credentials);
    return { ...found, actor: await standings.present(found.actor) };
  };
  const openSockets = new OpenSockets({ db: background, clock, candidates, log });
  openSockets.start();
  onStop(() => openSockets.stop());
  const addressOf = addressesBehind(config.trustedProxies);
  let isReady = false;
  const server = await createHttpServer<GraphContext>({
    config,
    schema,
    tracer,
    createContext: async (caller) => {
      const found = await authenticate(caller);
      return openSockets.held(new GraphContext(found.actor, graph, found.expiresAt), found.holder);
    },
    onSocket: (context, end) => openSockets.opened(context, end),
    expiryOf: ({ expiresAt }) => expiresAt,
    now: () => clock.now(),
    onResponse: (context, isRefused) =>
      extensionsOf(context.actor, isRefused ? () => feed.head() : () => context.position(), cursors),
    classOf: ({ actor }) => classOf(actor),
    releaseContext: (context) => context.end(),
    noteDeprecated: ({ actor }, operation) => deprecatedUses.count(actor.id, operation),
    payerOf: ({ actor }) => payerOf(actor),
    trusted: new TrustedDocuments(pool, config.trustedDocuments, schema),
    appraise: (operation) => checkValues(operation) ?? checkNesting(operation) ?? appraise(operation),
    shares: config.shares,
    addressOf,
    isReady: () => isReady,
    giveUp: () => pool.cut(),
    metrics,
    graphiql: config.graphiql,
    log,
  });
  onStop(() => server.stop());
  serveExports(server.app, { authenticate, addressOf, cursors, feed });
  const url = await server.listen().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') throw error;
    throw new StartError(
      `Cannot listen on ${config.host}:${config.port} (${error.code}): stop what is there, or set HOST and PORT.`,
    );
  });
  isReady = true;
  return { url, adminKey, isNewKey: isNew, graph, stop: stopAll };
}

async function embedded(config: Config, log: Log, onStop: (stop: () => Promise<unknown>) => void): Promise<string> {
  const postgres = await startEmbedded({ dir: config.dataDir, log });
  onStop(() => postgres.stop());
  return postgres.url;
}

async function databaseClock(
  pool: Parameters<typeof keepSynchronised>[1],
  log: Log,
  onStop: (stop: () => Promise<unknown>) => void,
): Promise<Clock> {
  const clock = systemClock(log);
  const synchronisation = await keepSynchronised(clock, pool, log);
  onStop(async () => synchronisation.stop());
  return clock;
}
