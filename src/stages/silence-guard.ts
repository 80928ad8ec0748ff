import { meanPower } from '../openai/samples.ts';
import type { Transcript } from '../openai/transcription.ts';

/**
 * Whisper answers silence and noise with what its training subtitles held there. These whole-utterance phrases
 * are dropped when the audio was quiet or the model itself doubted that it heard speech.
 */
const HALLUCINATED_PHRASES = new Set([
  'thank you',
  'thank you very much',
  'thanks for watching',
  'thank you for watching',
  'please subscribe',
  'like and subscribe',
  'you',
  'bye',
  'bye bye',
  'terima kasih',
  'terima kasih kerana menonton',
  'terima kasih telah menonton',
  'jangan lupa like dan subscribe',
  'sila langgan',
  'sampai jumpa',
]);

/** Below this the utterance held no speech that a phone or browser microphone would carry. */
const SILENCE_DBFS = -55;
/** Below this a stock phrase is more likely invented than spoken. */
const QUIET_DBFS = -42;
/** Whisper's own rule for «no speech»: `no_speech_prob` above and `avg_logprob` below these. */
const NO_SPEECH_PROB = 0.6;
const LOW_LOGPROB = -1;

export type SilenceReason = 'empty' | 'energy' | 'no-speech-prob' | 'phrase';

/**
 * Why a transcript should be dropped, or `undefined` when it is to be believed.
 *
 * @param loudnessDbfs - RMS of the loudest 100 ms of the utterance, dB relative to full scale.
 */
export function silenceReason(transcript: Transcript, loudnessDbfs: number): SilenceReason | undefined {
  if (transcript.text.trim() === '') return 'empty';
  if (loudnessDbfs < SILENCE_DBFS) return 'energy';
  const segments = transcript.segments ?? [];
  const doubted = (threshold: number) =>
    segments.length > 0 && segments.every(({ noSpeechProb }) => (noSpeechProb ?? 0) > threshold);
  if (doubted(NO_SPEECH_PROB) && segments.every(({ avgLogprob }) => (avgLogprob ?? 0) < LOW_LOGPROB)) {
    return 'no-speech-prob';
  }
  if (isStockPhrase(transcript.text) && (loudnessDbfs < QUIET_DBFS || doubted(NO_SPEECH_PROB)))
    return 'phrase';
  return undefined;
}

function isStockPhrase(text: string): boolean {
  const words = text.toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, ' ');
  return HALLUCINATED_PHRASES.has(words.split(/\s+/).filter(Boolean).join(' '));
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
