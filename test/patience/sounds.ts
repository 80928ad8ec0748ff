import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomFrom } from '../../src/bench/stats.ts';
import { meanPower } from '../../src/openai/samples.ts';
import { voicedExtent } from '../../src/probe/measure.ts';
import { resampled } from '../../src/probe/wav.ts';
import type { Case, Phrase } from './cases.ts';
import { BABBLE_DB, heardThrough, RATE, withLevel } from './conditions.ts';
import { soundOfPrompt } from './recordings.ts';
import { type Engine, say } from './voices.ts';

/** Raised when the same case would sound otherwise. */
const RECIPE = 1;
export const LEAD_MS = 400;
/** Longer than any policy waits. */
export const TAIL_MS = 2600;
/** Below it a voice of this level is not heard; a recorded one has a room's sound behind it. */
const AUDIBLE_DB = -50;
const AUDIBLE_PROMPT_DB = -36;
const PER_MS = RATE / 1000;
/** A silence between words of a recording, to be made longer. */
const INNER_MS = 90;

/** A word as it is meant, and the moment from which on a transcriber knows it. */
export interface PlacedWord {
  readonly text: string;
  readonly endMs: number;
}

export interface Spoken {
  readonly one: Case;
  /** Mono, 16 kHz, what is heard before and after included. */
  readonly samples: Int16Array;
  readonly words: readonly PlacedWord[];
  /** Of the last pause; the end of the utterance where there is none. */
  readonly pauseAtMs: number;
  readonly endMs: number;
}

interface Placed {
  samples: Int16Array;
  words: PlacedWord[];
  pauseAtMs: number;
  endMs: number;
}

/** The sound of a case, made once; `undefined` where a recording has no silence to put a pause into. */
export async function soundOf(one: Case, cacheDir: string): Promise<Spoken | undefined> {
  const dir = join(cacheDir, 'sounds');
  const key = createHash('sha256')
    .update(JSON.stringify([...recipeOf(one), one]))
    .digest('hex')
    .slice(0, 20);
  const [pcm, label] = [join(dir, `${key}.pcm`), join(dir, `${key}.json`)];
  const known = await readFile(label, 'utf8').catch(() => undefined);
  if (known === undefined) {
    await mkdir(dir, { recursive: true });
    const made = await make(one);
    if (made) await writeWhole(pcm, Buffer.from(made.samples.buffer, 0, made.samples.byteLength));
    const { samples: _, ...rest } = made ?? { samples: undefined };
    await writeWhole(label, JSON.stringify(made ? rest : null));
    return made && { one, ...made };
  }
  const rest: Omit<Placed, 'samples'> | null = JSON.parse(known);
  if (!rest) return undefined;
  return { one, ...rest, samples: samplesOf(await readFile(pcm)) };
}

const recipeOf = ({ condition, phrases }: Case): number[] => [
  RECIPE,
  ...(condition === 'babble' ? [BABBLE_DB] : []),
  ...(phrases[0]?.prompt ? [AUDIBLE_PROMPT_DB] : []),
];

/** Two runs at a time see no half-written file. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}`;
  await writeFile(part, content);
  await rename(part, path);
}

export function samplesOf(bytes: Uint8Array): Int16Array {
  const copy = bytes.slice();
  return new Int16Array(copy.buffer, copy.byteOffset, copy.byteLength >> 1);
}

async function make(one: Case): Promise<Placed | undefined> {
  const parts: { samples: Int16Array; text: string }[] = [];
  for (const phrase of one.phrases) parts.push({ samples: await voiceOf(one, phrase), text: phrase.written });
  const said = one.category === 'inside' ? splitInside(parts[0]) : parts;
  const pauses = one.pausesMs ?? (one.pauseMs > 0 ? [one.pauseMs] : []);
  if (said.length <= pauses.length) return undefined;
  const speech = withLevel(joined(said.map(({ samples }) => samples)));
  const total = speech.length + pauses.reduce((sum, ms) => sum + ms, 0) * PER_MS;
  const samples = new Int16Array(Math.round(LEAD_MS * PER_MS + total + TAIL_MS * PER_MS));
  const words: PlacedWord[] = [];
  let [at, from, pauseAt] = [LEAD_MS * PER_MS, 0, 0];
  for (const [index, { samples: voice, text }] of said.entries()) {
    const end = at + voice.length;
    samples.set(speech.subarray(from, from + voice.length), at);
    words.push(...placed(text, at / PER_MS, end / PER_MS));
    from += voice.length;
    if (index < pauses.length || pauses.length === 0) pauseAt = end;
    at = end + (pauses[index] ?? 0) * PER_MS;
  }
  const random = randomFrom(one.seed);
  const babble = one.condition === 'babble' ? await babbleFor(samples.length, random) : samples;
  return {
    samples: heardThrough(one.condition, samples, { random, babble }),
    words,
    pauseAtMs: pauseAt / PER_MS,
    endMs: at / PER_MS,
  };
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Cut to what can be heard, so that pauses are as long as they say. */
async function voiceOf({ engine, voice, speed }: Case, { spoken, prompt }: Phrase): Promise<Int16Array> {
  const raw = prompt
    ? await soundOfPrompt(prompt)
    : await say({ engine: engine as Engine, voice, speed }, spoken);
  const samples = withLevel(resampled(raw, RATE).samples);
  const { startMs, endMs } = voicedExtent(
    { samples, sampleRate: RATE },
    { thresholdDb: prompt ? AUDIBLE_PROMPT_DB : AUDIBLE_DB },
  ) ?? {
    startMs: 0,
    endMs: 0,
  };
  return samples.slice(Math.round(startMs * PER_MS), Math.round(endMs * PER_MS));
}

