// The way to one endpoint: its own connections, its own pace, so that what it does is felt by nobody else.
import { createHash } from 'node:crypto';
import type http from 'node:http';
import { waitAfter, waitAsked } from '../../core/backoff';
import { sign } from '../../core/standard-webhooks';
import { traceparent, type TraceContext } from '../../core/trace-context';
import type { Cursors } from '../../journal/cursor';
import { Doorbell } from '../../journal/doorbell';
import type { Feed } from '../../journal/feed';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Db } from '../../platform/postgres/pool';
import { below, currentSpan, inTrace, newSpanId, newTraceId, type Tracer } from '../../platform/trace';
import type { AddressPolicy, Target } from './addresses';
import { messageId, webhookId } from './ids';
import { messageBody } from './message';
import { agentFor, post, type Outcome, type Posted } from './post';
import { dueHeads, recordAttempt, releaseWaiting, type Due, type Endpoint, type Verdict } from './queue';
import type { Secrets } from './secrets';
import { FAILURES_UNTIL_OPEN } from './state';

/** What every lane works with. */
export interface LaneOptions {
  readonly db: Db;
  readonly feed: Pick<Feed, 'page'>;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly policy: AddressPolicy;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Tells a collector of attempts; null: there is none. */
  readonly tracer?: Tracer | null;
  /** In [0, 1): where in its 20 % a wait falls. */
  readonly chance: () => number;
  readonly onAttempt: (endpointId: string, outcome: Outcome) => void;
  /** The receiver said that it is gone for good. */
  readonly onGone: (endpointId: string) => Promise<void>;
}

/** People told at the same time. */
const PARALLEL = 8;
/** Deliveries picked at once; the rest of the queue stays in the table, however long it is. */
const PICK = 32;
/** Between two such attempts. */
const PROBE_EVERY_MS = 30_000;
const AFTER_ERROR_MS = 1_000;
const IDLE_MS = 3_600_000;

/** Makes the deliveries of one endpoint: in order per person, several people at a time, each again until it is acknowledged or dead. */
export class Lane {
  readonly #bell = new Doorbell();
  readonly #busy = new Set<string>();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #endpoint: Endpoint;
  #target: Target;
  #agent: http.Agent;
  #picked: Due[] = [];
  #failures: number;
  #notBefore: number | null;
  #isClosed = false;

