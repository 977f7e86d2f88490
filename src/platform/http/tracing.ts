// Every request belongs to a trace: the caller's, or a new one, which the answer names.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { traceparent } from '../../core/trace-context';
import { inTrace, newSpanId, newTraceId, traceIdFrom } from '../trace';

/** Answers the trace of a request. */
export type TraceOf = (request: FastifyRequest) => string;

/** Takes `traceparent` from each request, answers with `traceresponse`, and lets what the handlers do be under that trace. */
export function traceRequests(app: FastifyInstance): TraceOf {
  const traces = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', async (request, reply) => {
    const traceId = traceIdFrom(request.headers['traceparent']);
    traces.set(request, traceId);
    reply.header('traceresponse', traceparent({ traceId, spanId: newSpanId() }));
  });
  // once the body is there: what is awaited before belongs to the connection, which other requests share
  app.addHook('preHandler', (request, _reply, done) => inTrace(traces.get(request)!, done));
  return (request) => traces.get(request) ?? newTraceId();
}
