import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeFiles } from '../../../src/doctor/files/judge.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/livekit-yaml');

/** `verdict line key` of each remark. */
async function judged(name: string): Promise<string[]> {
  const results = await judgeFiles(join(FIXTURES, name));
  return results.map(({ verdict, evidence }) => `${verdict} ${evidence.replace(`${name}:`, '')}`);
}

test.each([
  [
    'bedrud.yaml',
    [
      'fail 2 keys',
      'warn 8 rtc.use_external_ip',
      'warn 7 rtc.stun_servers[0]',
      'warn 7 rtc.stun_servers[0]',
      'warn 14 turn.tls_port',
      'warn 11 turn.enabled',
      'warn 2 prometheus',
    ],
  ],
  [
    'arc.yaml',
    ['fail 10 rtc.turn', 'warn 9 rtc.stun_servers[0]', 'warn 2 prometheus', 'warn 23 limit.bytes_per_sec'],
  ],
  ['arc-development.yaml', ['warn 9 rtc.stun_servers[0]', 'warn 11 keys.devkey', 'warn 2 prometheus']],
  [
    'compose.yaml',
    [
      'fail 19 webhook.api_key',
      'warn 7 rtc.udp_port',
      'fail 12 rtc.turn_servers[0].port',
      'fail 13 rtc.turn_servers[0].protocol',
      'warn 17 keys.APIabcdef',
      'warn 2 prometheus',
      'warn 4 log_level',
    ],
  ],
  [
    'embedded-turn.yaml',
    [
      'fail 9 turn.domain',
      'fail 11 turn.tls_port',
      'warn 3 rtc',
      'warn 11 turn.tls_port',
      'warn 10 turn.enabled',
      'warn 12 turn.relay_range_start',
      'warn 8 prometheus_port',
    ],
  ],
  ['stunner.yaml', ['warn 8 prometheus', 'warn 25 log_level']],
])('%s is judged, each remark with its line and key', async (name, expected) => {
  expect(await judged(name)).toEqual(expected);
});

test('a file that works gets no remark', async () => {
  const [result, ...more] = await judgeFiles(join(FIXTURES, 'good.yaml'));
  expect(result).toMatchObject({ id: 'files.livekit', verdict: 'ok' });
  expect(more).toEqual([]);
});

test('each remark says what happens and what to write, and shows no secret', async () => {
  const results = await judgeFiles(FIXTURES);
  for (const { verdict, cause, fix } of results) {
    if (verdict === 'ok') continue;
    expect(cause).not.toBe('');
    expect(fix).not.toBe('');
  }
  expect(JSON.stringify(results)).not.toMatch(/a-secret-of|pass-1/);
});

test.each([
  ['nothing.txt', '', /no YAML file/],
  [
    'deployment.yaml',
    'apiVersion: apps/v1\nkind: Deployment\n',
    /no configuration of livekit-server.* among 1 YAML/,
  ],
])('a folder of %s alone is refused, with what to name', async (name, text, message) => {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-judge-'));
  await writeFile(join(dir, name), text);
  await expect(judgeFiles(dir)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
  await rm(dir, { recursive: true });
});

test('what is no YAML, no UTF-8, a template, an alias bomb and ten thousand documents are told, not thrown', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-judge-'));
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...'bcdefgh'
      .split('')
      .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${'abcdefg'[index]}`).join(', ')}]`),
  ];
  const texts = {
    'broken.yaml': 'rtc: {port_range_start: 1',
    'template.yaml': 'rtc:\n  {{- toYaml .Values.rtc }}',
    'bomb.yaml': bomb.join('\n'),
    'many.yaml': '---\nkind: Pod\n'.repeat(10_000),
    'odd.yaml': Buffer.from('rtc: {node_ip: \xe9}', 'latin1'),
    'value.yaml': 'rtc:\n  node_ip: {{ .Values.ip }}\n',
    'wide.yaml': Buffer.from('\ufeffport: 7880', 'utf16le'),
  };
  await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(dir, name), text)));
  const results = await judgeFiles(dir);
  expect(results.map(({ verdict, proves }) => `${verdict} ${proves}`)).toEqual([
    'fail bomb.yaml',
    'fail broken.yaml',
    'fail many.yaml',
    'fail odd.yaml',
    'skip template.yaml',
    'skip value.yaml',
    'fail wide.yaml',
  ]);
  expect(results.map(({ fix }) => fix.split('\n'))).not.toContainEqual(['']);
  expect(results.at(-1)).toMatchObject({
    evidence: 'wide.yaml: the text is not UTF-8',
    fix: expect.stringContaining('iconv -f UTF-16 -t UTF-8 wide.yaml'),
  });
  await rm(dir, { recursive: true });
});
