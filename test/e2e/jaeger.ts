import { setTimeout as sleep } from 'node:timers/promises';
import { processSources } from '../../src/config/load.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';
import { toolPath } from '../tools.ts';

const STARTED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 200;

/** A span as Jaeger's API tells it. */
export interface JaegerSpan {
  spanID: string;
  operationName: string;
  /** Microseconds. */
  duration: number;
  startTime: number;
  references: { spanID: string }[];
  tags: { key: string; value: unknown }[];
  processID: string;
}

export interface JaegerTrace {
  spans: JaegerSpan[];
  processes: Record<string, { serviceName: string }>;
}

export interface Jaeger {
  /** Takes OTLP over HTTP. */
  otlpUrl: string;
  /** Where a browser sees them. */
  pageUrl: string;
  /** The trace, once it has a span of this name. */
  trace(traceId: string, name: string, withinMs: number): Promise<JaegerTrace>;
  stop(): Promise<void>;
}

/**
 * Jaeger 1.76 with its memory as storage, on loopback.
 *
 * @param wanted - ports; default: any that are free.
 */
export async function startJaeger(
  cwd: string,
  wanted: { otlp?: number; query?: number } = {},
): Promise<Jaeger> {
  const command = await toolPath('jaeger', { onProgress: (text) => process.stderr.write(`${text}\n`) });
  const [freeOtlp, freeQuery, ...others] = await Promise.all(Array.from({ length: 7 }, () => freeTcpPort()));
  const { otlp = freeOtlp, query = freeQuery } = wanted;
  const at = (port: number | undefined) => `127.0.0.1:${port}`;
  const ports = {
    'collector.otlp.http.host-port': otlp,
    'query.http-server.host-port': query,
    'collector.otlp.grpc.host-port': others[0],
    'query.grpc-server.host-port': others[1],
    'collector.grpc-server.host-port': others[2],
    'collector.http-server.host-port': others[3],
    'admin.http.host-port': others[4],
  };
  const service = startService({
    ...{ name: 'jaeger', command, cwd, withinMs: STARTED_WITHIN_MS },
    args: Object.entries(ports).map(([name, port]) => `--${name}=${at(port)}`),
    env: { PATH: processSources().env.PATH, SPAN_STORAGE_TYPE: 'memory' },
    readyAt: (line) => line.includes('Starting HTTP server') && line.includes(`:${query}`),
  });
  await service.ready;
  const ask = async (traceId: string): Promise<JaegerTrace | undefined> => {
    const response = await fetch(`http://${at(query)}/api/traces/${traceId}`);
    const { data } = (await response.json()) as { data: JaegerTrace[] | null };
    return data?.[0];
  };
  return {
    otlpUrl: `http://${at(otlp)}`,
    pageUrl: `http://${at(query)}`,
    async trace(traceId, name, withinMs) {
      for (const untilMs = performance.now() + withinMs; ; await sleep(ASK_EVERY_MS)) {
        const trace = await ask(traceId);
        if (trace?.spans.some(({ operationName }) => operationName === name)) return trace;
        if (performance.now() > untilMs)
          throw new Error(`Jaeger has no such trace: ${JSON.stringify(trace)}`);
      }
    },
    stop: () => service.stop(),
  };
}
