// Spans for a collector of OpenTelemetry, over OTLP/HTTP. The packages are loaded when a collector is named, and not otherwise.
import type { Context, Span as OtelSpan } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from './log';
import { StartError } from './start-error';
import { outsideTraces, type Attributes, type Span, type Tracer } from './trace';

/** Where spans go. */
export interface OtlpOptions {
  /** Such as http://collector:4318; `/v1/traces` is added. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Which part of the traces is told of, 0 to 1. */
  readonly ratio: number;
  readonly log: Log;
}

const EXPORT_EVERY_MS = 1_000;
const EXPORT_WITHIN_MS = 5_000;
const LAST_EXPORT_WITHIN_MS = 2_000;

/**
 * Begins to tell a collector. It never keeps anybody waiting: spans that it does not take are dropped.
 * @throws StartError when the packages are not installed.
 */
export async function startOtlp(options: OtlpOptions): Promise<Tracer & { stop(): Promise<void> }> {
  const { api, sdk, resources, exporters } = await load();
  const ids = new sdk.RandomIdGenerator();
  let traceId = '';
  const exporter = new exporters.OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_WITHIN_MS,
  });
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': options.serviceName }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.ratio) }),
    // the trace of a request is known before its first span
    idGenerator: { generateSpanId: () => ids.generateSpanId(), generateTraceId: () => traceId },
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: noted(exporter, options.log), scheduledDelayMillis: EXPORT_EVERY_MS }),
    ],
  });
  const tracer = provider.getTracer('credential-graph');
  const begin = (name: string, kind: number, attributes: Attributes, context: Context): Span => {
    const span: OtelSpan = tracer.startSpan(name, { kind, attributes }, context);
    const { spanId } = span.spanContext();
    return {
      spanId,
      child: (below, more = {}) => begin(below, api.SpanKind.INTERNAL, more, api.trace.setSpan(api.ROOT_CONTEXT, span)),
      set: (more) => void span.setAttributes({ ...more }),
      end(failure) {
        if (failure !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR }).setAttribute('error.type', failure);
        span.end();
      },
    };
  };
  return {
    begin(name, origin, attributes = {}) {
      traceId = origin.traceId;
      const parent = { traceId, spanId: origin.parentId ?? '', traceFlags: api.TraceFlags.SAMPLED, isRemote: true };
      const context = origin.parentId ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT;
      return begin(name, api.SpanKind.SERVER, attributes, context);
    },
    async stop() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, LAST_EXPORT_WITHIN_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

async function load() {
  try {
    const [api, sdk, resources, exporters] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ]);
    return { api, sdk, resources, exporters };
  } catch (error) {
    throw new StartError(
      'OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages of OpenTelemetry are not installed: install them (npm ci), or unset it.',
      { cause: error },
    );
  }
}

/** Says once when a collector takes nothing, and once when it does again. */
function noted(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      outsideTraces(() =>
        exporter.export(spans, (result) => {
          const fails = result.error !== undefined;
          if (fails && !isFailing) log.warn({ err: result.error }, 'the collector of traces takes nothing; spans are dropped');
          if (!fails && isFailing) log.info('the collector of traces takes spans again');
          isFailing = fails;
          done(result);
        }),
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
