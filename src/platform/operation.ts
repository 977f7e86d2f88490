// The operation that what is being done belongs to, and whether it is still wanted. It goes with the work through everything that is awaited, as the
// trace does.
import { AsyncLocalStorage } from 'node:async_hooks';

const operations = new AsyncLocalStorage<AbortSignal>();

/** Does work for an operation, which is given up when the signal is aborted: connections it holds are cut then, and it gets no other. */
export function inOperation<T>(signal: AbortSignal, work: () => T): T {
  return operations.run(signal, work);
}

/** Ends something that is held for the operation under way as soon as that is given up. Answers how to stop waiting for it. @throws the reason, when it has been already */
export function whenGivenUp(end: () => unknown): () => void {
  const signal = operations.getStore();
  if (signal === undefined) return () => undefined;
  signal.throwIfAborted();
  signal.addEventListener('abort', end, { once: true });
  return () => signal.removeEventListener('abort', end);
}
