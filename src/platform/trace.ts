// The trace that what is being done belongs to. It goes with the work through everything that is awaited, so that no signature has to carry it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { readTraceparent } from '../core/trace-context';

const traces = new AsyncLocalStorage<string | undefined>();

/** The trace id that a caller sends, else a new one. */
export function traceIdFrom(...headers: readonly unknown[]): string {
  for (const header of headers) {
    const found = readTraceparent(header);
    if (found !== null) return found.traceId;
  }
  return newTraceId();
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/** Does work under a trace: its changes and log lines name it. */
export function inTrace<T>(traceId: string, work: () => T): T {
  return traces.run(traceId, work);
}

/** Does work that belongs to no request, such as what is heard on a connection that a request happened to open. */
export function outsideTraces<T>(work: () => T): T {
  return traces.run(undefined, work);
}

/** The trace of the work under way; null outside of any. */
export function currentTrace(): string | null {
  return traces.getStore() ?? null;
}
