import { expect } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { isHeardIn, printOf, SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import { resampled, type Sound } from '../../src/probe/wav.ts';
import { asHeard } from '../../src/stages/answer-stream.ts';
import { OUTPUT_SAMPLE_RATE } from '../../src/stages/speech-frames.ts';
import type { Entry } from '../../src/standin/journal.ts';
import type { StandIn } from '../../src/standin/server.ts';
import type { TranscriptionRequest } from '../../src/standin/stt.ts';

/** Speech starts within this after what causes it, on a busy machine. */
export const SPEECH_WITHIN_MS = 20_000;

/**
 * Makes the stand-in understand these utterances, by their sound; anything else is «unintelligible». All endpoints of the stand-in are
 * in this process: what it computes for one call, the others wait for.
 */
export function understand(standIn: StandIn, words: Readonly<Record<string, Sound>>): void {
  const known = Object.entries(words).map(([text, sound]) => ({ text, print: printOf(sound) }));
  standIn.answerTranscription((heard: TranscriptionRequest) => {
    const print = printOf(heard);
    const apart = (one: (typeof known)[number]) => Math.abs(one.print.rows - print.rows);
    const likeliest = known.toSorted((a, b) => apart(a) - apart(b));
    return likeliest.find((one) => isHeardIn(print, one.print))?.text ?? 'unintelligible';
  });
}

/** What the agent says from `afterMs` until it is quiet again. */
export async function answerAfter(guest: Guest, afterMs: number, quietMs = 1000): Promise<Sound> {
  const startMs = await guest.waitForSpeech({ afterMs, timeoutMs: SPEECH_WITHIN_MS });
  const endMs = await guest.waitForSilence({ afterMs: startMs, timeoutMs: 60_000, quietMs });
  return guest.heard.between(startMs - 300, endMs + 300);
}

/** How alike what was heard is to what the stand-in voice makes of a text; 0 to 1. */
export async function likeness(
  standIn: StandIn,
  heard: Sound,
  text: string,
  voice: { voice?: string; speed?: number; sampleRate?: number } = {},
): Promise<number> {
  const sampleRate = voice.sampleRate ?? 24_000;
  return similarity(heard, { samples: await standIn.speech(text, { ...voice, sampleRate }), sampleRate })
    .score;
}

/**
 * Fails unless the caller heard exactly these texts spoken, in the chunks that the voice endpoint was asked for.
 *
 * @param how.lineRate - samples per second that the line to the caller carries, in Hz
 */
export async function expectHeard(
  standIn: StandIn,
  heard: Sound,
  texts: readonly string[],
  { lineRate = OUTPUT_SAMPLE_RATE, ...voice }: { voice?: string; speed?: number; lineRate?: number } = {},
): Promise<void> {
  const scores = await Promise.all(
    texts.map(async (text) => {
      const spoken = { samples: await inChunks(standIn, text, voice), sampleRate: OUTPUT_SAMPLE_RATE };
      return [text, similarity(heard, resampled(spoken, lineRate)).score];
    }),
  );
  const different = scores.filter(([, score]) => Number(score) < SAME_SPEECH);
  expect(different, 'texts that were not heard, with how alike it sounded').toEqual([]);
}

/** A text as the agent speaks it when it was sent to the voice endpoint in chunks. */
async function inChunks(standIn: StandIn, text: string, voice: object = {}): Promise<Int16Array> {
  const samples: number[] = [];
  for (const chunk of chunksOf(text, spokenTexts(standIn))) {
    const speech = standIn.speech(chunk, { ...voice, sampleRate: OUTPUT_SAMPLE_RATE });
    const once = (async function* () {
      yield await speech;
    })();
    const heard = asHeard(once, { text: chunk, endsSentence: /[.?!]$/.test(chunk) });
    for await (const piece of heard) samples.push(...piece);
  }
  return Int16Array.from(samples);
}

/** Those of the spoken texts, in a row, that make up this one; itself if there are none. */
function chunksOf(text: string, spoken: readonly string[]): readonly string[] {
  for (const start of spoken.keys()) {
    for (let end = start + 1; end <= spoken.length; end += 1) {
      const row = spoken.slice(start, end);
      if (row.join(' ') === text) return row;
    }
  }
  return [text];
}

/** The texts that the voice endpoint was asked to speak. */
export const spokenTexts = (standIn: StandIn): string[] =>
  standIn.requests('tts').flatMap(({ details }) => details?.input ?? []);

/** The last request to the model whose last message is what the caller said. */
export function askedWith(standIn: StandIn, said: string): Entry<'llm'> | undefined {
  return standIn.requests('llm').findLast(({ details }) => details?.messages.at(-1)?.content.includes(said));
}

/** A voice without any pause, for every text: ten seconds of one tone. */
export function* hum(_utterance: unknown, sampleRate: number): Generator<Int16Array> {
  const second = Int16Array.from(
    { length: sampleRate },
    (_, at) => 8000 * Math.sin(at * 2 * Math.PI * (440 / sampleRate)),
  );
  for (let s = 0; s < 10; s += 1) yield second;
}

/** Of 32,767: far below the tone, above what the codec makes of nothing. */
const SILENT = 200;

/** The longest time without any sound in what was heard. */
export function longestGapMs({ samples, sampleRate }: Sound): number {
  let [longest, current] = [0, 0];
  for (const sample of samples) {
    current = Math.abs(sample) < SILENT ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return (longest * 1000) / sampleRate;
}

/** Of a voice beside what its caller must not notice. */
const LONGEST_GAP_MS = 120;

/**
 * Fails where a voice had a gap.
 *
 * @param otherwiseMs - the longest gap of the same run without what is tested: a machine that is too small makes gaps by itself, and
 *   may make a few times of that.
 */
export function expectNoGap(where: string, gapMs: number, otherwiseMs: number): void {
  console.info(`longest gap ${where}: ${gapMs} ms, otherwise ${otherwiseMs} ms`);
  expect(gapMs, `a gap ${where}`).toBeLessThan(Math.max(LONGEST_GAP_MS, 3 * otherwiseMs));
}
