// W3C Trace Context: the header by which one trace id goes from system to system.

/** A trace and the span of it that sends: 32 and 16 hex digits. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
}

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** What a `traceparent` says; null when it says nothing that can be trusted to be one. */
export function readTraceparent(header: unknown): TraceContext | null {
  if (typeof header !== 'string') return null;
  const [, version, traceId, spanId, rest] = HEADER.exec(header.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || version === 'ff') return null;
  // version 00 has four parts; later ones may have more, and the first four mean the same
  if (version === '00' && rest !== undefined) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId };
}

/** A `traceparent` or `traceresponse`; everything here is recorded, so the sampled flag is set. */
export function traceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** The trace id that an `x-request-id` is: 32 hex digits, or a uuid. Other ids are no trace's, and are nobody's to put into the log. */
export function readRequestId(header: unknown): string | null {
  if (typeof header !== 'string' || !/^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i.test(header))
    return null;
  const id = header.replaceAll('-', '').toLowerCase();
  return isTraceId(id) ? id : null;
}

/** Whether a text is a trace id: 32 hex digits that are not all zero. */
export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text) && !/^0+$/.test(text);
}
