import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeFiles } from '../../../src/doctor/files/judge.ts';
import { judgeProse, judgeSeries } from '../../../src/doctor/files/prose.ts';
import { readYaml } from '../../../src/doctor/files/yaml-text.ts';

const SEEDS = join(import.meta.dirname, '../../fixtures/seeds');

test('what the A.R.C. document says and does not hold is named, line by line', async () => {
  const results = await judgeFiles(join(SEEDS, 'arc.txt'));
  const text = readFileSync(join(SEEDS, 'arc.txt'), 'utf8').split('\n');
  const said = results.map(({ verdict, evidence }) => {
    const [, line = 0, key] = /^arc\.txt:(\d+) (.*)$/.exec(evidence) ?? [];
    return `${verdict} ${key}: ${text[Number(line) - 1]?.trim()}`;
  });
  expect(said).toEqual([
    'warn metrics: curl http://localhost:7880/metrics',
    'fail rtc.turn: turn:',
    'warn metrics: LiveKit exposes metrics at `http://localhost:7880/metrics`:',
    'warn livekit_room_participants: livekit_room_participants',
    'warn livekit_packet_loss_percent: livekit_packet_loss_percent',
    'warn livekit_track_publish_duration_seconds: livekit_track_publish_duration_seconds',
    'warn livekit_jitter_seconds: livekit_jitter_seconds',
    'warn secret: ### "Secret is too short" Error',
    'warn secret: ERROR: secret is too short, should be at least 32 characters',
    'warn metrics: curl http://localhost:7880/metrics | grep packet_loss',
    'warn metrics: curl http://localhost:7880/metrics | grep jitter',
    'warn room.max_participants: Default: 10 participants per room',
    'warn limit.bytes_per_sec: Default: 1 MB/s per participant',
    'warn limit.bytes_per_sec: bytes_per_sec: 2000000 # 2 MB/s',
  ]);
  for (const { cause, fix } of results) expect([cause, fix]).not.toContain('');
});

test('series in rules and the port that Prometheus is sent to are judged', () => {
  const [document] = readYaml(`groups:
  - rules:
      - {alert: Loss, expr: 'rate(livekit_packet_loss_percent_sum[5m]) > 1'}
      - {alert: Jitter, expr: livekit_jitter_seconds > 0.1}
      - {alert: Phones, expr: livekit_sip_available < 1}
metadata: {annotations: {prometheus.io/port: "7880"}}
`);
  expect(document && judgeSeries(document).map(({ key, line }) => `${line} ${key}`)).toEqual([
    '4 livekit_jitter_seconds',
    '6 metrics',
  ]);
});

test('a name in the middle of a sentence, and YAML of something else, are not judged', () => {
  expect(judgeProse('Our livekit_tools are fine.\n```yaml\nlivekit_tools: {rtc: 1}\n```\n')).toEqual([]);
});

test('the series that are known are those of a running server', () => {
  const names = (file: string) => readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
  const running = names('test/helm/livekit-series.txt').match(/^livekit_\w+/gm);
  expect(JSON.parse(names('src/doctor/files/livekit-series.json'))).toEqual([...new Set(running)].sort());
});
