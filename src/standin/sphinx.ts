import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { resample } from '../openai/resample.ts';
import { encodeWav } from '../openai/wav.ts';
import type { Audio } from './audio.ts';
import { oneAtATime, type Recognizer } from './recognizer.ts';

const MODEL_RATE = 16_000;
const TIMEOUT_MS = 15_000;

/**
 * The first of `commands` that can be started. PocketSphinx 5 is `pocketsphinx` and prints JSON; before, it is
 * `pocketsphinx_continuous` and prints text.
 */
export async function findSphinx(commands: readonly string[]): Promise<Recognizer | undefined> {
  for (const command of commands) {
    if (await starts(command)) return createRecognizer(command);
  }
  return undefined;
}

export function createRecognizer(command: string): Recognizer {
  const recognize = oneAtATime((audio, signal) => runOnce(command, audio, signal));
  return { name: 'pocketsphinx', recognize };
}

async function runOnce(command: string, audio: Audio, signal: AbortSignal): Promise<string | undefined> {
  // A file, because /dev/stdin of a Node child is a socket, which programs cannot open by name.
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-stt-'));
  try {
    const file = join(folder, 'speech.wav');
    await writeFile(file, encodeWav(resample(audio.samples, audio.sampleRate, MODEL_RATE), MODEL_RATE, 1));
    const output = await outputOf(command, argumentsFor(command, file), signal);
    // It says nothing of much that was speech.
    return (output && readHypotheses(output)) || undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsFor(command: string, file: string): string[] {
  const quiet = ['-logfn', '/dev/null'];
  return basename(command) === 'pocketsphinx' ? [...quiet, 'single', file] : [...quiet, '-infile', file];
}

/** One hypothesis a line, plain or as JSON with the text under `t`; fillers such as `<sil>` and `[NOISE]` go. */
export function readHypotheses(output: string): string {
  const said = output
    .split('\n')
    .map((line) => (line.startsWith('{') ? /"t":"([^"]*)"/.exec(line)?.[1] : line));
  return said
    .join(' ')
    .replace(/<[^>]*>|\[[^\]]*\]|\+\+\w+\+\+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function outputOf(command: string, args: string[], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { signal, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}

/** Neither program has an argument with which it succeeds and does nothing: that it can be started has to do. */
function starts(command: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, ['-help'], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => child.kill('SIGKILL'));
    child.once('exit', () => resolve(true));
  });
}
