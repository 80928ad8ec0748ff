import { meanPower } from '../openai/samples.ts';
import type { Transcript, TranscriptSegment } from '../openai/transcription.ts';
import { spokenPart } from './annotations.ts';
import { withoutLoops } from './repetition.ts';
import { withoutStockPhrases } from './stock-phrases.ts';

/** Below this the utterance held no speech that a phone or browser microphone would carry. */
const SILENCE_DBFS = -55;
/** Below this a stock phrase is more likely invented than spoken. */
const QUIET_DBFS = -42;
/** Whisper's own rule for «no speech»: `no_speech_prob` above and `avg_logprob` below these. */
const NO_SPEECH_PROB = 0.6;
const LOW_LOGPROB = -1;
/** Whisper's own rule for a text that repeats itself. */
const HIGH_COMPRESSION_RATIO = 2.4;

/**
 * Why all of a transcript is dropped: no text at all, no sound, the recogniser's own doubt, nothing but descriptions
 * of sounds or punctuation, nothing but a loop, nothing but the closing of a video.
 */
export type SilenceReason = 'empty' | 'energy' | 'no-speech-prob' | 'annotation' | 'repetition' | 'phrase';

/** What of a transcript was said; why it was dropped, where nothing was. */
export interface FilteredTranscript {
  text: string;
  reason?: SilenceReason;
}

/**
 * A transcript without what recognisers write over silence, noise and music. Works without segments (`json`, streams,
 * realtime) too: by level and text alone.
 *
 * @param loudnessDbfs - RMS of the loudest 100 ms of the utterance, dB relative to full scale.
 */
export function filterTranscript(transcript: Transcript, loudnessDbfs: number): FilteredTranscript {
  const { text, segments = [] } = transcript;
  if (text.trim() === '') return nothing('empty');
  if (loudnessDbfs < SILENCE_DBFS) return nothing('energy');
  const isNoSpeech = all(segments, ({ noSpeechProb = 0 }) => noSpeechProb > NO_SPEECH_PROB);
  if (isNoSpeech && all(segments, ({ avgLogprob = 0 }) => avgLogprob < LOW_LOGPROB))
    return nothing('no-speech-prob');
  const spoken = spokenPart(text);
  if (spoken === '') return nothing('annotation');
  const isRepetitive = all(segments, ({ compressionRatio = 0 }) => compressionRatio > HIGH_COMPRESSION_RATIO);
  const once = withoutLoops(spoken, isRepetitive);
  if (once === '') return nothing('repetition');
  const isDoubted = isNoSpeech || loudnessDbfs < QUIET_DBFS || once !== spoken;
  const said = withoutStockPhrases(once, isDoubted);
  return said === '' ? nothing('phrase') : { text: said };
}

function nothing(reason: SilenceReason): FilteredTranscript {
  return { text: '', reason };
}

function all(
  segments: readonly TranscriptSegment[],
  holds: (segment: TranscriptSegment) => boolean,
): boolean {
  return segments.length > 0 && segments.every(holds);
}

/** RMS of the loudest 100 ms of mono 16-bit audio, in dB relative to full scale; `-Infinity` for digital silence. */
export function loudnessDbfs(samples: Int16Array, sampleRate: number): number {
  const window = Math.max(1, Math.round(sampleRate / 10));
  let loudest = 0;
  for (let start = 0; start < samples.length; start += window) {
    loudest = Math.max(loudest, meanPower(samples, start, start + window));
  }
  return 10 * Math.log10(loudest / 32_768 ** 2);
}