/** At the longest silence in the middle of a recording; the words are divided by their letters, or at a mark near it. */
function splitInside(whole: { samples: Int16Array; text: string } | undefined) {
  if (!whole) return [];
  const { samples, text } = whole;
  const frame = 10 * PER_MS;
  const threshold = 32_768 * 10 ** (AUDIBLE_PROMPT_DB / 20);
  let best = { from: 0, to: 0 };
  let from: number | undefined;
  for (let at = Math.round(0.2 * samples.length); at < 0.85 * samples.length; at += frame) {
    const isQuiet = Math.sqrt(meanPower(samples, at, at + frame)) < threshold;
    if (isQuiet) from ??= at;
    else {
      if (from !== undefined && at - from > best.to - best.from) best = { from, to: at };
      from = undefined;
    }
  }
  if (best.to - best.from < INNER_MS * PER_MS) return [];
  const [before, after] = dividedAt(text, best.from / (samples.length - (best.to - best.from)));
  if (!before || !after) return [];
  return [
    { samples: samples.slice(0, best.from), text: before },
    { samples: samples.slice(best.to), text: after },
  ];
}

function dividedAt(text: string, share: number): [string, string] {
  const words = text.split(/\s+/);
  let letters = 0;
  let best = { at: 0, far: Number.POSITIVE_INFINITY };
  for (const [index, word] of words.slice(0, -1).entries()) {
    letters += word.length;
    const far =
      Math.abs(letters / text.replace(/\s/g, '').length - share) - (/[.,;:!?]$/.test(word) ? 0.15 : 0);
    if (far < best.far) best = { at: index + 1, far };
  }
  return [words.slice(0, best.at).join(' '), words.slice(best.at).join(' ')];
}

/** Each word as long as its letters. */
export function placed(text: string, startMs: number, endMs: number): PlacedWord[] {
  const words = text.split(/\s+/).filter(Boolean);
  const total = words.reduce((sum, word) => sum + word.length, 0);
  let atMs = startMs;
  return words.map((word) => {
    atMs += ((endMs - startMs) * word.length) / total;
    return { text: word, endMs: atMs };
  });
}

const BABBLERS = ['de', 'fr-fr', 'it', 'pl', 'sv', 'tr'];
const BABBLE_TEXT =
  'alors on va voir demain matin und dann gehen wir zusammen in die stadt perché non lo sappiamo ancora bene nie wiem kiedy przyjdzie sedan kommer vi hem igen sonra bakarız tamam';
let babble: Promise<Int16Array> | undefined;

/** Six voices at once, from somewhere in it. */
async function babbleFor(length: number, random: () => number): Promise<Int16Array> {
  babble ??= makeBabble();
  const all = await babble;
  const from = Math.floor(random() * all.length);
  return Int16Array.from({ length }, (_, at) => all[(from + at) % all.length] ?? 0);
}

async function makeBabble(): Promise<Int16Array> {
  const voices: Int16Array[] = [];
  for (const [index, voice] of BABBLERS.entries()) {
    const sound = await say({ engine: 'espeak-ng', voice, speed: 0.9 + index / 20 }, BABBLE_TEXT);
    voices.push(withLevel(resampled(sound, RATE).samples));
  }
  const length = Math.min(...voices.map((one) => one.length));
  return Int16Array.from({ length }, (_, at) =>
    Math.round(voices.reduce((sum, one) => sum + (one[at] ?? 0) / 4, 0)),
  );
}
