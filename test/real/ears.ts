import { expect } from 'vitest';
import { speak } from '../../src/openai/speech.ts';
import { transcribe } from '../../src/openai/transcription.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import type { Guest } from '../../src/probe/guest.ts';
import type { Sound } from '../../src/probe/wav.ts';
import { options } from './cases/case.ts';
import type { Real } from './plan.ts';

/** Models on a busy machine pause between two sentences. */
const QUIET_MS = 2500;
/** Words are judged here, not times: a machine that does much else may take this long to begin, and to end. */
export const WITHIN_MS = 90_000;

/** A caller's words, spoken by the real voice. */
export async function spoken({ tts }: Real, text: string): Promise<Sound> {
  const { baseUrl, model, voice = '' } = tts;
  const samples: number[] = [];
  let sampleRate = 0;
  for await (const chunk of speak({ baseUrl, model, voice, text, format: 'wav', ...options() })) {
    samples.push(...chunk.samples);
    sampleRate = chunk.sampleRate;
  }
  return { samples: Int16Array.from(samples), sampleRate };
}

/** What the real recognizer makes of a sound. */
export async function understood({ stt }: Real, { samples, sampleRate }: Sound): Promise<string> {
  const wav = encodeWav(samples, sampleRate);
  return (await transcribe({ baseUrl: stt.baseUrl, model: stt.model, wav, language: 'en', ...options() }))
    .text;
}

/** Fails unless most of the words that the agent wrote were heard, and the other way round. */
export function expectWords(heard: string, written: string, atLeast = 0.7): void {
  expect(alike(heard, written), `heard «${heard}», written «${written}»`).toBeGreaterThanOrEqual(atLeast);
}

/** Of the words of both, the part that both have; 1 for two texts without words. Figures may be read in many ways. */
export function alike(one: string, other: string): number {
  const [left, right] = [wordsOf(one), wordsOf(other)];
  if (left.length + right.length === 0) return 1;
  const rest = [...right];
  const common = left.filter((word) => {
    const at = rest.indexOf(word);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return (2 * common.length) / (left.length + right.length);
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z']+/g) ?? [];

/** What the agent said after a moment: its text as the room was told, and what the recognizer makes of the sound. */
export async function answer(
  real: Real,
  caller: Guest,
  afterMs: number,
): Promise<{ written: string; heard: string }> {
  const startMs = await caller.waitForSpeech({ afterMs, timeoutMs: WITHIN_MS });
  const endMs = await caller.waitForSilence({ afterMs: startMs, timeoutMs: WITHIN_MS, quietMs: QUIET_MS });
  const sound = caller.heard.between(startMs - 300, endMs + 300);
  const written = caller.transcripts
    .filter(({ identity, changedAtMs }) => identity !== caller.identity && changedAtMs >= afterMs)
    .map(({ text }) => text)
    .join(' ');
  return { written, heard: await understood(real, sound) };
}
