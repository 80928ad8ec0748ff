import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CORPUS_RATE, type PlacedPhrase, type Utterance } from '../../../src/bench/corpus.ts';
import type { TurnResult } from '../../../src/bench/results.ts';
import { encodeWav, resampled } from '../../../src/probe/wav.ts';
import type { Case } from '../cases.ts';
import { RATE } from '../conditions.ts';
import type { Outcome } from '../play.ts';
import { writingOf } from '../play.ts';
import { LEAD_MS, type PlacedWord, type Spoken } from '../sounds.ts';
import { transcribed } from '../transcript.ts';

/** Words that are heard, before they are written. */
const token = (index: number): string => `w${index}`;

/**
 * An utterance as the bench's caller speaks it. The simulated transcription finds which of its words are in the sound that
 * it is sent, and writes them as the transcriber of the other comparison does.
 *
 * @param dir - gets the sound. @param others - words of the language that one may be mistaken for.
 */
export async function utteranceOf(
  spoken: Spoken,
  others: readonly string[],
  dir: string,
): Promise<Utterance> {
  const { one, samples, words } = spoken;
  const wav = join(dir, `${one.id}.wav`);
  await writeFile(wav, encodeWav(resampled({ samples, sampleRate: RATE }, CORPUS_RATE)));
  const { id, voice, pauseMs } = one;
  return {
    ...{ id, voice, pauseMs, wav, set: 'pause', snrDb: undefined, looksComplete: false },
    phrases: placedParts(spoken),
    startMs: LEAD_MS,
    endMs: spoken.endMs,
    writes: writesOf(one, words, others),
  };
}

/** What stands between the pauses, with its words. */
export function placedParts({ one, words, pauseAtMs, endMs }: Spoken): PlacedPhrase[] {
  const pausesMs = one.pausesMs ?? (one.pauseMs > 0 ? [one.pauseMs] : []);
  const ends = [...partEnds(one, words, pausesMs.length, pauseAtMs), endMs];
  let [startMs, at] = [LEAD_MS, 0];
  return ends.map((end, part) => {
    const phrase = { startMs, endMs: end, words: [] as { text: string; startMs: number; endMs: number }[] };
    for (let fromMs = startMs; at < words.length; at += 1) {
      const toMs = words[at]?.endMs ?? 0;
      if (toMs > end + 1) break;
      phrase.words.push({ text: token(at), startMs: fromMs, endMs: toMs });
      fromMs = toMs;
    }
    startMs = end + (pausesMs[part] ?? 0);
    return phrase;
  });
}

/** Where each part but the last ends. One recording with a pause made longer has one text. */
function partEnds(
  { phrases }: Case,
  words: readonly PlacedWord[],
  pauses: number,
  pauseAtMs: number,
): number[] {
  if (pauses === 1) return [pauseAtMs];
  let at = 0;
  return phrases.slice(0, pauses).map(({ written }) => {
    at += written.split(/\s+/).filter(Boolean).length;
    return words[at - 1]?.endMs ?? 0;
  });
}

/** Of all runs of words: at a pause, at the end, and without those that were answered already. */
function writesOf(one: Case, words: readonly PlacedWord[], others: readonly string[]) {
  const writing = writingOf(one);
  const writes: Record<string, string> = {};
  for (let to = 0; to < words.length; to += 1)
    for (let from = 0; from <= to; from += 1) {
      const said = words.slice(from, to + 1).map(({ text }) => text);
      const seed = () => writing.seed(to + 1);
      writes[`${token(from)} ${token(to)}`] =
        transcribed(said, others, { ...writing, seed }) || said.join(' ');
    }
  return writes;
}

/**
 * What became of it in a call, in the terms of the other comparison.
 *
 * @param transportMs - caller to agent and back, which that has not.
 */
export function outcomeOf(turn: TurnResult, utterance: Utterance, transportMs: number): Outcome {
  const { question, talkedOverMs, voiceToVoiceMs, lost, requests, pauseMs } = turn;
  const words = utterance.phrases.flatMap(({ words }) => words.map(({ text }) => text));
  const firstWords = utterance.phrases.slice(0, -1).flatMap(({ words }) => words.map(({ text }) => text));
  const until = question === undefined ? undefined : lastWordOf(question, utterance, words);
  const lacks = until !== undefined && until < words.length - 1;
  const isUnanswered = lost && talkedOverMs === undefined;
  return {
    isUnanswered,
    cutOff: !isUnanswered && (talkedOverMs !== undefined || lacks),
    halfAnswered: pauseMs > 0 && lacks && until < firstWords.length,
    delayMs: (voiceToVoiceMs ?? talkedOverMs ?? Number.NaN) - transportMs,
    extraTranscriptions: Math.max(0, (requests?.stt.total ?? 1) - 1),
    extraAnswers: Math.max(0, (requests?.llm.total ?? 1) - 1),
  };
}

/** The last word that a question has: of the runs of words that it ends with, the one that says most. */
function lastWordOf(
  question: string,
  { writes = {} }: Utterance,
  words: readonly string[],
): number | undefined {
  let [longest, until] = [0, undefined as number | undefined];
  for (const [key, text] of Object.entries(writes)) {
    const [, last = ''] = key.split(' ');
    if (text.length < longest || !question.trimEnd().endsWith(text)) continue;
    const at = words.indexOf(last);
    until = text.length === longest ? Math.max(until ?? 0, at) : at;
    longest = text.length;
  }
  return until;
}
