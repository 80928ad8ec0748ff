import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { find, render, SCENARIOS } from './chart.ts';
import { dashboardFaults } from './dashboard-schema.ts';
import { selects, workload } from './pods.ts';
import { ruleGroups } from './rule-groups.ts';
import { programSeries, recordedSeries, unknownParts } from './series.ts';

const ours = await programSeries();
const known = new Map([...ours, ...recordedSeries()]);

/** Every README, and what else is written for people. */
function documents(): string[] {
  const below = ['src', 'helm', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return ['README.md', ...below.filter((path) => path.endsWith('.md'))].map((path) =>
    readFileSync(path, 'utf8'),
  );
}

interface Dashboard {
  title: string;
  templating: { list: { name: string; query: string }[] };
  panels: {
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string; legendFormat: string }[];
  }[];
}

describe('monitoring', async () => {
  const manifests = await render(SCENARIOS.monitored);
  const dashboardJson = find(manifests, 'ConfigMap', 'va-dashboard').data?.['va.json'] ?? '';
  const dashboard: Dashboard = JSON.parse(dashboardJson);
  const alerts = (await ruleGroups()).flatMap(({ rules }) => rules);

  test('panels ask only for series and labels that are exposed', () => {
    for (const { title, targets } of dashboard.panels) {
      for (const { expr } of targets) expect(unknownParts(expr, known), title).toEqual([]);
    }
  });

  test('alerts ask only for series and labels that are exposed, of this release’s namespace', () => {
    expect(alerts).toHaveLength(22);
    for (const { alert, expr, annotations } of alerts) {
      expect(unknownParts(expr, known), alert).toEqual([]);
      expect(expr.match(/\{[^}]*namespace="livekit"/g)?.length).toBe(expr.match(/\{/g)?.length);
      expect(annotations.summary).toMatch(/^[A-Z\d].*\.$/);
    }
  });

  test('every measure that the program takes is on the dashboard', () => {
    const measures = new Set([...ours.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(measures.size).toBeGreaterThan(10);
    expect([...measures].filter((name) => !dashboardJson.includes(name))).toEqual([]);
  });

  test('documents name only measures that the program takes', () => {
    const measures = new Set(
      [...ours.keys()].flatMap((name) => [name, name.replace(/_(bucket|sum|count)$/, '')]),
    );
    const named = documents().flatMap((text) => text.match(/\bvoice_agent_\w+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(10);
    expect(named.filter((name) => !measures.has(name))).toEqual([]);
  });

  test('Grafana’s published types know all of the dashboard, and a key that they do not know is seen', async () => {
    expect(await dashboardFaults(dashboardJson)).toBe('');
    expect(await dashboardFaults(dashboardJson.replace('"gridPos"', '"gridPosition"'))).toContain(
      'gridPosition',
    );
    expect(await dashboardFaults(dashboardJson.replace('"mode": "normal"', '"mode": "stacked"'))).toContain(
      'stacked',
    );
  });

  test('panels do not lie over each other, and look at one namespace', () => {
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
    expect(dashboard.panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true);
    expect(dashboard.templating.list.find(({ name }) => name === 'namespace')?.query).toBe('livekit');
  });

  test('monitors carry the label that Prometheus selects by, and lead to ports that are there', () => {
    for (const component of ['agent', 'web']) {
      const monitor = find(manifests, 'PodMonitor', `va-${component}`);
      expect(monitor.metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
      const { selector, podMetricsEndpoints } = monitor.spec as {
        selector: { matchLabels: Record<string, string> };
        podMetricsEndpoints: { port: string; path: string }[];
      };
      const { labels, container } = workload(manifests, component);
      expect(selects(selector.matchLabels, labels)).toBe(true);
      expect(container.ports?.map(({ name }) => name)).toContain(podMetricsEndpoints[0]?.port);
      expect(podMetricsEndpoints[0]?.path).toBe('/metrics');
    }
    const { selector, endpoints } = find(manifests, 'ServiceMonitor').spec as {
      selector: { matchLabels: Record<string, string> };
      endpoints: { port: string }[];
    };
    const selected = manifests.filter(
      ({ kind, metadata }) => kind === 'Service' && selects(selector.matchLabels, metadata.labels ?? {}),
    );
    const ports = selected.flatMap(({ spec }) =>
      ((spec?.ports ?? []) as { name: string }[]).map(({ name }) => name),
    );
    expect(ports.filter((name) => name === endpoints[0]?.port)).toHaveLength(1);
  });

  test('STUNner’s pods open their metrics with the others, and are asked for them', () => {
    expect(find(manifests, 'Dataplane').spec?.enableMetricsEndpoint).toBe(true);
    const { metadata, spec } = find(manifests, 'PodMonitor', 'va-relay-0');
    expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
    expect(spec).toMatchObject({
      selector: { matchLabels: { app: 'stunner', 'stunner.l7mp.io/related-gateway-name': 'va-udp' } },
      podMetricsEndpoints: [{ port: 'metrics-port', path: '/metrics' }],
    });
  });
});

test('an expression with a series or label that nobody exposes is seen', () => {
  expect(
    unknownParts('sum(rate(livekit_packet_loss_percent_bucket{direction="incoming"}[5m]))', known),
  ).toEqual([]);
  expect(unknownParts('sum(livekit_rooms{namespace="a"})', known)).toEqual(['livekit_rooms']);
  expect(unknownParts('sum(livekit_room_total) / voice_agent_slots', known)).toEqual(['voice_agent_slots']);
  expect(unknownParts('sum by (codec) (livekit_room_total{room="a"})', known)).toEqual([
    'livekit_room_total{room}',
    'by (codec)',
  ]);
});

test('nothing of it is rendered unless it is asked for', async () => {
  const kinds = (await render(SCENARIOS['values-cce'])).map(({ kind }) => kind);
  expect(kinds.filter((kind) => /Monitor|Rule|ScaledObject/.test(kind))).toEqual([]);
});
