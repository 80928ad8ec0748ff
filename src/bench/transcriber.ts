import { durationMs, type Sound } from '../probe/wav.ts';
import { findIn, type Place, type Print, printOf } from './align.ts';
import type { Utterance } from './corpus.ts';

/** Of a word, how much must have been heard for it to be understood. */
const UNDERSTOOD = 0.7;
/** One phrase begins after the other, as exactly as places are known. */
const OVERLAP_MS = 50;

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

/**
 * The words of the known utterances that are in the audio, and no others, in the order heard: what an exact
 * transcription model would write of it, in lower case and without punctuation. Empty for anything else.
 */
export function transcribe(audio: Sound, utterances: readonly Known[]): string {
  const heard = printOf(audio);
  const lengthMs = durationMs(audio);
  const found: { atMs: number; words: string[] }[] = [];
  for (const known of utterances) {
    let fromMs = Number.NEGATIVE_INFINITY;
    for (const { phrase, print } of known) {
      const place = findIn(heard, print, fromMs);
      if (!place) continue;
      fromMs = place.momentOf(phrase.endMs - phrase.startMs) - OVERLAP_MS;
      const words = wordsWithin(phrase, place, lengthMs);
      if (words.length > 0) found.push({ atMs: place.atMs, words });
    }
  }
  return found
    .sort((a, b) => a.atMs - b.atMs)
    .flatMap(({ words }) => words)
    .join(' ');
}

/** The words of a phrase that are in audio of a length. */
function wordsWithin(
  { words, startMs }: Utterance['phrases'][number],
  { momentOf }: Place,
  lengthMs: number,
): string[] {
  return words
    .filter((word) => {
      const middle = (word.startMs + word.endMs) / 2 - startMs;
      const half = (word.endMs - word.startMs) / 2;
      const from = momentOf(middle) - half;
      const heardMs = Math.min(from + 2 * half, lengthMs) - Math.max(from, 0);
      return heardMs >= UNDERSTOOD * 2 * half;
    })
    .map(({ text }) => text);
}
