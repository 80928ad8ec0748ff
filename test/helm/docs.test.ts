import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LIVEKIT_VERSION } from '../../src/dev/livekit-binary.ts';
import { API_MODULES } from './api-modules.ts';
import { CHART, helm, type Rendering, SCENARIOS } from './chart.ts';
import { readmeFor, schemaFor } from './chart-docs.ts';
import { undocumented } from './values-table.ts';

const read = (name: string) => readFile(`${CHART}/${name}`, 'utf8');

const REFRESH = 'run `npx tsx test/helm/write-docs.ts`';

test('the README’s tables are those of the values', async () => {
  const readme = await read('README.md');
  expect(readmeFor(readme, await read('values.yaml')) === readme, REFRESH).toBe(true);
});

test('the schema has the program’s settings as they are', async () => {
  const schema = await read('values.schema.json');
  expect(schemaFor(schema), REFRESH).toEqual(JSON.parse(schema));
});

test('every value is explained', async () => {
  expect(undocumented(await read('values.yaml'))).toEqual([]);
});

/** Keys of the values that the schema does not list, and objects of the schema that would take any key. */
function schemaGaps(values: unknown, schema: Record<string, unknown>, path = ''): string[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return [];
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
  if (schema.$ref || !schema.properties) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const below = properties[key];
    return below ? schemaGaps(value, below, `${path}.${key}`) : [`${path}.${key}`];
  });
}

function openObjects(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, additionalProperties } = schema as {
    properties?: object;
    additionalProperties?: unknown;
  };
  const here = properties && additionalProperties !== false ? [path] : [];
  return [...here, ...Object.entries(schema).flatMap(([key, value]) => openObjects(value, `${path}/${key}`))];
}

test('the schema lists every value, and refuses every other', async () => {
  const schema = JSON.parse(await read('values.schema.json'));
  expect(schemaGaps(parse(await read('values.yaml')), schema)).toEqual([]);
  expect(openObjects(schema, '')).toEqual([]);
});

test('versions agree: chart and package, LiveKit and STUNner and what is tested', async () => {
  const chart = parse(await read('Chart.yaml'));
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { images } = parse(await read('values.yaml'));
  expect([chart.version, chart.appVersion]).toEqual([version, version]);
  expect(images.agent).toBe(`livekit-voice-agent:${version}`);
  expect(images.livekit).toMatch(new RegExp(`:${LIVEKIT_VERSION}$`));
  expect(`v${images.stunner.split(':')[1]}`).toBe(API_MODULES['github.com/l7mp/stunner'][0]);
});

test('the README copies all images that are not built', async () => {
  const { images } = parse(await read('values.yaml'));
  const [, copied = ''] = (await read('README.md')).match(/^for image in (.*); do$/m) ?? [];
  const wanted = [images.livekit, images.stunner, images.coturn, images.sip, images.redis];
  expect(copied.split(' ').map((image) => `docker.io/${image}`)).toEqual(wanted);
});

test('links within the README lead somewhere', async () => {
  const text = await read('README.md');
  const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of text.matchAll(/\]\(#([\w-]+)\)/g)) expect(anchors).toContain(anchor);
});

test('files named by the README and the values are there', async () => {
  const text = (await read('README.md')) + (await read('values-cce.yaml'));
  const named = [...text.matchAll(/`(ci\/[\w-]+\.yaml|values[\w-]*\.yaml)`/g)].map(([, name = '']) => name);
  expect(named).not.toEqual([]);
  for (const name of named) await expect(read(name), name).resolves.not.toBe('');
});

describe('the notes', () => {
  // Helm shows them only after an installation; a copy of the chart renders them as an object's text.
  const copy = mkdtempSync(join(tmpdir(), 'chart-'));
  afterAll(() => rmSync(copy, { recursive: true }));
  cpSync(CHART, copy, { recursive: true });
  cpSync(`${CHART}/templates/NOTES.txt`, `${copy}/notes.txt`);
  writeFileSync(`${copy}/templates/notes.yaml`, 'notes: {{ tpl (.Files.Get "notes.txt") . | toJson }}\n');

  const notes = async (rendering: Rendering = {}): Promise<string> => {
    const args = ['template', 'va', copy, '--namespace', 'livekit', '--show-only', 'templates/notes.yaml'];
    return parse((await helm(args, rendering)).output).notes;
  };

  test('give the real addresses of the seeds’ cluster, and the next command', async () => {
    const text = await notes(SCENARIOS['values-cce']);
    expect(text).toContain('https://voice.example.com/');
    expect(text).toContain('wss://voice.example.com');
    expect(text).toContain('ws://livekit-server.livekit.svc');
    expect(text).toContain('turn:10.65.176.54:3478?transport=udp');
    expect(text).toContain('turn:10.65.176.54:3480?transport=tcp');
    expect(text).toContain('kubectl -n livekit get gateway/udp-gateway service/udp-gateway');
    expect(text).toContain('helm test va --namespace livekit --logs');
    expect(text).toContain('can only be seen from\noutside the cluster');
    expect(text).toContain(`get secret va-web -o go-template='{{ index .data "WEB_TOKEN" | base64decode }}'`);
  });

  test('say what the Gateway needs for the route to have an effect', async () => {
    const text = await notes(SCENARIOS['values-cce']);
    expect(text).toContain(
      'allowedRoutes for namespace livekit (envoy-gateway-system/envoy is in another one',
    );
    expect(text).toContain('sectionName');
    expect(text).toContain('kubectl -n livekit get httproute va -o jsonpath=');
    expect(await notes(SCENARIOS['external-livekit'])).not.toContain('allowedRoutes');
    expect(await notes(SCENARIOS['stunner-mixed'])).not.toContain('sectionName');
  });

  test('say how the page tells the callers behind the Gateway apart, until it can', async () => {
    const advice = "set agent.config.web.trustedProxies to the network of the\nGateway's pods";
    expect(await notes(SCENARIOS['values-cce'])).toContain(advice);
    const route = { enabled: true, host: 'voice.example.com', parentRefs: [{ name: 'envoy' }] };
    const agent = { config: { web: { trustedProxies: '172.16.0.0/16' } } };
    expect(await notes({ values: { route, agent } })).not.toContain(advice);
    expect(await notes()).not.toContain(advice);
  });

  test('say what is missing for a call from outside', async () => {
    const text = await notes();
    expect(text).toContain('port-forward service/va-web 8080:80');
    expect(text).toContain('Set turn.provider and turn.host');
    expect(text).not.toContain('<no value>');
  });
});
