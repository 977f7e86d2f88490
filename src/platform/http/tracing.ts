// Every request belongs to a trace: the caller's, or a new one, which the answer names. It is the request's id.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readRequestId, readTraceparent, traceparent } from '../../core/trace-context';
import { inTrace, newSpanId, newTraceId, type Span, type Tracer } from '../trace';

/** Answers the trace of a request. */
export type TraceOf = (request: FastifyRequest) => string;

interface Traced {
  readonly traceId: string;
  readonly span: Span | null;
}

/** Takes `traceparent` or `x-request-id` from each request, answers with `traceresponse` and `x-request-id`, and lets what the handlers do be under that trace. */
export function traceRequests(app: FastifyInstance, tracer: Tracer | null = null): TraceOf {
  const traces = new WeakMap<FastifyRequest, Traced>();
  app.addHook('onRequest', async (request, reply) => {
    const { traceparent: parent, 'x-request-id': requestId } = request.headers;
    const from = readTraceparent(parent);
    const traceId = from?.traceId ?? readRequestId(requestId) ?? newTraceId();
    // the pattern of the route, not what was asked for, which may hold a key
    const attributes = { 'http.request.method': request.method, 'http.route': request.routeOptions.url ?? 'none' };
    const name = `${request.method} ${attributes['http.route']}`;
    const span = tracer?.begin(name, { traceId, parentId: from?.spanId }, attributes) ?? null;
    traces.set(request, { traceId, span });
    const spanId = span?.spanId ?? newSpanId();
    reply.headers({ traceresponse: traceparent({ traceId, spanId }), 'x-request-id': traceId });
  });
  app.addHook('onResponse', async (request, reply) => {
    const span = traces.get(request)?.span;
    span?.set({ 'http.response.status_code': reply.statusCode });
    span?.end(reply.statusCode < 500 ? undefined : String(reply.statusCode));
  });
  // once the body is there: what is awaited before belongs to the connection, which other requests share
  app.addHook('preHandler', (request, _reply, done) => {
    const { traceId, span } = traces.get(request)!;
    inTrace(traceId, done, span);
  });
  return (request) => traces.get(request)?.traceId ?? newTraceId();
}
