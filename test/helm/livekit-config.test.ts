import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { type Manifest, type Rendering, render, SCENARIOS } from './chart.ts';
import { envOf, workload } from './pods.ts';

interface LiveKitConfig {
  port: number;
  prometheus: { port: number };
  keys: Record<string, string>;
  redis?: Record<string, unknown>;
  webhook?: Record<string, unknown>;
  room?: Record<string, unknown>;
  trace?: { jaeger_url: string };
  rtc: Record<string, unknown> & { turn_servers?: Record<string, unknown>[] };
}

const configText = (manifests: readonly Manifest[]) =>
  envOf(workload(manifests, 'livekit').container, 'LIVEKIT_CONFIG') ?? '';

const configOf = async (rendering: Rendering = {}): Promise<LiveKitConfig> =>
  parse(configText(await render(rendering)));

/** As Kubernetes does before it starts a container. */
const substituted = (text: string) =>
  text.replace(/\$\(([A-Z_]+)\)/g, (_, name: string) => `${name}-`.padEnd(40, 'x'));

const withLiveKit = Object.entries(SCENARIOS).filter(([name]) => name !== 'external-livekit');

describe.each(withLiveKit)('%s', async (name, scenario) => {
  const manifests = await render(scenario);
  const config: LiveKitConfig = parse(configText(manifests));

  test('livekit-server knows every key, and opens the ports that the pod names', async () => {
    const { command, args } = await findLiveKitBinary();
    const env = {
      ...process.env,
      NODE_IP: '10.244.0.10',
      LIVEKIT_CONFIG: substituted(configText(manifests)),
    };
    const { stdout } = await promisify(execFile)(command, [...args, 'ports'], { env });
    const opened = [...stdout.matchAll(/(\d+) - (.*)/g)].map(([, port]) => Number(port));
    const { ports = [] } = workload(manifests, 'livekit').container;
    const named = ports
      .filter(({ name }) => name === 'http' || name === 'ice-tcp')
      .map(({ containerPort }) => containerPort);
    expect(opened).toEqual(expect.arrayContaining(named));
  });

  test('candidates are private, and no public STUN server is asked or named', () => {
    expect(config.rtc).toMatchObject({
      use_external_ip: false,
      ips: { includes: expect.arrayContaining(['10.0.0.0/8']) },
    });
    expect(workload(manifests, 'livekit').container.env).toContainEqual({
      name: 'NODE_IP',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    });
    expect(config.rtc.turn_servers ?? config.rtc.stun_servers).not.toEqual([]);
    expect(config.rtc.stun_servers ?? ['127.0.0.1:3478']).toEqual(['127.0.0.1:3478']);
  });

  test('media has either a range of ports or one, and the TCP fallback is whole or absent', () => {
    const { udp_port, port_range_start, port_range_end, tcp_port, allow_tcp_fallback } = config.rtc;
    expect([udp_port, port_range_start, port_range_end].filter((port) => port !== undefined)).toHaveLength(
      udp_port ? 1 : 2,
    );
    expect(tcp_port).toBe(allow_tcp_fallback ? 7881 : 0);
  });

  test('its pod outlives the longest call', () => {
    const longestCall = name === 'emptied' ? 600 : 3600;
    expect(workload(manifests, 'livekit').spec.terminationGracePeriodSeconds).toBe(longestCall + 60);
  });
});

test('a misspelt key would be refused by livekit-server', async () => {
  const { command, args } = await findLiveKitBinary();
  const text = substituted(configText(await render())).replace('use_external_ip', 'use_externalip');
  const { stdout } = await promisify(execFile)(command, [...args, 'ports'], {
    env: { ...process.env, LIVEKIT_CONFIG: text },
  });
  expect(stdout).toContain('field use_externalip not found');
});

test('the seeds’ doors are UDP 3478 and TCP 3480, with credentials for each participant', async () => {
  const { rtc, port, prometheus } = await configOf(SCENARIOS['values-cce']);
  const door = { host: '10.65.176.54', secret_file: '/etc/livekit/turn/secret', ttl: 21_600 };
  expect(rtc.turn_servers).toEqual([
    { ...door, port: 3478, protocol: 'udp' },
    { ...door, port: 3480, protocol: 'tcp' },
  ]);
  expect([port, prometheus.port, rtc.port_range_start, rtc.port_range_end]).toEqual([
    7880, 6789, 50_000, 60_000,
  ]);
});

test('a secret is what its Secret holds, whatever it is made of, but for line breaks at its end', async () => {
  const odd = `"a\\b': #{}[]&*!|>%@\`, $(X) ~`;
  for (const name of ['static-credentials', 'key-rotation', 'scaled']) {
    const text = configText(await render(SCENARIOS[name]));
    const filled = text.replace(/\$\(([A-Z_]+)\)/g, (_, variable: string) => `${variable} ${odd}\n`);
    const { keys, rtc, redis } = parse(filled) as LiveKitConfig;
    for (const [key, secret] of Object.entries(keys)) {
      expect(key).toMatch(/^LIVEKIT_(NEXT_)?API_KEY /);
      expect(secret).toBe(`${key.split(' ')[0]?.replace('KEY', 'SECRET')} ${odd}`);
    }
    for (const { username, credential } of name === 'static-credentials' ? (rtc.turn_servers ?? []) : [])
      expect([username, credential]).toEqual([`TURN_USERNAME ${odd}`, `TURN_PASSWORD ${odd}`]);
    if (name === 'scaled') expect(redis?.password).toBe(`REDIS_PASSWORD ${odd}`);
    const { command, args } = await findLiveKitBinary();
    const env = { ...process.env, NODE_IP: '10.244.0.10', LIVEKIT_CONFIG: filled };
    const { stdout } = await promisify(execFile)(command, [...args, 'ports'], { env });
    expect(stdout).toContain('7880');
  }
});

