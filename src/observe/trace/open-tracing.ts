import type { Config } from '../../config/schema.ts';
import type { Log } from '../log.ts';
import type { Tracing } from './tracing.ts';

/** Where the traces of calls go; `undefined` where nobody wants them: then nothing of OpenTelemetry is loaded. */
export async function openTracing({ trace }: Pick<Config, 'trace'>, log: Log): Promise<Tracing | undefined> {
  const url = tracesUrl(trace);
  if (!url) return undefined;
  const { createTracing } = await import('./tracing.ts');
  return createTracing({ url, headers: trace.headers ?? {}, serviceName: trace.serviceName, log });
}

/**
 * Where they go, if anywhere. As https://opentelemetry.io/docs/specs/otel/protocol/exporter/ has it: the general one is a base.
 */
export function tracesUrl(trace: Config['trace']): string | undefined {
  const { endpoint, tracesEndpoint, disabled, exporter } = trace;
  if (disabled || exporter === 'none') return undefined;
  if (tracesEndpoint) return tracesEndpoint;
  return endpoint && `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}
