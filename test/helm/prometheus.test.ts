import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { find, render, SCENARIOS } from './chart.ts';
import { pagesOverTime } from './series.ts';

const run = promisify(execFile);
const manifests = await render(SCENARIOS.monitored);
const dashboard: { panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] } =
  JSON.parse(find(manifests, 'ConfigMap', 'va-dashboard').data?.['va.json'] ?? '');
const { groups } = find(manifests, 'PrometheusRule').spec as { groups: object[] };

/** Of Prometheus' API: times in seconds, values as text. */
interface Answer {
  status: string;
  data: { result: { values: [number, string][] }[] };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voice-agent-prometheus-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('alerts', () => {
  const AGENT = 'namespace="livekit",pod="a"';
  /** Series in Prometheus' own words, a sample a minute; after how many minutes the alert fires, and until when it does not. */
  const CASES: readonly [
    alert: string,
    series: readonly [string, string][],
    quietAt: string,
    firesAt: string,
  ][] = [
    ['VoiceAgentNotRegistered', [[`voice_agent_registered{${AGENT}}`, '1 1 0x20']], '3m', '5m'],
    ['VoiceAgentNotRegistered', [], '1m', '3m'],
    [
      'VoiceAgentNearlyFull',
      [
        [`voice_agent_calls_active{${AGENT}}`, '4 10x20'],
        [`voice_agent_call_slots{${AGENT}}`, '10x20'],
      ],
      '5m',
      '7m',
    ],
    ['VoiceAgentPromptBroken', [[`voice_agent_prompt_files_broken{${AGENT}}`, '0 1x20']], '5m', '7m'],
    [
      'VoiceAgentDeadAir',
      [[`voice_agent_dead_air_turns_total{${AGENT},prompt="a"}`, '0x5 1x20']],
      '5m',
      '7m',
    ],
    [
      'VoiceAgentEndpointFailing',
      [[`voice_agent_endpoint_errors_total{${AGENT},endpoint="llm",failure="stall"}`, '0x5 10+10x30']],
      '5m',
      '20m',
    ],
    [
      'VoiceAgentEndpointLeftOut',
      [[`voice_agent_breaker_state{${AGENT},stage="llm",host="gpu:8000"}`, '1 2x20']],
      '2m',
      '4m',
    ],
  ];

  test('are rules to Prometheus, and fire when they should, no sooner', async () => {
    await writeFile(join(folder, 'rules.yaml'), stringify({ groups }));
    await run('promtool', ['check', 'rules', join(folder, 'rules.yaml')]);
    const firing = (alert: string) => `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`;
    const tests = CASES.map(([alert, series, quietAt, firesAt]) => ({
      interval: '1m',
      name: alert,
      input_series: series.map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        { expr: firing(alert), eval_time: quietAt, exp_samples: [{ value: 0, labels: '{}' }] },
        { expr: firing(alert), eval_time: firesAt, exp_samples: [{ value: 1, labels: '{}' }] },
      ],
    }));
    const file = join(folder, 'tests.yaml');
    await writeFile(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
    await run('promtool', ['test', 'rules', file]).catch((error) => expect.fail(error.stdout + error.stderr));
  });
});

describe('the dashboard’s queries', () => {
  const FROM_S = Math.floor(Date.now() / 1000) - 3600;
  const STEPS = 60;
  const STEP_S = 15;
  const STARTS_WITHIN_MS = 120_000;
  let url = '';
  let server: ReturnType<typeof spawn> | undefined;

  beforeAll(async () => {
    await writeFile(join(folder, 'samples.txt'), await pagesOverTime(FROM_S, STEPS, STEP_S));
    const data = join(folder, 'data');
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'samples.txt'), data]);
    await writeFile(join(folder, 'prometheus.yaml'), '{}');
    const port = await freeTcpPort();
    url = `http://127.0.0.1:${port}`;
    const options = [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    server = spawn('prometheus', options, { stdio: 'ignore' });
    while (!(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok) {
      if (server.exitCode !== null) throw new Error(`prometheus ended with code ${server.exitCode}`);
      await delay(100);
    }
  }, STARTS_WITHIN_MS);
  afterAll(async () => {
    if (!server || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  });

  const ours = dashboard.panels.flatMap(({ title, targets }) =>
    targets.filter(({ expr }) => expr.includes('voice_agent_')).map(({ expr }) => [title, expr] as const),
  );
  test.each(ours)('%s: %s', async (_, expr) => {
    const query = expr.replaceAll('$namespace', 'livekit');
    const end = FROM_S + (STEPS - 1) * STEP_S;
    const range = new URLSearchParams({ query, start: `${end - 300}`, end: `${end}`, step: '60' });
    const answer = (await (await fetch(`${url}/api/v1/query_range?${range}`)).json()) as Answer;
    expect(answer).toMatchObject({ status: 'success' });
    const values = answer.data.result.flatMap((series) => series.values);
    expect(values.length).toBeGreaterThan(0);
    for (const [, value] of values) expect(Number(value)).toBeGreaterThanOrEqual(0);
  });
});
