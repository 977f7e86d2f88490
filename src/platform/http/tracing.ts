// Every request belongs to a trace: the caller's, or a new one, which the answer names. It is the request's id.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readRequestId, readTraceparent, traceparent } from '../../core/trace-context';
import { inTrace, newSpanId, newTraceId } from '../trace';

/** Answers the trace of a request. */
export type TraceOf = (request: FastifyRequest) => string;

/** Takes `traceparent` or `x-request-id` from each request, answers with `traceresponse` and `x-request-id`, and lets what the handlers do be under that trace. */
export function traceRequests(app: FastifyInstance): TraceOf {
  const traces = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', async (request, reply) => {
    const { traceparent: parent, 'x-request-id': requestId } = request.headers;
    const traceId = readTraceparent(parent)?.traceId ?? readRequestId(requestId) ?? newTraceId();
    traces.set(request, traceId);
    reply.headers({ traceresponse: traceparent({ traceId, spanId: newSpanId() }), 'x-request-id': traceId });
  });
  // once the body is there: what is awaited before belongs to the connection, which other requests share
  app.addHook('preHandler', (request, _reply, done) => inTrace(traces.get(request)!, done));
  return (request) => traces.get(request) ?? newTraceId();
}
