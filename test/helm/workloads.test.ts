import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, render, SCENARIOS } from './chart.ts';
import { envOf, filesOf, selects, type Volume, type Workload, workload, workloadsOf } from './pods.ts';

/** The volume that a path of a container lies on, and the path below its mount. */
function mounted({ spec }: Workload, path: string): { volume: Volume; below: string } | undefined {
  const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
  const volume = spec.volumes?.find(({ name }) => name === mount?.name);
  return mount && volume ? { volume, below: path.slice(mount.mountPath.length + 1) } : undefined;
}

/** Absolute paths that a container is told of: by variable, argument, or in a configuration of the chart's. */
function pathsToldTo({ spec }: Workload, manifests: readonly Manifest[]): string[] {
  const configs = (spec.volumes ?? []).flatMap(({ configMap }) =>
    manifests.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap?.name),
  );
  const texts = [
    ...spec.containers.flatMap(({ env = [], args = [] }) => [...env.map(({ value = '' }) => value), ...args]),
    ...configs.flatMap(({ data = {} }) => Object.values(data)),
  ];
  const paths = texts.flatMap((text) => text.match(/(?<![\w:/.])\/(etc|tmp|var|run|opt)\/[\w./-]+/g) ?? []);
  return [...new Set(paths)];
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

describe.each(Object.entries(SCENARIOS))('%s', async (name, scenario) => {
  const manifests = await render(scenario);
  const workloads = workloadsOf(manifests);

  test('pods pass Pod Security restricted, with a disk that only /tmp can be written to', () => {
    for (const { title, spec } of workloads) {
      expect(spec, title).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
        expect(spec[field]).toBeUndefined();
      for (const { securityContext, ports = [], volumeMounts = [] } of spec.containers) {
        expect(securityContext, title).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(ports.filter((port) => 'hostPort' in port)).toEqual([]);
        const writable = volumeMounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
        expect(writable.filter((path) => !/^\/tmp(\/|$)/.test(path))).toEqual([]);
      }
    }
  });

  test('a Deployment selects its own pods, by labels that no version is in', () => {
    for (const { manifest, labels } of workloads.filter((one) => one.manifest.kind === 'Deployment')) {
      const { matchLabels = {} } =
        (manifest.spec?.selector as { matchLabels?: Record<string, string> }) ?? {};
      expect(selects(matchLabels, labels)).toBe(true);
      expect(workloads.filter((other) => selects(matchLabels, other.labels))).toHaveLength(1);
      expect(Object.keys({ ...matchLabels, ...labels }).filter((key) => /version|chart/.test(key))).toEqual(
        [],
      );
    }
  });

  test('each volume is mounted once, as a directory, and each mount has a volume', () => {
    for (const { title, spec } of workloads) {
      const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      const names = (spec.volumes ?? []).map(({ name }) => name);
      expect(mounts.map(({ name }) => name).toSorted(), title).toEqual(names.toSorted());
      expect(mounts.filter(({ subPath }) => subPath !== undefined)).toEqual([]);
    }
  });

  test('each file that a pod is told of is mounted, and each that is mounted is told of', () => {
    for (const one of workloads) {
      const told = pathsToldTo(one, manifests);
      for (const path of told) {
        const place = mounted(one, path);
        expect(place, `${one.title}: ${path}`).toBeDefined();
        const files = place && !place.volume.emptyDir ? filesOf(place.volume) : undefined;
        if (files && place?.below) expect(files, one.title).toContain(place.below);
      }
      const mounts = one.spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      for (const { mountPath, name } of mounts) {
        const volume = one.spec.volumes?.find((candidate) => candidate.name === name);
        // An account of the API lies where every client of it looks.
        if (!volume || volume.emptyDir || mountPath === ACCOUNT) continue;
        const wanted = filesOf(volume)?.map((file) => `${mountPath}/${file}`) ?? [mountPath];
        for (const file of wanted)
          expect(
            told.some((path) => path.startsWith(file)),
            `${one.title}: ${file}`,
          ).toBe(true);
      }
    }
  });

  test('Secrets are mounted for their group only', () => {
    const modes = workloads.flatMap(({ spec }) =>
      (spec.volumes ?? []).flatMap(({ secret, projected }) =>
        [secret, projected].flatMap((source) => source?.defaultMode ?? []),
      ),
    );
    expect(modes.filter((mode) => mode !== 0o440)).toEqual([]);
    const secrets = workloads.flatMap(({ spec }) =>
      (spec.volumes ?? []).filter((v) => v.secret ?? v.projected),
    );
    expect(modes).toHaveLength(secrets.length);
  });

  test('ConfigMaps and Secrets of the chart are there for each reference to them', () => {
    const made = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const references = workloads.flatMap(({ spec }) => [
      ...(spec.volumes ?? []).flatMap(({ configMap, secret, projected }) => [
        ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
        ...(secret ? [`Secret ${secret.secretName}`] : []),
        ...(projected?.sources ?? []).flatMap(({ secret }) => (secret ? `Secret ${secret.name}` : [])),
      ]),
      ...spec.containers.flatMap(({ env = [] }) =>
        env.flatMap(({ valueFrom }) =>
          valueFrom?.secretKeyRef ? [`Secret ${valueFrom.secretKeyRef.name}`] : [],
        ),
      ),
    ]);
    expect(references.filter((reference) => / va(-|$)/.test(reference) && !made.has(reference))).toEqual([]);
  });

  test('Services lead to ports that their pods have', () => {
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Service')) {
      const { selector, ports } = spec as {
        selector: Record<string, string>;
        ports: { targetPort: string; protocol?: string }[];
      };
      const targets = workloads.filter(({ labels }) => selects(selector, labels));
      expect(targets, metadata.name).toHaveLength(1);
      const offered = targets.flatMap((target) =>
        target.spec.containers.flatMap((container) => container.ports ?? []),
      );
      for (const { targetPort, protocol = 'TCP' } of ports) {
        expect(offered.map((port) => `${port.protocol ?? 'TCP'} ${port.name}`)).toContain(
          `${protocol} ${targetPort}`,
        );
      }
    }
  });

  test('long-lived pods are probed at ports that they have; ours by health and readiness', () => {
    for (const { title, manifest, labels, spec } of workloads) {
      if (manifest.kind !== 'Deployment') continue;
      for (const { ports = [], livenessProbe, readinessProbe } of spec.containers) {
        const probed = [livenessProbe, readinessProbe].map(
          (probe) => (probe?.httpGet ?? probe?.tcpSocket)?.port,
        );
        for (const port of probed)
          expect(
            ports.map(({ name }) => name),
            title,
          ).toContain(port);
        const ours = ['agent', 'web'].includes(labels['app.kubernetes.io/component'] ?? '');
        if (ours) expect(livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'ops' });
        if (ours) expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'ops' });
      }
    }
  });

  test('resources are asked for unless they were emptied', () => {
    if (name === 'emptied') return;
    for (const { title, spec } of workloads) {
      for (const { resources } of spec.containers) {
        expect(resources, title).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
      }
    }
  });

  test('images are the listed ones, with a tag or digest that is not latest', () => {
    const images = [
      ...workloads.flatMap(({ spec }) => spec.containers.map(({ image }) => image)),
      ...manifests.filter(({ kind }) => kind === 'Dataplane').map(({ spec }) => String(spec?.image)),
    ];
    for (const image of images) expect(image).toMatch(/(:(?!latest)[\w.-]+|@sha256:[0-9a-f]{64})$/);
  });
});

