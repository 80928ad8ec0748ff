import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { traceIdOf } from '../../../src/observe/trace/ids.ts';
import { openTracing } from '../../../src/observe/trace/open-tracing.ts';
import { type LogLine, logInto } from '../../helpers/call-log.ts';
import { configFrom } from '../../helpers/config.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';

const server = useEndpointServer();

/** One call, begun and ended, whose trace goes where the environment says. */
async function oneCall(env: Record<string, string>, lines: LogLine[] = []) {
  const tracing = await openTracing(configFrom(env), logInto(lines));
  const call = tracing?.begin('AJ_1');
  const over = { type: 'ended', callId: 'AJ_1', atMs: Date.now(), reason: 'hang-up', ok: true } as const;
  call?.subscriber?.(over);
  await tracing?.flush();
  return { tracing, call };
}

test('no traces without a collector, nor where they are turned off', async () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: server.origin };
  for (const env of [
    {},
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
  ])
    expect((await oneCall(env)).tracing).toBeUndefined();
});

test('without a collector nothing of OpenTelemetry’s SDK is loaded', async () => {
  const script = `
    const { openTracing } = await import('./src/observe/trace/open-tracing.ts');
    const { createRequire } = await import('node:module');
    const trace = { endpoint: process.argv[1] || undefined, exporter: 'otlp', disabled: false, serviceName: 'x' };
    await openTracing({ trace }, console);
    const { cache } = createRequire(import.meta.url);
    console.log(Object.keys(cache).filter((file) => file.includes('@opentelemetry')).length);`;
  const loaded = async (endpoint: string) => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, endpoint];
    return Number((await promisify(execFile)(process.execPath, args)).stdout);
  };
  expect(await loaded('')).toBe(0);
  expect(await loaded('http://127.0.0.1:1')).toBeGreaterThan(10);
});

test('spans go to the collector’s path for traces, with the headers that were given', async () => {
  server.on('POST /otlp/v1/traces', (exchange) => exchange.reply(200));
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${server.origin}/otlp/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b',
  };
  const { call } = await oneCall(env);
  expect(call?.context).toEqual({ traceId: traceIdOf('AJ_1'), isSampled: true });
  const { headers, body } = (await server.received(1)).request;
  expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-key': 'a b' });
  expect(body.includes(Buffer.from(traceIdOf('AJ_1'), 'hex'))).toBe(true);
  expect(body.toString('latin1')).toContain('voice-agent');
});

test('a whole URL for traces wins over the collector’s', async () => {
  server.on('POST /mine', (exchange) => exchange.reply(200));
  await oneCall({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${server.origin}/mine`,
  });
  expect(server.requests.map(({ path }) => path)).toEqual(['/mine']);
});

test('a collector that refuses is one line in the log, whatever the number of calls', async () => {
  server.on('POST /v1/traces', (exchange) => exchange.reply(401));
  const lines: LogLine[] = [];
  const tracing = await openTracing(
    configFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: server.origin }),
    logInto(lines),
  );
  for (const callId of ['AJ_1', 'AJ_2']) {
    tracing?.begin(callId).close();
    await tracing?.flush();
  }
  expect(lines).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('traces do not arrive'),
      fields: { url: `${server.origin}/v1/traces` },
    },
  ]);
});

test('another protocol is refused with what there is', () => {
  expect(() => configFrom({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(/http\/protobuf/);
});