  constructor(
    endpoint: Endpoint,
    private readonly options: LaneOptions,
  ) {
    this.#endpoint = endpoint;
    this.#target = targetOf(endpoint);
    this.#agent = agentFor(this.#target, PARALLEL);
    [this.#failures, this.#notBefore] = [endpoint.failures, endpoint.notBefore];
    this.#running = this.#run();
  }

  /** There may be something to send. */
  poke(): void {
    this.#bell.ring();
  }

  /** Somebody changed the endpoint: what is sent from now on follows. */
  update(endpoint: Endpoint): void {
    // what this lane knows is newer than what was read meanwhile; and five hundred lanes need not look each time all are read
    if (endpoint.version === this.#endpoint.version) return;
    const isMoved = endpoint.url !== this.#endpoint.url;
    this.#picked = [];
    [this.#failures, this.#notBefore] = [endpoint.failures, endpoint.notBefore];
    this.#endpoint = endpoint;
    this.#target = targetOf(endpoint);
    if (isMoved) {
      this.#agent.destroy();
      this.#agent = agentFor(this.#target, PARALLEL);
    }
    this.poke();
  }

  /** Begins nothing more; attempts under way may end within `graceMs`, then they are given up and made again by whoever comes next. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    this.poke();
    const timer = setTimeout(() => this.#ending.abort(), graceMs);
    await this.#running;
    clearTimeout(timer);
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed || this.#busy.size > 0) {
      if (!this.#isClosed) await this.#fill();
      await this.#bell.sleep(IDLE_MS);
    }
  }

  async #fill(): Promise<void> {
    try {
      while (!this.#isClosed && this.#busy.size < this.#room()) {
        if (this.#picked.length === 0) this.#picked = await this.#pick();
        const due = this.#picked.shift();
        if (due === undefined) return;
        this.#busy.add(due.lane);
        void this.#deliver(due);
      }
    } catch (error) {
      this.options.log.warn({ err: error, webhook: this.#endpoint.id }, 'deliveries could not be read; trying again');
      setTimeout(() => this.poke(), AFTER_ERROR_MS).unref();
    }
  }

  #room(): number {
    const { clock } = this.options;
    if (this.#notBefore !== null && clock.now() < this.#notBefore) return 0;
    return this.#failures >= FAILURES_UNTIL_OPEN ? 1 : PARALLEL;
  }

  #pick(): Promise<Due[]> {
    const { db, clock } = this.options;
    const limit = this.#failures >= FAILURES_UNTIL_OPEN ? 1 : PICK;
    return dueHeads(db, this.#endpoint.id, [...this.#busy], clock.now(), limit);
  }

  async #deliver(due: Due): Promise<void> {
    const traceId = due.trace ?? newTraceId();
    try {
      const span =
        this.options.tracer?.begin('webhook attempt', { traceId }, { 'webhook.id': webhookId(this.#endpoint.id) }) ?? null;
      const attempt = (): Promise<void> => this.#attempt(due, { traceId, spanId: span?.spanId ?? newSpanId() });
      await inTrace(traceId, () => (span === null ? attempt() : below(span, attempt)), span);
    } catch (error) {
      if (!this.#ending.signal.aborted) {
        const about = { err: error, webhook: this.#endpoint.id, trace: traceId };
        this.options.log.warn(about, 'an attempt could not be kept; it is made again');
        await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR_MS));
      }
    } finally {
      this.#busy.delete(due.lane);
      this.poke();
    }
  }

  async #attempt(due: Due, trace: TraceContext): Promise<void> {
    const { db, feed, cursors, clock, policy, onAttempt, onGone } = this.options;
    const endpoint = this.#endpoint;
    const [entry] = await feed.page(due.position - 1, 1);
    if (entry === undefined) throw new Error(`the log has no entry at position ${due.position}`);
    const body = Buffer.from(messageBody(entry, cursors.encodeCursor(entry.pos)));
    const begunAt = clock.now();
    const posted = await post({
      target: this.#target,
      headers: { ...this.#headers(endpoint, due, begunAt, body), traceparent: traceparent(trace) },
      body,
      agent: this.#agent,
      policy,
      signal: this.#ending.signal,
    });
    const now = clock.now();
    const wasOpen = this.#failures >= FAILURES_UNTIL_OPEN;
    const verdict = this.#judge(due, posted, now);
    const hash = createHash('sha256').update(body).digest();
    await recordAttempt(db, endpoint.id, due, begunAt, trace.spanId, hash, posted, verdict, now);
    currentSpan()?.set({ 'webhook.outcome': posted.outcome });
    onAttempt(endpoint.id, posted.outcome);
    if (posted.outcome === 'DELIVERED' && wasOpen) await releaseWaiting(db, endpoint.id, now);
    if (posted.status === 410) {
      this.#picked = [];
      this.#notBefore = Infinity;
      await onGone(endpoint.id);
    }
  }

  #headers(endpoint: Endpoint, due: Due, now: number, body: Buffer): Record<string, string> {
    const { secrets } = this.options;
    const isBoth = endpoint.previousSecret !== null && endpoint.previousUntil !== null && now < endpoint.previousUntil;
    const sealed = isBoth ? [endpoint.secret, endpoint.previousSecret] : [endpoint.secret];
    const opened = sealed.map((one) => secrets.open(one, endpoint.id));
    if (opened.includes(null))
      throw new Error('the secret was sealed with another key: is SECRET_KEY_FILE the same on every node?');
    const [id, timestamp] = [messageId(due.id), Math.floor(now / 1_000)];
    return {
      'content-type': 'application/json',
      'user-agent': 'credential-graph',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign({ id, timestamp, body }, opened as Buffer[]),
    };
  }

  #judge(due: Due, posted: Posted, now: number): Verdict {
    if (posted.outcome === 'DELIVERED') {
      // one success among several under way does not lift what another was asked to wait
      if (this.#failures >= FAILURES_UNTIL_OPEN) this.#notBefore = null;
      this.#failures = 0;
      return { state: 'DELIVERED', nextAttemptAt: null, notBefore: this.#notBefore };
    }
    this.#failures += 1;
    const asked = posted.status === 429 || posted.status === 503 ? waitAsked(posted.retryAfter, now) : null;
    const probe = this.#failures >= FAILURES_UNTIL_OPEN ? PROBE_EVERY_MS : null;
    if (probe !== null) this.#picked = [];
    const pause = Math.max(asked ?? 0, probe ?? 0);
    if (pause > 0) this.#notBefore = Math.max(this.#notBefore ?? 0, now + pause);
    const wait = waitAfter(due.attempts + 1, this.options.chance());
    if (wait === null && posted.status !== 410) return { state: 'DEAD', nextAttemptAt: null, notBefore: this.#notBefore };
    return { state: 'PENDING', nextAttemptAt: now + Math.max(wait ?? 0, asked ?? 0), notBefore: this.#notBefore };
  }
}

function targetOf(endpoint: Endpoint): Target {
  return { url: new URL(endpoint.url), allowPrivate: endpoint.allowPrivate };
}