test('a mirror takes the place of every registry, and its pull Secret goes to every pod', async () => {
  const manifests = await render(SCENARIOS['air-gap']);
  const pods = [
    ...workloadsOf(manifests).map(({ spec }) => spec),
    ...manifests.filter(({ kind }) => kind === 'Dataplane').map(({ spec }) => spec),
  ];
  const text = JSON.stringify(pods);
  for (const [, image] of text.matchAll(/"image":"([^"]+)"/g))
    expect(image).toMatch(/^registry\.local:5000\/mirror\/(livekit|l7mp)/);
  for (const pod of pods) expect(pod?.imagePullSecrets).toEqual([{ name: 'registry-local' }]);
});

test('placement reaches the pods it is for', async () => {
  const { spec } = workload(await render(SCENARIOS.scaled), 'agent');
  expect(spec).toMatchObject({
    priorityClassName: 'voice',
    nodeSelector: { pool: 'voice' },
    tolerations: [{ key: 'voice', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  });
  expect(workload(await render(SCENARIOS.scaled), 'livekit').spec.nodeSelector).toBeUndefined();
});

test('pods have a user of the chart’s own; on OpenShift, or where they are told, another', async () => {
  const contextOf = async (scenario: string, component: string) =>
    workload(await render(SCENARIOS[scenario]), component).spec.securityContext;
  const common = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const own = { ...common, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 };
  expect(await contextOf('defaults', 'agent')).toEqual(own);
  expect(await contextOf('overrides', 'livekit')).toEqual(common);
  const told = { ...common, runAsUser: 1_000_650_000, fsGroup: 1_000_650_000 };
  for (const component of ['agent', 'check']) expect(await contextOf('overrides', component)).toEqual(told);
  expect(await contextOf('overrides', 'web')).toEqual({ ...common, supplementalGroups: [2000] });
});

test('what is added reaches the pods that it is for, and probes change by parts', async () => {
  const manifests = await render(SCENARIOS.overrides);
  const { container, spec } = workload(manifests, 'agent');
  expect(envOf(container, 'NODE_OPTIONS')).toBe('--max-old-space-size=2048');
  expect(container.volumeMounts).toContainEqual({ name: 'extra', mountPath: '/tmp/extra' });
  expect(spec.volumes).toContainEqual({ name: 'extra', emptyDir: {} });
  const folder = envOf(container, 'TTS_CACHE_DIR');
  expect(container.volumeMounts).toContainEqual({ name: 'sounds', mountPath: folder });
  expect(spec.volumes).toContainEqual({ name: 'sounds', persistentVolumeClaim: { claimName: 'sounds' } });
  expect(spec.hostAliases).toEqual([{ ip: '10.65.200.10', hostnames: ['gpu-host'] }]);
  expect(container.startupProbe).toEqual({
    httpGet: { path: '/healthz', port: 'ops' },
    periodSeconds: 2,
    failureThreshold: 120,
  });
  expect(container.livenessProbe).toMatchObject({ periodSeconds: 20, failureThreshold: 6 });
  expect(workload(manifests, 'web').container.readinessProbe).toMatchObject({ timeoutSeconds: 9 });
  expect(envOf(workload(manifests, 'livekit').container, 'GOMEMLIMIT')).toBe('1500MiB');
});

test('a certificate authority reaches both TLS stacks of every pod of ours', async () => {
  const manifests = await render(SCENARIOS['existing-secrets']);
  for (const component of ['agent', 'web', 'check']) {
    const { container, spec } = workload(manifests, component);
    expect(envOf(container, 'NODE_EXTRA_CA_CERTS')).toBe('/etc/voice-agent/ca/ca.crt');
    expect(envOf(container, 'SSL_CERT_FILE')).toBe('/etc/voice-agent/ca/ca.crt');
    expect(spec.volumes).toContainEqual(
      expect.objectContaining({ configMap: expect.objectContaining({ name: 'our-authority' }) }),
    );
  }
});

test('the image list of values.yaml is all that is ever pulled', async () => {
  const { images } = parse(await readFile('helm/values.yaml', 'utf8')) as { images: Record<string, unknown> };
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (name === 'air-gap') continue;
    const pulled = JSON.stringify(await render(scenario)).matchAll(/"image":"([^"]+)"/g);
    for (const [, image] of pulled) expect(Object.values(images)).toContain(image);
  }
});
