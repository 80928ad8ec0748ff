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
import { ALERT_CASES, type AlertSeries, WELL } from './alert-cases.ts';
import { find, render, SCENARIOS } from './chart.ts';
import { ruleGroups } from './rule-groups.ts';
import { pagesOverTime } from './series.ts';

const run = promisify(execFile);
const manifests = await render(SCENARIOS.monitored);
const dashboard: { panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] } =
  JSON.parse(find(manifests, 'ConfigMap', 'va-dashboard').data?.['va.json'] ?? '');
const groups = await ruleGroups();

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
  /** @param alert - how its name is matched. */
  const firing = (alert: string) => `count(ALERTS{alertname${alert},alertstate="firing"}) or vector(0)`;
  const at = (alert: string, eval_time: string, value: number) => ({
    ...{ expr: firing(alert), eval_time },
    exp_samples: [{ value, labels: '{}' }],
  });
  const inputs = (series: AlertSeries) => series.map(([name, values]) => ({ series: name, values }));

  async function promtoolTests(tests: object[]): Promise<void> {
    await writeFile(join(folder, 'rules.yaml'), stringify({ groups }));
    await run('promtool', ['check', 'rules', join(folder, 'rules.yaml')]);
    const file = join(folder, 'tests.yaml');
    const timed = tests.map((one) => ({ interval: '1m', ...one }));
    await writeFile(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests: timed }));
    await run('promtool', ['test', 'rules', file]).catch((error) => expect.fail(error.stdout + error.stderr));
  }

  test('each is a rule to Prometheus, and fires when it should, no sooner', async () => {
    const all = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect([...new Set(ALERT_CASES.map(([alert]) => alert))].sort()).toEqual(all.sort());
    await promtoolTests(
      ALERT_CASES.map(([alert, series, quietAt, firesAt]) => ({
        name: alert,
        input_series: inputs(series),
        promql_expr_test: [at(`="${alert}"`, quietAt, 0), at(`="${alert}"`, firesAt, 1)],
      })),
    );
  });

  test('none fires in a system that is busy and well, at any time of an hour', async () => {
    const minutes = Array.from({ length: 60 }, (_, minute) => `${minute + 1}m`);
    const promql_expr_test = minutes.map((time) => at('=~".+"', time, 0));
    await promtoolTests([{ name: 'well', input_series: inputs(WELL), promql_expr_test }]);
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
