import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { voicedExtent } from '../probe/measure.ts';
import { encodeWav, joined, readWav, resampled, type Sound, silence } from '../probe/wav.ts';
import type { Line, PhraseText } from './corpus-text.ts';
import { noise, withLevel } from './levels.ts';
import { say } from './voices.ts';

/** What the callers' microphones send: mono, 48 kHz. */
export const CORPUS_RATE = 48_000;
/** Quieter than this is no part of a word. */
const AUDIBLE_DB = -45;
/** Of the voiced parts: as loud as a close microphone. */
const SPEECH_DBFS = -20;
const LEAD_MS = 300;
/** Background noise goes on while the caller waits for the answer. */
const NOISY_TAIL_MS = 3000;
/** How the sounds are made, for the report. */
export const BACKGROUND_NOTE = `speech at ${SPEECH_DBFS} dBFS cut at ${AUDIBLE_DB} dBFS, noise from ${LEAD_MS} ms before it to ${NOISY_TAIL_MS} ms after`;
/** Raise it when the way the sound is made changes: cached files then count as others. */
const RECIPE = 3;

/** A word and where it is in the sound. Inside a phrase its place is estimated by its letters. */
export interface PlacedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface PlacedPhrase {
  readonly startMs: number;
  readonly endMs: number;
  readonly words: readonly PlacedWord[];
}

/** A sentence as sound, with the truth about it. */
export interface Utterance extends Omit<Line, 'phrases'> {
  /** Mono, 48 kHz. */
  readonly wav: string;
  /** From the first to the last audible moment of each. */
  readonly phrases: readonly PlacedPhrase[];
  readonly startMs: number;
  readonly endMs: number;
  /** What a transcription has of the words from one to another, by «first last»; default: the words themselves. */
  readonly writes?: Readonly<Record<string, string>>;
}

/** The sounds of all lines, made once and kept in `cacheDir`: the same text always gives the same samples. */
export async function makeCorpus(
  lines: readonly Line[],
  { cacheDir, onMade }: { cacheDir: string; onMade?: (made: number) => void },
): Promise<Utterance[]> {
  await mkdir(cacheDir, { recursive: true });
  const made: Utterance[] = [];
  for (const line of lines) {
    made.push(await cached(line, cacheDir));
    onMade?.(made.length);
  }
  return made;
}

async function cached(line: Line, cacheDir: string): Promise<Utterance> {
  const { id: _, ...content } = line;
  const key = createHash('sha256')
    .update(JSON.stringify([RECIPE, content]))
    .digest('hex')
    .slice(0, 16);
  const wav = join(cacheDir, `${key}.wav`);
  const label = join(cacheDir, `${key}.json`);
  const { phrases: _texts, ...rest } = line;
  try {
    return { ...rest, wav, ...JSON.parse(await readFile(label, 'utf8')) };
  } catch {
    const { sound, phrases } = await synthesize(line);
    const extent = { startMs: phrases[0]?.startMs ?? 0, endMs: phrases.at(-1)?.endMs ?? 0 };
    await writeWhole(wav, encodeWav(sound));
    await writeWhole(label, JSON.stringify({ phrases, ...extent }));
    return { ...rest, wav, phrases, ...extent };
  }
}

/** Two runs at a time see no half-written file. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}`;
  await writeFile(part, content);
  await rename(part, path);
}

export const soundOf = (utterance: Pick<Utterance, 'wav'>): Promise<Sound> => readWav(utterance.wav);

async function synthesize(line: Line): Promise<{ sound: Sound; phrases: PlacedPhrase[] }> {
  const parts: Sound[] = [silence(LEAD_MS, CORPUS_RATE)];
  const phrases: PlacedPhrase[] = [];
  let atMs = LEAD_MS;
  for (const [index, text] of line.phrases.entries()) {
    if (index > 0) {
      parts.push(silence(line.pauseMs, CORPUS_RATE));
      atMs += line.pauseMs;
    }
    const voice = audible(withLevel(resampled(await say(line.voice, text.spoken), CORPUS_RATE), SPEECH_DBFS));
    parts.push(voice);
    const endMs = atMs + (voice.samples.length * 1000) / CORPUS_RATE;
    phrases.push(placed(text, atMs, endMs));
    atMs = endMs;
  }
  const [first = silence(0, CORPUS_RATE), ...rest] = parts;
  const clean = joined(first, ...rest);
  if (line.snrDb === undefined) return { sound: clean, phrases };
  const whole = joined(clean, silence(NOISY_TAIL_MS, CORPUS_RATE));
  return { sound: noise(whole, SPEECH_DBFS - line.snrDb), phrases };
}

/** Cut to what can be heard, so that pauses are as long as they say. */
function audible(sound: Sound): Sound {
  const { startMs, endMs } = voicedExtent(sound, { thresholdDb: AUDIBLE_DB }) ?? { startMs: 0, endMs: 0 };
  const at = (ms: number) => Math.round((ms * sound.sampleRate) / 1000);
  return { ...sound, samples: sound.samples.slice(at(startMs), at(endMs)) };
}

/** Each word as long as its letters; a digit takes as long as five. */
function placed({ words }: PhraseText, startMs: number, endMs: number): PlacedPhrase {
  const weights = words.map((word) => [...word].reduce((sum, c) => sum + (/\d/.test(c) ? 5 : 1), 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let atMs = startMs;
  const places = words.map((text, index) => {
    const from = atMs;
    atMs += ((endMs - startMs) * (weights[index] ?? 0)) / total;
    return { text, startMs: from, endMs: atMs };
  });
  return { startMs, endMs, words: places };
}
