import { setTimeout as delay } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Subscriber } from '../call-events.ts';
import type { Log } from '../log.ts';
import { traceCall } from './call-spans.ts';
import { type TraceContext, traceIdOf } from './ids.ts';
import { LoggedExporter } from './logged-exporter.ts';
import type { Attributes, Span } from './span.ts';

/** A collector that does not answer does not hold up the end of a process. */
const FLUSH_WITHIN_MS = 1500;

export interface TracedCall {
  readonly context: TraceContext;
  /** Makes the spans; `undefined` where this call's are not kept. */
  readonly subscriber: Subscriber | undefined;
  /** Of a call that broke off, and has no end here. */
  close(): void;
}

/** The traces of this process's calls. */
export interface Tracing {
  begin(callId: string): TracedCall;
  /** Sends what there is. Never rejects, and takes 1.5 s at most. */
  flush(): Promise<void>;
}

export interface TracingOptions {
  /** Takes OTLP over HTTP: `http://jaeger:4318/v1/traces`. */
  url: string;
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  log: Log;
  /** For tests. */
  exporter?: SpanExporter;
}

/**
 * OpenTelemetry's own SDK, which reads `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`, `OTEL_RESOURCE_ATTRIBUTES` and the like from the
 * environment itself; what this program has settings for is given to it. It is nobody's global provider: the spans that
 * LiveKit's framework makes hold what was said.
 */
export function createTracing({ url, headers, serviceName, log, exporter }: TracingOptions): Tracing {
  const ids = new GivenIds();
  const sent = exporter ?? new OTLPTraceExporter({ url, headers: { ...headers } });
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    resource: detectResources({ detectors: [envDetector] }).merge(
      resourceFromAttributes({ 'service.name': serviceName }),
    ),
    spanProcessors: [new BatchSpanProcessor(new LoggedExporter(sent, url, log))],
  });
  const tracer = provider.getTracer('livekit-voice-agent');
  // The SDK's own comes back at once while another is under way.
  let last: Promise<void> = Promise.resolve();
  const flush = () => {
    last = last.then(() => within(FLUSH_WITHIN_MS, provider.forceFlush()));
    return last;
  };
  return { begin: (callId) => beginCall(callId, { tracer, ids, flush }), flush };
}

/** Settles with the work, or without it once the time is up. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  await Promise.race([work.catch(() => {}), delay(ms, undefined, { signal, ref: false }).catch(() => {})]);
  stop.abort();
}

interface Tools {
  tracer: Tracer;
  ids: GivenIds;
  flush(): Promise<void>;
}

function beginCall(callId: string, { tracer, ids, flush }: Tools): TracedCall {
  ids.next = { traceId: traceIdOf(callId) };
  const call = tracer.startSpan('call', { root: true, attributes: { 'voice_agent.call_id': callId } });
  const { traceId, spanId } = call.spanContext();
  const context = { traceId, isSampled: call.isRecording() };
  if (!context.isSampled) return { context, subscriber: undefined, close() {} };
  const inCall = trace.setSpan(ROOT_CONTEXT, call);
  const spans = traceCall(
    { put: (span) => put(span, { tracer, ids, traceId, callSpanId: spanId, inCall }) },
    spanId,
  );
  const subscriber: Subscriber = (event) => {
    spans(event);
    if (event.type === 'started') {
      const { prompt, promptHash, via, goesOn = false } = event;
      call.setAttributes(prefixed({ prompt, prompt_hash: promptHash, via, goes_on: goesOn }));
    }
    if (event.type !== 'ended') return;
    call.setAttributes(prefixed({ reason: event.reason }));
    if (!event.ok) call.setStatus({ code: SpanStatusCode.ERROR, message: event.reason });
    call.end();
    void flush();
  };
  const close = () => {
    if (call.isRecording()) call.end();
  };
  return { context, subscriber, close };
}

interface Where {
  tracer: Tracer;
  ids: GivenIds;
  traceId: string;
  callSpanId: string;
  inCall: Context;
}

function put(span: Span, { tracer, ids, traceId, callSpanId, inCall }: Where): void {
  const { name, parentId, startMs, endMs, kind, attributes = {}, events = [], error } = span;
  const parent =
    parentId === callSpanId
      ? inCall
      : trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentId, traceFlags: 1 });
  ids.next = { spanId: span.spanId };
  const kinds = kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
  const made = tracer.startSpan(
    name,
    { startTime: time(startMs), kind: kinds, attributes: given(attributes) },
    parent,
  );
  for (const event of events) made.addEvent(event.name, given(event.attributes ?? {}), time(event.atMs));
  if (error !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: error });
  made.end(time(endMs));
}

/** Seconds and nanoseconds: the SDK takes a number for one of two things, by its size. */
function time(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function given(attributes: Attributes): Record<string, string | number | boolean> {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Record<string, string | number | boolean>;
}

const prefixed = (attributes: Attributes) =>
  given(
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`voice_agent.${name}`, value])),
  );

/** Ids that were given out before their span is made: of a call, by its id; of a request, in `traceparent`. */
class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  /** For the span that is made next. */
  next: { traceId?: string | undefined; spanId?: string | undefined } = {};

  generateTraceId = (): string => this.#take('traceId') ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.#take('spanId') ?? this.#random.generateSpanId();

  #take(which: 'traceId' | 'spanId'): string | undefined {
    const id = this.next[which];
    this.next = { ...this.next, [which]: undefined };
    return id;
  }
}
