import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { API_MODULES, type ApiModule, moduleDir } from './api-modules.ts';

type Json = Record<string, unknown>;

/** Custom resources that the chart uses, and where their definitions are. */
export const CRD_FILES: readonly [ApiModule, string][] = [
  ['sigs.k8s.io/gateway-api', 'config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml'],
  ['sigs.k8s.io/gateway-api', 'config/crd/standard/gateway.networking.k8s.io_gateways.yaml'],
  ['sigs.k8s.io/gateway-api', 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  ['github.com/l7mp/stunner', 'deploy/manifests/static/stunner-crd.yaml'],
  ...['podmonitors', 'servicemonitors', 'prometheusrules'].map((kind): [ApiModule, string] => [
    'github.com/prometheus-operator/prometheus-operator',
    `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
  ]),
  ['github.com/kedacore/keda/v2', 'config/crd/bases/keda.sh_scaledobjects.yaml'],
];

/** Where kubeconform looks: `apps/v1/deployment.json`. It takes the version of the core group for its name. */
const FILE_NAME = '{{ .Group }}/{{ .ResourceAPIVersion }}/{{ .ResourceKind }}.json';

/**
 * Strict JSON schemas of Kubernetes' own kinds and the custom ones above, made once from the API definitions.
 *
 * @returns what to give kubeconform as `-schema-location`.
 */
export async function schemaLocation(): Promise<string> {
  const source = await readFile(import.meta.filename, 'utf8');
  const key = createHash('sha256')
    .update(source)
    .update(JSON.stringify(API_MODULES))
    .digest('hex')
    .slice(0, 12);
  const target = join(cacheDir(process.env), `api-schemas-${key}`);
  if (!existsSync(target)) {
    await mkdir(cacheDir(process.env), { recursive: true });
    const dir = await mkdtemp(`${target}-`);
    await writeSchemas(dir);
    // Another process may have been quicker with the same content.
    await rename(dir, target).catch(() => rm(dir, { recursive: true }));
  }
  return join(target, FILE_NAME);
}

async function writeSchemas(dir: string): Promise<void> {
  const write = async (group: string, version: string, kind: string, schema: Json) => {
    await mkdir(join(dir, group, version), { recursive: true });
    await writeFile(join(dir, group, version, `${kind.toLowerCase()}.json`), JSON.stringify(schema));
  };
  const swagger = join(await moduleDir('k8s.io/kubernetes'), 'api/openapi-spec/swagger.json');
  const { definitions } = JSON.parse(await readFile(swagger, 'utf8')) as {
    definitions: Record<string, Json>;
  };
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = (definition['x-kubernetes-group-version-kind'] ?? []) as Record<string, string>[];
    // Options and the like stand for many groups, and are in no manifest.
    if (kinds.length !== 1) continue;
    for (const { group, version = '', kind = '' } of kinds) {
      await write(group || version, version, kind, strictOpenApi({ $ref: name }, definitions, []) as Json);
    }
  }
  for (const [module, file] of CRD_FILES) {
    const text = await readFile(join(await moduleDir(module), file), 'utf8');
    for (const document of parseAllDocuments(text)) {
      const crd = document.toJS();
      if (crd?.kind !== 'CustomResourceDefinition') continue;
      for (const version of crd.spec.versions) {
        const schema = strictCrd(version.schema.openAPIV3Schema) as Json;
        schema.properties = { ...(schema.properties as Json), metadata: { type: 'object' } };
        await write(crd.spec.group, version.name, crd.spec.names.kind, schema);
      }
    }
  }
}

/** References put in place, unknown keys refused; optional fields may be null, as the API server takes them. */
function strictOpenApi(
  schema: unknown,
  definitions: Record<string, Json>,
  inside: readonly string[],
): unknown {
  if (Array.isArray(schema)) return schema.map((item) => strictOpenApi(item, definitions, inside));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...rest } = schema as Json;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    if (name.endsWith('.IntOrString')) return { type: ['string', 'integer'] };
    if (name.endsWith('.Quantity')) return { type: ['string', 'number'] };
    // What contains itself, and schemas of schemas: not looked into.
    if (inside.includes(name) || name.endsWith('JSONSchemaProps')) return {};
    return strictOpenApi(definitions[name], definitions, [...inside, name]);
  }
  const result = mapSchema(rest, (value) => strictOpenApi(value, definitions, inside));
  if (typeof result.properties !== 'object') return result;
  result.additionalProperties = false;
  const required = (result.required ?? []) as string[];
  for (const [key, value] of Object.entries(result.properties as Record<string, Json>)) {
    if (!required.includes(key) && typeof value.type === 'string') value.type = [value.type, 'null'];
  }
  return result;
}

function strictCrd(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictCrd);
  if (typeof schema !== 'object' || schema === null) return schema;
  const source = schema as Json;
  if (source['x-kubernetes-int-or-string']) return { type: ['string', 'integer'] };
  const result = mapSchema(source, strictCrd);
  const open = source['x-kubernetes-preserve-unknown-fields'] || 'additionalProperties' in source;
  if (typeof result.properties === 'object' && !open) result.additionalProperties = false;
  if (source.nullable && typeof result.type === 'string') result.type = [result.type, 'null'];
  return result;
}

/** Each part changed, without what is no part of JSON Schema. A property named `description` is not a description. */
function mapSchema(schema: Json, change: (part: unknown) => unknown): Json {
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (key.startsWith('x-') || (key === 'description' && typeof value === 'string')) return [];
    if (key !== 'properties') return [[key, change(value)]];
    const properties = Object.entries(value as Json).map(([name, property]) => [name, change(property)]);
    return [[key, Object.fromEntries(properties)]];
  });
  return Object.fromEntries(entries);
}
