import { findIn, type Place, type Print, printOf } from '../probe/likeness.ts';
import { durationMs, joined, type Sound } from '../probe/wav.ts';
import type { Utterance } from './corpus.ts';

/** Of a word, how much must have been heard for it to be understood. */
const UNDERSTOOD = 0.7;
/** One phrase begins after the other, as exactly as places are known. */
const OVERLAP_MS = 50;
/** More sound than this is understood by itself. */
const LONGEST_TAIL_MS = 1500;

/** What a caller may be saying, with what it sounds like, phrase by phrase. */
export type Known = readonly { readonly phrase: Utterance['phrases'][number]; readonly print: Print }[];

/** @param sound - the whole utterance, its background noise included. */
export function knownFrom({ phrases }: Pick<Utterance, 'phrases'>, { samples, sampleRate }: Sound): Known {
  const at = (ms: number) => Math.round((ms * sampleRate) / 1000);
  return phrases.map((phrase) => ({
    phrase,
    print: printOf({ samples: samples.slice(at(phrase.startMs), at(phrase.endMs)), sampleRate }),
  }));
}

/** Audio in, the words in it out. */
export type Transcriber = (audio: Sound, utterances: readonly Known[]) => string;

/**
 * A transcriber that remembers the audio before: a tail of a word or two, as a long sentence leaves it when most of it
 * was transcribed already, is understood as what comes next.
 */
export function createTranscriber(): Transcriber {
  let before: Sound | undefined;
  return (audio, utterances) => {
    const alone = transcribe(audio, utterances);
    const together = before?.sampleRate === audio.sampleRate ? joined(before, audio) : undefined;
    const isTail = alone === '' && together !== undefined && durationMs(audio) <= LONGEST_TAIL_MS;
    const text = isTail ? transcribe(together, utterances, durationMs(together) - durationMs(audio)) : alone;
    before = audio;
    return text;
  };
}

/**
 * The words of the known utterances that are in the audio, and no others, in the order heard: what an exact
 * transcription model would write of it, in lower case and without punctuation. Empty for anything else.
 *
 * @param fromMs - only words from this moment of the audio on.
 */
export function transcribe(audio: Sound, utterances: readonly Known[], fromMs = 0): string {
  const heard = printOf(audio);
  const within = { fromMs, toMs: durationMs(audio) };
  const found: { atMs: number; words: string[] }[] = [];
  for (const known of utterances) {
    let afterMs = Number.NEGATIVE_INFINITY;
    for (const { phrase, print } of known) {
      const place = findIn(heard, print, afterMs);
      if (!place) continue;
      afterMs = place.momentOf(phrase.endMs - phrase.startMs) - OVERLAP_MS;
      const words = wordsWithin(phrase, place, within);
      if (words.length > 0) found.push({ atMs: place.atMs, words });
    }
  }
  return found
    .sort((a, b) => a.atMs - b.atMs)
    .flatMap(({ words }) => words)
    .join(' ');
}

/** Words found, as the utterances' `writes` have them from the first to the last; unchanged where none does. */
export function asWritten(found: string, utterances: readonly Pick<Utterance, 'writes'>[]): string {
  const words = found.split(' ');
  const key = `${words[0]} ${words.at(-1)}`;
  return utterances.map(({ writes }) => writes?.[key]).find((text) => text !== undefined) ?? found;
}

/** The words of a phrase that are in a part of the audio. */
function wordsWithin(
  { words, startMs }: Utterance['phrases'][number],
  { momentOf }: Place,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): string[] {
  return words
    .filter((word) => {
      const middle = (word.startMs + word.endMs) / 2 - startMs;
      const half = (word.endMs - word.startMs) / 2;
      const from = momentOf(middle) - half;
      const heardMs = Math.min(from + 2 * half, toMs) - Math.max(from, fromMs);
      return heardMs >= UNDERSTOOD * 2 * half;
    })
    .map(({ text }) => text);
}
