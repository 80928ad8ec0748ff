import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { type Child, startChild } from '../../src/dev/child.ts';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { asService } from '../../src/dev/ready.ts';
import type { Stage } from './cases/case.ts';
import { type Installed, PYTHON, VLLM_VERSION } from './setup.ts';

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

const SMOLLM2 = 'smollm2';
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

export function llamaServer({ models, python }: Installed, variant?: string): Program {
  const template = variant === undefined ? [] : [join(models, 'templates', TEMPLATES[variant] ?? '')];
  return {
    server: 'llama-server-b11549',
    ...(variant !== undefined && { variant }),
    model: SMOLLM2,
    stages: ['chat'],
    command: python,
    args: (port) => [
      join(PYTHON, 'llama_server.py'),
      join(models, 'smollm2.gguf'),
      String(port),
      ...template,
    ],
    // Threads of OpenMP that spin while they wait take the processors from the rest of the call.
    env: () => ({ OMP_WAIT_POLICY: 'PASSIVE' }),
  };
}

export const llamaServers = (installed: Installed): Program[] => [
  llamaServer(installed),
  ...Object.keys(TEMPLATES).map((variant) => llamaServer(installed, variant)),
];

export const whisper = ({ models, python }: Installed): Program => ({
  server: 'faster-whisper-1.2.1',
  model: 'whisper-base',
  stages: ['batch', 'sse'],
  command: python,
  args: (port) => [join(PYTHON, 'whisper_server.py'), join(models, 'whisper'), String(port)],
});

export const piper = ({ models, python }: Installed): Program => ({
  server: 'piper-1.8.0',
  model: 'piper',
  voice: 'joe',
  stages: ['speech'],
  command: python,
  args: (port) => [join(PYTHON, 'piper_server.py'), join(models, 'piper'), String(port)],
});

export function vllm({ models, python }: Installed, what: 'chat' | 'whisper', variant?: string): Program {
  const chat = what === 'chat';
  const template =
    variant === undefined ? [] : ['--chat-template', join(models, 'templates', TEMPLATES[variant] ?? '')];
  const folder = join(models, chat ? 'smollm2-hf' : 'whisper-hf');
  const limits = chat ? ['--max-model-len', '4096'] : [];
  return {
    server: `vllm-${VLLM_VERSION}`,
    ...(variant !== undefined && { variant }),
    model: chat ? SMOLLM2 : 'whisper',
    stages: chat ? ['chat'] : ['batch', 'sse', 'realtime'],
    command: python,
    args: (port) => [
      ...['-m', 'vllm.entrypoints.openai.api_server', '--host', '127.0.0.1', '--port', String(port)],
      ...['--model', folder, '--served-model-name', chat ? SMOLLM2 : 'whisper'],
      ...['--dtype', 'bfloat16', '--enforce-eager', ...limits, ...template],
    ],
    env: () => ({ VLLM_CPU_KVCACHE_SPACE: '1', HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1' }),
  };
}

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
