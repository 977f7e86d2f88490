// One attempt: a POST to an address that was checked, over after fifteen seconds, whatever the receiver does.
import http from 'node:http';
import https from 'node:https';
import type { LookupAddress } from 'node:dns';
import { isPublic, AddressRefused, type AddressPolicy, type Target } from './addresses';

/** How an attempt ended; all but DELIVERED are failures. */
export type Outcome = 'DELIVERED' | 'REFUSED' | 'REDIRECTED' | 'TIMED_OUT' | 'UNREACHABLE' | 'NOT_ALLOWED';

/** What is kept of an attempt. */
export interface Posted {
  readonly outcome: Outcome;
  /** Null when no answer came. */
  readonly status: number | null;
  /** The system's word for what went wrong, such as ECONNREFUSED. */
  readonly error: string | null;
  readonly latencyMs: number;
  /** The beginning of what a public receiver answered; what answers inside our own network is not shown to anybody. */
  readonly response: string | null;
  readonly retryAfter: string | null;
}

/** What is sent, and how. */
export interface Posting {
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The endpoint's own connections. */
  readonly agent: http.Agent;
  readonly policy: Pick<AddressPolicy, 'permitted'>;
  /** Ends the attempt early. */
  readonly signal: AbortSignal;
  readonly withinMs?: number;
}

/** An answer takes at most so long, from the look-up of the name to the last byte. */
const WITHIN_MS = 15_000;
/** So much of a response is read; then the connection is destroyed. Nothing is decompressed. */
const MOST_READ = 65_536;
/** So much of it is kept. */
const MOST_KEPT = 1_024;

/** The connections of one endpoint: another's that hang are no business of it. */
export function agentFor(target: Target, maxSockets: number): http.Agent {
  const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, timeout: 2 * WITHIN_MS };
  return target.url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
}

/** Sends a message and says how that went; never throws, unless it was ended early. */
export async function post(posting: Posting): Promise<Posted> {
  const begun = performance.now();
  const ending = new AbortController();
  const end = (): void => ending.abort('ended');
  if (posting.signal.aborted) end();
  posting.signal.addEventListener('abort', end, { once: true });
  const timer = setTimeout(() => ending.abort('late'), posting.withinMs ?? WITHIN_MS);
  const failed = (outcome: Outcome, error: string): Posted => ({
    ...{ outcome, error, status: null, response: null, retryAfter: null },
    latencyMs: performance.now() - begun,
  });
  try {
    const addresses = await untilAborted(posting.policy.permitted(posting.target), ending.signal);
    const answer = await exchange(posting, addresses, ending.signal);
    return { ...answer, latencyMs: performance.now() - begun };
  } catch (error) {
    if (posting.signal.aborted) throw error;
    if (ending.signal.aborted) return failed('TIMED_OUT', 'ETIMEDOUT');
    if (error instanceof AddressRefused) return failed('NOT_ALLOWED', 'EADDRNOTALLOWED');
    return failed('UNREACHABLE', (error as NodeJS.ErrnoException).code ?? (error as Error).name);
  } finally {
    clearTimeout(timer);
    posting.signal.removeEventListener('abort', end);
  }
}

type Answer = Omit<Posted, 'latencyMs'>;

async function exchange(posting: Posting, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<Answer> {
  try {
    return await request(posting, addresses, signal);
  } catch (error) {
    // the receiver closed a connection that was kept at the moment it was used again: that is no answer
    if (!(error instanceof StaleConnection)) throw error;
    return request(posting, addresses, signal);
  }
}

class StaleConnection extends Error {}

function request(posting: Posting, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<Answer> {
  const { target, headers, body, agent } = posting;
  const { request: open } = target.url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = open(target.url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length), 'accept-encoding': 'identity' },
      agent,
      signal,
      lookup: pinned(addresses),
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnection() : error);
    });
    let isAnswered = false;
    // an answer that is none, such as a change of protocol
    sent.on('close', () => {
      if (!isAnswered) reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
    });
    sent.on('response', (response) => {
      isAnswered = true;
      const isShown = addresses.every(({ address }) => isPublic(address));
      read(response).then((kept) => resolve(answerOf(response, isShown ? kept : null)), reject);
    });
    sent.end(body);
  });
}

/** A look-up that knows its answer: the name is not asked for again between the check and the connection. */
function pinned(addresses: readonly LookupAddress[]): http.RequestOptions['lookup'] {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first!.address, first!.family);
  };
}

function answerOf({ statusCode, headers }: http.IncomingMessage, response: string | null): Answer {
  const status = statusCode!;
  const retryAfter = headers['retry-after'] ?? null;
  const outcome = status >= 200 && status < 300 ? 'DELIVERED' : status >= 300 && status < 400 ? 'REDIRECTED' : 'REFUSED';
  return { outcome, status, error: null, response, retryAfter };
}

/** The beginning of a response, once it has ended or is longer than anybody needs. */
function read(response: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let length = 0;
    const kept: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      if (length < MOST_KEPT) kept.push(chunk.subarray(0, MOST_KEPT - length));
      length += chunk.length;
      if (length < MOST_READ) return;
      resolve(textOf(kept));
      response.destroy();
    });
    response.on('end', () => resolve(textOf(kept)));
    response.on('error', reject);
    response.on('close', () => reject(Object.assign(new Error('closed within the answer'), { code: 'ECONNRESET' })));
  });
}

// what is no text, or cannot be stored as such, is shown as a question mark: never longer than it was
function textOf(kept: readonly Buffer[]): string {
  return Buffer.concat(kept)
    .toString('utf8')
    .replace(/[\u0000\ufffd]/g, '?');
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
