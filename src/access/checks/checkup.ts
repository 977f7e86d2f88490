// Whether a token would be accepted now: tried on schedule by the whole way that tokens take, so that nobody has to find out by being refused.
import { performance } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Db } from '../../platform/postgres/pool';
import { Rounds } from '../../platform/rounds';
import { LEEWAY_MS } from '../tokens/claims';
import { discover, readKeys } from '../tokens/discovery';
import type { VerifyToken } from '../tokens/verify';
import { tokenForClient, type ClientKey } from './client';
import { latestCheck, recordCheck } from './store';

/** What is checked, and how often. */
export interface CheckupOptions {
  readonly db: Db;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly registry: Registry;
  readonly issuer: string;
  readonly audience: string;
  /** null: no token is asked for. */
  readonly client: ClientKey | null;
  readonly verify: VerifyToken;
  readonly every: number;
}

/** What failed is tried again this soon. */
const AFTER_FAILURE_MS = 60_000;

/** Checks again and again; of several nodes, whichever finds that it is time. */
export class Checkup {
  readonly #rounds: Rounds;
  readonly #stopping = new AbortController();

  constructor(private readonly options: CheckupOptions) {
    const { db, log, registry } = options;
    this.#rounds = new Rounds({
      round: () => this.#round(),
      onFailure: (error) => {
        log.warn({ err: error }, 'whether tokens would be accepted could not be recorded; trying again');
        return Math.min(options.every, AFTER_FAILURE_MS);
      },
    });
    new Gauge({
      name: 'access_check_ok',
      help: 'Whether the latest check of the way that tokens take passed (1) or failed (0); absent before the first.',
      registers: [registry],
      async collect() {
        const latest = await latestCheck(db).catch(() => null);
        this.reset();
        if (latest) this.set(latest.ok ? 1 : 0);
      },
    });
    new Gauge({
      name: 'access_check_seconds',
      help: 'When the latest check was made, in seconds since 1970; absent before the first.',
      registers: [registry],
      async collect() {
        const latest = await latestCheck(db).catch(() => null);
        this.reset();
        if (latest) this.set(latest.at / 1_000);
      },
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Waits for no issuer. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#rounds.stop();
  }

  async #round(): Promise<number> {
    const { db, clock, every } = this.options;
    const patience = (ok: boolean): number => (ok ? every : Math.min(every, AFTER_FAILURE_MS));
    const latest = await latestCheck(db);
    const dueIn = latest === null ? 0 : latest.at + patience(latest.ok) - clock.now();
    if (dueIn > 0) return Math.min(dueIn, every);
    return patience(await this.check());
  }

  /** Checks now, and records what was found. */
  async check(): Promise<boolean> {
    const { db, clock, log } = this.options;
    const began = performance.now();
    const found = await this.#find().catch((error: unknown) => ({ ok: false, detail: `${(error as Error).message}.` }));
    if (this.#stopping.signal.aborted) return found.ok;
    if (!found.ok) log.warn({ detail: found.detail }, 'access tokens might not be accepted');
    const took = found.ok ? ` It took ${Math.round(performance.now() - began)} ms.` : '';
    await recordCheck(db, { at: clock.now(), ok: found.ok, detail: `${found.detail}${took}` });
    return found.ok;
  }

  async #find(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    const { issuer, audience, clock, client, verify } = this.options;
    const { signal } = this.#stopping;
    const { keysUrl, tokenUrl, aheadMs } = await discover(issuer, () => clock.now(), signal);
    const keys = await readKeys(keysUrl, signal);
    if (aheadMs !== null && Math.abs(aheadMs) > LEEWAY_MS) {
      const by = `${Math.round(Math.abs(aheadMs) / 1_000)} s`;
      throw new Error(
        `the issuer's clock is ${by} ${aheadMs > 0 ? 'ahead of' : 'behind'} this server's: check NTP on both sides`,
      );
    }
    const said = `The issuer answers, publishes ${keys.length} ${keys.length === 1 ? 'key' : 'keys'} and has the right time`;
    if (client === null) return { ok: true, detail: `${said}; no token was asked for, since OIDC_CLIENT_ID is not set.` };
    if (tokenUrl === null) throw new Error('the issuer names no token_endpoint that is https');
    const token = await tokenForClient(client, tokenUrl, audience, signal);
    const { isOfClient } = await verify(token).catch((error: unknown) => {
      throw new Error(`the token that the issuer gave ${client.clientId} is not accepted here: ${(error as Error).message.replace(/\.$/, '')}`, { cause: error }); // prettier-ignore
    });
    if (!isOfClient) throw new Error(`the token that the issuer gave ${client.clientId} speaks for a person: its sub must be its client_id`); // prettier-ignore
    return { ok: true, detail: `${said}; a token for ${client.clientId} is accepted.` };
  }
}
