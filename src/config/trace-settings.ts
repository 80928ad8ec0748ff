import { z } from 'zod';
import { setting } from './setting.ts';
import { flag, httpUrl, oneOf, text } from './types.ts';

/** `name=value,name=value`, percent-encoded (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables). */
const headerList = z
  .string({ error: 'headers such as authorization=Bearer%20…, by comma' })
  .transform((list, context) => {
    const pairs = list.split(',').flatMap((pair) => {
      if (pair.trim() === '') return [];
      const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/.exec(pair) ?? [];
      if (name !== undefined && value !== undefined) return [[name.toLowerCase(), decoded(value.trim())]];
      context.addIssue('headers such as authorization=Bearer%20…, by comma');
      return [];
    });
    return Object.fromEntries(pairs) as Record<string, string>;
  });

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Traces of calls: the `trace` group of the schema, under the names that every OpenTelemetry program knows. */
export const trace = {
  endpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    httpUrl.optional(),
    'Collector of traces (OTLP over HTTP), such as `http://jaeger:4318`; not set: no traces, and nothing of OpenTelemetry is loaded. What else OpenTelemetry’s SDK knows (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`, `OTEL_RESOURCE_ATTRIBUTES`), it reads from the environment itself',
  ),
  tracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    httpUrl.optional(),
    'The same as a whole URL, such as `http://jaeger:4318/v1/traces`; it wins',
  ),
  headers: setting(
    'OTEL_EXPORTER_OTLP_HEADERS',
    headerList.optional(),
    'Headers for the collector, `name=value` by comma, percent-encoded',
    { secret: true },
  ),
  protocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    oneOf(['http/protobuf'], 'http/protobuf'),
    'How traces are sent; there is no gRPC',
  ),
  exporter: setting(
    'OTEL_TRACES_EXPORTER',
    oneOf(['otlp', 'none'], 'otlp'),
    '`none`: no traces, though a collector is set',
  ),
  disabled: setting('OTEL_SDK_DISABLED', flag(false), 'The same for all of OpenTelemetry'),
  serviceName: setting('OTEL_SERVICE_NAME', text.default('voice-agent'), 'What traces call this program'),
};
