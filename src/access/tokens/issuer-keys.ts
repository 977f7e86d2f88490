// The issuer's public keys at hand: what may be signed by whom, without asking for every token, and without the issuer for as long as it is away.
import { performance } from 'node:perf_hooks';
import { createLocalJWKSet, type CryptoKey, type JWTHeaderParameters } from 'jose';
import { Gauge, type Registry } from 'prom-client';
import { problem } from '../../platform/graphql/errors';
import type { Log } from '../../platform/log';
import { Rounds } from '../../platform/rounds';
import { discover, readKeys, type NamedKey } from './discovery';

/** What they are kept with. */
export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly log: Log;
  readonly registry: Registry;
  /** Milliseconds that pass evenly. */
  readonly passed?: () => number;
}

/** Between two readings: a key that was taken back opens nothing after the next. */
const READ_EVERY_MS = 30_000;
const AFTER_ERROR_MS = 2_000;
/** So often at most a name that nobody knows has the keys read beside that. */
const UNKNOWN_EVERY_MS = 5_000;
/** A name that was looked for in vain has the keys read again after this at the earliest. */
const UNKNOWN_FOR_MS = 60_000;
const MOST_UNKNOWN = 1_000;
const DISCOVER_EVERY_MS = 10 * 60_000;

interface Known {
  readonly names: ReadonlySet<string>;
  readonly find: ReturnType<typeof createLocalJWKSet>;
}

/** Keeps the keys. A reading that fails takes none away. */
export class IssuerKeys {
  readonly #rounds: Rounds;
  readonly #passed: () => number;
  #known: Known | null = null;
  #readAt = 0;
  #reading: Promise<void> | null = null;
  #hasFailed = false;
  #keysUrl = '';
  #discoverAt = 0;
  #lookedAt = -Infinity;
  readonly #unknown = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(private readonly options: IssuerKeysOptions) {
    this.#passed = options.passed ?? (() => performance.now());
    this.#rounds = new Rounds({
      round: async () => {
        await this.read();
        return this.#hasFailed ? AFTER_ERROR_MS : READ_EVERY_MS;
      },
      onFailure: () => AFTER_ERROR_MS,
    });
    const age = () => (this.#known === null ? NaN : (this.#passed() - this.#readAt) / 1_000);
    new Gauge({
      name: 'issuer_keys_age_seconds',
      help: 'How long ago this node last read the keys of the token issuer; NaN: never yet.',
      registers: [options.registry],
      collect() {
        this.set(age());
      },
    });
  }

  /** Begins to read the keys; nobody waits for them before there is a token. */
  start(): void {
    this.#rounds.start();
  }

  /** Waits for no issuer. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#rounds.stop();
  }

  /**
   * The key a token says it is signed by; null: the issuer has no such key.
   * @throws UNAVAILABLE when that cannot be said because the issuer cannot be asked
   */
  async keyFor(header: JWTHeaderParameters & { readonly kid: string }): Promise<CryptoKey | null> {
    if (this.#known === null) await this.#look();
    else if (!this.#known.names.has(header.kid)) await this.#lookFor(header.kid);
    const known = this.#known;
    if (known?.names.has(header.kid)) return known.find(header);
    if (known !== null && !this.#hasFailed) return null;
    throw problem(
      'UNAVAILABLE',
      'Access tokens cannot be checked just now, because their issuer cannot be reached: try again in a minute, or use an API key.',
    );
  }

  /** Reads the keys now, or waits for whoever does. Never throws. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { issuer, log } = this.options;
    const { signal } = this.#stopping;
    try {
      if (this.#passed() >= this.#discoverAt || this.#keysUrl === '') {
        this.#keysUrl = (await discover(issuer, Date.now, signal)).keysUrl;
        this.#discoverAt = this.#passed() + DISCOVER_EVERY_MS;
      }
      this.#take(await readKeys(this.#keysUrl, signal));
      if (this.#hasFailed) log.info('the keys of the token issuer can be read again');
      this.#hasFailed = false;
    } catch (error) {
      if (signal.aborted) return;
      // it may have moved
      this.#discoverAt = 0;
      if (!this.#hasFailed) log.warn({ reason: (error as Error).message }, 'the keys of the token issuer could not be read');
      this.#hasFailed = true;
    }
  }

  #take(keys: readonly NamedKey[]): void {
    this.#known = { names: new Set(keys.map(({ kid }) => kid)), find: createLocalJWKSet({ keys: [...keys] }) };
    this.#readAt = this.#passed();
  }

  async #lookFor(name: string): Promise<void> {
    if ((this.#unknown.get(name) ?? 0) > this.#passed()) return;
    const isThere = (): boolean => this.#known!.names.has(name);
    const looked = await this.#look();
    if (looked === null || isThere()) return;
    // one that was under way may have begun before the key was published
    if (looked === 'JOINED' && (await this.#look()) === null) return;
    if (isThere() || this.#hasFailed) return;
    // whoever invents name after name makes us forget, and no more
    if (this.#unknown.size >= MOST_UNKNOWN) this.#unknown.clear();
    this.#unknown.set(name, this.#passed() + UNKNOWN_FOR_MS);
  }

  /** Waits for the reading under way, or reads out of turn; null: there is none, and that was done a moment ago. */
  async #look(): Promise<'JOINED' | 'BEGUN' | null> {
    const isUnderWay = this.#reading !== null;
    if (!isUnderWay) {
      if (this.#passed() - this.#lookedAt < UNKNOWN_EVERY_MS) return null;
      this.#lookedAt = this.#passed();
    }
    await this.read();
    return isUnderWay ? 'JOINED' : 'BEGUN';
  }
}
