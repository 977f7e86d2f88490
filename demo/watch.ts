import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

import { RequestFailed, type Server } from './api';
import { CHANGED, type Change } from './operations';

/** What a watcher hears. */
export interface Listener {
  onChange(change: Change): void;
  /** The connection broke and is made again. */
  onReconnect?(reason: string): void;
}

/** What a watcher has seen when it stops. */
export interface Watched {
  readonly changes: number;
  /** Positions that were never delivered; anything but 0 is the server's fault. */
  readonly missing: number;
  readonly cursor: string | null;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** The server closes a socket that takes nothing for long; the watcher may come back with its cursor. */
const TOO_SLOW = 4408;
const FINAL_CODES: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INVALID_CURSOR',
  'CURSOR_EXPIRED',
  'RESYNC_REQUIRED',
]);

/**
 * Follows every change from a cursor until the signal. When the connection breaks it is made again, from the last cursor seen, so that
 * nothing is missed; what comes twice is heard once.
 * @throws RequestFailed when the server says that trying again will not help.
 */
export async function watch(server: Server, after: string | null, listener: Listener, signal: AbortSignal): Promise<Watched> {
  let cursor = after;
  let position: number | null = null;
  let changes = 0;
  let missing = 0;
  let pause = FIRST_PAUSE_MS;
  const hear = (change: Change): void => {
    cursor = change.cursor;
    pause = FIRST_PAUSE_MS;
    if (position !== null && change.position <= position) return;
    if (position !== null) missing += change.position - position - 1;
    position = change.position;
    changes += 1;
    listener.onChange(change);
  };
  while (!signal.aborted) {
    const reason = await follow(server, cursor, hear, signal);
    if (signal.aborted || reason === null) break;
    listener.onReconnect?.(reason);
    await sleep(pause * (0.5 + Math.random()), signal);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  }
  return { changes, missing, cursor };
}

/** One connection's life: answers why it ended, or null when it was asked to. */
async function follow(
  server: Server,
  after: string | null,
  hear: (change: Change) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const client: Client = createClient({
    url: server.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${server.key}` },
    retryAttempts: 0,
  });
  let stop: () => void = () => undefined;
  try {
    return await new Promise<string | null>((resolve, reject) => {
      const fail = (error: unknown): void => {
        const cause = causeOf(error);
        if (typeof cause === 'string') resolve(cause);
        else reject(cause);
      };
      const end = client.subscribe<{ changed: Change }>(
        { query: CHANGED, variables: { after } },
        {
          next({ data, errors }) {
            if (errors) fail(errors);
            else if (data) hear(data.changed);
          },
          error: fail,
          complete: () => resolve(signal.aborted ? null : 'the server ended the subscription'),
        },
      );
      stop = () => {
        end();
        resolve(null);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await client.dispose();
  }
}

// graphql-ws reports refusals as a list of errors, and a closed socket as its close event: why to try again, or why not to
function causeOf(error: unknown): string | RequestFailed {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  const { message, reason, code, extensions } = (first ?? {}) as {
    readonly message?: string;
    readonly reason?: string;
    readonly code?: unknown;
    readonly extensions?: { readonly code?: string };
  };
  const text = reason || message || 'the connection was lost';
  const isFinalClose = typeof code === 'number' && code >= 4400 && code < 4500 && code !== TOO_SLOW;
  return FINAL_CODES.has(extensions?.code) || isFinalClose ? new RequestFailed(text, extensions?.code ?? String(code)) : text;
}

/** Waits, but not longer than until the signal. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
