// The trace that what is being done belongs to. It goes with the work through everything that is awaited, so that no signature has to carry it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { readTraceparent } from '../core/trace-context';

/** What may be said of a span: our own words and numbers, never what somebody sent. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A step under way, as a collector of traces is told of it. */
export interface Span {
  readonly spanId: string;
  child(name: string, attributes?: Attributes): Span;
  set(attributes: Attributes): void;
  /** `failure` says what sort it was. */
  end(failure?: string): void;
}

/** Which trace a span begins in, and below which span of somebody else's. */
export interface Origin {
  readonly traceId: string;
  readonly parentId?: string | null;
}

/** Tells a collector of spans. Where there is none nobody has one. */
export interface Tracer {
  begin(name: string, origin: Origin, attributes?: Attributes): Span;
}

interface Work {
  readonly traceId: string;
  readonly span: Span | null;
}

const traces = new AsyncLocalStorage<Work | undefined>();

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

/** Does work under a trace, and below a span: its changes and log lines name the trace. */
export function inTrace<T>(traceId: string, work: () => T, span: Span | null = null): T {
  return traces.run({ traceId, span }, work);
}

/** Does work that belongs to no request, such as what is heard on a connection that a request happened to open. */
export function outsideTraces<T>(work: () => T): T {
  return traces.run(undefined, work);
}

/** The trace of the work under way; null outside of any. */
export function currentTrace(): string | null {
  return traces.getStore()?.traceId ?? null;
}

/** Does a step of the work under way, told of as a span of its own. */
export function inSpan<T>(name: () => string, attributes: Attributes, step: () => Promise<T>): Promise<T> {
  const work = traces.getStore();
  if (!work?.span) return step();
  const span = work.span.child(name(), attributes);
  return below(span, () => traces.run({ ...work, span }, step));
}

/** Does a step and ends its span with what became of it. */
export async function below<T>(span: Span, step: () => Promise<T>): Promise<T> {
  let failure: string | undefined;
  try {
    return await step();
  } catch (error) {
    failure = failureOf(error);
    throw error;
  } finally {
    span.end(failure);
  }
}

/** The span of the work under way; null where nobody is told of any. */
export function currentSpan(): Span | null {
  return traces.getStore()?.span ?? null;
}

/** What sort of failure an error is: its code or its name, nothing of what it says. */
export function failureOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : typeof name === 'string' ? name : 'Error';
}

/** A statement of PostgreSQL as a step: what it is called, `/* name *\/`, is all that is told of it. */
export function inStatement<T>(text: string, run: () => Promise<T>): Promise<T> {
  return inSpan(() => `SQL ${/^\/\* (\w+) \*\//.exec(text)?.[1] ?? 'statement'}`, { 'db.system.name': 'postgresql' }, run);
}
