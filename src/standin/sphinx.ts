import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { resample } from '../openai/resample.ts';
import { encodeWav } from '../openai/wav.ts';
import type { Audio } from './audio.ts';

const MODEL_RATE = 16_000;
const TIMEOUT_MS = 15_000;
const MAX_WAITING = 4;

/** PocketSphinx as it is installed: 5 is `pocketsphinx` and prints JSON; before, `pocketsphinx_continuous` and text. */
export interface Recognizer {
  /** What was said, `''` for nothing; `undefined` when the machine is too busy or the program failed. */
  recognize(audio: Audio, signal: AbortSignal): Promise<string | undefined>;
}

/** The first of `commands` that can be started. */
export async function findSphinx(commands: readonly string[]): Promise<Recognizer | undefined> {
  for (const command of commands) {
    if (await starts(command)) return createRecognizer(command);
  }
  return undefined;
}

/** One recognition at a time, and few waiting: it takes a core for about a third of the audio's length. */
export function createRecognizer(command: string): Recognizer {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async recognize(audio, signal) {
      if (waiting >= MAX_WAITING) return undefined;
      waiting += 1;
      const mine = last.then(() => (signal.aborted ? undefined : runOnce(command, audio, signal)));
      last = mine
        .catch(() => undefined)
        .finally(() => {
          waiting -= 1;
        });
      return mine;
    },
  };
}

async function runOnce(command: string, audio: Audio, signal: AbortSignal): Promise<string | undefined> {
  // A file, because /dev/stdin of a Node child is a socket, which programs cannot open by name.
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-stt-'));
  try {
    const file = join(folder, 'speech.wav');
    await writeFile(file, encodeWav(resample(audio.samples, audio.sampleRate, MODEL_RATE), MODEL_RATE, 1));
    const output = await outputOf(command, argumentsFor(command, file), signal);
    return output === undefined ? undefined : readHypotheses(output);
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