test('static credentials are references, in every door', async () => {
  const { rtc } = await configOf(SCENARIOS['static-credentials']);
  expect(rtc.turn_servers).toHaveLength(2);
  for (const server of rtc.turn_servers ?? []) {
    expect(server).toMatchObject({ username: '$(TURN_USERNAME)', credential: '$(TURN_PASSWORD)' });
  }
});

test('a TLS door is named as LiveKit names it', async () => {
  const { rtc } = await configOf(SCENARIOS['livekit-only']);
  expect(rtc.turn_servers?.map(({ port, protocol }) => [port, protocol])).toEqual([
    [3478, 'udp'],
    [443, 'tls'],
  ]);
});

test('every variable that the configuration refers to is defined before it', async () => {
  for (const name of ['scaled', 'static-credentials', 'key-rotation', 'values-cce', 'overrides']) {
    const { env = [] } = workload(await render(SCENARIOS[name]), 'livekit').container;
    const at = env.findIndex((variable) => variable.name === 'LIVEKIT_CONFIG');
    const before = env.slice(0, at).map((variable) => variable.name);
    const wanted = [...(env[at]?.value ?? '').matchAll(/\$\(([A-Z_]+)\)/g)].map(([, variable]) => variable);
    expect(wanted.length).toBeGreaterThanOrEqual(2);
    for (const variable of wanted) expect(before).toContain(variable);
  }
});

test('Redis comes by address, its password by reference', async () => {
  const manifests = await render(SCENARIOS.scaled);
  expect(parse(configText(manifests)).redis).toEqual({
    address: 'redis:6379',
    username: '',
    db: 1,
    tls: { enabled: true },
    password: '$(REDIS_PASSWORD)',
  });
  expect(workload(manifests, 'livekit').container.env).toContainEqual({
    name: 'REDIS_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'va-livekit-redis', key: 'password' } },
  });
});

test('Redis is one server, Sentinel or Cluster', async () => {
  expect((await configOf(SCENARIOS.overrides)).redis).toEqual({
    username: '',
    db: 0,
    sentinel_master_name: 'voice',
    sentinel_addresses: ['sentinel-0:26379', 'sentinel-1:26379'],
    sentinel_password: '$(SENTINEL_PASSWORD)',
    password: '$(REDIS_PASSWORD)',
  });
  const cluster = { redis: { clusterAddresses: ['redis-0:6379', 'redis-1:6379'] } };
  expect((await configOf({ values: { livekit: { replicas: 2 }, ...cluster } })).redis).toMatchObject({
    cluster_addresses: cluster.redis.clusterAddresses,
  });
});

test('webhooks are signed with the API key, and safe keys of rtc stand beside the chart’s own', async () => {
  const { rtc, webhook } = await configOf(SCENARIOS.overrides);
  expect(webhook).toEqual({ urls: ['https://hooks.example.com/livekit'], api_key: '$(LIVEKIT_API_KEY)' });
  expect(rtc).toMatchObject({
    congestion_control: { enabled: true, allow_pause: false },
    packet_buffer_size_audio: 100,
    use_external_ip: false,
    port_range_start: 50_000,
  });
});

test('room values and limits are LiveKit’s own words, and cannot reach what the chart decides', async () => {
  const { room } = await configOf({
    values: { livekit: { config: { room: { max_participants: 4 }, limit: { num_tracks: 9 } } } },
  });
  expect(room).toEqual({ empty_timeout: 60, departure_timeout: 20, max_participants: 4 });
});

test('LiveKit sends its traces where the workers send theirs, unless it is told otherwise', async () => {
  const traceOf = async (trace: object, livekit: object = {}) =>
    (await configOf({ values: { agent: { config: { trace } }, livekit: { config: livekit } } })).trace;
  expect(await traceOf({})).toBeUndefined();
  expect(await traceOf({ endpoint: 'http://jaeger:4318/' })).toEqual({
    jaeger_url: 'http://jaeger:4318/v1/traces',
  });
  // Where there is no port, LiveKit takes 4318.
  expect(await traceOf({ endpoint: 'https://otlp.example.com' })).toEqual({
    jaeger_url: 'https://otlp.example.com:443/v1/traces',
  });
  expect(await traceOf({ tracesEndpoint: 'http://tempo/otlp' })).toEqual({
    jaeger_url: 'http://tempo:80/otlp',
  });
  const own = { trace: { jaeger_url: 'http://other:4318' } };
  expect(await traceOf({ endpoint: 'http://jaeger:4318' }, own)).toEqual(own.trace);
});
