import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolPath } from '../tools.ts';

export const CHART = join(import.meta.dirname, '../../helm');

/** An object as rendered; what a test looks into it knows the shape of. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

export interface Rendering {
  /** Values files, from the chart's folder. */
  files?: readonly string[];
  /** More values, over those. */
  values?: Record<string, unknown>;
  /** What a cluster is said to know, such as `v1/Secret`; none means no cluster. */
  apiVersions?: readonly string[];
  release?: string;
  /** Default: `livekit`. */
  namespace?: string;
}

/** What values-cce.yaml leaves to who installs it. */
const CCE_VALUES = {
  stunner: { cce: { elbId: 'ad1bb119-0000-0000-0000-000000aed11c' } },
  route: { host: 'voice.example.com' },
  agent: { config: { openai: { baseUrl: 'http://10.65.200.10:8000/v1' } } },
};

/** All that the chart is held to, by name: its defaults, each file of ci/, and the seeds' cluster. */
export const SCENARIOS: Readonly<Record<string, Rendering>> = {
  defaults: {},
  'values-cce': { files: ['values-cce.yaml'], values: CCE_VALUES },
  ...Object.fromEntries(
    readdirSync(join(CHART, 'ci')).map((name) => [
      name.replace(/-values\.yaml$/, ''),
      { files: [`ci/${name}`] },
    ]),
  ),
};

export interface Answer {
  code: number;
  /** What it printed; after a failure, what it complained of too. */
  output: string;
  /** What it complained of. */
  warnings: string;
}

/** Runs a command with text on its stdin; a failure is an answer here. */
export function run(
  command: string,
  args: readonly string[],
  input = '',
  env = process.env,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { maxBuffer: 64e6, env }, (error, stdout, stderr) =>
      resolve({
        code: error ? Number(error.code ?? 1) : 0,
        output: error ? `${stdout}${stderr}` : stdout,
        warnings: stderr,
      }),
    );
    child.stdin?.end(input);
  });
}

export async function helm(args: readonly string[], { files = [], values = {} }: Rendering) {
  const sources = [...files.map((name) => join(CHART, name)), '-'].flatMap((file) => ['-f', file]);
  return run(await toolPath('helm'), [...args, ...sources], JSON.stringify(values));
}

/** The text of all objects, hooks included. */
export async function renderText(rendering: Rendering = {}): Promise<string> {
  const { code, output } = await template(rendering);
  if (code !== 0) throw new Error(output);
  return output;
}

export async function render(rendering: Rendering = {}): Promise<Manifest[]> {
  return parseManifests(await renderText(rendering));
}

/** Kubernetes reads YAML 1.1: `0440` is octal, and `on` a boolean. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => {
      if (document.errors.length > 0) throw new Error(`${document.errors[0]}\n${text}`);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

/** What Helm says when it refuses. */
export async function refusal(rendering: Rendering): Promise<string> {
  const { code, output } = await template(rendering);
  if (code === 0) throw new Error('not refused');
  return output;
}

function template(rendering: Rendering) {
  const versions = (rendering.apiVersions ?? []).flatMap((version) => ['--api-versions', version]);
  return helm(
    [
      'template',
      rendering.release ?? 'va',
      CHART,
      '--namespace',
      rendering.namespace ?? 'livekit',
      ...versions,
    ],
    rendering,
  );
}

/** The one object of a kind, by name if there are several. */
export function find(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} of ${kind} ${name ?? ''}`);
  return only;
}
