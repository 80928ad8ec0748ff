import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  PIPER_JOE,
  PIPER_TTS,
  type PinnedModel,
  type PinnedProgram,
  SMOLLM2,
  XLLAMACPP,
} from '../fetch/packages.ts';

/** A real model that Python serves on this machine. */
export interface PythonModel {
  model: PinnedModel;
  /** The server beside this file. */
  server: string;
  port: number;
  /** What pip installs for it. */
  program: PinnedProgram;
  /** What the worker asks it for. */
  name: string;
  /** Arguments of the server, besides name and port. */
  args(folder: string): readonly string[];
  /** For the table of `npm run dev`. */
  detail: string;
}

export const PYTHON_MODELS: Readonly<Record<'llm' | 'tts', PythonModel>> = {
  llm: {
    model: SMOLLM2,
    server: 'llama_server.py',
    port: 9302,
    program: XLLAMACPP,
    name: SMOLLM2.id,
    // Threads that wait for each other on a busy machine get nothing done: one core is left to the rest.
    args: (folder) => [
      ...['--model', join(folder, 'model.gguf'), '--slots', '1'],
      ...['--threads', String(Math.max(1, availableParallelism() - 1))],
    ],
    detail: 'SmolLM2 135M by llama.cpp: it talks, and knows little',
  },
  tts: {
    model: PIPER_JOE,
    server: 'piper_server.py',
    port: 9303,
    program: PIPER_TTS,
    name: PIPER_JOE.id,
    args: (folder) => ['--model', join(folder, 'model.onnx'), '--voice', 'joe', '--any-voice'],
    detail: "Piper's English voice joe",
  },
};

export const serverFile = (name: string) => fileURLToPath(new URL(name, import.meta.url));
